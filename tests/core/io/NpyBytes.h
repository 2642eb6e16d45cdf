// For tests: .npy files made by hand.
#pragma once

#include <cstddef>
#include <string>

namespace normscope::testing {

/// A file of format version `major` with this header text, padded as NumPy pads, and these values.
inline std::string npy_bytes(const std::string& header, const std::string& values, int major = 1) {
    const std::size_t before = major == 1 ? 10 : 12;
    std::string text = header;
    while ((before + text.size() + 1) % 64 != 0) text += ' ';
    text += '\n';
    std::string bytes = "\x93NUMPY";
    bytes += static_cast<char>(major);
    bytes += '\0';
    for (std::size_t i = 0; i < before - 8; ++i) bytes += static_cast<char>(text.size() >> (8 * i));
    return bytes + text + values;
}

/// The header NumPy writes, e.g. npy_header("<f4", "2, 3").
inline std::string npy_header(const std::string& descr, const std::string& shape, bool fortran = false) {
    return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" + shape +
           "), }";
}

/// The bytes of a number, lowest first or highest first.
template <class Number>
std::string number_bytes(Number number, bool big_endian = false) {
    std::string bytes(reinterpret_cast<const char*>(&number), sizeof number);
    return big_endian ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
}

}  // namespace normscope::testing
