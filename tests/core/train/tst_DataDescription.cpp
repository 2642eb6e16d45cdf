#include "core/train/DataDescription.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

class tst_DataDescription : public QObject {
    Q_OBJECT

   private slots:
    void comesBackFromJson() {
        const DataDescription of_data = describe(SyntheticDataset(5, 8, 3));
        QCOMPARE(of_data.class_names.size(), 4U);
        QVERIFY(of_data.image_shape() == (Shape{0, 8, 8, 3}));
        QVERIFY(parse_data_description(to_json(of_data), "m") == of_data);
        const DataDescription odd{"\"quoted\" \n", 3, 65536, 1, {"çé", "a\\b", ""}};
        QVERIFY(parse_data_description(to_json(odd), "m") == odd);
    }

    void bytesThatAreNoTextAreReplaced() {
        const DataDescription data{"photos \xff", 1, 1, 1, {"\xc3"}};
        const auto back = parse_data_description(to_json(data), "m");
        QCOMPARE(back.name, "photos \xef\xbf\xbd");
        QCOMPARE(back.class_names.front(), "\xef\xbf\xbd");
    }

    void refusesOtherJson_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("not JSON") << QByteArray("{");
        QTest::newRow("no object") << QByteArray("[1]");
        QTest::newRow("no name") << QByteArray(R"({"size": [1, 2, 3], "classes": ["a"]})");
        QTest::newRow("name") << QByteArray(R"({"name": 1, "size": [1, 2, 3], "classes": ["a"]})");
        QTest::newRow("two sides") << QByteArray(R"({"name": "", "size": [1, 2], "classes": ["a"]})");
        QTest::newRow("zero") << QByteArray(R"({"name": "", "size": [1, 0, 3], "classes": ["a"]})");
        QTest::newRow("negative") << QByteArray(R"({"name": "", "size": [-1, 2, 3], "classes": ["a"]})");
        QTest::newRow("huge") << QByteArray(R"({"name": "", "size": [1, 2, 65537], "classes": ["a"]})");
        QTest::newRow("half") << QByteArray(R"({"name": "", "size": [1, 2.5, 3], "classes": ["a"]})");
        QTest::newRow("no classes") << QByteArray(R"({"name": "", "size": [1, 2, 3], "classes": []})");
        QTest::newRow("classes") << QByteArray(R"({"name": "", "size": [1, 2, 3], "classes": [1]})");
    }
    void refusesOtherJson() {
        QFETCH(QByteArray, json);
        const auto text = error_text([&] { parse_data_description(json.toStdString(), "model.safetensors"); });
        QVERIFY2(text.find("model.safetensors") == 0, text.c_str());
    }
};

QTEST_APPLESS_MAIN(tst_DataDescription)
#include "tst_DataDescription.moc"
