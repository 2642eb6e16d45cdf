#include "core/train/Augment.h"
#include "core/train/BatchLoader.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <array>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr std::int64_t height = 6, width = 5;

std::vector<float> random_image(std::int64_t channels = 1) {
    RandomStream stream(1, "image");
    std::vector<float> pixels(static_cast<std::size_t>(height * width * channels));
    for (float& pixel : pixels) pixel = stream.uniform();
    return pixels;
}

std::vector<float> changed(const AugmentDraw& draw, std::vector<float> pixels, std::int64_t channels = 1) {
    Augmenter().apply(draw, height, width, channels, pixels);
    return pixels;
}

constexpr AugmentRecipe everything{.flip = true, .shift = 2, .crop = 0.6, .brightness = 0.3, .contrast = 0.4};

AugmentDraw draw(const AugmentRecipe& recipe, std::uint64_t number, std::uint64_t seed = 1) {
    return draw_augmentation(recipe, height, width, seed, number);
}

/// Batches of the first two epochs, image after image in the order of their indices.
std::vector<float> two_epochs(std::int64_t batch_size, int threads, const AugmentRecipe& augment) {
    const SyntheticDataset data(20);
    DataRecipe recipe;
    recipe.augment = augment;
    ThreadPool pool(threads);
    ImageBatch batch;
    BatchSampler sampler(20, true, false, 1);
    std::vector<float> images(2 * 20 * 64);
    while (sampler.epoch(batch_size) < 2) {
        const auto& indices = sampler.next(batch_size);
        const std::int64_t epoch = sampler.batch_epoch();
        load_batch(data, indices, recipe, pool, batch, AugmentSource{.seed = 1, .epoch = epoch});
        for (std::size_t i = 0; i < indices.size(); ++i) {
            std::copy_n(batch.images.image(static_cast<std::int64_t>(i)), 64,
                        images.begin() + (epoch * 20 + indices[i]) * 64);
        }
    }
    return images;
}

}  // namespace

class tst_Augment : public QObject {
    Q_OBJECT

   private slots:
    void changesNothingByDefault() {
        QVERIFY(!augments({}));
        QCOMPARE(changed({}, random_image()), random_image());
        QCOMPARE(changed(draw({}, 3), random_image(3), 3), random_image(3));
    }

    void flipsTwiceToTheSame() {
        for (const std::int64_t channels : {1, 3}) {
            const auto image = random_image(channels);
            const auto flipped = changed({.flip = true}, image, channels);
            QVERIFY(flipped != image);
            QCOMPARE(flipped[0], image[(width - 1) * channels]);
            QCOMPARE(changed({.flip = true}, flipped, channels), image);
        }
    }

    void shiftsAndFillsWithBlack_data() {
        QTest::addColumn<int>("down");
        QTest::addColumn<int>("right");
        for (const int down : {-7, -2, 0, 1, 6}) {
            for (const int right : {-5, -1, 0, 3, 9}) QTest::addRow("%d, %d", down, right) << down << right;
        }
    }
    void shiftsAndFillsWithBlack() {
        QFETCH(int, down);
        QFETCH(int, right);
        const auto image = random_image(3);
        const auto shifted = changed({.down = down, .right = right}, image, 3);
        for (std::int64_t h = 0; h < height; ++h) {
            for (std::int64_t w = 0; w < width; ++w) {
                const bool inside = h >= down && h - down < height && w >= right && w - right < width;
                for (std::int64_t c = 0; c < 3; ++c) {
                    const float expected = inside ? image[((h - down) * width + w - right) * 3 + c] : 0.0F;
                    QCOMPARE(shifted[(h * width + w) * 3 + c], expected);
                }
            }
        }
    }

    void cutsOut() {
        const auto image = random_image();
        QCOMPARE(changed({.height = height, .width = width}, image), image);  // all of it
        // A linear ramp stays linear: by hand, 0.5 · (w + 0.5) − 0.5 + 1 within the image.
        std::vector<float> ramp(height * width);
        for (std::int64_t i = 0; i < height * width; ++i) ramp[i] = static_cast<float>(i % width) / 10;
        const auto half = changed({.top = 1, .left = 1, .height = 3, .width = 2.5}, ramp);
        for (std::int64_t w = 0; w < width; ++w) {
            QVERIFY(std::abs(half[w] - (1 + 0.5 * (static_cast<double>(w) + 0.5) - 0.5) / 10) < 1e-6);
            QCOMPARE(half[w + width], half[w]);
        }
        // Bilinear values lie between the pixels'.
        for (std::uint64_t number = 0; number < 50; ++number) {
            const auto cut = changed(draw({.crop = 0.2}, number), image);
            QVERIFY(std::ranges::max(cut) <= std::ranges::max(image) + 1e-6F);
            QVERIFY(std::ranges::min(cut) >= std::ranges::min(image) - 1e-6F);
        }
    }

