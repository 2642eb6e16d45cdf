// Batches put together by hand.
#include "core/instruments/BatchComposition.h"
#include "core/instruments/NormTap.h"
#include "core/train/BatchLoader.h"
#include "core/train/ResumeFile.h"
#include "core/train/Trainer.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

using Source = BatchPlace::Source;

Experiment trained() {
    Trainer trainer(1);
    Experiment experiment(synthetic_recipe(), synthetic_split());
    for (int i = 0; i < 6; ++i) trainer.step(experiment);
    return experiment;
}

std::vector<BatchPlace> places_of(const std::vector<std::int64_t>& images) {
    std::vector<BatchPlace> places;
    for (const auto image : images) places.push_back({Source::held_out, image});
    return places;
}

}  // namespace

class tst_BatchComposition : public QObject {
    Q_OBJECT

   private slots:
    void isTheNetworkOnThatBatch() {
        ThreadPool pool(2);
        Experiment experiment = trained();
        const std::vector<std::int64_t> images{3, 7, 0, 21};
        const auto logits = batch_logits(experiment, places_of(images), pool);
        ImageBatch batch;
        load_batch(*experiment.data().eval, images, experiment.recipe().data, pool, batch);
        for (const auto mode : {nn::Mode::train, nn::Mode::eval}) {
            const auto& wanted = experiment.network().forward(batch.images, {pool, mode, /*update_buffers=*/false});
            const auto& rows = mode == nn::Mode::train ? logits.train : logits.eval;
            QCOMPARE(rows.size(), images.size());
            for (std::size_t n = 0; n < rows.size(); ++n) {
                for (std::size_t k = 0; k < rows[n].size(); ++k) {
                    QCOMPARE(rows[n][k], wanted.data()[n * rows[n].size() + k]);
                }
            }
        }
    }

    /// The point of it all.
    void aNeighbourMattersInTrainModeOnly() {
        ThreadPool pool(1);
        Experiment experiment = trained();
        auto places = places_of({3, 7, 0, 21});
        const auto before = batch_logits(experiment, places, pool);
        for (const BatchPlace& other : {BatchPlace{Source::held_out, 9}, BatchPlace{Source::noise, 4},
                                        BatchPlace{Source::white, 0}, BatchPlace{Source::black, 0}}) {
            places[2] = other;
            const auto after = batch_logits(experiment, places, pool);
            QVERIFY(after.train[0] != before.train[0]);
            QVERIFY(after.eval[0] == before.eval[0]);
            QVERIFY(after.eval[2] != before.eval[2]);
        }
    }

    void oneImageHasNoBatchStatisticsOfItsOwnBehindAPool() {
        ThreadPool pool(1);
        Recipe recipe = synthetic_recipe();
        recipe.model.name = "mlp";
        Experiment experiment(recipe, synthetic_split());
        const auto logits = batch_logits(experiment, places_of({5}), pool);
        QVERIFY(logits.train.empty());
        QCOMPARE(logits.eval.size(), 1U);
    }

    void pixels() {
        const Experiment experiment(synthetic_recipe(), synthetic_split());
        const auto all = [&](Source source) { return pixels_of(experiment, {source, 0}); };
        QVERIFY(std::ranges::all_of(all(Source::white), [](float p) { return p == 1; }));
        QVERIFY(std::ranges::all_of(all(Source::black), [](float p) { return p == 0; }));
        QVERIFY(std::ranges::all_of(all(Source::noise), [](float p) { return p >= 0 && p <= 1; }));
        QVERIFY(pixels_of(experiment, {Source::noise, 1}) != pixels_of(experiment, {Source::noise, 2}));
        QVERIFY(pixels_of(experiment, {Source::noise, 1}) == pixels_of(experiment, {Source::noise, 1}));
        std::vector<float> image(64);
        experiment.data().eval->read_image(4, image);
        QVERIFY(pixels_of(experiment, {Source::held_out, 4}) == image);
        QCOMPARE(error_text([&] {
                     pixels_of(experiment, {Source::held_out, 30});
                 }),
                 "There is no held-out image 30: there are 30, counted from 0.");
    }

    void leavesTheStateAsItIs() {
        ThreadPool pool(1);
        Experiment experiment = trained();
        const auto before = resume_bytes(experiment);
        batch_logits(experiment, places_of({1, 2, 3}), pool);
        QVERIFY(resume_bytes(experiment) == before);
    }
};

QTEST_APPLESS_MAIN(tst_BatchComposition)
#include "tst_BatchComposition.moc"
