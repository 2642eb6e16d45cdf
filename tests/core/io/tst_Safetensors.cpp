#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"

#include <QElapsedTimer>
#include <QTest>

#include <array>
#include <cstring>
#include <stdexcept>

using namespace normscope;
using namespace normscope::io;
using normscope::testing::error_text;
using normscope::testing::mutated;

namespace {

/// A file with this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data = 0) {
    std::string file;
    for (unsigned shift = 0; shift < 64; shift += 8) file += static_cast<char>(std::uint64_t{header.size()} >> shift);
    return file + header + std::string(data, '\x01');
}

std::string tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":[)" + shape + R"(],"data_offsets":[)" + offsets + "]}";
}

SafetensorsContent parse(const std::string& file) {
    return parse_safetensors(as_bytes(file), "x.safetensors");
}

/// Weights, a count and an empty tensor, as a checkpoint has them.
std::string sample_file() {
    static const std::array<float, 3> weights{1.5F, -2.0F, 0.25F};
    static const std::array<double, 2> numbers{1e300, -0.0};
    static const std::int64_t count = 7;
    const auto file = serialize({{"conv.weight", TensorType::f32, {3, 1}, std::as_bytes(std::span(weights))},
                                 {"bn.num_batches_tracked", TensorType::i64, {}, std::as_bytes(std::span(&count, 1))},
                                 {"empty", TensorType::f32, {0, 5}, {}},
                                 {"γ", TensorType::f64, {2}, std::as_bytes(std::span(numbers))}},
                                {{"recipe", "{\"seed\": 1}\n"}, {"step", "12"}});
    return std::string(as_text(file));
}

}  // namespace

class tst_Safetensors : public QObject {
    Q_OBJECT

   private slots:
    void writesTheFormat() {
        const float value = 1;
        const auto file = serialize({{"a", TensorType::f32, {1}, std::as_bytes(std::span(&value, 1))}}, {{"k", "v"}});
        const std::string header = R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
        const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
        QCOMPARE(std::string(as_text(file)), file_of(padded) + std::string("\0\0\x80\x3f", 4));
        QCOMPARE(padded.size() % 8, std::size_t{0});
    }

    void readsBack() {
        const std::string file = sample_file();
        const auto content = parse(file);
        QCOMPARE(content.metadata, (TensorMetadata{{"recipe", "{\"seed\": 1}\n"}, {"step", "12"}}));
        std::vector<std::string> names;
        for (const auto& entry : content.tensors) {
            names.push_back(entry.name);
            const auto offset = entry.bytes.data() - as_bytes(file).data();
            QVERIFY(entry.bytes.empty() || offset % static_cast<std::ptrdiff_t>(size_of(entry.type)) == 0);
        }
        // 8-byte elements first, so that everything is aligned.
        QCOMPARE(names, (std::vector<std::string>{"bn.num_batches_tracked", "γ", "conv.weight", "empty"}));
        QCOMPARE(content.tensors[0].dims, std::vector<std::int64_t>{});
        QCOMPARE(content.tensors[2].dims, (std::vector<std::int64_t>{3, 1}));
        QCOMPARE(content.tensors[3].dims, (std::vector<std::int64_t>{0, 5}));
        float weight = 0;
        std::memcpy(&weight, content.tensors[2].bytes.data() + 4, sizeof weight);
        QCOMPARE(weight, -2.0F);
        QCOMPARE(serialize(content.tensors, content.metadata).size(), file.size());
        QVERIFY(parse(file_of("{}")).tensors.empty());
    }

    void acceptsOtherWriters() {
        // Keys in another order than the data, spaces after the header, no alignment.
        const auto content =
            parse(file_of("{\"b\":" + tensor("F32", "1", "8,12") + ",\"a\":" + tensor("I64", "1", "0,8") + "}   ", 12));
        QCOMPARE(content.tensors.at(0).name, "a");
        QCOMPARE(content.tensors.at(1).name, "b");
    }

