#include "datasets/ShapeDrawing.h"
#include "datasets/Shapes.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace normscope;
using namespace normscope::datasets;
using normscope::testing::error_text;

namespace {

ShapesRecipe parse(const std::string& options) {
    return parse_shapes(options, "shapes:" + options);
}

std::vector<float> image(const Dataset& data, std::int64_t index) {
    std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width() * data.channels()));
    data.read_image(index, pixels);
    return pixels;
}

struct Moments {
    double mean = 0;
    double std = 0;
};

Moments moments_of(const Dataset& data) {
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        for (const double pixel : image(data, i)) {
            sum += pixel;
            squares += pixel * pixel;
            ++count;
        }
    }
    return {sum / count, std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)))};
}

}  // namespace

class tst_Shapes : public QObject {
    Q_OBJECT

   private slots:
    void defaults() {
        const auto split = make_shapes(parse(""));
        QCOMPARE(split.train->size(), 2000);
        QCOMPARE(split.eval->size(), 500);
        QCOMPARE(split.train->height(), 32);
        QCOMPARE(split.train->width(), 32);
        QCOMPARE(split.train->channels(), 3);
        QCOMPARE(split.train->class_names().size(), std::size_t{6});
        QCOMPARE(split.train->class_names()[3], "star");
        QCOMPARE(split.train->label(9), 3);
    }

    void sameSeedSameBytes() {
        const auto one = make_shapes(parse("images=40,seed=7"));
        const auto two = make_shapes(parse("images=20,seed=7"));
        const auto other = make_shapes(parse("images=20,seed=8"));
        for (std::int64_t i = 0; i < 20; ++i) QCOMPARE(image(*one.train, i), image(*two.train, i));
        QVERIFY(image(*one.train, 0) != image(*other.train, 0));
        QVERIFY(image(*one.train, 0) != image(*one.eval, 0));
    }

    void bytesStayTheSame() {
        // A checksum of drawn bytes: recipes name these pictures, so they must not change between versions.
        const auto split = make_shapes(parse("images=64,eval_images=0,classes=8"));
        std::uint64_t sum = 0;
        for (std::int64_t i = 0; i < 64; ++i) {
            for (const float pixel : image(*split.train, i)) {
                sum = sum * 31 + static_cast<std::uint64_t>(std::lround(pixel * 255));
            }
        }
        QVERIFY2(sum == expected_sum, std::to_string(sum).c_str());
        QVERIFY(!split.eval);
    }

    void domainsShift() {
        const auto split = make_shapes(parse("images=200,eval_images=200,noise=0.1,eval_brightness=0.25"));
        const auto train = moments_of(*split.train);
        const auto eval = moments_of(*split.eval);
        QVERIFY2(eval.mean - train.mean > 0.15, std::to_string(eval.mean - train.mean).c_str());
        const auto same = make_shapes(parse("images=200,eval_images=200,brightness=0.25"));
        QVERIFY(std::abs(moments_of(*same.train).mean - moments_of(*same.eval).mean) < 0.02);
    }

    void dialsDoWhatTheySay() {
        const auto moments = [](const std::string& dials) {
            return moments_of(*make_shapes(parse("images=100,eval_images=0,noise=0," + dials)).train);
        };
        QVERIFY(moments("contrast=0").std < 1e-4);
        QVERIFY(std::abs(moments("contrast=0").mean - 0.5) < 0.01);
        QVERIFY(std::abs(moments("contrast=0,brightness=0.2").mean - 0.7) < 0.01);
        QVERIFY(moments("contrast=0.5").std < 0.6 * moments("contrast=1").std);
        QVERIFY(moments("background=0.9").mean > moments("background=0.1").mean + 0.3);
        const auto noisy = moments_of(*make_shapes(parse("images=100,contrast=0,noise=0.1")).train);
        QVERIFY2(std::abs(noisy.std - 0.1) < 0.002, std::to_string(noisy.std).c_str());
    }

