#include "core/io/MessageText.h"

#include <QTest>

using namespace normscope::io;

class tst_MessageText : public QObject {
    Q_OBJECT

   private slots:
    void inQuotes_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("plain") << QByteArray("a b") << QByteArray("\"a b\"");
        QTest::newRow("empty") << QByteArray() << QByteArray("\"\"");
        QTest::newRow("unicode") << QByteArray("γ学😀") << QByteArray("\"γ学😀\"");
        QTest::newRow("control") << QByteArray("a\x1b[2J\n\x7f") << QByteArray("\"a?[2J??\"");
        QTest::newRow("malformed") << QByteArray("\xff\xc3(\xe2\x82")
                                   << QByteArray(
                                          "\"??"
                                          "(??\"");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << QByteArray("\"???\"");
        QTest::newRow("overlong") << QByteArray("\xc0\xaf\xe0\x80\xaf") << QByteArray("\"?????\"");
        QTest::newRow("beyond Unicode") << QByteArray("\xf4\x90\x80\x80") << QByteArray("\"????\"");
        QTest::newRow("long") << QByteArray(100, 'x') << "\"" + QByteArray(19, 'x') + "…\"";
        QTest::newRow("long, cut between characters")
            << QByteArray("γ").repeated(50) << "\"" + QByteArray("γ").repeated(9) + "…\"";
    }
    void inQuotes() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        QCOMPARE(QByteArray::fromStdString(in_quotes(text.toStdString(), 20)), expected);
    }

    void validUtf8() {
        QVERIFY(is_valid_utf8(""));
        QVERIFY(is_valid_utf8("aγ学😀"));
        QVERIFY(!is_valid_utf8("a\xff"));
        QVERIFY(!is_valid_utf8("\xe2\x82"));
    }
};

QTEST_APPLESS_MAIN(tst_MessageText)
#include "tst_MessageText.moc"
