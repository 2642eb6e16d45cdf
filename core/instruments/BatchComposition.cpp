#include "core/instruments/BatchComposition.h"

#include "core/Error.h"
#include "core/instruments/NormTap.h"
#include "core/random/RandomStream.h"
#include "core/train/BatchLoader.h"

#include <numeric>
#include <string>

namespace normscope::instruments {
namespace {

using Source = BatchPlace::Source;

/// The places as a data set, so that they are normalized as all images are.
class ComposedImages : public Dataset {
   public:
    ComposedImages(const Experiment& experiment, std::span<const BatchPlace> places)
        : m_like(*experiment.data().train), m_name("composed batch") {
        for (const BatchPlace& place : places) m_images.push_back(pixels_of(experiment, place));
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(m_images.size()); }
    std::int64_t height() const override { return m_like.height(); }
    std::int64_t width() const override { return m_like.width(); }
    std::int64_t channels() const override { return m_like.channels(); }
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        std::ranges::copy(m_images.at(static_cast<std::size_t>(index)), pixels.begin());
    }
    std::int64_t label(std::int64_t /*index*/) const override { return 0; }
    const std::vector<std::string>& class_names() const override { return m_like.class_names(); }
    const std::string& name() const override { return m_name; }

   private:
    const Dataset& m_like;
    std::string m_name;
    std::vector<std::vector<float>> m_images;
};

std::vector<std::vector<float>> rows_of(const Tensor<float>& logits) {
    const auto classes = logits.shape().c;
    std::vector<std::vector<float>> rows;
    for (std::int64_t n = 0; n < logits.shape().n; ++n) {
        rows.emplace_back(logits.data() + n * classes, logits.data() + (n + 1) * classes);
    }
    return rows;
}

}  // namespace

std::vector<float> pixels_of(const Experiment& experiment, const BatchPlace& place) {
    const Dataset& train = *experiment.data().train;
    std::vector<float> pixels(static_cast<std::size_t>(train.height() * train.width() * train.channels()));
    if (place.source == Source::noise) {
        RandomStream noise(experiment.recipe().seed, "composed noise", static_cast<std::uint64_t>(place.index));
        for (float& pixel : pixels) pixel = noise.uniform();
    } else if (place.source == Source::white) {
        std::ranges::fill(pixels, 1.0F);
    } else if (place.source == Source::held_out) {
        const auto& held_out = experiment.data().eval;
        if (!held_out) throw InputError("No images are held out.");
        if (place.index < 0 || place.index >= held_out->size()) {
            throw InputError("There is no held-out image " + std::to_string(place.index) + ": there are " +
                             std::to_string(held_out->size()) + ", counted from 0.");
        }
        held_out->read_image(place.index, pixels);
    }
    return pixels;
}

BatchLogits batch_logits(Experiment& experiment, std::span<const BatchPlace> places, ThreadPool& pool) {
    const FlushDenormals flush;
    const ComposedImages images(experiment, places);
    std::vector<std::int64_t> all(places.size());
    std::iota(all.begin(), all.end(), 0);
    ImageBatch batch;
    load_batch(images, all, experiment.recipe().data, pool, batch);
    const auto run = [&](nn::Mode mode) {
        return rows_of(
            run_tapped(experiment.network(), batch.images, mode, pool, 0, [](std::size_t, const Tensor<float>&) {}));
    };
    BatchLogits logits;
    try {
        logits.train = run(nn::Mode::train);
    } catch (const InputError&) {
        // Too few values for statistics of their own: only eval mode has an answer.
    }
    logits.eval = run(nn::Mode::eval);
    return logits;
}

}  // namespace normscope::instruments
