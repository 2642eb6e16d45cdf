#include "core/recipe/LayerRecipeJson.h"
#include "core/recipe/RecipeJson.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"

#include <QTest>

using namespace normscope;
using normscope::testing::error_text;
using normscope::testing::mutated;

namespace {

constexpr auto network = R"({"model": {"name": "custom", "layers": [
  {"layer": "Conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1, "bias": false},
  {"layer": "norm"}, {"layer": "activation", "name": "first"},
  {"layer": "MaxPool2d", "kernel_size": 2},
  {"layer": "Residual", "name": "block",
   "layers": [{"layer": "Sequential", "layers": [{"layer": "Conv2d", "out_channels": 32, "kernel_size": 3, "stride": 2}]}],
   "shortcut": [{"layer": "Conv2d", "out_channels": 32, "kernel_size": 1}, {"layer": "GroupNorm", "num_groups": 4}],
   "after": [{"layer": "LeakyReLU", "negative_slope": 0.2}]},
  {"layer": "Dropout", "p": 0.25}, {"layer": "AdaptiveAvgPool2d", "output_size": 1}, {"layer": "Flatten"},
  {"layer": "Linear"}]}})";

/// The place and sentence of the error in this list of layers, which begins at line 1, column 41.
std::string error_in(const QString& layers) {
    const std::string text = R"({"model": {"name": "custom", "layers": )" + layers.toStdString() + "}}";
    return error_text([&] { parse_recipe(text, "r.json"); });
}

/// `depth` residual blocks within each other.
QString nested(int depth) {
    QString text = "[{\"layer\": \"ReLU\"}]";
    for (int i = 1; i < depth; ++i) text = "[{\"layer\": \"Sequential\", \"layers\": " + text + "}]";
    return text;
}

QString many(int count) {
    QStringList layers;
    for (int i = 0; i < count; ++i) layers << "{\"layer\": \"ReLU\"}";
    return "[" + layers.join(", ") + "]";
}

}  // namespace

class tst_LayerRecipeJson : public QObject {
    Q_OBJECT

   private slots:
    void reads() {
        const auto layers = parse_recipe(network, "r.json").model.layers;
        QCOMPARE(layers.size(), std::size_t{9});
        QCOMPARE(layers[0].layer, "Conv2d");
        QCOMPARE(layers[0].out_channels, 16);
        QCOMPARE(layers[0].kernel_size, 3);
        QCOMPARE(layers[0].stride, 0);
        QCOMPARE(layers[0].padding, 1);
        QVERIFY(!layers[0].bias);
        QCOMPARE(layers[2].name, "first");
        const LayerRecipe& block = layers[4];
        QCOMPARE(block.layers.at(0).layers.at(0).stride, 2);
        QVERIFY(block.layers[0].layers[0].bias);
        QCOMPARE(block.shortcut.at(1).num_groups, 4);
        QCOMPARE(block.after.at(0).negative_slope, 0.2);
        QCOMPARE(layers[5].p, 0.25);
        QCOMPARE(layers[8].out_features, 0);
    }

    void comesBackEqual() {
        const Recipe recipe = parse_recipe(network, "r.json");
        const Recipe read = parse_recipe(to_json(recipe), "r.json");
        QVERIFY(read.model.layers == recipe.model.layers);
        QCOMPARE(to_json(read), to_json(recipe));
    }

    void keepsEveryMember() {
        for (const auto word : layer_words()) {
            Recipe recipe;
            recipe.model.name = "custom";
            LayerRecipe layer;
            layer.layer = word;
            // What is needed has no default.
            if (word == "Conv2d") layer.out_channels = 3;
            if (word == "Conv2d" || word == "MaxPool2d" || word == "AvgPool2d") layer.kernel_size = 2;
            recipe.model.layers = {layer};
            QVERIFY2(parse_recipe(to_json(recipe), "r").model.layers == recipe.model.layers, to_json(recipe).c_str());
        }
    }

