#include "core/recipe/Recipe.h"
#include "core/telemetry/Hyperparameter.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using normscope::testing::error_text;

class tst_Recipe : public QObject {
    Q_OBJECT

   private slots:
    void everySetting_data() {
        QTest::addColumn<QString>("key");
        for (const auto& spec : telemetry::hyperparameter_specs()) {
            const std::string key(spec.key);
            QTest::newRow(key.c_str()) << QString::fromStdString(key);
        }
    }
    void everySetting() {
        QFETCH(QString, key);
        const std::string name = key.toStdString();
        const auto& spec = *telemetry::find_hyperparameter(name);
        Recipe recipe;
        QCOMPARE(value_of(recipe, name), spec.default_value);
        for (const double value : {spec.minimum, spec.slider_maximum, spec.maximum}) {
            set_value(recipe, name, value);
            QCOMPARE(value_of(recipe, name), value);
        }
        for (const double value : {spec.minimum - 1, spec.maximum * 2, std::nan(""), HUGE_VAL}) {
            if (std::isnan(value) && !spec.unset.empty()) continue;
            QVERIFY(!error_text([&] { set_value(recipe, name, value); }).empty());
            QCOMPARE(value_of(recipe, name), spec.maximum);
        }
        // Nothing else has changed.
        for (const auto& other : telemetry::hyperparameter_specs()) {
            if (other.key != name) QCOMPARE(value_of(recipe, other.key), other.default_value);
        }
    }

    void cumulativeAverageIsNaN() {
        Recipe recipe;
        recipe.model.norm.momentum = std::nullopt;
        QVERIFY(std::isnan(value_of(recipe, "model.norm.momentum")));
        set_value(recipe, "model.norm.momentum", 0.5);
        QCOMPARE(recipe.model.norm.momentum, 0.5);
        set_value(recipe, "model.norm.momentum", std::nan(""));
        QVERIFY(!recipe.model.norm.momentum);
    }

    void unknownSetting() {
        Recipe recipe;
        QVERIFY(!error_text([&] { value_of(recipe, "momentum"); }).empty());
        QVERIFY(!error_text([&] { set_value(recipe, "data.source", 1); }).empty());
    }
};

QTEST_APPLESS_MAIN(tst_Recipe)
#include "tst_Recipe.moc"
