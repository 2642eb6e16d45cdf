#include "core/recipe/RecipeChoice.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

using namespace normscope;
using normscope::testing::error_text;

class tst_RecipeChoice : public QObject {
    Q_OBJECT

   private slots:
    void readsAndWritesWords() {
        Recipe recipe;
        QCOMPARE(choice_of(recipe, "model.name"), "simple");
        set_choice(recipe, "model.name", "vgg");
        QCOMPARE(recipe.model.name, "vgg");
        QCOMPARE(choice_of(recipe, "model.name"), "vgg");
    }

    void newDataTakesItsOwnEvaluationData() {
        Recipe recipe;
        recipe.data.eval_source = "fashion-mnist";
        set_choice(recipe, "data.source", "fashion-mnist-full");
        QVERIFY(!recipe.data.eval_source);
    }

    void refusesWhatIsNoChoice() {
        Recipe recipe;
        QVERIFY(!error_text([&] { set_choice(recipe, "model.name", "alexnet"); }).empty());
        QVERIFY(!error_text([&] { set_choice(recipe, "optimizer.lr", "0.1"); }).empty());
        QVERIFY(!error_text([&] { choice_of(recipe, "model.nam"); }).empty());
        QCOMPARE(recipe.model.name, "simple");
    }
};

QTEST_APPLESS_MAIN(tst_RecipeChoice)
#include "tst_RecipeChoice.moc"