    void refuses_data() {
        QTest::addColumn<QString>("layers");
        QTest::addColumn<QString>("words");
        QTest::newRow("no array") << "{}"
                                  << "line 1, column 40: model.layers must be an array of layers";
        QTest::newRow("no object") << "[3]"
                                   << "column 40: model.layers[0] must be an object, {\"layer\": …}, not 3.";
        QTest::newRow("array in array") << "[[]]"
                                        << "column 41: model.layers[0] must be an object";
        QTest::newRow("no word") << "[{\"layer\": \"ReLU\"},\n {}]"
                                 << "line 2, column 2: model.layers[1] needs the key \"layer\", which says what it is.";
        QTest::newRow("word no text") << "[{\"layer\": 7}]"
                                      << "column 51: model.layers[0].layer must be a text, not 7.";
        QTest::newRow("unknown word") << "[{\"layer\": \"Conv2D\"}]"
                                      << "column 51: model.layers[0].layer \"Conv2D\" is unknown; this version";
        QTest::newRow("word like another") << "[{\"layer\": \"MaxPool2\"}]"
                                           << "Did you mean \"MaxPool2d\"?";
        QTest::newRow("missing key") << "[{\"layer\": \"Conv2d\", \"out_channels\": 3}]"
                                     << "column 41: model.layers[0] needs the key \"kernel_size\", as Conv2d does.";
        QTest::newRow("unknown key")
            << "[{\"layer\": \"Dropout\"},\n{\"layer\": \"MaxPool2d\", \"kernal_size\": 2}]"
            << "line 2, column 24: model.layers[1]: the key \"kernal_size\" is unknown to MaxPool2d. Did you mean "
               "\"kernel_size\"?";
        QTest::newRow("key of another word") << "[{\"layer\": \"Flatten\", \"bias\": true}]"
                                             << "is unknown to Flatten. Known here: layer, name.";
        QTest::newRow("empty key") << "[{\"layer\": \"Flatten\", \"\": true}]"
                                   << "the key \"\" is unknown";
        QTest::newRow("range") << "[{\"layer\": \"norm\"}, {\"layer\": \"norm\"}, {\"layer\": \"norm\"},\n"
                                  "{\"layer\": \"MaxPool2d\",\"kernel_size\": 0}]"
                               << "line 2, column 38: model.layers[3].kernel_size must be between 1 and 1024, not 0.";
        QTest::newRow("fraction") << "[{\"layer\": \"MaxPool2d\", \"kernel_size\": 2.5}]"
                                  << "model.layers[0].kernel_size must be a whole number, not 2.5.";
        QTest::newRow("probability") << "[{\"layer\": \"Dropout\", \"p\": 1.5}]"
                                     << "model.layers[0].p must be between 0.0 and 1.0, not 1.5.";
        QTest::newRow("null where none is") << "[{\"layer\": \"Conv2d\", \"out_channels\": null, \"kernel_size\": 3}]"
                                            << "model.layers[0].out_channels must be a whole number, not null.";
        QTest::newRow("wide padding")
            << "[{\"layer\": \"MaxPool2d\", \"kernel_size\": 3, \"padding\": 2}]"
            << "model.layers[0].padding must be at most half of kernel_size, which is 3, not 2.";
        QTest::newRow("name with a dot") << "[{\"layer\": \"ReLU\", \"name\": \"a.b\"}]"
                                         << "model.layers[0].name must be up to 64 letters";
        QTest::newRow("equal names")
            << "[{\"layer\": \"ReLU\", \"name\": \"a\"}, {\"layer\": \"norm\", \"name\": \"a\"}]"
            << "model.layers[1].name \"a\" is also the name of model.layers[0].";
        QTest::newRow("within a block")
            << "[{\"layer\": \"Residual\", \"layers\": [{\"layer\": \"ReLU\"}],\n\"shortcut\": [{\"layer\": \"norm\"}, "
               "{\"layer\": \"GroupNorm\",\n \"num_groups\": -1}]}]"
            << "line 3, column 16: model.layers[0].shortcut[1].num_groups must be between 1 and 65536, not -1.";
        QTest::newRow("block of nothing") << "[{\"layer\": \"Residual\"}]"
                                          << "needs the key \"layers\", as Residual does";
        QTest::newRow("too deep") << nested(9) << "layers stand more than 8 deep within each other.";
        QTest::newRow("too many") << many(501) << "model.layers: there are more than 500 layers.";
        QTest::newRow("deeper than JSON may be") << nested(100) << "nested more than 64";
    }
    void refuses() {
        QFETCH(QString, layers);
        QFETCH(QString, words);
        const auto error = error_in(layers);
        QVERIFY2(error.starts_with("r.json, line "), error.c_str());
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
    }

    void accepts_data() {
        QTest::addColumn<QString>("layers");
        QTest::newRow("eight deep") << nested(8);
        QTest::newRow("500 layers") << many(500);
        QTest::newRow("what is not said") << "[{\"layer\": \"Linear\", \"out_features\": null, \"name\": null}, "
                                             "{\"layer\": \"AvgPool2d\", \"kernel_size\": 3, \"stride\": null}]";
        QTest::newRow("equal names apart") << "[{\"layer\": \"Sequential\", \"name\": \"a\", \"layers\": [{\"layer\": "
                                              "\"ReLU\", \"name\": \"a\"}]}]";
        QTest::newRow("empty block") << "[{\"layer\": \"Residual\", \"layers\": [], \"shortcut\": [], \"after\": []}]";
    }
    void accepts() {
        QFETCH(QString, layers);
        QCOMPARE(error_in(layers), "");
    }

    void damageIsRefusedOrHarmless() {
        const std::string text = to_json(parse_recipe(network, "r"));
        std::mt19937_64 random(1);
        int refused = 0;
        for (int i = 0; i < 5000; ++i) {
            const std::string damaged = mutated(text, random);
            const auto error = error_text([&] {
                const Recipe recipe = parse_recipe(damaged, "r");
                if (parse_recipe(to_json(recipe), "r").model.layers != recipe.model.layers) throw std::logic_error("");
            });
            if (!error.empty()) ++refused;
        }
        QVERIFY(refused > 2500);
        QVERIFY(refused < 5000);
    }
};

QTEST_APPLESS_MAIN(tst_LayerRecipeJson)
#include "tst_LayerRecipeJson.moc"
