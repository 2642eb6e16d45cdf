#include "core/io/ReadFile.h"
#include "datasets/ImageDecoder.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"
#include "tests/datasets/PictureBytes.h"

#include <QTest>

#include <cmath>

#include <sys/resource.h>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;

namespace {

using Pixels = std::vector<std::byte>;

Pixels decoded(const std::string& file, const ImageTarget& target = {16, ImageFit::crop, false}) {
    Pixels pixels(target.bytes());
    decode_image(io::as_bytes(file), target, pixels);
    return pixels;
}

std::string refusal(const std::string& file, const ImageTarget& target = {16, ImageFit::crop, false}) {
    return error_text<UnreadableImage>([&] { decoded(file, target); });
}

using Colour = std::array<int, 3>;

Colour colour(const Pixels& pixels, int x, int y, int size = 16) {
    Colour result{};
    for (int c = 0; c < 3; ++c) result[c] = std::to_integer<int>(pixels[(y * size + x) * 3 + c]);
    return result;
}

bool near(const Colour& a, const Colour& b, int tolerance = 3) {
    for (int c = 0; c < 3; ++c) {
        if (std::abs(a[c] - b[c]) > tolerance) return false;
    }
    return true;
}

std::string fixture(const char* name) {
    const auto bytes = io::read_file(std::string(NORMSCOPE_FIXTURES "/pictures/") + name, 1U << 20);
    return std::string(io::as_text(bytes));
}

std::uint64_t peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

constexpr Colour red{255, 0, 0};
constexpr Colour blue{0, 0, 255};
constexpr Colour white{255, 255, 255};

}  // namespace

class tst_ImageDecoder : public QObject {
    Q_OBJECT

