// For tests: gzip streams, good and bad.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <zlib.h>

namespace normscope::testing {

constexpr int raw_deflate = -MAX_WBITS;
constexpr int gzip_format = 16 + MAX_WBITS;

/// `text` packed by zlib; `flush` is Z_FINISH for a whole stream.
inline std::string packed(const std::string& text, int format = gzip_format, int flush = Z_FINISH) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, format, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("deflateInit2");
    }
    std::string result(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, flush);
    result.resize(result.size() - stream.avail_out);
    deflateEnd(&stream);
    return result;
}

/// A valid gzip stream of `start` and then `megabytes` MiB of zeros, made without packing them all: one packed MiB
/// repeats.
inline std::string packed_zeros(const std::string& start, std::size_t megabytes) {
    const std::string zeros(1U << 20, '\0');
    const std::string piece = packed(zeros, raw_deflate, Z_FULL_FLUSH);
    const auto crc_of = [](const std::string& text) {
        return crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
    };
    std::string stream("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    stream += packed(start, raw_deflate, Z_FULL_FLUSH);
    uLong crc = crc_of(start);
    const uLong zeros_crc = crc_of(zeros);
    for (std::size_t i = 0; i < megabytes; ++i) {
        stream += piece;
        crc = crc32_combine(crc, zeros_crc, static_cast<z_off_t>(zeros.size()));
    }
    stream += packed("", raw_deflate);
    const std::size_t size = start.size() + megabytes * zeros.size();
    for (unsigned shift = 0; shift < 32; shift += 8) stream += static_cast<char>(crc >> shift);
    for (unsigned shift = 0; shift < 32; shift += 8) stream += static_cast<char>(size >> shift);
    return stream;
}

}  // namespace normscope::testing
