#include "core/io/AtomicFile.h"
#include "datasets/NpyPair.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"
#include "tests/core/io/NpyBytes.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <limits>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

std::string counted(int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(i);
    return bytes;
}

std::string labels_file(const std::vector<std::int64_t>& labels) {
    std::string bytes;
    for (const auto label : labels) bytes += number_bytes(label);
    return npy_bytes(npy_header("<i8", std::to_string(labels.size()) + ","), bytes);
}

std::uint64_t peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

class tst_NpyPair : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_images = fs::path(m_temporary->path().toStdString()) / "images.npy";
        m_labels = fs::path(m_temporary->path().toStdString()) / "labels.npy";
    }

    void grey() {
        const auto data = load(npy_bytes(npy_header("|u1", "2, 3, 2"), counted(12)), labels_file({0, 4}));
        QCOMPARE(data->size(), 2);
        QCOMPARE(data->height(), 3);
        QCOMPARE(data->width(), 2);
        QCOMPARE(data->channels(), 1);
        QCOMPARE(data->class_names().size(), std::size_t{5});
        QCOMPARE(data->label(1), 4);
        QCOMPARE(data->name(), "images.npy");
        QCOMPARE(image(*data, 1)[5], 11.0F / 255.0F);
    }

    void layouts_data() {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<bool>("fortran");
        QTest::addColumn<bool>("channelsLast");
        QTest::newRow("NCHW") << "2, 3, 5, 6" << false << false;
        QTest::newRow("NCHW Fortran") << "2, 3, 5, 6" << true << false;
        QTest::newRow("NHWC") << "2, 5, 6, 3" << false << true;
        QTest::newRow("NHWC Fortran") << "2, 5, 6, 3" << true << true;
    }
    void layouts() {
        QFETCH(QString, shape);
        QFETCH(bool, fortran);
        QFETCH(bool, channelsLast);
        // Writes 90·n + 30·y' … so that every value tells where it belongs.
        const auto value = [](int n, int y, int x, int c) { return n * 90 + (y * 6 + x) * 3 + c; };
        const std::array<int, 4> dims = channelsLast ? std::array{2, 5, 6, 3} : std::array{2, 3, 5, 6};
        std::string bytes(180, '\0');
        for (int n = 0; n < 2; ++n) {
            for (int y = 0; y < 5; ++y) {
                for (int x = 0; x < 6; ++x) {
                    for (int c = 0; c < 3; ++c) {
                        const std::array<int, 4> index = channelsLast ? std::array{n, y, x, c} : std::array{n, c, y, x};
                        int at = 0;
                        for (int d = 0; d < 4; ++d) {
                            const int dim = fortran ? 3 - d : d;
                            at = at * dims[dim] + index[dim];
                        }
                        bytes[at] = static_cast<char>(value(n, y, x, c));
                    }
                }
            }
        }
        const auto data = load(npy_bytes(npy_header("|u1", shape.toStdString(), fortran), bytes), labels_file({0, 1}));
        QCOMPARE(data->height(), 5);
        QCOMPARE(data->width(), 6);
        QCOMPARE(data->channels(), 3);
        for (int n = 0; n < 2; ++n) {
            const auto pixels = image(*data, n);
            for (int i = 0; i < 90; ++i) QCOMPARE(pixels[i], static_cast<float>(n * 90 + i) / 255.0F);
        }
    }

    void ambiguousIsChannelsFirst() {
        const auto data = load(npy_bytes(npy_header("|u1", "1, 3, 4, 4"), counted(48)), labels_file({0}));
        QCOMPARE(data->channels(), 3);
        const auto wide = load(npy_bytes(npy_header("|u1", "1, 16, 2, 2"), counted(64)), labels_file({0}));
        QCOMPARE(wide->channels(), 16);
    }

    void floatsAsTheyAre_data() {
        QTest::addColumn<QString>("type");
        QTest::newRow("float32") << "<f4";
        QTest::newRow("float32, big-endian") << ">f4";
        QTest::newRow("float64") << "<f8";
        QTest::newRow("float64, big-endian") << ">f8";
    }
    void floatsAsTheyAre() {
        QFETCH(QString, type);
        std::string bytes;
        for (const float number : {-3.5F, 1e30F, std::numeric_limits<float>::infinity(), std::nanf("")}) {
            const bool big = type[0] == '>';
            bytes += type[2] == '4' ? number_bytes(number, big) : number_bytes(static_cast<double>(number), big);
        }
        const auto data = load(npy_bytes(npy_header(type.toStdString(), "1, 2, 2"), bytes), labels_file({0}));
        const auto pixels = image(*data, 0);
        QCOMPARE(pixels[0], -3.5F);
        QCOMPARE(pixels[1], 1e30F);
        QVERIFY(std::isinf(pixels[2]));
        QVERIFY(std::isnan(pixels[3]));
    }

    void labelsOfAnyWidth_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* type, const std::string& bytes) {
            QTest::newRow(type) << type << QByteArray::fromStdString(bytes);
        };
        row("|u1", "\1\7");
        row("|i1", "\1\7");
        row("<u2", number_bytes(std::uint16_t{1}) + number_bytes(std::uint16_t{7}));
        row(">i4", number_bytes(1, true) + number_bytes(7, true));
        row("<u8", number_bytes(std::uint64_t{1}) + number_bytes(std::uint64_t{7}));
    }
    void labelsOfAnyWidth() {
        QFETCH(QString, type);
        QFETCH(QByteArray, bytes);
        for (const char* shape : {"2,", "2, 1"}) {
            const auto data = load(npy_bytes(npy_header("|u1", "2, 1, 1"), "ab"),
                                   npy_bytes(npy_header(type.toStdString(), shape), bytes.toStdString()));
            QCOMPARE(data->label(0), 1);
            QCOMPARE(data->label(1), 7);
        }
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("images");
        QTest::addColumn<QByteArray>("labels");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& images, const std::string& labels, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(images) << QByteArray::fromStdString(labels) << words;
        };
        const std::string images = npy_bytes(npy_header("|u1", "2, 2, 2"), counted(8));
        const std::string labels = labels_file({0, 1});
        row("swapped", labels, images, "The two files are swapped");
        row("fewer labels", images, labels_file({0}), "holds 2 images, but");
        row("negative label", images, labels_file({0, -1}), "The label with index 1 in");
        row("large label", images, labels_file({10000, 1}), "is 10000, and labels go from 0 to 9999");
        row("label beyond 63 bits", images, npy_bytes(npy_header("<u8", "2,"), std::string(16, '\xff')),
            "beyond 63 bits");
        row("float labels", images, npy_bytes(npy_header("<f4", "2,"), std::string(8, '\0')),
            "labels must be integers");
        row("one-hot labels", images, npy_bytes(npy_header("<i4", "2, 3"), std::string(24, '\0')),
            "not one label an image");
        row("16-bit images", npy_bytes(npy_header("<u2", "2, 2, 2"), counted(16)), labels, "unsigned 16-bit integers");
        row("signed images", npy_bytes(npy_header("|i1", "2, 2, 2"), counted(8)), labels, "holds 8-bit integers");
        row("flat images", npy_bytes(npy_header("|u1", "2, 4"), counted(8)), labels, "an array of 2 × 4, not images");
        row("5 dimensions", npy_bytes(npy_header("|u1", "2, 1, 1, 2, 2"), counted(8)), labels, "not images");
        row("a single value", npy_bytes(npy_header("|u1", ""), "x"), labels, "a single value, not images");
        row("no image", npy_bytes(npy_header("|u1", "0, 2, 2"), ""), labels_file({}), "holds no images");
        row("0 × 0", npy_bytes(npy_header("|u1", "2, 0, 0"), ""), labels, "holds no images");
        row("65 channels", npy_bytes(npy_header("|u1", "2, 65, 1, 1"), counted(130)), labels, "65 channels");
        row("objects", npy_bytes(npy_header("|O", "2, 2, 2"), counted(8)), labels, "pickled Python objects");
        row("cut", images.substr(0, images.size() - 1), labels, "it is cut");
        row("empty", "", labels, "the file is empty");
        row("npz", "PK\x03\x04", labels, ".npz");
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

    void hugeFilesAreRefusedByTheirStart() {
        // A file of 1 GiB that takes no room on the disk, and whose header asks for more still.
        io::write_file(m_images, npy_bytes(npy_header("|u1", "2000000, 28, 28"), ""));
        QCOMPARE(::truncate(m_images.c_str(), 1L << 30), 0);
        io::write_file(m_labels, labels_file({0}));
        const std::uint64_t before = peak_memory();
        QVERIFY(error_text([&] { load_npy_pair(m_images, m_labels); }).find("it is cut") != std::string::npos);
        QVERIFY(peak_memory() - before < (16ULL << 20));
    }

    void doesNotWaitForPipes() {
        io::write_file(m_labels, labels_file({0}));
        QCOMPARE(::mkfifo(m_images.c_str(), 0600), 0);
        QVERIFY(error_text([&] { load_npy_pair(m_images, m_labels); }).find("a pipe") != std::string::npos);
    }

    void surviveDamage() {
        std::mt19937_64 random(11);
        const std::string images = npy_bytes(npy_header("<f4", "2, 1, 3, 3"), std::string(72, 'x'));
        const std::string labels = labels_file({0, 1});
        for (int i = 0; i < 300; ++i) {
            std::shared_ptr<const Dataset> data;
            const auto text = error_text([&] {
                data =
                    load(i % 2 == 0 ? mutated(images, random) : images, i % 2 == 1 ? mutated(labels, random) : labels);
            });
            QCOMPARE(text.empty(), data != nullptr);
            if (data) image(*data, data->size() - 1);
        }
    }

    void wrongUse() {
        const auto data = load(npy_bytes(npy_header("|u1", "2, 1, 1"), "ab"), labels_file({0, 1}));
        std::array<float, 2> pixels{};
        QVERIFY(!error_text<std::out_of_range>([&] { data->label(2); }).empty());
        QVERIFY(!error_text<std::out_of_range>([&] { data->read_image(-1, std::span(pixels).first(1)); }).empty());
        QVERIFY(!error_text<std::invalid_argument>([&] { data->read_image(0, pixels); }).empty());
    }

   private:
    static std::vector<float> image(const Dataset& data, std::int64_t index) {
        std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width() * data.channels()));
        data.read_image(index, pixels);
        return pixels;
    }
    std::shared_ptr<const Dataset> load(const std::string& images, const std::string& labels) const {
        // Plain files: nothing here needs to survive a crash, and syncing hundreds of them takes seconds.
        std::ofstream(m_images, std::ios::binary) << images;
        std::ofstream(m_labels, std::ios::binary) << labels;
        return load_npy_pair(m_images, m_labels);
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_images;
    fs::path m_labels;
};

QTEST_APPLESS_MAIN(tst_NpyPair)
#include "tst_NpyPair.moc"