   private slots:
    void everyFormat_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<int>("tolerance");
        const auto row = [](const char* name, const std::string& file, int tolerance = 0) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << tolerance;
        };
        const cv::Mat picture = red_and_blue();
        row("PNG", encoded(picture, ".png"));
        row("PNG, palette", fixture("palette.png"));
        row("PNG, interlaced", fixture("interlaced.png"));
        row("JPEG", encoded(picture, ".jpg", {cv::IMWRITE_JPEG_QUALITY, 98}), 4);
        row("JPEG, progressive", encoded(picture, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1}), 4);
        row("JPEG, CMYK", fixture("cmyk.jpg"), 6);
        row("BMP", encoded(picture, ".bmp"));
        row("PPM", encoded(picture, ".ppm"));
        row("PPM, text", encoded(picture, ".ppm", {cv::IMWRITE_PXM_BINARY, 0}));
        row("WebP", encoded(picture, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101}));
        row("WebP, lossy", encoded(picture, ".webp", {cv::IMWRITE_WEBP_QUALITY, 95}), 12);
        cv::Mat deep;
        picture.convertTo(deep, CV_16U, 257);
        row("PNG, 16 bit", encoded(deep, ".png"));
        row("PPM, 16 bit", encoded(deep, ".ppm"));
    }
    void everyFormat() {
        QFETCH(QByteArray, file);
        QFETCH(int, tolerance);
        const auto pixels = decoded(file.toStdString());
        for (const auto& [x, wanted] : {std::pair{2, red}, std::pair{13, blue}}) {
            const Colour found = colour(pixels, x, 8);
            QVERIFY2(near(found, wanted, tolerance),
                     qPrintable(QString("%1 %2 %3").arg(found[0]).arg(found[1]).arg(found[2])));
        }
    }

    void greyAndColour() {
        const cv::Mat grey(16, 16, CV_8UC1, cv::Scalar(77));
        for (const char* extension : {".png", ".jpg", ".bmp", ".pgm", ".webp"}) {
            QVERIFY(near(colour(decoded(encoded(grey, extension)), 5, 5), {77, 77, 77}, 2));
        }
        const auto one = decoded(encoded(red_and_blue(), ".png"), {16, ImageFit::crop, true});
        QCOMPARE(one.size(), std::size_t{256});
        QCOMPARE(std::to_integer<int>(one[0]), 76);   // 0.299 · 255
        QCOMPARE(std::to_integer<int>(one[15]), 29);  // 0.114 · 255
    }

    void transparentShowsWhite() {
        cv::Mat picture(16, 16, CV_8UC4, cv::Scalar(0, 0, 255, 255));
        picture.colRange(8, 16).setTo(cv::Scalar(0, 0, 255, 0));
        picture.rowRange(8, 16).setTo(cv::Scalar(0, 0, 255, 128));
        cv::Mat deep;
        picture.convertTo(deep, CV_16U, 257);
        for (const auto& file : {encoded(picture, ".png"), encoded(deep, ".png"),
                                 encoded(picture, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101})}) {
            const auto pixels = decoded(file);
            QVERIFY(near(colour(pixels, 2, 2), red));
            QVERIFY(near(colour(pixels, 13, 2), white));
            QVERIFY(near(colour(pixels, 5, 13), {255, 127, 127}));
        }
        QVERIFY(near(colour(decoded(fixture("palette-transparent.png")), 13, 8), white));
        QVERIFY(near(colour(decoded(fixture("palette-transparent.png")), 2, 8), red));
        QVERIFY(near(colour(decoded(fixture("grey-alpha.png")), 13, 8), white));
        QVERIFY(near(colour(decoded(fixture("grey-alpha.png")), 2, 8), {100, 100, 100}));
    }

    void sixteenBitsAreRounded() {
        cv::Mat deep(16, 16, CV_16UC1, cv::Scalar(1000));
        QVERIFY(near(colour(decoded(encoded(deep, ".png")), 0, 0), {4, 4, 4}, 0));  // 1000 / 257 = 3.9
    }

    void pnmWhiteIsItsOwn() {
        const auto grey = [](const std::string& file) {
            return std::to_integer<int>(decoded(file, {8, ImageFit::crop, true})[0]);
        };
        QCOMPARE(grey("P5 8 8 100\n" + std::string(64, '\x32')), 128);  // 50 of 100
        QCOMPARE(grey("P5\n# a comment\n8 8\n255\n" + std::string(64, '\x32')), 50);
        std::string text;
        for (int i = 0; i < 64; ++i) text += "50 ";
        QVERIFY(std::abs(grey("P2 8 8 100\n" + text) - 128) <= 1);
        std::string deep;
        for (int i = 0; i < 64; ++i) deep += std::string("\x01\xF4", 2);
        QCOMPARE(grey("P5 8 8 1000\n" + deep), 128);  // 500 of 1000
        QCOMPARE(grey("P4 8 8\n" + std::string(8, '\0')), 255);
        QCOMPARE(grey("P4 8 8\n" + std::string(8, '\xff')), 0);
    }

    void cropAndStretch() {
        const std::string wide = encoded(red_and_blue(48, 16), ".png");
        // The middle square of 16 pixels holds 8 red and 8 blue columns; stretched, it is the same halves.
        for (const auto fit : {ImageFit::crop, ImageFit::stretch}) {
            const auto pixels = decoded(wide, {16, fit, false});
            QVERIFY(near(colour(pixels, 7, 8), red));
            QVERIFY(near(colour(pixels, 8, 8), blue));
        }
        cv::Mat marked = red_and_blue(48, 16);
        marked.colRange(0, 12).setTo(cv::Scalar(0, 255, 0));
        const std::string file = encoded(marked, ".png");
        QVERIFY(near(colour(decoded(file), 0, 8), red));
        QVERIFY(near(colour(decoded(file, {16, ImageFit::stretch, false}), 0, 8), {0, 255, 0}));
    }

    void growsAndShrinks() {
        for (const int size : {8, 16, 64, 512}) {
            const auto pixels = decoded(encoded(red_and_blue(30, 30), ".png"), {size, ImageFit::crop, false});
            QVERIFY(near(colour(pixels, 0, 0, size), red));
            QVERIFY(near(colour(pixels, size - 1, size - 1, size), blue));
        }
        QVERIFY(near(colour(decoded(encoded(red_and_blue(2, 1), ".png")), 1, 8), red));  // 2 × 1: the left pixel
    }

    void largeJpegsAreDecodedSmaller() {
        const std::string file = encoded(red_and_blue(1603, 901), ".jpg", {cv::IMWRITE_JPEG_QUALITY, 95});
        const auto header = read_image_header(io::as_bytes(file));
        QCOMPARE(header.width, 1603U);
        const std::uint64_t all = std::uint64_t{1603} * 901 * 3;
        QCOMPARE(decoding_memory(header, {512, ImageFit::crop, false}), all);
        QVERIFY(decoding_memory(header, {64, ImageFit::crop, false}) < all / 60);
        for (const int size : {16, 64, 200, 400, 512}) {
            const auto pixels = decoded(file, {size, ImageFit::crop, false});
            QVERIFY(near(colour(pixels, size / 4, size / 2, size), {254, 0, 0}));
            QVERIFY(near(colour(pixels, 3 * size / 4, size / 2, size), {0, 0, 254}));
        }
    }

    void exifTurns_data() {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<int>("corner");  // where the stored top left corner is shown: 0 top left, then clockwise
        QTest::addColumn<bool>("mirrored");
        QTest::newRow("1") << 1 << 0 << false;
        QTest::newRow("2") << 2 << 1 << true;
        QTest::newRow("3") << 3 << 2 << false;
        QTest::newRow("4") << 4 << 3 << true;
        QTest::newRow("5") << 5 << 0 << true;
        QTest::newRow("6") << 6 << 1 << false;
        QTest::newRow("7") << 7 << 2 << true;
        QTest::newRow("8") << 8 << 3 << false;
    }
    void exifTurns() {
        QFETCH(int, orientation);
        QFETCH(int, corner);
        QFETCH(bool, mirrored);
        // Four quarters, clockwise from the top left: red, blue, white, black.
        const std::array<Colour, 4> quarters{red, blue, white, Colour{0, 0, 0}};
        cv::Mat picture = red_and_blue(32, 32);
        picture(cv::Rect(16, 16, 16, 16)).setTo(cv::Scalar(255, 255, 255));
        picture(cv::Rect(0, 16, 16, 16)).setTo(cv::Scalar(0, 0, 0));
        const std::string jpeg = encoded(picture, ".jpg", {cv::IMWRITE_JPEG_QUALITY, 98});
        const std::string png = encoded(picture, ".png");
        const std::string exif = png_chunk("eXIf", exif_data(orientation));
        for (const auto& file : {with_exif(jpeg, orientation), with_exif(jpeg, orientation, false),
                                 png.substr(0, 33) + exif + png.substr(33)}) {
            const auto pixels = decoded(file);
            const std::array<std::array<int, 2>, 4> places{{{3, 3}, {12, 3}, {12, 12}, {3, 12}}};
            for (int i = 0; i < 4; ++i) {
                const auto& place = places[(mirrored ? corner - i + 4 : corner + i) % 4];
                QVERIFY(near(colour(pixels, place[0], place[1]), quarters[i], 12));
            }
        }
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& file, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << words;
        };
        const cv::Mat picture = red_and_blue(64, 64);
        const std::string png = encoded(picture, ".png");
        const std::string jpeg = encoded(picture, ".jpg");
        const std::string bmp = encoded(picture, ".bmp");
        const std::string ppm = encoded(picture, ".ppm");
        const std::string webp = encoded(picture, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101});
        row("empty", "", "it is empty");
        row("text", "hello", "it is no PNG, JPEG, BMP, PNM or WebP picture");
        row("GIF", "GIF89a", "it looks like a GIF picture");
        row("pickle", "\x80\x02}q", "a Python pickle");
        row("TIFF, which GDAL would read", std::string("II*\0\x08\0\0\0", 8), "it is no PNG");
        row("VRT, which GDAL would read", "<VRTDataset rasterXSize=\"4\" rasterYSize=\"4\"></VRTDataset>", "it is no");
        row("GDAL's ENVI header", "ENVI\nsamples = 4\nlines = 4\n", "it is no PNG");
        row("DICOM", std::string(128, '\0') + "DICM", "it is no PNG");
        row("PNG cut in half", png.substr(0, png.size() / 2), "the PNG's end (IEND) is missing");
        row("PNG without end", png.substr(0, png.size() - 12), "IEND");
        row("PNG cut in the header", png.substr(0, 20), "it is cut");
        row("JPEG cut in half", jpeg.substr(0, jpeg.size() / 2), "the JPEG's end marker is missing");
        row("JPEG without end", jpeg.substr(0, jpeg.size() - 2), "end marker");
        row("JPEG cut behind a thumbnail's end",
            jpeg.substr(0, 2) + "\xFF\xE1" + big_endian_bytes(6, 2) + "ab\xFF\xD9" + jpeg.substr(2, jpeg.size() / 2),
            "end marker");
        row("JPEG of nothing", "\xFF\xD8\xFF\xD9", "holds no picture");
        row("BMP cut", bmp.substr(0, bmp.size() - 1), "BMP's pixels are not all there");
        row("PPM cut", ppm.substr(0, ppm.size() - 1), "PNM's pixels are not all there");
        row("PPM text cut", "P3 64 64 255\n1 2 3 4", "PNM's pixels are not all there");
        row("PGM without numbers", "P5 \n", "a number of its PNM header is missing");
        row("PGM, white 0", "P5 1 1 0\n1", "white is out of range");
        row("PGM, huge number", "P5 99999999999 1 1\n1", "too large");
        row("WebP cut", webp.substr(0, webp.size() - 2), "it is cut; it announces");
        row("no pixels", "P5 0 5 255\n", "it has no pixels (0 × 5)");
        row("empty PNG", png_of(0, 0, "x"), "it has no pixels");
        row("damaged PNG", png_of(16, 16, "not deflated"), "it cannot be decoded");
        row("2.7 GB in 109 KB", png_of(30000, 30000, std::string(109 << 10, '\0')), "30000 × 30000 pixels");
        row("beyond any side", png_of(2000000000, 1, "x"), "more than any picture");
        row("huge PGM text", "P1 60000 60000\n0", "not all there");
        std::string huge_jpeg = encoded(picture, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
        huge_jpeg.replace(huge_jpeg.find("\xFF\xC2") + 5, 4, "\xFF\xFF\xFF\xFF");
        row("JPEG, progressive, 65535 × 65535", huge_jpeg, "65535 × 65535 pixels");
        std::string huge_webp = webp.substr(0, 20) + std::string("\x2f\xff\xff\xff\x0f", 5) + webp.substr(25);
        row("WebP, 16384 × 16384", huge_webp, "16384 × 16384 pixels");
    }
    void refuses() {
        QFETCH(QByteArray, file);
        QFETCH(QString, words);
        const std::uint64_t before = peak_memory();
        const auto text = refusal(file.toStdString());
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY(text.starts_with("it") && !text.ends_with('.'));
        QVERIFY2(peak_memory() - before < (64ULL << 20), std::to_string(peak_memory() - before).c_str());
    }

    void trailingBytesDoNotMatter() {
        for (const char* extension : {".png", ".jpg", ".bmp", ".ppm"}) {
            const std::string file = encoded(red_and_blue(), extension) + std::string(1000, '\0');
            QVERIFY2(refusal(file).empty(), refusal(file).c_str());
        }
    }

    void surviveDamage_data() {
        QTest::addColumn<QByteArray>("file");
        cv::Mat deep;
        red_and_blue().convertTo(deep, CV_16U, 257);
        QTest::newRow("PNG") << QByteArray::fromStdString(encoded(red_and_blue(), ".png"));
        QTest::newRow("JPEG") << QByteArray::fromStdString(with_exif(encoded(red_and_blue(), ".jpg"), 6));
        QTest::newRow("BMP") << QByteArray::fromStdString(encoded(red_and_blue(), ".bmp"));
        QTest::newRow("PPM") << QByteArray::fromStdString(encoded(deep, ".ppm"));
        QTest::newRow("WebP") << QByteArray::fromStdString(encoded(red_and_blue(), ".webp"));
    }
    void surviveDamage() {
        QFETCH(QByteArray, file);
        std::mt19937_64 random(5);
        const std::string good = file.toStdString();
        const std::uint64_t before = peak_memory();
        for (int i = 0; i < 1500; ++i) {
            const std::string bad = mutated(good, random);
            // Either it decodes, or UnreadableImage says why; anything else fails the test.
            refusal(bad);
        }
        QVERIFY2(peak_memory() - before < (96ULL << 20), std::to_string(peak_memory() - before).c_str());
    }
};

QTEST_APPLESS_MAIN(tst_ImageDecoder)
#include "tst_ImageDecoder.moc"
