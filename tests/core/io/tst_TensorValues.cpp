// Element types of safetensors files.
#include "core/io/Safetensors.h"

#include <QTest>

#include <cmath>

using namespace normscope::io;

namespace {

template <class T>
TensorEntry entry_of(TensorType type, const std::vector<T>& values) {
    return {"t", type, {static_cast<std::int64_t>(values.size())}, std::as_bytes(std::span(values))};
}

}  // namespace

class tst_TensorValues : public QObject {
    Q_OBJECT

   private slots:
    void namesAndSizes();
    void values();
    void fileWithHalfPrecision();
};

void tst_TensorValues::namesAndSizes() {
    for (const char* name :
         {"F32", "F64", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}) {
        const auto type = tensor_type_of(name);
        QVERIFY(type);
        QCOMPARE(name_of(*type), std::string_view(name));
    }
    QVERIFY(!tensor_type_of("F8_E4M3"));
    QCOMPARE(size_of(TensorType::bf16), 2U);
    QCOMPARE(size_of(TensorType::boolean), 1U);
    QCOMPARE(size_of(TensorType::u64), 8U);
}

void tst_TensorValues::values() {
    using Doubles = std::vector<double>;
    QVERIFY((values_of(entry_of<float>(TensorType::f32, {1.5F, -2})) == Doubles{1.5, -2}));
    QVERIFY((values_of(entry_of<double>(TensorType::f64, {1e300})) == Doubles{1e300}));
    // IEEE 754 half: 1, −2, 65504, the smallest subnormal; bfloat16: the upper half of a float.
    QVERIFY((values_of(entry_of<std::uint16_t>(TensorType::f16, {0x3c00, 0xc000, 0x7bff, 0x0001})) ==
             Doubles{1, -2, 65504, std::ldexp(1.0, -24)}));
    QVERIFY((values_of(entry_of<std::uint16_t>(TensorType::bf16, {0x3f80, 0xc040})) == Doubles{1, -3}));
    QVERIFY(std::isnan(values_of(entry_of<std::uint16_t>(TensorType::f16, {0x7e00})).front()));
    QVERIFY((values_of(entry_of<std::int8_t>(TensorType::i8, {-128, 127})) == Doubles{-128, 127}));
    QVERIFY((values_of(entry_of<std::uint8_t>(TensorType::boolean, {0, 1})) == Doubles{0, 1}));
    QVERIFY((values_of(entry_of<std::uint64_t>(TensorType::u64, {1ULL << 40})) == Doubles{std::ldexp(1.0, 40)}));
}

void tst_TensorValues::fileWithHalfPrecision() {
    const std::vector<std::uint16_t> halves{0x3c00, 0x4000, 0x4200};
    const auto bytes = serialize({entry_of(TensorType::f16, halves)});
    const auto content = parse_safetensors(bytes, "half.safetensors");
    QCOMPARE(content.tensors.size(), 1U);
    QVERIFY((values_of(content.tensors[0]) == std::vector<double>{1, 2, 3}));
}

QTEST_GUILESS_MAIN(tst_TensorValues)
#include "tst_TensorValues.moc"
