#include "core/recipe/NearestName.h"

#include <QTest>

#include <array>

using normscope::nearest_name;

class tst_NearestName : public QObject {
    Q_OBJECT

   private slots:
    void nearest_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("expected");
        QTest::newRow("same") << "momentum"
                              << "momentum";
        QTest::newRow("one letter") << "momentun"
                                    << "momentum";
        QTest::newRow("left out") << "momntum"
                                  << "momentum";
        QTest::newRow("swapped") << "epochs"
                                 << "epochs";
        QTest::newRow("swapped short") << "rl"
                                       << "lr";
        QTest::newRow("case") << "LR"
                              << "lr";
        QTest::newRow("far") << "colour"
                             << "";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("very long") << QString(100000, 'm') << "";
    }
    void nearest() {
        QFETCH(QString, name);
        QFETCH(QString, expected);
        constexpr std::array<std::string_view, 4> candidates{"lr", "momentum", "weight_decay", "epochs"};
        const std::string text = name.toStdString();
        QCOMPARE(std::string(nearest_name(text, candidates).value_or("")), expected.toStdString());
    }
};

QTEST_APPLESS_MAIN(tst_NearestName)
#include "tst_NearestName.moc"