    void refusesToWriteNonsense() {
        const float value = 1;
        const auto bytes = std::as_bytes(std::span(&value, 1));
        const TensorEntry good{"a", TensorType::f32, {1}, bytes};
        const auto refuses = [](const std::vector<TensorEntry>& tensors, const TensorMetadata& metadata = {}) {
            return !error_text<std::invalid_argument>([&] { serialize(tensors, metadata); }).empty();
        };
        QVERIFY(!refuses({good}));
        QVERIFY(refuses({good, good}));
        QVERIFY(refuses({{"a", TensorType::f32, {2}, bytes}}));
        QVERIFY(refuses({{"a", TensorType::f32, {-1}, bytes}}));
        QVERIFY(refuses({{"__metadata__", TensorType::f32, {1}, bytes}}));
        QVERIFY(refuses({{"\xff", TensorType::f32, {1}, bytes}}));
        QVERIFY(refuses({good}, {{"a", "\xff"}}));
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& file, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << words;
        };
        const auto one = [](const std::string& description) { return "{\"w\":" + description + "}"; };
        row("empty", "", "empty");
        row("7 bytes", "1234567", "first 8 bytes");
        row("header longer than the file", file_of("{}").substr(0, 9), "only 1 follow");
        row("header of 2^64 - 1", std::string(8, '\xff') + "{}", "18446744073709551615");
        row("header beyond the cap", file_of("{" + std::string(9U << 20, ' ') + "}"), "at most 8388608");
        row("header of 0", std::string(8, '\0'), "does not begin with '{'");
        row("space before the header", file_of(" {}"), "does not begin with '{'");
        row("no JSON", file_of("{\"w\" 1}"), "header, line 1, column 6");
        row("two values", file_of("{}{}"), "header, line 1, column 3");
        row("repeated tensor",
            file_of("{\"w\":" + tensor("F32", "0", "0,0") + ",\"w\":" + tensor("F32", "0", "0,0") + "}"), "twice");
        row("repeated key within", file_of(one(R"({"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]})")),
            "twice");
        row("metadata no object", file_of(R"({"__metadata__":1})"), "not an object");
        row("metadata number", file_of(R"({"__metadata__":{"a":1}})"), "not a text");
        row("metadata twice", file_of(R"({"__metadata__":{},"__metadata__":{}})"), "twice");
        row("tensor no object", file_of(one("1")), "tensor \"w\"");
        row("unknown key", file_of(one(R"({"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1})")),
            "\"x\" is unknown");
        row("dtype missing", file_of(one(R"({"shape":[0],"data_offsets":[0,0]})")), "\"dtype\" is missing");
        row("shape missing", file_of(one(R"({"dtype":"F32","data_offsets":[0,0]})")), "\"shape\" is missing");
        row("offsets missing", file_of(one(R"({"dtype":"F32","shape":[0]})")), "\"data_offsets\" is missing");
        row("dtype unknown", file_of(one(tensor("F31", "0", "0,0"))), "\"F31\" is unknown");
        row("dtype not read", file_of(one(tensor("F8_E4M3", "0", "0,0"))), "not read by this version");
        row("dtype number", file_of(one(R"({"dtype":1,"shape":[0],"data_offsets":[0,0]})")), "not a text");
        row("shape no array", file_of(one(R"({"dtype":"F32","shape":1,"data_offsets":[0,0]})")), "not an array");
        row("shape negative", file_of(one(tensor("F32", "-1", "0,0"))), "\"shape\"");
        row("shape fraction", file_of(one(tensor("F32", "1.5", "0,0"))), "\"shape\"");
        row("shape float", file_of(one(tensor("F32", "1.0", "0,4")), 4), "\"shape\"");
        row("shape text", file_of(one(tensor("F32", "\"1\"", "0,0"))), "\"shape\"");
        row("shape 2^63", file_of(one(tensor("F32", "9223372036854775808", "0,0"))), "\"shape\"");
        row("shape beyond 2^64", file_of(one(tensor("F32", "99999999999999999999", "0,0"))), "\"shape\"");
        row("product overflows to 0", file_of(one(tensor("F32", "4294967296,4294967296", "0,0"))), "any memory");
        row("product overflows with size", file_of(one(tensor("F32", "4611686018427387904", "0,0"))), "any memory");
        row("nine dimensions", file_of(one(tensor("F32", "1,1,1,1,1,1,1,1,1", "0,4")), 4), "9 dimensions");
        row("shape and offsets differ", file_of(one(tensor("F32", "3", "0,8")), 8),
            "needs 12 bytes, but its offsets span 8");
        row("one offset", file_of(one(tensor("F32", "1", "0")), 4), "two numbers");
        row("three offsets", file_of(one(tensor("F32", "1", "0,4,8")), 8), "two numbers");
        row("offsets swapped", file_of(one(tensor("F32", "1", "4,0")), 4), "before it begins");
        row("offset negative", file_of(one(tensor("F32", "1", "-4,0")), 4), "data_offsets");
        row("offset beyond the end", file_of(one(tensor("F32", "2", "0,8")), 4), "the file is cut");
        row("hole at the start", file_of(one(tensor("F32", "1", "4,8")), 8), "begins at byte 4");
        row("hole", file_of("{\"a\":" + tensor("F32", "1", "0,4") + ",\"b\":" + tensor("F32", "1", "8,12") + "}", 12),
            "begins at byte 8");
        row("overlap",
            file_of("{\"a\":" + tensor("F32", "2", "0,8") + ",\"b\":" + tensor("F32", "2", "4,12") + "}", 12),
            "begins at byte 4");
        row("bytes at the end", file_of(one(tensor("F32", "1", "0,4")), 7), "3 bytes follow");
        row("bytes without a tensor", file_of("{}", 1), "1 bytes follow");
        row("nested header", file_of("{\"a\":" + std::string(100000, '[') + "}"), "nested more than 64");
        row("a million numbers", file_of("{\"a\":[" + std::string(2000000, '1').replace(1, 1, ",") + "]}"),
            "x.safetensors");
        row("PyTorch file", std::string("PK\x03\x04\x00\x00\x08\x08\x00\x00", 10) + std::string(100, 'x'), ".pt files");
        row("pickle", "\x80\x02}q\x01(X\x06" + std::string(100, 'x'), "pickle");
        row("ONNX",
            "\x08\x07\x12\x07pytorch\x1a\x03"
            "1.0" +
                std::string(100, 'x'),
            "an ONNX model");
        row("PNG", "\x89PNG\r\n\x1a\n" + std::string(100, 'x'), "a PNG picture");
        row("JPEG", "\xff\xd8\xff\xe0" + std::string(100, 'x'), "a JPEG picture");
        row("recipe", "{\"schema\": 1, \"seed\": 1}", "a JSON file");
        row("gzip", "\x1f\x8b\x08" + std::string(100, 'x'), "a gzip file");
    }
    void refuses() {
        QFETCH(QByteArray, file);
        QFETCH(QString, words);
        QElapsedTimer time;
        time.start();
        const auto text = error_text([&] { parse(file.toStdString()); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.starts_with("x.safetensors"), text.c_str());
        QVERIFY2(text.size() < 600, text.c_str());
        QVERIFY(time.elapsed() < 2000);
    }

    void cutAtEveryLength() {
        const std::string file = sample_file();
        for (std::size_t length = 0; length < file.size(); ++length) {
            QVERIFY2(!error_text([&] { parse(file.substr(0, length)); }).empty(), std::to_string(length).c_str());
        }
    }

    void damageIsRefusedOrHarmless() {
        const std::string file = sample_file();
        std::mt19937_64 random(1);
        int refused = 0;
        for (int i = 0; i < 20000; ++i) {
            const std::string damaged = mutated(file, random);
            if (!error_text([&] { parse(damaged); }).empty()) ++refused;
        }
        QVERIFY(refused > 10000);
        QVERIFY(refused < 20000);
    }
};

QTEST_APPLESS_MAIN(tst_Safetensors)
#include "tst_Safetensors.moc"
