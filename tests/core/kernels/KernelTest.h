// For tests of kernels: every instruction set, memory with guards, distances.
#pragma once

#include "core/kernels/Isa.h"
#include "core/tensor/AlignedVector.h"
#include "tests/core/nn/TensorTools.h"

#include <QByteArray>
#include <QString>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace normscope::testing {

/// Uses an instruction set for its lifetime.
class WithIsa {
   public:
    explicit WithIsa(const QString& name) : m_before(kernels::current_isa()) { kernels::use_isa(name.toStdString()); }
    ~WithIsa() { kernels::use_isa(m_before); }
    WithIsa(const WithIsa&) = delete;
    WithIsa& operator=(const WithIsa&) = delete;

   private:
    std::string m_before;
};

/// Calls add_row(isa, name of the row) for every available instruction set.
template <class AddRow>
void for_each_isa(const QString& name, const AddRow& add_row) {
    for (const std::string& isa : kernels::available_isas()) {
        const QString isa_name = QString::fromStdString(isa);
        add_row(isa_name, QByteArray(isa_name.toUtf8() + ", " + name.toUtf8()));
    }
}

inline std::vector<float> random_values(std::int64_t count, std::uint64_t seed, double mean = 0, double deviation = 1) {
    std::vector<float> values(static_cast<std::size_t>(count));
    fill_normal<float>(values, seed, mean, deviation);
    return values;
}

inline std::vector<double> in_double(std::span<const float> values) {
    return {values.begin(), values.end()};
}

/// Same bits, NaN included.
inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

inline double distance(const std::vector<float>& found, const std::vector<double>& expected) {
    return relative_distance<float, double>(found, expected);
}

/// Fails the current test if `found` is further from `expected` than `tolerance`.
inline void verify_close(const char* what, const std::vector<float>& found, const std::vector<double>& expected,
                         double tolerance) {
    const double error = distance(found, expected);
    QVERIFY2(error <= tolerance, QByteArray(what) + ": relative error " + QByteArray::number(error));
}

}  // namespace normscope::testing
