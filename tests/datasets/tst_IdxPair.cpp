#include "core/io/AtomicFile.h"
#include "datasets/IdxPair.h"
#include "tests/core/io/ErrorText.h"
#include "tests/datasets/GzipBytes.h"
#include "tests/datasets/IdxBytes.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <filesystem>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

/// Most memory this process has used so far, in bytes.
std::uint64_t peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

class tst_IdxPair : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_images = fs::path(m_temporary->path().toStdString()) / "images";
        m_labels = fs::path(m_temporary->path().toStdString()) / "labels";
    }

    void loads_data() {
        QTest::addColumn<bool>("packsImages");
        QTest::addColumn<bool>("packsLabels");
        QTest::newRow("plain") << false << false;
        QTest::newRow("gzip") << true << true;
        QTest::newRow("mixed") << false << true;
    }
    void loads() {
        QFETCH(bool, packsImages);
        QFETCH(bool, packsLabels);
        const auto data = load(packsImages ? packed(idx_images(3)) : idx_images(3),
                               packsLabels ? packed(idx_labels({9, 0, 5})) : idx_labels({9, 0, 5}));
        QCOMPARE(data->size(), 3);
        QCOMPARE(data->height(), 3);
        QCOMPARE(data->width(), 2);
        QCOMPARE(data->channels(), 1);
        QCOMPARE(data->label(0), 9);
        QCOMPARE(data->name(), "images");
        QCOMPARE(data->class_names().size(), std::size_t{10});
        std::array<float, 6> pixels{};
        data->read_image(2, pixels);
        QCOMPARE(pixels[5], 17.0F / 255.0F);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("images");
        QTest::addColumn<QByteArray>("labels");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& images, const std::string& labels, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(images) << QByteArray::fromStdString(labels) << words;
        };
        const std::string labels = idx_labels({1, 2, 3});
        row("fewer labels", idx_images(4), labels, "holds 4 images, but");
        row("more labels", idx_images(2), labels, "3 labels");
        row("swapped", labels, idx_images(3), "The two files are swapped");
        row("swapped and packed", packed(labels), packed(idx_images(3)), "The two files are swapped");
        row("images twice", idx_images(3), idx_images(3), "array of 3 × 3 × 2, not one label an image");
        row("labels twice", labels, labels, "array of 3, not images");
        row("two dimensions", idx_header({3, 2}) + "123456", labels, "array of 3 × 2, not images");
        row("label 10", idx_images(3), idx_labels({1, 10, 11}), "The label with index 1 in");
        row("label 255", idx_images(3), idx_labels({1, 2, 255}), "is 255, and the classes go from 0 to 9");
        row("no image", idx_header({0, 28, 28}), idx_labels({}), "holds no images");
        row("images of 0 × 0", idx_header({3, 0, 0}), labels, "holds no images");
        row("cut", idx_images(3).substr(0, 30), labels, "it is cut");
        row("empty", "", labels, "the file is empty");
        row("empty gzip", packed(""), labels, "the file is empty");
        row("gzip of a cut file", packed(idx_images(3).substr(0, 30)), labels, "it is cut");
        row("gzip of a longer file", packed(idx_images(3) + "x"), labels, "unpacks to more than the 34 bytes");
        row("cut gzip", packed(idx_images(3)).substr(0, 30), labels, "is cut");
        row("gzip in gzip", packed(packed(idx_images(3))), labels, "a gzip file");
        row("huge, plain", idx_header({4000000000U, 1000, 1000}), labels, "at most 805306368 are read");
        row("huge, packed", packed(idx_header({1000000, 28, 28})), labels, "cannot hold");
    }
    void refuses() {
        QFETCH(QByteArray, images);
        QFETCH(QByteArray, labels);
        QFETCH(QString, words);
        const auto text = error_text([&] { load(images.toStdString(), labels.toStdString()); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.find(m_images.native()) != std::string::npos || text.find(m_labels.native()) != std::string::npos,
                 text.c_str());
    }

    void bombTakesNeitherTimeNorMemory_data() {
        QTest::addColumn<uint>("images");
        QTest::newRow("small header") << 10U;
        QTest::newRow("header of almost all") << 936000U;
        QTest::newRow("header of a little more") << 937000U;
    }
    void bombTakesNeitherTimeNorMemory() {
        QFETCH(uint, images);
        const std::string bomb = packed_zeros(idx_header({images, 28, 28}), 700);
        QVERIFY(bomb.size() < (2U << 20));
        const std::uint64_t before = peak_memory();
        QElapsedTimer time;
        time.start();
        const auto text = error_text([&] { load(bomb, idx_labels({1})); });
        QVERIFY(!text.empty());
        qInfo("refused after %lld ms", static_cast<long long>(time.elapsed()));
        QVERIFY2(peak_memory() - before < (64ULL << 20), std::to_string(peak_memory() - before).c_str());
    }

    void refusesUnreadablePaths() {
        io::write_file(m_labels, idx_labels({1}));
        QVERIFY(error_text([&] { load_idx_pair(m_images, m_labels); }).find("no such file") != std::string::npos);
        QVERIFY(error_text([&] { load_idx_pair(m_images.parent_path(), m_labels); }).find("a folder") !=
                std::string::npos);
        QCOMPARE(::mkfifo(m_images.c_str(), 0600), 0);
        QVERIFY(error_text([&] { load_idx_pair(m_images, m_labels); }).find("a pipe") != std::string::npos);
        QVERIFY(error_text([&] { load_idx_pair("/dev/zero", m_labels); }).find("a device") != std::string::npos);
    }

    void classNamesBoundTheLabels() {
        io::write_file(m_images, idx_images(2));
        io::write_file(m_labels, idx_labels({0, 2}));
        QVERIFY(!error_text([&] { load_idx_pair(m_images, m_labels, "x", {"a", "b"}); }).empty());
        QCOMPARE(load_idx_pair(m_images, m_labels, "x", {"a", "b", "c"})->name(), "x");
    }

   private:
    std::shared_ptr<const Dataset> load(const std::string& images, const std::string& labels) {
        io::write_file(m_images, images);
        io::write_file(m_labels, labels);
        return load_idx_pair(m_images, m_labels);
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_images;
    fs::path m_labels;
};

QTEST_APPLESS_MAIN(tst_IdxPair)
#include "tst_IdxPair.moc"
