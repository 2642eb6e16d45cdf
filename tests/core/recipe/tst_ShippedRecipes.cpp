#include "core/recipe/RecipeJson.h"

#include <QDir>
#include <QTest>

using namespace normscope;

class tst_ShippedRecipes : public QObject {
    Q_OBJECT

   private slots:
    void load_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(NORMSCOPE_SOURCE_DIR "/resources/recipes");
        for (const QString& name : folder.entryList({"*.json"}, QDir::Files, QDir::Name)) {
            QTest::newRow(name.toUtf8().constData()) << folder.filePath(name);
        }
    }
    void load() {
        QFETCH(QString, path);
        const Recipe recipe = load_recipe(path.toStdString());
        QCOMPARE(to_json(parse_recipe(to_json(recipe), "r")), to_json(recipe));
        QCOMPARE(recipe.model.name == "custom", !recipe.model.layers.empty());
    }
};

QTEST_APPLESS_MAIN(tst_ShippedRecipes)
#include "tst_ShippedRecipes.moc"