    void shapesDiffer() {
        constexpr int size = 64;
        std::vector<std::vector<std::uint8_t>> shapes;
        for (std::size_t kind = 0; kind < shape_count; ++kind) {
            shapes.push_back(shape_coverage(kind, {32, 32, 25, 1, 0}, size));
            const double covered = std::accumulate(shapes[kind].begin(), shapes[kind].end(), 0.0) / 255;
            QVERIFY2(covered > 500 && covered < 2000, std::to_string(covered).c_str());
            // Edges are smooth: there are pixels that are covered in part.
            QVERIFY(std::any_of(shapes[kind].begin(), shapes[kind].end(), [](int v) { return v > 20 && v < 235; }));
            for (std::size_t before = 0; before < kind; ++before) {
                int different = 0;
                for (int i = 0; i < size * size; ++i) different += std::abs(shapes[kind][i] - shapes[before][i]) > 128;
                QVERIFY2(different > 150, (std::to_string(kind) + ' ' + std::to_string(before)).c_str());
            }
        }
        QCOMPARE(shape_names().size(), shape_count);
        // The area of a square of half side 0.8 · 25 = 20 pixels.
        QVERIFY(std::abs(std::accumulate(shapes[1].begin(), shapes[1].end(), 0.0) / 255 - 1600) < 60);
        QCOMPARE(shapes[1][32 * size + 32], 255);
        QCOMPARE(shapes[1][0], 0);
    }

    void everyOption() {
        const auto recipe = parse(
            "images=1,eval_images=2,size=8,channels=1,classes=8,seed=18446744073709551615,brightness=-0.5,contrast=2,"
            "noise=0,background=1,eval_contrast=1.5,eval_noise=0.25");
        QCOMPARE(recipe.images, 1);
        QCOMPARE(recipe.eval_images, 2);
        QCOMPARE(recipe.size, 8);
        QCOMPARE(recipe.channels, 1);
        QCOMPARE(recipe.classes, 8);
        QCOMPARE(recipe.seed, ~std::uint64_t{0});
        QCOMPARE(recipe.train, (ShapesDomain{-0.5, 2, 0, 1}));
        QCOMPARE(recipe.eval, (ShapesDomain{-0.5, 1.5, 0.25, 1}));
        QCOMPARE(make_shapes(recipe).train->class_names().size(), std::size_t{8});
    }

    void refuses_data() {
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("words");
        QTest::newRow("misspelt") << "brightnes=1"
                                  << "did you mean \"brightness\"?";
        QTest::newRow("unknown") << "x=1"
                                 << "Its options are images,";
        QTest::newRow("no value") << "noise"
                                  << "gives no value for its option \"noise\"";
        QTest::newRow("empty value") << "noise="
                                     << "gives no value";
        QTest::newRow("twice") << "noise=0,noise=0"
                               << "twice";
        QTest::newRow("comma at the end") << "noise=0,"
                                          << "ends with ','";
        QTest::newRow("above") << "noise=1.01"
                               << "must be a number from 0 to 1.";
        QTest::newRow("below") << "brightness=-2"
                               << "from -1 to 1";
        QTest::newRow("not a number") << "contrast=nan"
                                      << "from 0 to 4";
        QTest::newRow("decimal comma") << "contrast=1;5"
                                       << "must be a number";
        QTest::newRow("not whole") << "images=1.5"
                                   << "whole number from 1 to 1000000";
        QTest::newRow("none") << "images=0"
                              << "whole number from 1";
        QTest::newRow("size") << "size=7"
                              << "from 8 to 256";
        QTest::newRow("channels") << "channels=2"
                                  << "one of 1, 3";
        QTest::newRow("classes") << "classes=9"
                                 << "from 2 to 8";
        QTest::newRow("seed") << "seed=-1"
                              << "from 0 to 18446744073709551615";
        QTest::newRow("memory") << "images=1000000,size=64"
                                << "at most 512 MiB";
    }
    void refuses() {
        QFETCH(QString, options);
        QFETCH(QString, words);
        const auto text = error_text([&] { parse(options.toStdString()); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.starts_with("The data SPEC \"shapes:") && text.ends_with('.'), text.c_str());
    }

    void canBeCancelled() {
        std::stop_source source;
        LoadOptions options;
        options.stop = source.get_token();
        std::int64_t last = 0;
        options.progress = [&](const LoadProgress& progress) {
            QVERIFY(progress.done >= last && progress.done <= progress.total);
            last = progress.done;
            if (last >= 300) source.request_stop();
        };
        QVERIFY(!error_text<LoadCancelled>([&] { make_shapes(parse(""), options); }).empty());
        QCOMPARE(last, 300);
    }

   private:
    static constexpr std::uint64_t expected_sum = 1742346231817772589U;
};

QTEST_APPLESS_MAIN(tst_Shapes)
#include "tst_Shapes.moc"
