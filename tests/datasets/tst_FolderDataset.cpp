#include "datasets/ChannelMoments.h"
#include "datasets/DataSpec.h"
#include "datasets/FolderDataset.h"
#include "datasets/ImageFolderWriter.h"
#include "datasets/ShapesSpec.h"
#include "tests/core/io/ErrorText.h"
#include "tests/datasets/PictureBytes.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <thread>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

std::vector<float> image(const Dataset& data, std::int64_t index) {
    std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width() * data.channels()));
    data.read_image(index, pixels);
    return pixels;
}

}  // namespace

class tst_FolderDataset : public QObject {
    Q_OBJECT

   private slots:
    void init() { m_temporary = std::make_unique<QTemporaryDir>(); }

    void specs_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("grey");
        QTest::newRow("path only") << "/a b/c"
                                   << "/a b/c" << 64 << false;
        QTest::newRow("size") << "/a?size=32"
                              << "/a" << 32 << false;
        QTest::newRow("all") << "/a?size=8&fit=stretch&color=grey&seed=7"
                             << "/a" << 8 << true;
        QTest::newRow("marks in the path") << "/a?b=c?size=16"
                                           << "/a?b=c" << 16 << false;
        QTest::newRow("an end without options") << "/what??"
                                                << "/what?" << 64 << false;
    }
    void specs() {
        QFETCH(QString, arguments);
        QFETCH(QString, path);
        QFETCH(int, size);
        QFETCH(bool, grey);
        const auto spec = parse_folder_spec(arguments.toStdString(), "folder:" + arguments.toStdString());
        QCOMPARE(spec.folder.native(), path.toStdString());
        QCOMPARE(spec.target.size, size);
        QCOMPARE(spec.target.grey, grey);
        QCOMPARE(spec.target.fit, grey ? ImageFit::stretch : ImageFit::crop);
        QCOMPARE(spec.seed, std::uint64_t{grey ? 7U : 1U});
    }

    void existingFolderIsThePath() {
        const fs::path odd = root() / "photos?size=32";
        fs::create_directory(odd);
        QCOMPARE(parse_folder_spec(odd.native(), "x").folder, odd);
        QCOMPARE(parse_folder_spec(odd.native(), "x").target.size, 64);
        QCOMPARE(parse_folder_spec(odd.native() + "?size=16", "x").folder, odd);
    }

    void refusesSpecs_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("words");
        QTest::newRow("misspelt") << "/a?sise=4"
                                  << "did you mean \"size\"?";
        QTest::newRow("too small") << "/a?size=7"
                                   << "from 8 to 512";
        QTest::newRow("fit") << "/a?fit=strech"
                             << "crop, stretch (did you mean stretch?)";
        QTest::newRow("color") << "/a?color=blue"
                               << "one of rgb, grey";
        QTest::newRow("missing") << "/missing/folder"
                                 << "Could not open the folder \"/missing/folder\"";
        QTest::newRow("a file") << "/etc/passwd"
                                << "is a regular file, not a folder";
        QTest::newRow("nothing") << ""
                                 << "must name a folder: folder:DIR";
    }
    void refusesSpecs() {
        QFETCH(QString, arguments);
        QFETCH(QString, words);
        const auto text = error_text([&] { load_eval_data("folder:" + arguments.toStdString()); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
    }

    void loadsClasses() {
        write_pictures("cat", 6);
        write_pictures("dog", 4);
        const auto split = load();
        const Dataset& data = *split.train;
        QCOMPARE(data.size(), 10);
        QCOMPARE(data.height(), 8);
        QCOMPARE(data.channels(), 3);
        QCOMPARE(data.class_names(), (std::vector<std::string>{"cat", "dog"}));
        QCOMPARE(data.name(), root().filename().native());
        QVERIFY(!split.eval);
        QVERIFY(load_report_of(data).skipped.empty());
        // Every picture is there once, with its label and its own brightness.
        std::multiset<std::pair<std::int64_t, int>> found;
        for (std::int64_t i = 0; i < data.size(); ++i) {
            found.insert({data.label(i), static_cast<int>(std::lround(image(data, i)[0] * 255))});
        }
        std::multiset<std::pair<std::int64_t, int>> wanted;
        for (int i = 0; i < 6; ++i) wanted.insert({0, 10 * i});
        for (int i = 0; i < 4; ++i) wanted.insert({1, 10 * i});
        QVERIFY(found == wanted);
    }

    void lastPartIsStratified() {
        write_pictures("a", 20);
        write_pictures("b", 10);
        write_pictures("c", 5);
        DataRecipe recipe;
        recipe.source = "folder:" + root().native() + "?size=8";
        recipe.eval_fraction = 0.2;
        const auto split = load_data(recipe);
        QCOMPARE(split.eval->size(), 7);
        std::array<int, 3> held{};
        for (std::int64_t i = 0; i < 7; ++i) ++held[static_cast<std::size_t>(split.eval->label(i))];
        QCOMPARE(held, (std::array{4, 2, 1}));
        const auto same = load_data(recipe);
        recipe.source += "&seed=2";
        const auto other = load_data(recipe);
        bool differs = false;
        for (std::int64_t i = 0; i < 7; ++i) {
            QCOMPARE(image(*split.eval, i), image(*same.eval, i));
            differs = differs || image(*split.eval, i) != image(*other.eval, i);
        }
        QVERIFY(differs);
    }

    void unreadableFilesAreListed() {
        write_pictures("a", 3);
        const std::string png = encoded(red_and_blue(64, 64), ".png");
        write(root() / "a/cut.png", png.substr(0, png.size() / 2));
        write(root() / "a/huge.png", png_of(30000, 30000, std::string(109 << 10, '\0')));
        write(root() / "a/vrt.png", "<VRTDataset rasterXSize=\"4\" rasterYSize=\"4\"></VRTDataset>");
        write(root() / "a/empty.jpg", "");
        write(root() / "a/png with another name.txt", png);
        const auto split = load();
        QCOMPARE(split.train->size(), 4);
        std::map<std::string, std::string> reasons;
        for (const auto& file : load_report_of(*split.train).skipped) {
            reasons[file.path.filename().native()] = file.reason;
        }
        QCOMPARE(reasons.size(), std::size_t{4});
        QVERIFY(reasons["cut.png"].find("IEND") != std::string::npos);
        QVERIFY(reasons["huge.png"].find("30000 × 30000") != std::string::npos);
        QVERIFY(reasons["vrt.png"].find("it is no PNG") != std::string::npos);
        QCOMPARE(reasons["empty.jpg"], "it is empty");
        // A part of the set has the same report.
        DataRecipe recipe;
        recipe.source = "folder:" + root().native();
        recipe.eval_fraction = 0.5;
        QCOMPARE(load_report_of(*load_data(recipe).eval).skipped.size(), std::size_t{4});
    }

    void nothingReadable() {
        fs::create_directories(root() / "a");
        QVERIFY(refusal().find("holds no file at all") != std::string::npos);
        write(root() / "a/x.png", "hello");
        const auto text = refusal();
        QVERIFY2(text.find("holds no image that can be read; 1 file was skipped") != std::string::npos, text.c_str());
        QVERIFY2(text.find("a/x.png\": it is no PNG") != std::string::npos, text.c_str());
    }

    void cacheHasABudget() {
        write_pictures("a", 5);
        LoadOptions options;
        options.cache_bytes = 3 * 8 * 8 * 3 + 1;
        const auto split = load_folder(spec(), options);
        const auto& data = dynamic_cast<const FolderDataset&>(*split.train);
        QCOMPARE(data.cached(), 3);
        const auto all = load();
        for (std::int64_t i = 0; i < 5; ++i) QCOMPARE(image(data, i), image(*all.train, i));
        options.cache_bytes = 0;
        QCOMPARE(dynamic_cast<const FolderDataset&>(*load_folder(spec(), options).train).cached(), 0);
    }

    void trainAndTestShareTheBudget() {
        for (const char* part : {"train/a", "train/b", "test/a", "test/b"}) write_pictures(part, 2);
        LoadOptions options;
        options.cache_bytes = 6 * 8 * 8 * 3;
        const auto cached = [&] {
            const auto split = load_folder(spec(), options);
            return std::pair(dynamic_cast<const FolderDataset&>(*split.train).cached(),
                             dynamic_cast<const FolderDataset&>(*split.eval).cached());
        };
        QCOMPARE(cached(), std::pair(std::int64_t{4}, std::int64_t{2}));
        options.cache_bytes = 3 * 8 * 8 * 3;
        QCOMPARE(cached(), std::pair(std::int64_t{3}, std::int64_t{0}));
    }

    void vanishedFilesAreNamed() {
        write_pictures("a", 2);
        LoadOptions options;
        options.cache_bytes = 0;
        const auto split = load_folder(spec(), options);
        const auto& data = dynamic_cast<const FolderDataset&>(*split.train);
        image(data, 0);
        fs::remove(data.path(0));
        write(data.path(1), "no picture any more");
        const auto vanished = error_text([&] { image(data, 0); });
        QVERIFY2(vanished.find(data.path(0).native()) != std::string::npos, vanished.c_str());
        QVERIFY2(vanished.find("no such file") != std::string::npos, vanished.c_str());
        const auto changed = error_text([&] { image(data, 1); });
        QVERIFY2(changed.find(data.path(1).native()) != std::string::npos, changed.c_str());
        QVERIFY2(changed.find("it is no PNG") != std::string::npos, changed.c_str());
        // What was cached is not missed.
        write_pictures("a", 2);
        const auto cached = load();
        fs::remove_all(root() / "a");
        QCOMPARE(image(*cached.train, 1).size(), std::size_t{192});
    }

    void threadsGiveTheSame() {
        write_pictures("a", 40);
        write_pictures("b", 30);
        LoadOptions options;
        options.threads = 1;
        const auto one = load_folder(spec(), options);
        options.threads = 4;
        options.cache_bytes = 20 * 192;
        const auto four = load_folder(spec(), options);
        for (std::int64_t i = 0; i < 70; ++i) QCOMPARE(image(*one.train, i), image(*four.train, i));
        // Reading what is not cached from several threads at once.
        std::atomic<int> wrong{0};
        std::vector<std::jthread> readers;
        for (int t = 0; t < 4; ++t) {
            readers.emplace_back([&] {
                for (std::int64_t i = 0; i < 70; ++i) wrong += image(*one.train, i) != image(*four.train, i) ? 1 : 0;
            });
        }
        readers.clear();
        QCOMPARE(wrong.load(), 0);
    }

    void canBeCancelled() {
        write_pictures("a", 300);
        std::stop_source source;
        LoadOptions options;
        options.stop = source.get_token();
        std::int64_t last = -1;
        std::string activity;
        options.progress = [&](const LoadProgress& progress) {
            if (progress.activity != activity) last = -1;
            activity = progress.activity;
            QVERIFY(progress.done > last);
            last = progress.done;
            if (activity == "reading images" && last > 0) source.request_stop();
        };
        QVERIFY(!error_text<LoadCancelled>([&] { load_folder(spec(), options); }).empty());
        QCOMPARE(activity, "reading images");
        QVERIFY(last > 0 && last < 300);
        QVERIFY(!error_text<LoadCancelled>([&] { list_folder(root(), options); }).empty());
    }

    void evalSourceHasTheSameClasses() {
        const fs::path base = root();
        for (const char* set : {"one", "two", "three"}) fs::create_directory(base / set);
        write_pictures("one/cat", 2);
        write_pictures("one/dog", 2);
        write_pictures("two/cat", 2);
        write_pictures("two/dog", 2);
        write_pictures("three/cat", 2);
        write_pictures("three/eel", 2);
        DataRecipe recipe;
        recipe.source = "folder:" + (base / "one").native();
        recipe.eval_source = "folder:" + (base / "two").native();
        QCOMPARE(load_data(recipe).eval->size(), 4);
        recipe.eval_source = "folder:" + (base / "three").native();
        const auto text = error_text([&] { load_data(recipe); });
        QVERIFY2(text.find("\"eel\" stands where \"dog\" should") != std::string::npos, text.c_str());
    }

    void writtenShapesComeBack() {
        const auto shapes = make_shapes(parse_shapes("images=12,eval_images=0,size=16", "shapes"));
        write_image_folder(*shapes.train, root() / "shapes");
        const auto folder = load_folder({root() / "shapes", {16, ImageFit::crop, false}, 1});
        QCOMPARE(folder.train->size(), 12);
        QCOMPARE(folder.train->class_names().size(), std::size_t{6});
        std::multiset<std::pair<std::string, std::vector<float>>> written;
        std::multiset<std::pair<std::string, std::vector<float>>> read;
        for (std::int64_t i = 0; i < 12; ++i) {
            written.insert({shapes.train->class_names()[shapes.train->label(i)], image(*shapes.train, i)});
            read.insert({folder.train->class_names()[folder.train->label(i)], image(*folder.train, i)});
        }
        QVERIFY(written == read);
        const auto text = error_text([&] { write_image_folder(*shapes.train, root() / "shapes"); });
        QVERIFY2(text.find("is not empty") != std::string::npos, text.c_str());
        QVERIFY(!error_text([&] { write_image_folder(*shapes.train, "/proc/none"); }).empty());
    }

    void oddClassNamesAreWritten() {
        const auto sample = load_eval_data("fashion-mnist");
        class FirstTen final : public Dataset {
           public:
            explicit FirstTen(std::shared_ptr<const Dataset> all) : m_all(std::move(all)) {}
            std::int64_t size() const override { return 10; }
            std::int64_t height() const override { return m_all->height(); }
            std::int64_t width() const override { return m_all->width(); }
            std::int64_t channels() const override { return m_all->channels(); }
            void read_image(std::int64_t i, std::span<float> pixels) const override { m_all->read_image(i, pixels); }
            std::int64_t label(std::int64_t) const override { return 0; }
            const std::vector<std::string>& class_names() const override { return m_all->class_names(); }
            const std::string& name() const override { return m_all->name(); }

           private:
            std::shared_ptr<const Dataset> m_all;
        };
        write_image_folder(FirstTen(sample), root() / "f");
        QVERIFY(fs::exists(root() / "f/T-shirt_top/000009.png"));
        const auto grey = load_folder({root() / "f", {28, ImageFit::crop, true}, 1});
        QCOMPARE(grey.train->size(), 10);
        QCOMPARE(grey.train->channels(), 1);
    }

    void moments() {
        write_pictures("a", 26);  // 0, 10 … 250
        const auto moments = channel_moments(*load().train);
        QCOMPARE(moments.mean.size(), std::size_t{3});
        for (int c = 0; c < 3; ++c) {
            QVERIFY(std::abs(moments.mean[c] - 125.0 / 255) < 1e-7);
            QVERIFY(std::abs(moments.std[c] - 75.0 / 255) < 1e-7);
        }
    }

   private:
    fs::path root() const { return m_temporary->path().toStdString(); }
    FolderSpec spec() const { return {root(), {8, ImageFit::crop, false}, 1}; }
    DataSplit load() const { return load_folder(spec()); }
    std::string refusal() const {
        return error_text([&] { load(); });
    }
    static void write(const fs::path& path, const std::string& bytes) {
        std::ofstream(path, std::ios::binary) << bytes;
    }
    /// Pictures of one grey each: 0, 10, 20 …
    void write_pictures(const std::string& folder, int count) const {
        fs::create_directories(root() / folder);
        for (int i = 0; i < count; ++i) {
            const cv::Mat picture(8, 8, CV_8UC3, cv::Scalar::all(i * 10 % 256));
            write(root() / folder / (std::to_string(i) + ".png"), encoded(picture, ".png"));
        }
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
};

QTEST_APPLESS_MAIN(tst_FolderDataset)
#include "tst_FolderDataset.moc"
