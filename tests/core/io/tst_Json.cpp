#include "core/io/Json.h"
#include "tests/core/io/CommaLocale.h"
#include "tests/core/io/ErrorText.h"

#include <QElapsedTimer>
#include <QTest>

#include <nlohmann/json.hpp>

using namespace normscope;
using namespace normscope::io;
using normscope::testing::error_text;

namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

class tst_Json : public QObject {
    Q_OBJECT

   private slots:
    void parses_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("object") << R"({"b":1,"a":[true,null,"x"]})";
        QTest::newRow("empty object") << "{}";
        QTest::newRow("scalar") << "42";
        QTest::newRow("unicode") << QStringLiteral("{\"γ\":\"学\"}");
        QTest::newRow("escaped quotes in keys") << "{\"a\\\"b\\\\\":1,\"a\":2}";
        QTest::newRow("largest integers") << "[18446744073709551615,-9223372036854775808]";
        QTest::newRow("64 levels") << QString::fromStdString(nested(64));
    }
    void parses() {
        QFETCH(QString, text);
        QCOMPARE(parse_json(text.toStdString(), "f").dump(), text.toStdString());
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("empty") << QByteArray() << "line 1, column 1: unexpected end of input";
        QTest::newRow("missing comma") << QByteArray("{\"a\": 1\n \"b\": 2}")
                                       << "line 2, column 2: unexpected string literal";
        QTest::newRow("missing brace") << QByteArray("{\"a\": 1\n") << "line 2, column 1: unexpected end of input";
        QTest::newRow("trailing comma") << QByteArray("{\"a\": 1,}") << "line 1, column 9: unexpected '}'";
        QTest::newRow("trailing data") << QByteArray("{} x") << "line 1, column 4";
        QTest::newRow("two values") << QByteArray("{}\n{}") << "line 2, column 1";
        QTest::newRow("single quotes") << QByteArray("{'a': 1}") << "line 1, column 2";
        QTest::newRow("comment") << QByteArray("{} // why") << "line 1, column 4";
        QTest::newRow("NaN") << QByteArray("[1, NaN]") << "line 1, column 5: invalid literal";
        QTest::newRow("number beyond double") << QByteArray("[1e999]") << "line 1, column 2: number overflow";
        QTest::newRow("leading zero") << QByteArray("[01]") << "line 1, column 2";
        QTest::newRow("bad escape") << QByteArray("[\"\\q\"]") << "line 1, column 4";
        QTest::newRow("bad UTF-8") << QByteArray("[\"\xff\"]") << "line 1, column 3";
        QTest::newRow("control character") << QByteArray("[\"a\nb\"]") << "line 1, column 4";
        QTest::newRow("columns count characters") << QByteArray("[\"γβ\" x]") << "line 1, column 7";
        QTest::newRow("repeated key") << QByteArray("{\"a\": 1,\n  \"a\": 2}")
                                      << "line 2, column 3: the key \"a\" is there twice";
        QTest::newRow("repeated key, escaped")
            << QByteArray("{\"a\": 1, \"\\u0061\": 2}") << "line 1, column 10: the key \"a\"";
        QTest::newRow("repeated key below")
            << QByteArray("{\"x\": [{\"a\": 1, \"b\": 2, \"a\": 3}]}") << "column 25: the key \"a\"";
        QTest::newRow("65 levels") << QByteArray::fromStdString(nested(65))
                                   << "column 65: it is nested more than 64 levels deep";
        QTest::newRow("a million levels") << QByteArray(1000000, '[') << "nested more than 64";
        QTest::newRow("a million objects deep") << QByteArray("{\"a\":").repeated(1000000) << "nested more than 64";
        QTest::newRow("too many values") << "[" + QByteArray("0,").repeated(200000) + "0]"
                                         << "more than 100000 values";
    }
    void refuses() {
        QFETCH(QByteArray, text);
        QFETCH(QString, words);
        QElapsedTimer time;
        time.start();
        const auto error = error_text([&] { parse_json(text.toStdString(), "file.json"); });
        QVERIFY2(error.starts_with("file.json, line "), error.c_str());
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.size() < 500, error.c_str());
        QVERIFY(time.elapsed() < 2000);
    }

    void manyKeysTakeLinearTime() {
        std::string text = "{";
        for (int i = 0; i < 90000; ++i) text += '"' + std::to_string(i) + "\": 0, ";
        QElapsedTimer time;
        time.start();
        QCOMPARE(parse_json(text + "\"x\": 0}", "f").size(), std::size_t{90001});
        QVERIFY(!error_text([&] { parse_json(text + "\"0\": 0}", "f"); }).empty());
        QVERIFY(time.elapsed() < 2000);
    }

    void tellsPlaces() {
        JsonPlaces places;
        parse_json("{\n  \"a\": {\"b/c\" :  1,\n\"d\": [{\"e\": 2}, {\"e\": 3}]},\n \"γ\": 4, \"f\": 5}", "f", {},
                   &places);
        const auto place = [&](const char* pointer) { return to_string(places.entries.at(pointer).key); };
        QCOMPARE(place("/a"), "line 2, column 3");
        QCOMPARE(place("/a/b~1c"), "line 2, column 9");
        QCOMPARE(to_string(places.entries.at("/a/b~1c").value), "line 2, column 18");
        QCOMPARE(place("/a/d/0/e"), "line 3, column 8");
        QCOMPARE(place("/a/d/1/e"), "line 3, column 18");
        QCOMPARE(place("/a/d/1"), "line 3, column 17");
        QCOMPARE(place("/f"), "line 4, column 10");
    }

    void localeChangesNothing() {
        const normscope::testing::CommaLocale locale;
        const auto value = parse_json("[0.25, 1234567, 1e-5]", "f");
        QCOMPARE(value[0].get<double>(), 0.25);
        QCOMPARE(value.dump(), "[0.25,1234567,1e-05]");
        if (!locale.is_in_c()) QSKIP("German is not installed: only C++ streams had decimal commas");
    }
};

QTEST_APPLESS_MAIN(tst_Json)
#include "tst_Json.moc"
