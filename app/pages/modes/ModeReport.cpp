#include "app/pages/modes/ModeReport.h"

#include "core/Error.h"
#include "core/instruments/NormTap.h"
#include "core/instruments/PopulationStatistics.h"
#include "core/instruments/Recalibration.h"

#include <algorithm>
#include <cmath>

namespace normscope::app {
namespace {

using instruments::BatchSequence;

BatchSequence heldOut(const Experiment& experiment) {
    if (!experiment.data().eval) throw InputError("Nothing is held out, so there is no batch to compare the modes on.");
    return instruments::held_out_images(experiment, experiment.recipe().record.eval_images);
}

std::vector<float> rowOf(const Tensor<float>& logits, std::int64_t row) {
    const auto classes = logits.shape().c;
    return {logits.data() + row * classes, logits.data() + (row + 1) * classes};
}

QImage heldOutPicture(const Experiment& experiment, std::int64_t image) {
    return pictureOf(instruments::pixels_of(experiment, {instruments::BatchPlace::Source::held_out, image}),
                     *experiment.data().eval);
}

/// The image at place `wanted` of the sequence.
ImageReport measureImage(StateOnView& view, const BatchSequence& batches, std::int64_t wanted) {
    std::int64_t batch = 0;
    std::int64_t row = wanted;
    while (row >= std::int64_t(batches.images_of(batch).size())) {
        row -= std::int64_t(batches.images_of(batch).size());
        ++batch;
    }
    ImageBatch images;
    batches.load(batch, view.trainer.pool(), images);
    ImageReport report{.image = batches.images_of(batch)[std::size_t(row)],
                       .label = images.labels[std::size_t(row)],
                       .neighbours = images.images.shape().n - 1};
    report.picture = heldOutPicture(view.experiment, report.image);
    const auto run = [&](nn::Mode mode) {
        return rowOf(instruments::run_tapped(view.experiment.network(), images.images, mode, view.trainer.pool(), batch,
                                             [](std::size_t, const Tensor<float>&) {}),
                     row);
    };
    try {
        report.train = run(nn::Mode::train);
    } catch (const InputError&) {
        // Too few values for statistics of their own: only eval mode has an answer.
    }
    report.eval = run(nn::Mode::eval);
    return report;
}

bool tracksStatistics(const nn::Network<float>& network) {
    return std::ranges::any_of(network.norm_layers(),
                               [](const auto& norm) { return norm.second->options().track_running_stats; });
}

}  // namespace

ModeReport measureModes(StateOnView& view, const ModeWishes& wishes) {
    const BatchSequence batches = heldOut(view.experiment);
    ModeReport report;
    for (const std::string& name : view.experiment.data().eval->class_names()) {
        report.classNames << QString::fromStdString(name);
    }
    auto& network = view.experiment.network();
    const instruments::Watch watch = view.watch.part(0, wishes.exact ? 0.5 : 1);
    report.difference = instruments::mode_difference(network, batches, view.trainer.pool(), watch);
    for (std::size_t i = 0; i < std::min(report.difference.flips.size(), mostFlipPictures); ++i) {
        report.flipPictures.push_back(heldOutPicture(view.experiment, report.difference.flips[i].image));
    }
    if (batches.images() > 0) {
        report.image = measureImage(view, batches, std::clamp<std::int64_t>(wishes.image, 0, batches.images() - 1));
    }
    if (wishes.exact && tracksStatistics(network)) {
        const auto training = instruments::training_images(view.experiment, exactTrainingBatches);
        const auto statistics =
            instruments::population_statistics(network, training, view.trainer.pool(), view.watch.part(0.5, 0.8));
        instruments::recalibrate(network, statistics);
        instruments::ScoreSum score;
        ImageBatch batch;
        for (std::int64_t i = 0; i < batches.size(); ++i) {
            view.watch.part(0.8, 1).report(i, batches.size());
            batches.load(i, view.trainer.pool(), batch);
            score.add(instruments::run_tapped(network, batch.images, nn::Mode::eval, view.trainer.pool(), i,
                                              [](std::size_t, const Tensor<float>&) {}),
                      batch.labels);
        }
        report.exact = score.mean();
        report.exactBatches = training.size();
    }
    return report;
}

GapReport measureGap(StateOnView& view, const std::stop_token& stop) {
    const instruments::Watch watch{view.watch.stop, [&](double share) {
                                       if (stop.stop_requested()) throw instruments::Cancelled();
                                       if (view.watch.progress) view.watch.progress(share);
                                   }};
    const BatchSequence measured = heldOut(view.experiment);
    const auto training = instruments::training_images(view.experiment, exactTrainingBatches);
    const auto statistics = instruments::population_statistics(view.experiment.network(), training, view.trainer.pool(),
                                                               watch.part(0, 0.4));
    return {.split = instruments::gap_split(view.experiment.network(), measured, statistics, view.trainer.pool(),
                                            watch.part(0.4, 1)),
            .step = view.experiment.step(),
            .trainingBatches = training.size(),
            .allTrainingBatches = instruments::training_images(view.experiment).size()};
}

}  // namespace normscope::app
