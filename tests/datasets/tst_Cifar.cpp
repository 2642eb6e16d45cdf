#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "datasets/Cifar.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t image_bytes = 3072;

std::string record(const std::string& labels, int shift = 0) {
    std::string bytes = labels;
    for (std::size_t i = 0; i < image_bytes; ++i) bytes += static_cast<char>(i / 1024 * 50 + i % 32 + shift);
    return bytes;
}

std::string records10(const std::string& labels) {
    std::string bytes;
    for (const char label : labels) bytes += record({label});
    return bytes;
}

CifarImages unpack(const std::string& file, CifarKind kind) {
    const auto bytes = io::as_bytes(file);
    return unpack_cifar({bytes.begin(), bytes.end()}, kind, "x.bin");
}

}  // namespace

class tst_Cifar : public QObject {
    Q_OBJECT

   private slots:
    void init() { m_temporary = std::make_unique<QTemporaryDir>(); }

    void unpacksPlanes() {
        const auto images = unpack(records10({3, 9}), CifarKind::cifar10);
        QCOMPARE(images.pixels.size(), 2 * image_bytes);
        QCOMPARE(std::to_integer<int>(images.labels[1]), 9);
        const auto pixel = [&](std::size_t n, std::size_t y, std::size_t x, std::size_t c) {
            return std::to_integer<int>(images.pixels[n * image_bytes + (y * 32 + x) * 3 + c]);
        };
        for (std::size_t c = 0; c < 3; ++c) QCOMPARE(pixel(1, 31, 7, c), static_cast<int>(c) * 50 + 7);
        const auto fine = unpack(record("\x13\x63") + record(std::string("\0\0", 2)), CifarKind::cifar100);
        QCOMPARE(std::to_integer<int>(fine.labels[0]), 99);
        QCOMPARE(fine.pixels, images.pixels);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<bool>("hundred");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& file, bool hundred, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << hundred << words;
        };
        row("empty", "", false, "the file is empty");
        row("cut", records10({1, 2}).substr(0, 5000), false, "5000 bytes are no whole number of records of 3073");
        row("cut 100", record("\1\2").substr(0, 3000), true, "records of 3074");
        row("gzip", "\x1f\x8b\x08xxxx", false, "a gzip file");
        row("label", records10({1, 10}), false, "the label of the record with index 1 is 10");
        row("coarse label", record("\x14\1"), true, "the coarse label of the record with index 0 is 20");
        row("fine label", record("\1\1") + record("\1\x64"), true, "the fine label of the record with index 1 is 100");
        row("100 as 10", record("\1\1"), false, "it holds records of CIFAR-100; open its folder as cifar100:DIR");
        row("10 as 100", records10({1, 2}), true, "it holds records of CIFAR-10; open its folder as cifar10:DIR");
    }
    void refuses() {
        QFETCH(QByteArray, file);
        QFETCH(bool, hundred);
        QFETCH(QString, words);
        const auto text =
            error_text([&] { unpack(file.toStdString(), hundred ? CifarKind::cifar100 : CifarKind::cifar10); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.starts_with("x.bin") && text.ends_with('.'), text.c_str());
    }

    void surviveDamage() {
        std::mt19937_64 random(3);
        const std::string good = records10({1, 2, 3});
        for (int i = 0; i < 2000; ++i) {
            const std::string bad = mutated(good, random);
            for (const auto kind : {CifarKind::cifar10, CifarKind::cifar100}) {
                CifarImages images;
                const auto text = error_text([&] { images = unpack(bad, kind); });
                QCOMPARE(text.empty(), !images.labels.empty());
                QCOMPARE(images.pixels.size(), images.labels.size() * image_bytes);
            }
        }
    }

    void loadsTen() {
        write_ten(folder());
        const auto split = load_cifar(folder(), CifarKind::cifar10);
        QCOMPARE(split.train->size(), 10);
        QCOMPARE(split.eval->size(), 1);
        QCOMPARE(split.train->height(), 32);
        QCOMPARE(split.train->channels(), 3);
        QCOMPARE(split.train->label(3), 1);  // second record of the second file
        QCOMPARE(split.train->name(), "CIFAR-10");
        QCOMPARE(split.train->class_names()[1], "automobile");
        std::vector<float> pixels(image_bytes);
        split.train->read_image(9, pixels);
        QCOMPARE(pixels[3 * 31 + 2], 131.0F / 255.0F);
    }

    void namesOfClasses() {
        write_ten(folder());
        write("batches.meta.txt", "a\nb\nc\nd\ne\r\nf\ng\nh\ni\nj\n\n");
        const auto names = load_cifar(folder(), CifarKind::cifar10).train->class_names();
        QCOMPARE(names[4], "e");
        QCOMPARE(names.size(), std::size_t{10});
        write("batches.meta.txt", "a\nb\n");
        QVERIFY(refusal(CifarKind::cifar10).find("has 2 lines, and CIFAR-10 has 10 classes") != std::string::npos);
        write("batches.meta.txt", "a\nb\nc\nd\n\xff\nf\ng\nh\ni\nj\n");
        QVERIFY(refusal(CifarKind::cifar10).find("Line 5 of") != std::string::npos);
    }

    void loadsHundred() {
        write("train.bin", record("\1\2") + record("\3\4"));
        write("test.bin", record("\1\x63"));
        const auto split = load_cifar(folder(), CifarKind::cifar100);
        QCOMPARE(split.train->size(), 2);
        QCOMPARE(split.train->label(1), 4);
        QCOMPARE(split.eval->label(0), 99);
        QCOMPARE(split.train->class_names().size(), std::size_t{100});
        QCOMPARE(split.train->class_names()[42], "42");
    }

    void archiveFolderIsFound() {
        const fs::path inner = folder() / "cifar-10-batches-bin";
        fs::create_directory(inner);
        write_ten(inner);
        QCOMPARE(load_cifar(folder(), CifarKind::cifar10).train->size(), 10);
    }

    void namesWhatIsMissing() {
        QVERIFY(refusal(CifarKind::cifar100).find("lacks these files of CIFAR-100: train.bin, test.bin.") !=
                std::string::npos);
        write_ten(folder());
        fs::remove(folder() / "data_batch_2.bin");
        fs::remove(folder() / "test_batch.bin");
        QVERIFY(refusal(CifarKind::cifar10).find(": data_batch_2.bin, test_batch.bin.") != std::string::npos);
        QVERIFY(refusal(CifarKind::cifar100).find("It holds CIFAR-10: open it as cifar10:DIR.") != std::string::npos);
        fs::remove_all(folder());
        QVERIFY(refusal(CifarKind::cifar10).find("does not exist") != std::string::npos);
        io::write_file(folder(), "x");
        QVERIFY(refusal(CifarKind::cifar10).find("is not a folder") != std::string::npos);
        fs::remove(folder());
        fs::create_directory(folder());
        write("data_batch_1", "x");
        QVERIFY(refusal(CifarKind::cifar10).find("the Python version") != std::string::npos);
    }

    void doesNotWaitForPipes() {
        write_ten(folder());
        fs::remove(folder() / "data_batch_3.bin");
        QCOMPARE(::mkfifo((folder() / "data_batch_3.bin").c_str(), 0600), 0);
        QVERIFY(refusal(CifarKind::cifar10).find("a pipe") != std::string::npos);
    }

    void canBeCancelled() {
        write_ten(folder());
        std::stop_source source;
        LoadOptions options;
        options.stop = source.get_token();
        int calls = 0;
        options.progress = [&](const LoadProgress& progress) {
            QVERIFY(progress.done <= progress.total);
            if (++calls == 2) source.request_stop();
        };
        QVERIFY(!error_text<LoadCancelled>([&] { load_cifar(folder(), CifarKind::cifar10, options); }).empty());
        QCOMPARE(calls, 2);
    }

   private:
    fs::path folder() const { return m_temporary->path().toStdString(); }
    void write(const char* name, const std::string& bytes) const { io::write_file(folder() / name, bytes); }
    static void write_ten(const fs::path& where) {
        for (char batch = 1; batch <= 5; ++batch) {
            io::write_file(where / ("data_batch_" + std::to_string(batch) + ".bin"), records10({batch, 1}));
        }
        io::write_file(where / "test_batch.bin", records10({9}));
    }
    std::string refusal(CifarKind kind) const {
        return error_text([&] { load_cifar(folder(), kind); });
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
};

QTEST_APPLESS_MAIN(tst_Cifar)
#include "tst_Cifar.moc"
