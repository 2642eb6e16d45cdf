#include "core/io/NpyReader.h"
#include "core/io/ReadFile.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"
#include "tests/core/io/NpyBytes.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::io;
using namespace normscope::testing;

namespace {

NpyHeader parse(const std::string& file) {
    auto header = parse_npy_header(as_bytes(file), "x.npy");
    check_npy_size(header, file.size(), "x.npy");
    return header;
}

double number(const std::string& bytes, const NpyType& type) {
    return npy_number(as_bytes(bytes).data(), type);
}

}  // namespace

class tst_NpyReader : public QObject {
    Q_OBJECT

   private slots:
    void everyVersion() {
        for (const int version : {1, 2, 3}) {
            const auto header = parse(npy_bytes(npy_header("<f4", "2, 3"), std::string(24, 'x'), version));
            QCOMPARE(header.dims, (std::vector<std::int64_t>{2, 3}));
            QCOMPARE(header.type, (NpyType{NpyKind::floating, 4, false}));
            QVERIFY(!header.fortran_order);
            QCOMPARE(header.header_size % 64, std::size_t{0});
            QCOMPARE(header.file_size, header.header_size + 24);
            QCOMPARE(npy_strides(header), (std::vector<std::int64_t>{12, 4}));
        }
    }

    void otherSpellings() {
        const auto python2 = parse(npy_bytes("{\"shape\":(2L,3L),\"fortran_order\":True,\"descr\":\"|u1\"}", "abcdef"));
        QCOMPARE(python2.dims, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(npy_strides(python2), (std::vector<std::int64_t>{1, 2}));
        QVERIFY(parse(npy_bytes(npy_header("<i8", ""), "12345678")).dims.empty());
        QCOMPARE(parse(npy_bytes(npy_header("<i8", "0, 5"), "")).dims[0], 0);
        QCOMPARE(parse(npy_bytes(npy_header("<i2", "1,"), "ab")).dims, std::vector<std::int64_t>{1});
    }

    void numbers() {
        QCOMPARE(number(number_bytes(-2.5F), {NpyKind::floating, 4, false}), -2.5);
        QCOMPARE(number(number_bytes(-2.5F, true), {NpyKind::floating, 4, true}), -2.5);
        QCOMPARE(number(number_bytes(1e300, true), {NpyKind::floating, 8, true}), 1e300);
        QVERIFY(std::isnan(number(number_bytes(std::nanf("")), {NpyKind::floating, 4, false})));
        QCOMPARE(number("\xff", {NpyKind::unsigned_integer, 1, false}), 255.0);
        QCOMPARE(number("\xff", {NpyKind::signed_integer, 1, false}), -1.0);
        const auto integer = [](const std::string& bytes, const NpyType& type) {
            return npy_integer(as_bytes(bytes).data(), type);
        };
        QCOMPARE(integer(number_bytes(std::int16_t{-300}, true), {NpyKind::signed_integer, 2, true}), -300);
        QCOMPARE(integer(number_bytes(std::numeric_limits<std::int64_t>::min()), {NpyKind::signed_integer, 8, false}),
                 std::numeric_limits<std::int64_t>::min());
        QVERIFY(!integer(number_bytes(~std::uint64_t{0}), {NpyKind::unsigned_integer, 8, false}));
        QCOMPARE(to_string(NpyType{NpyKind::unsigned_integer, 2, false}), "unsigned 16-bit integers");
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& file, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << words;
        };
        const auto typed = [&](const char* name, const char* descr, const char* words) {
            row(name, npy_bytes(npy_header(descr, "1,"), std::string(16, 'x')), words);
        };
        const auto shaped = [&](const char* name, const char* shape, const char* words) {
            row(name, npy_bytes(npy_header("<f4", shape), "1234"), words);
        };
        row("empty", "", "the file is empty");
        row("npz", "PK\x03\x04xxxx", ".npz");
        row("PNG", "\x89PNG\r\n\x1a\nxx", "a PNG picture");
        row("other", "abcdefghij", "does not begin with");
        row("six bytes", "\x93NUMPY", "first 8 bytes");
        row("version 0", std::string("\x93NUMPY\0\0\0\0", 10), "version is 0");
        row("version 4", std::string("\x93NUMPY\4\0\0\0", 10), "version is 4");
        row("cut header", npy_bytes(npy_header("<f4", "2,"), "").substr(0, 40), "ends within its header");
        row("header of 4 GB", "\x93NUMPY\x02" + std::string(1, '\0') + "\xff\xff\xff\xff{", "longer than any honest");
        row("cut", npy_bytes(npy_header("<f4", "2,"), "1234567"), "it is cut: its header asks for 136 bytes");
        row("longer", npy_bytes(npy_header("<f4", "2,"), "123456789"), "bytes follow its end");
        typed("objects", "|O", "pickled Python objects");
        typed("object by size", "|O8", "pickled Python objects");
        typed("complex", "<c8", "complex numbers");
        typed("texts", "<U5", "texts");
        typed("bytes", "|S5", "byte strings");
        typed("half", "<f2", "16-bit floats");
        typed("date", "<M8[ns]", "dates");
        typed("f16", "<f16", "is unknown");
        typed("i3", "<i3", "is unknown");
        typed("nothing", "", "is unknown");
        typed("an order only", "<", "is unknown");
        row("records", npy_bytes("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234"),
            "records of several fields");
        shaped("negative", "-1,", "whole number from 0 on");
        shaped("fraction", "2, 1.5,", "')' is missing");
        shaped("not a tuple", "3", "must be a tuple");
        shaped("empty place", ",", "whole number");
        shaped("beyond 63 bits", "99999999999999999999,", "63 bits");
        shaped("product beyond 63 bits", "4294967296, 4294967296", "more bytes than any disk");
        shaped("bytes beyond 63 bits", "4611686018427387904,", "more bytes than any disk");
        shaped("33 dimensions", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "32 dimensions");
        row("key twice", npy_bytes("{'descr': '<f4', 'descr': '<f4'}", ""), "a key stands twice");
        row("unknown key", npy_bytes("{'x': 1}", ""), "is unknown");
        row("key missing", npy_bytes("{'descr': '<f4', 'fortran_order': False}", ""), "is missing");
        row("empty header", npy_bytes("", ""), "'{' is missing");
        row("code", npy_bytes("__import__('os').system('true')", ""), "'{' is missing");
        row("text after", npy_bytes(npy_header("<f4", "1,") + " + 1", "1234"), "something follows");
        row("order", npy_bytes("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "1234"), "True or False");
        row("backslash", npy_bytes("{'des\\x63r': '<f4'}", ""), "backslash");
        row("text without end", npy_bytes("{'descr", ""), "does not end");
    }
    void refuses() {
        QFETCH(QByteArray, file);
        QFETCH(QString, words);
        const auto text = error_text([&] { parse(file.toStdString()); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.starts_with("x.npy") && text.ends_with('.'), text.c_str());
    }

    void surviveDamage() {
        std::mt19937_64 random(7);
        const std::string good = npy_bytes(npy_header("<f4", "2, 3, 4"), std::string(96, 'x'), 2);
        int refused = 0;
        for (int i = 0; i < 20'000; ++i) {
            const std::string bad = mutated(good, random);
            NpyHeader header;
            const auto text = error_text([&] { header = parse(bad); });
            if (!text.empty()) {
                ++refused;
                continue;
            }
            // What passes is consistent: the last value lies inside the file.
            QCOMPARE(header.file_size, bad.size());
            const auto strides = npy_strides(header);
            std::int64_t last = 0;
            for (std::size_t d = 0; d < strides.size(); ++d) {
                if (header.dims[d] > 0) last += strides[d] * (header.dims[d] - 1);
            }
            QVERIFY(header.header_size + static_cast<std::uint64_t>(last) <= bad.size());
        }
        QVERIFY(refused > 5000);
    }
};

QTEST_APPLESS_MAIN(tst_NpyReader)
#include "tst_NpyReader.moc"
