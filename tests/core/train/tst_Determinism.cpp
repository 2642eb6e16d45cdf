// The same recipe and seed give the same bits: whatever the number of threads, forked or not.
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr std::int64_t steps = 8;

/// Everything with chance or order in it, switched on.
Recipe busy_recipe(const QString& network, const QString& norm, const QString& optimizer) {
    Recipe recipe = synthetic_recipe();
    recipe.data.augment = {.flip = true, .shift = 2, .crop = 0.8, .brightness = 0.2, .contrast = 0.2};
    recipe.model.name = network.toStdString();
    recipe.model.norm.type = norm.toStdString();
    recipe.model.norm.groups = 2;
    recipe.model.norm.noise = 0.3;
    recipe.optimizer.name = optimizer.toStdString();
    recipe.optimizer.lr = 0.003;
    recipe.optimizer.clip_grad_norm = 1.5;
    recipe.optimizer.accumulation_steps = 2;
    recipe.schedule.name = "cosine";
    recipe.schedule.warmup_steps = 3;
    recipe.loss.label_smoothing = 0.1;
    return recipe;
}

LayerRecipe layer(std::string word) {
    LayerRecipe recipe;
    recipe.layer = std::move(word);
    return recipe;
}

LayerRecipe conv(std::int64_t channels) {
    LayerRecipe recipe = layer("Conv2d");
    recipe.out_channels = channels;
    recipe.kernel_size = 3;
    recipe.padding = 1;
    return recipe;
}

/// With dropout, average pooling and a shortcut.
std::vector<LayerRecipe> custom_layers() {
    LayerRecipe block = layer("Residual");
    block.layers = {conv(4), layer("norm"), layer("activation"), layer("Dropout"), conv(4), layer("norm")};
    block.after = {layer("LeakyReLU")};
    LayerRecipe pool = layer("AvgPool2d");
    pool.kernel_size = 2;
    return {conv(4), layer("norm"), block, pool, layer("Sigmoid"), layer("Flatten"), layer("Linear")};
}

}  // namespace

class tst_Determinism : public QObject {
    Q_OBJECT

   private slots:
    void givesTheSameBits_data() {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("norm");
        QTest::addColumn<QString>("optimizer");
        const auto row = [](const char* network, const char* norm, const char* optimizer) {
            QTest::addRow("%s, %s, %s", network, norm, optimizer) << network << norm << optimizer;
        };
        for (const char* network : {"simple", "vgg", "resnet", "variable-input", "image-classifier", "mlp", "plain"}) {
            row(network, "batch", "sgd");
            row(network, "batch", "adam");
        }
        for (const char* norm : {"none", "layer", "instance", "group"}) row("resnet", norm, "adamw");
        row("custom", "batch", "adamw");
    }

    void givesTheSameBits() {
        QFETCH(QString, network);
        QFETCH(QString, norm);
        QFETCH(QString, optimizer);
        Recipe recipe = busy_recipe(network, norm, optimizer);
        if (network == "custom") recipe.model.layers = custom_layers();
        const auto split = synthetic_split();

        PlainRun one({recipe, split}, 1);
        one.take_steps(steps / 2);
        PlainRun fork(one.experiment(), 3);
        const RunHistory& first_half = one.history();
        QCOMPARE(first_half.steps(), steps / 2);
        one.take_steps(steps - steps / 2);
        for (const int threads : {2, 4}) {
            QVERIFY(PlainRun({recipe, split}, threads).take_steps(steps).history() == one.history());
        }
        fork.take_steps(steps - steps / 2);
        const auto losses = one.history().losses();
        const auto forked = fork.history().losses();
        QVERIFY(std::ranges::equal(forked, std::span(losses).last(forked.size())));
        QVERIFY(one.experiment().network().state().size() == fork.experiment().network().state().size());
        QVERIFY(std::ranges::equal(one.experiment().network().state(), fork.experiment().network().state(),
                                   [](const auto& a, const auto& b) { return a.values == b.values; }));
    }

    void dependsOnTheSeed() {
        Recipe recipe = busy_recipe("simple", "batch", "sgd");
        const auto history = PlainRun({recipe, synthetic_split()}).take_steps(2).history();
        recipe.seed = 2;
        QVERIFY(!(PlainRun({recipe, synthetic_split()}).take_steps(2).history() == history));
    }
};

QTEST_APPLESS_MAIN(tst_Determinism)
#include "tst_Determinism.moc"
