#include "core/telemetry/Hyperparameter.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace normscope::telemetry;

namespace {

const HyperparameterSpec& spec_of(const QString& key) {
    return *find_hyperparameter(key.toStdString());
}

double parsed(const std::string& text) {
    return QString::fromStdString(text).toDouble();
}

}  // namespace

class tst_Hyperparameter : public QObject {
    Q_OBJECT

   private slots:
    void isATableWithoutContradictions() {
        std::set<std::string_view> keys;
        for (const auto& spec : hyperparameter_specs()) {
            QVERIFY(keys.insert(spec.key).second);
            QVERIFY(!spec.name.empty() && !spec.help.empty());
            QVERIFY(spec.minimum <= spec.slider_minimum && spec.slider_minimum < spec.slider_maximum);
            QVERIFY(spec.slider_maximum <= spec.maximum);
            QVERIFY(!reason_to_refuse(spec, spec.default_value));
            QVERIFY(spec.scale == Scale::linear || spec.slider_minimum > 0);
            QCOMPARE(find_hyperparameter(spec.key), &spec);
        }
        QVERIFY(!find_hyperparameter("optimizer"));
        QVERIFY(!find_hyperparameter(""));
    }

    void formatsValues_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("default eps") << "model.norm.eps" << 1e-5 << "1e-5";
        QTest::newRow("momentum") << "model.norm.momentum" << 0.001 << "0.001";
        QTest::newRow("0.1") << "model.norm.momentum" << 0.1 << "0.1";
        QTest::newRow("two digits of exponent") << "model.norm.eps" << 2.5e-12 << "2.5e-12";
        QTest::newRow("a hundred digits") << "model.norm.eps" << 1e-100 << "1e-100";
        QTest::newRow("small, still fixed") << "optimizer.lr" << 0.0001 << "0.0001";
        QTest::newRow("large, still fixed") << "optimizer.lr" << 1e6 << "1000000";
        QTest::newRow("zero") << "optimizer.lr" << 0.0 << "0";
        QTest::newRow("whole number") << "optimizer.lr" << 3.0 << "3";
        QTest::newRow("batch") << "data.batch_size" << 64.0 << "64";
        QTest::newRow("many epochs") << "epochs" << 1e6 << "1000000";
        QTest::newRow("largest seed") << "seed" << 9007199254740991.0 << "9007199254740991";
    }
    void formatsValues() {
        QFETCH(QString, key);
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(format_value(spec_of(key), value)), text);
    }

    void comesBackFromText_data() {
        QTest::addColumn<double>("value");
        for (const double value : {0.1, 1.0 / 3, 1e-5, 1.2345678901234567e-8, 1e6, 123456.789, 5e-324,
                                   0.30000000000000004, 1e5, 1e21, 1e22}) {
            QTest::addRow("%.17g", value) << value;
        }
    }
    void comesBackFromText() {
        QFETCH(double, value);
        QVERIFY(parsed(format_value(spec_of("optimizer.lr"), value)) == value);
    }

    void refusesValuesInASentence_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("too large") << "model.norm.momentum" << 3.0 << "momentum must be between 0 and 1, not 3.";
        QTest::newRow("too small") << "data.batch_size" << 0.0 << "Batch size must be between 1 and 4096, not 0.";
        QTest::newRow("negative") << "model.norm.eps" << -1e-5 << "eps must be between 0 and 1000, not -1e-5.";
        QTest::newRow("fraction") << "data.batch_size" << 2.5 << "Batch size must be a whole number, not 2.5.";
        QTest::newRow("NaN") << "optimizer.lr" << std::nan("") << "Learning rate must be a finite number.";
        QTest::newRow("infinity") << "optimizer.lr" << std::numeric_limits<double>::infinity()
                                  << "Learning rate must be a finite number.";
        QTest::newRow("seed beyond 2^53")
            << "seed" << 9007199254740992.0 << "Seed must be between 0 and 9007199254740991, not 9.007199254740992e15.";
    }
    void refusesValuesInASentence() {
        QFETCH(QString, key);
        QFETCH(double, value);
        QFETCH(QString, sentence);
        const auto reason = reason_to_refuse(spec_of(key), value);
        QVERIFY(reason);
        QCOMPARE(QString::fromStdString(*reason), sentence);
    }

    void cumulativeMomentumIsNoNumber() {
        const auto& spec = spec_of("model.norm.momentum");
        QVERIFY(!reason_to_refuse(spec, std::nan("")));
        QCOMPARE(QString::fromStdString(format_value(spec, std::nan(""))), QStringLiteral("cumulative"));
        QVERIFY(same_value(std::nan(""), std::nan("")));
        QVERIFY(!same_value(std::nan(""), 0.1));
    }

    void takesTheEndsOfTheRange() {
        for (const auto& spec : hyperparameter_specs()) {
            QVERIFY(!reason_to_refuse(spec, spec.minimum));
            QVERIFY(!reason_to_refuse(spec, spec.maximum));
        }
    }
};

QTEST_APPLESS_MAIN(tst_Hyperparameter)
#include "tst_Hyperparameter.moc"
