#include "core/io/ReadFile.h"
#include "datasets/Gzip.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"
#include "tests/datasets/GzipBytes.h"

#include <QElapsedTimer>
#include <QTest>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;

namespace {

std::string inflated(const std::string& text, std::uint64_t limit = 1U << 20) {
    const auto bytes = io::as_bytes(text);
    return std::string(io::as_text(inflate_if_gzip({bytes.begin(), bytes.end()}, limit, "x.gz")));
}

std::string start_of(const std::string& text, std::size_t count) {
    return std::string(io::as_text(inflate_start(io::as_bytes(text), count, "x.gz")));
}

std::string sample_text() {
    std::string text;
    for (int i = 0; i < 500; ++i) text += std::to_string(i * 7919);
    return text;
}

}  // namespace

class tst_Gzip : public QObject {
    Q_OBJECT

   private slots:
    void inflates() {
        const std::string text = sample_text();
        QCOMPARE(inflated(packed(text)), text);
        QCOMPARE(inflated(packed(text), text.size()), text);
        QCOMPARE(inflated(packed("")), "");
        QCOMPARE(inflated(packed(""), 0), "");
        QCOMPARE(start_of(packed(text), 10), text.substr(0, 10));
        QCOMPARE(start_of(packed("abc"), 10), "abc");
    }
    void leavesPlainBytes() {
        QCOMPARE(inflated("plain"), "plain");
        QCOMPARE(inflated(""), "");
        QCOMPARE(start_of("plain", 2), "pl");
        QCOMPARE(start_of("plain", 10), "plain");
    }
    void severalMembersAreOneStream() { QCOMPARE(inflated(packed("abc") + packed("") + packed("def")), "abcdef"); }

    void cutAtEveryLength() {
        const std::string stream = packed(sample_text());
        for (std::size_t length = 2; length < stream.size(); ++length) {
            const auto text = error_text([&] { inflated(stream.substr(0, length)); });
            QVERIFY2(text.find("cut") != std::string::npos, (std::to_string(length) + text).c_str());
        }
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<QString>("words");
        const std::string stream = packed(sample_text());
        const auto row = [](const char* name, const std::string& bytes, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << words;
        };
        const auto with_byte = [&](std::size_t from_end) {
            std::string changed = stream;
            changed[changed.size() - from_end] = static_cast<char>(changed[changed.size() - from_end] ^ 1);
            return changed;
        };
        row("wrong checksum", with_byte(8), "incorrect data check");
        row("wrong length", with_byte(4), "incorrect length check");
        row("wrong method", "\x1f\x8b\x07" + stream.substr(3), "unknown compression method");
        row("damaged block", stream.substr(0, 10) + "\xff\xff\xff\xff" + stream.substr(14), "damaged");
        row("garbage behind", stream + "garbage", "7 bytes follow the end");
        row("zeros behind", stream + std::string(3, '\0'), "3 bytes follow the end");
        row("second member cut", stream + stream.substr(0, 20), "cut");
        row("longer than allowed", packed(std::string(2000000, 'x')), "more than the 1048576 bytes");
        row("second member too long", packed("x") + packed(std::string(1U << 20, 'x')), "more than the 1048576 bytes");
    }
    void refuses() {
        QFETCH(QByteArray, stream);
        QFETCH(QString, words);
        const auto text = error_text([&] { inflated(stream.toStdString()); });
        QVERIFY2(text.starts_with("Could not unpack x.gz: "), text.c_str());
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
    }

    void oneByteTooMany() {
        QVERIFY(!error_text([] { inflated(packed("abcd"), 3); }).empty());
        QVERIFY(!error_text([] { inflated(packed("a"), 0); }).empty());
        QVERIFY(error_text([] { inflated(packed("abcd"), 4); }).empty());
    }

    void bombIsStoppedAtTheLimit() {
        const std::string bomb = packed_zeros("", 1024);
        QVERIFY(bomb.size() < (2U << 20));
        QElapsedTimer time;
        time.start();
        QVERIFY(error_text([&] { inflated(bomb, 1000); }).find("more than the 1000 bytes") != std::string::npos);
        QVERIFY(time.elapsed() < 200);
        QCOMPARE(inflated(packed_zeros("start", 3), 4U << 20), "start" + std::string(3U << 20, '\0'));
    }

    void damageIsRefusedOrHarmless() {
        const std::string stream = packed(sample_text());
        std::mt19937_64 random(1);
        int refused = 0;
        for (int i = 0; i < 20000; ++i) {
            const std::string damaged = mutated(stream, random);
            if (!error_text([&] { inflated(damaged, 5000); }).empty()) ++refused;
        }
        QVERIFY(refused > 10000);
    }
};

QTEST_APPLESS_MAIN(tst_Gzip)
#include "tst_Gzip.moc"
