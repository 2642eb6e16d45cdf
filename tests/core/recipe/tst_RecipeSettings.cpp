// --set path=value.
#include "core/recipe/RecipeJson.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace normscope;
using normscope::testing::error_text;

class tst_RecipeSettings : public QObject {
    Q_OBJECT

   private slots:
    void sets_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::newRow("number") << "model.norm.momentum=0.01"
                                << "/model/norm/momentum"
                                << "0.01";
        QTest::newRow("null") << "model.norm.momentum=null"
                              << "/model/norm/momentum"
                              << "null";
        QTest::newRow("flag") << "data.shuffle=false"
                              << "/data/shuffle"
                              << "false";
        QTest::newRow("bare text") << "data.source=idx:a b,c=d"
                                   << "/data/source"
                                   << "\"idx:a b,c=d\"";
        QTest::newRow("quoted text") << "data.source=\"x\""
                                     << "/data/source"
                                     << "\"x\"";
        QTest::newRow("array") << "data.normalize.mean=[0.5]"
                               << "/data/normalize/mean"
                               << "[0.5]";
        QTest::newRow("section") << "data.normalize={\"mean\":[1,2],\"std\":[3,4]}"
                                 << "/data/normalize/std"
                                 << "[3.0,4.0]";
        QTest::newRow("no clipping") << "optimizer.clip_grad_norm=null"
                                     << "/optimizer/clip_grad_norm"
                                     << "null";
        QTest::newRow("betas") << "optimizer.betas=[0.5, 0]"
                               << "/optimizer/betas"
                               << "[0.5,0.0]";
        QTest::newRow("spaces") << "epochs= 7"
                                << "/epochs"
                                << "7";
    }
    void sets() {
        QFETCH(QString, setting);
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        Recipe recipe;
        apply_setting(recipe, setting.toStdString());
        const auto json = nlohmann::json::parse(to_json(recipe));
        QCOMPARE(json.at(nlohmann::json::json_pointer(pointer.toStdString())).dump(), value.toStdString());
    }

    void refusesToSet_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("words");
        QTest::newRow("no =") << "epochs"
                              << "path=value";
        QTest::newRow("no path") << "=3"
                                 << "no setting";
        QTest::newRow("empty value") << "epochs="
                                     << "epochs must be a number";
        QTest::newRow("unknown") << "model.norm.momentun=3"
                                 << "Did you mean \"model.norm.momentum\"?";
        QTest::newRow("only the last part") << "lr=3"
                                            << "Did you mean \"optimizer.lr\"?";
        QTest::newRow("range") << "model.norm.momentum=3"
                               << "model.norm.momentum must be between 0 and 1, not 3.";
        QTest::newRow("type") << "data.shuffle=maybe"
                              << "not the text \"maybe\"";
        QTest::newRow("broken JSON") << "data.normalize={\"mean\":"
                                     << "column 9";
        QTest::newRow("unknown key within") << "data.normalize={\"men\":[1]}"
                                            << "the key \"men\" is unknown in \"data.normalize\"";
        QTest::newRow("section as number") << "model.norm=3"
                                           << "model.norm must be an object";
        QTest::newRow("means only") << "data.normalize.mean=[1,2]"
                                    << "mean has 2 numbers";
        QTest::newRow("newer schema") << "schema=2"
                                      << "newer";
        QTest::newRow("not there yet") << "schedule.name=multistep"
                                       << "not available yet";
        QTest::newRow("not together") << "model.name=custom"
                                      << "needs layers";
        QTest::newRow("within layers") << "model.layers=[{\"layer\": \"Relu\"}]"
                                       << "model.layers[0].layer \"Relu\" is unknown";
    }
    void refusesToSet() {
        QFETCH(QString, setting);
        QFETCH(QString, words);
        Recipe recipe;
        recipe.seed = 42;
        const std::string before = to_json(recipe);
        const auto error = error_text([&] { apply_setting(recipe, setting.toStdString()); });
        QVERIFY2(error.starts_with("--set "), error.c_str());
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QCOMPARE(to_json(recipe), before);
    }

    void refusesMalformedText() {
        Recipe recipe;
        const auto error = error_text([&] { apply_setting(recipe, "data.source=idx:\xff,b"); });
        QVERIFY2(error.find("data.source must be UTF-8") != std::string::npos, error.c_str());
    }

    void setsTogether() {
        Recipe recipe;
        const std::vector<std::string> settings{"data.normalize.mean=[1,2,3]", "seed=5", "data.normalize.std=[1,2,3]"};
        apply_settings(recipe, settings);
        QCOMPARE(recipe.data.std.size(), std::size_t{3});
        const std::vector<std::string> custom{"model.name=custom", "model.layers=[{\"layer\": \"Flatten\"}]"};
        apply_settings(recipe, custom);
        QCOMPARE(recipe.model.layers.size(), std::size_t{1});
        const std::string before = to_json(recipe);
        const std::vector<std::string> bad{"seed=6", "data.normalize.std=[1]"};
        QVERIFY(!error_text([&] { apply_settings(recipe, bad); }).empty());
        QCOMPARE(to_json(recipe), before);
    }
};

QTEST_APPLESS_MAIN(tst_RecipeSettings)
#include "tst_RecipeSettings.moc"
