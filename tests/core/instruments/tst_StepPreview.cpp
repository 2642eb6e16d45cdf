// A step taken apart is the step.
#include "core/instruments/StepPreview.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <bit>
#include <cmath>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

class tst_StepPreview : public QObject {
    Q_OBJECT

   private slots:
    void isTheStepItself();
    void tellsWhatChanged();
    void knowsLayersWithoutBatchStatistics();
};

namespace {

Experiment experimentOf(const std::string& norm = "batch") {
    Recipe recipe;
    recipe.data.batch_size = 16;
    recipe.model.norm.type = norm;
    return {recipe, synthetic_split(80, 30)};
}

}  // namespace

void tst_StepPreview::isTheStepItself() {
    Experiment run = experimentOf();
    Trainer trainer(1);
    for (int i = 0; i < 6; ++i) trainer.step(run);
    Experiment copy = run;
    const StepPreview preview = preview_step(copy, trainer);
    const StepResult taken = trainer.step(run);
    QCOMPARE(preview.step.value, run.step().value);
    QCOMPARE(std::bit_cast<std::uint64_t>(preview.result.loss), std::bit_cast<std::uint64_t>(taken.loss));
    QCOMPARE(preview.result.gradient_norm, taken.gradient_norm);
    QCOMPARE(preview.epoch, 1);  // five steps an epoch
    QCOMPARE(preview.batch, 2);
    QCOMPARE(preview.batches, 5);
}

void tst_StepPreview::tellsWhatChanged() {
    Experiment run = experimentOf();
    Trainer trainer(1);
    trainer.step(run);
    const Experiment before = run;
    const StepPreview preview = preview_step(run, trainer);
    QCOMPARE(preview.norms.size(), run.network().norm_layers().size());
    for (std::size_t i = 0; i < preview.norms.size(); ++i) {
        const NormPreview& norm = preview.norms[i];
        const auto& [position, then] = before.network().norm_layers()[i];
        const auto& now = *run.network().norm_layers()[i].second;
        QCOMPARE(norm.layer.value, position);
        for (std::size_t c = 0; c < norm.batch_mean.size(); ++c) {
            QCOMPARE(norm.batch_mean[c], now.batch_mean()[c]);
            QCOMPARE(norm.batch_var[c], now.batch_var()[c]);
            QCOMPARE(norm.running_mean_before[c], double(then->running_mean()[c]));
            QCOMPARE(norm.running_var_after[c], double(std::as_const(now).running_var()[c]));
            QCOMPARE(norm.weight_before[c], double(then->weight()[c]));
            QCOMPARE(norm.bias_after[c], double(now.bias()[c]));
            const double momentum = *run.recipe().model.norm.momentum;
            const double expected = (1 - momentum) * norm.running_mean_before[c] + momentum * norm.batch_mean[c];
            QVERIFY(std::abs(norm.running_mean_after[c] - expected) < 1e-6);
        }
    }
    double squares = 0;
    const auto a = before.network().parameters().values();
    const auto b = std::as_const(run).network().parameters().values();
    for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(double(b[i]) - double(a[i]), 2);
    QVERIFY(squares > 0);
    QCOMPARE(preview.update_norm, std::sqrt(squares));
}

void tst_StepPreview::knowsLayersWithoutBatchStatistics() {
    Experiment run = experimentOf("layer");
    Trainer trainer(1);
    const StepPreview preview = preview_step(run, trainer);
    QVERIFY(!preview.norms.empty());
    QVERIFY(preview.norms[0].batch_mean.empty() && preview.norms[0].running_mean_after.empty());
    QVERIFY(!preview.norms[0].weight_after.empty());
}

QTEST_APPLESS_MAIN(tst_StepPreview)
#include "tst_StepPreview.moc"