    /// By hand, as torchvision: x · f and m + (x − m) · f, clamped to [0, 1].
    void adjustsBrightnessAndContrast() {
        std::vector<float> image(height * width, 0.25F);
        image[0] = 0.75F;
        QCOMPARE(changed({.brightness = 2}, image)[0], 1.0F);
        QCOMPARE(changed({.brightness = 2}, image)[1], 0.5F);
        QCOMPARE(changed({.brightness = 0}, image)[0], 0.0F);
        const double mean = 0.25 + 0.5 / (height * width);
        const auto stretched = changed({.contrast = 1.5}, image);
        QVERIFY(std::abs(stretched[0] - (mean + (0.75 - mean) * 1.5)) < 1e-6);
        QVERIFY(std::abs(stretched[1] - (mean + (0.25 - mean) * 1.5)) < 1e-6);
        std::vector<float> green(height * width * 3, 0.0F);
        for (std::size_t i = 1; i < green.size(); i += 3) green[i] = 1;
        for (const float pixel : changed({.contrast = 0}, green, 3)) QVERIFY(std::abs(pixel - 0.587F) < 1e-6F);
    }

    /// Each option draws the same whether others are on.
    void drawsEachOptionByItself() {
        for (std::uint64_t number = 0; number < 20; ++number) {
            const AugmentDraw all = draw(everything, number);
            QCOMPARE(draw({.flip = true}, number).flip, all.flip);
            const AugmentDraw shifted = draw({.shift = everything.shift}, number);
            QVERIFY(shifted.down == all.down && shifted.right == all.right && shifted.brightness == 1);
            const AugmentDraw cut = draw({.crop = everything.crop}, number);
            QVERIFY(cut.top == all.top && cut.left == all.left && cut.height == all.height && cut.width == all.width);
            QCOMPARE(draw({.brightness = everything.brightness}, number).brightness, all.brightness);
            QCOMPARE(draw({.contrast = everything.contrast}, number).contrast, all.contrast);
        }
        QVERIFY(draw(everything, 1, 1).top != draw(everything, 1, 2).top);
        QVERIFY(draw(everything, 1).top != draw(everything, 2).top);
    }

    void drawsEvenly() {
        constexpr int count = 10000;
        int flips = 0;
        std::array<int, 5> downs{}, rights{};
        double brightness = 0, brightness_squares = 0, side = 0, left = 0;
        for (std::uint64_t number = 0; number < count; ++number) {
            const AugmentDraw found = draw(everything, number);
            flips += found.flip ? 1 : 0;
            QVERIFY(std::abs(found.down) <= 2 && std::abs(found.right) <= 2);
            ++downs[static_cast<std::size_t>(found.down + 2)];
            ++rights[static_cast<std::size_t>(found.right + 2)];
            QVERIFY(found.brightness >= 0.7 && found.brightness <= 1.3);
            QVERIFY(found.contrast >= 0.6 && found.contrast <= 1.4);
            brightness += found.brightness - 1;
            brightness_squares += (found.brightness - 1) * (found.brightness - 1);
            QVERIFY(found.top >= 0 && found.top + found.height <= height + 1e-9);
            QVERIFY(found.left >= 0 && found.left + found.width <= width + 1e-9);
            QVERIFY(std::abs(found.height / height - found.width / width) < 1e-9);
            side += found.height / height;
            left += found.left / (width - found.width);
        }
        // Five standard deviations.
        QVERIFY(std::abs(flips - count / 2) < 250);
        for (const int n : downs) QVERIFY(std::abs(n - count / 5) < 200);
        for (const int n : rights) QVERIFY(std::abs(n - count / 5) < 200);
        QVERIFY(std::abs(brightness / count) < 0.009);
        QVERIFY(std::abs(brightness_squares / count - 0.03) < 0.0014);
        QVERIFY(std::abs(side / count - 0.8) < 0.006);
        QVERIFY(std::abs(left / count - 0.5) < 0.015);
    }

    void isIndependentOfBatchSizeAndThreads() {
        const auto expected = two_epochs(20, 1, everything);
        for (const int threads : {1, 2, 4}) QCOMPARE(two_epochs(7, threads, everything), expected);
        // Each epoch has changes of its own.
        QVERIFY(!std::equal(expected.begin(), expected.begin() + 20 * 64, expected.begin() + 20 * 64));
    }

    void leavesEvaluationsAlone() {
        const SyntheticDataset data(20);
        DataRecipe plain, augmented;
        augmented.augment = everything;
        ThreadPool pool(1);
        ImageBatch a, b;
        const std::array<std::int64_t, 3> indices{3, 1, 4};
        load_batch(data, indices, plain, pool, a);
        load_batch(data, indices, augmented, pool, b);
        QVERIFY(std::ranges::equal(a.images.values(), b.images.values()));
        load_batch(data, indices, plain, pool, b, AugmentSource{.seed = 1, .epoch = 2});
        QVERIFY(std::ranges::equal(a.images.values(), b.images.values()));
        load_batch(data, indices, augmented, pool, b, AugmentSource{.seed = 1, .epoch = 2});
        QVERIFY(!std::ranges::equal(a.images.values(), b.images.values()));
    }

    /// With any number of threads, and from a fork in the middle of an epoch.
    void trainsToTheSameBits() {
        Recipe recipe = synthetic_recipe();
        recipe.data.augment = everything;
        PlainRun run({recipe, synthetic_split()}, 1);
        run.take_steps(13);
        PlainRun fork(run.experiment(), 4);
        PlainRun original(run.experiment(), 1);
        QVERIFY(fork.take_steps(10).history() == original.take_steps(10).history());
        QVERIFY(PlainRun({recipe, synthetic_split()}, 2).take_steps(13).history() == run.history());
        recipe.data.augment = {};
        QVERIFY(!(PlainRun({recipe, synthetic_split()}).take_steps(13).history() == run.history()));
    }
};

QTEST_APPLESS_MAIN(tst_Augment)
#include "tst_Augment.moc"
