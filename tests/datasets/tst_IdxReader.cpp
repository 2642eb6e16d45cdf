#include "core/io/ReadFile.h"
#include "datasets/IdxReader.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"
#include "tests/datasets/IdxBytes.h"

#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;

namespace {

IdxArray parse(const std::string& file) {
    return parse_idx(io::as_bytes(file), "x-ubyte");
}

constexpr auto largest_dim = std::numeric_limits<std::uint32_t>::max();

}  // namespace

class tst_IdxReader : public QObject {
    Q_OBJECT

   private slots:
    void parsesImages() {
        const std::string file = idx_images(4, 3, 2);
        const auto array = parse(file);
        QCOMPARE(array.dims, (std::vector<std::int64_t>{4, 3, 2}));
        QCOMPARE(array.values.size(), std::size_t{24});
        QCOMPARE(std::to_integer<int>(array.values[23]), 23);
        QCOMPARE(idx_file_size(io::as_bytes(file).first(16), "x"), file.size());
    }
    void parsesLabels() {
        const std::string file = idx_labels({3, 9, 0});
        QCOMPARE(parse(file).dims, std::vector<std::int64_t>{3});
        QCOMPARE(std::to_integer<int>(parse(file).values[1]), 9);
    }
    void parsesEmptyArrays() {
        QVERIFY(parse(idx_labels({})).values.empty());
        QCOMPARE(parse(idx_header({0, largest_dim, 28})).dims[1], std::int64_t{largest_dim});
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& file, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << words;
        };
        row("empty", "", "the file is empty");
        row("3 bytes", std::string("\0\0\x08", 3), "first 4 bytes");
        row("cut in the dimensions", idx_header({4, 3, 2}).substr(0, 15), "list of dimensions");
        row("wrong magic", "abcdefgh", "first two bytes are not 0");
        row("reversed bytes", std::string("\x03\x08\0\0\0\0\0\x04", 8), "first two bytes are not 0");
        row("PNG", "\x89PNG\r\n\x1a\nxxxx", "a PNG picture");
        row("gzip", "\x1f\x8b\x08xxxxx", "a gzip file");
        row("NumPy", "\x93NUMPYxxxxx", "a NumPy .npy file");
        row("signed bytes", idx_header({1}, '\x09') + 'x', "holds signed bytes, and only unsigned");
        row("16-bit", idx_header({1}, '\x0B') + "xx", "16-bit integers");
        row("32-bit", idx_header({1}, '\x0C') + "xxxx", "32-bit integers");
        row("float", idx_header({1}, '\x0D') + "xxxx", "32-bit floats");
        row("double", idx_header({1}, '\x0E') + "xxxxxxxx", "64-bit floats");
        row("unknown type", idx_header({1}, '\x07') + 'x', "type byte (offset 2) is 7");
        row("no dimension", idx_header({}), "0 dimensions");
        row("four dimensions", idx_header({1, 1, 1, 1}) + 'x', "4 dimensions");
        row("one byte short", idx_images(4).substr(0, 39),
            "it is cut: its header asks for 40 bytes in all, and it has 39");
        row("one byte more", idx_images(4) + 'x',
            "bytes follow its end: its header asks for 40 bytes in all, and it has 41");
        row("one byte more than nothing", idx_labels({}) + 'x', "bytes follow its end");
        row("product beyond 2^64", idx_header({largest_dim, largest_dim, largest_dim}), "more bytes than any disk");
        row("product wraps to 0", idx_header({1U << 31, 1U << 31, 1U << 2}), "more bytes than any disk");
        row("product wraps to a small number", idx_header({0x80000001, 0x80000000, 4}), "more bytes than any disk");
        row("product below 2^63", idx_header({largest_dim, 1U << 30}), "it is cut");
    }
    void refuses() {
        QFETCH(QByteArray, file);
        QFETCH(QString, words);
        const auto text = error_text([&] { parse(file.toStdString()); });
        QVERIFY2(text.starts_with("x-ubyte is not a usable IDX file: "), text.c_str());
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
    }

    void cutAtEveryLength() {
        for (const auto& file : {idx_images(4), idx_labels({1, 2, 3})}) {
            for (std::size_t length = 0; length < file.size(); ++length) {
                QVERIFY(!error_text([&] { parse(file.substr(0, length)); }).empty());
            }
        }
    }

    void damageIsRefusedOrHarmless() {
        const std::string file = idx_images(4);
        std::mt19937_64 random(1);
        int refused = 0;
        for (int i = 0; i < 20000; ++i) {
            const std::string damaged = mutated(file, random);
            const auto error = error_text([&] {
                const auto array = parse(damaged);
                std::int64_t product = 1;
                for (const auto dim : array.dims) product *= dim;
                if (array.values.size() != static_cast<std::size_t>(product)) throw std::logic_error("sizes differ");
            });
            if (!error.empty()) ++refused;
        }
        QVERIFY(refused > 10000);
        QVERIFY(refused < 20000);
    }
};

QTEST_APPLESS_MAIN(tst_IdxReader)
#include "tst_IdxReader.moc"
