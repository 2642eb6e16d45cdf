// Journeys through the Feature maps page of the real window.
#include "OpenWindow.h"
#include "app/pages/FeatureMapsContent.h"
#include "app/pages/FeatureMapsPage.h"
#include "core/instruments/TrainingBatch.h"
#include "datasets/DataSpec.h"
#include "widgets/plots/PlotExporter.h"

#include <QAccessible>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace normscope;
using namespace normscope::app;
using widgets::MapPoint;

namespace {

Experiment experimentAt(OpenWindow& open, std::int64_t step) {
    const Recipe recipe = open.window.experiment().recipe();
    Experiment experiment(recipe, datasets::load_data(recipe.data));
    Trainer trainer(1);
    while (experiment.step().value < step) trainer.step(experiment);
    return experiment;
}

void choose(widgets::ChoiceField* field, const char* value) {
    auto* box = field->findChild<QComboBox*>();
    const int index = box->findData(QLatin1String(value));
    QVERIFY(index >= 0);
    box->setCurrentIndex(index);
    emit box->activated(index);
}

void settle(OpenWindow& open) {
    QCoreApplication::processEvents();
    QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
    QCoreApplication::processEvents();
}

/// Of the state after 8 steps, computed here by the layers themselves.
struct ByHand {
    Tensor<float> x, y, activated;
};

ByHand runByHand(Experiment& experiment, const Dataset& data, const std::vector<std::int64_t>& indices, nn::Mode mode,
                 std::int64_t norm) {
    ThreadPool pool(1);
    ImageBatch batch;
    load_batch(data, indices, experiment.recipe().data, pool, batch);
    nn::Pass pass{.pool = pool, .mode = mode, .update_buffers = false, .kernels = nn::Kernels::reference};
    const auto& leaves = experiment.network().leaves();
    const Tensor<float>* values = &batch.images;
    for (std::int64_t i = 0; i < norm; ++i) values = &leaves[i]->forward(*values, pass);
    ByHand result{.x = *values};
    result.y = leaves[norm]->forward(*values, pass);
    result.activated = leaves[norm + 1]->forward(result.y, pass);
    return result;
}

void compareMaps(const instruments::FeatureMaps& maps, const ByHand& expected) {
    QCOMPARE(maps.channels, expected.x.shape().c);
    for (std::int64_t c = 0; c < maps.channels; ++c) {
        for (std::int64_t i = 0; i < maps.height * maps.width; ++i) {
            const auto row = i / maps.width, column = i % maps.width;
            const auto close = [](float a, float b) { return std::abs(a - b) <= 2e-4F * std::max(1.0F, std::abs(b)); };
            QVERIFY(close(maps.map(maps.before, c)[i], expected.x.at(0, row, column, c)));
            QVERIFY(close(maps.map(maps.after, c)[i], expected.y.at(0, row, column, c)));
            QVERIFY(close(maps.map(maps.activated, c)[i], expected.activated.at(0, row, column, c)));
        }
    }
}

}  // namespace

class tst_FeatureMapsPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void mapsAreThoseOfTheLayers();
    void trainModeIsTheImageInABatch();
    void walksThroughTheImages();
    void movesAmongAClass();
    void hoverShowsTheArithmetic();
    void scalesAreSharedOnDemand();
    void scrubsAndComesBack();
    void clickSelectsAChannel();
    void savesPictureArrayAndAllMaps();
    void showsANetworkWithoutNormLayers();
    void fitsASmallScreen();
    void everyControlHasAName();
};

void tst_FeatureMapsPage::mapsAreThoseOfTheLayers() {
    OpenWindow open(waitingOptions());
    open.trainTo(8);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    QVERIFY(page);
    settle(open);
    QVERIFY(page->shown());
    QCOMPARE(page->shown()->index, 0);
    QVERIFY(page->shown()->isHeldOut);
    Experiment experiment = experimentAt(open, 8);
    const Dataset& data = *experiment.data().eval;
    compareMaps(page->shown()->maps,
                runByHand(experiment, data, {0}, nn::Mode::eval, open.window.selection().layer()->value));
    QCOMPARE(page->image()->content().label,
             QString::fromStdString(data.class_names()[static_cast<std::size_t>(data.label(0))]));
    std::vector<float> pixels(28 * 28);
    data.read_image(0, pixels);
    QCOMPARE(qRed(page->image()->content().picture.pixel(13, 9)), int(std::lround(255 * pixels[9 * 28 + 13])));
    double sum = 0;
    for (const auto& of : page->image()->content().classes) sum += of.probability;
    QVERIFY(std::abs(sum - 1) < 1e-9);
    QCOMPARE(page->maps()->content().stages.size(), 3U);
    QCOMPARE(page->maps()->content().cells.size(), 3U);  // one channel
}

void tst_FeatureMapsPage::trainModeIsTheImageInABatch() {
    OpenWindow open(waitingOptions());
    open.trainTo(8);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    const auto alone = page->shown()->maps.after;
    choose(page->modeChoice(), "train");
    settle(open);
    QCOMPARE(page->shown()->batchSize, open.window.experiment().recipe().data.batch_size);
    QVERIFY(page->shown()->maps.of_batch);
    QVERIFY(page->shown()->maps.after != alone);
    Experiment experiment = experimentAt(open, 8);
    const Dataset& data = *experiment.data().eval;
    compareMaps(page->shown()->maps,
                runByHand(experiment, data, instruments::image_with_neighbours(experiment, data, 0), nn::Mode::train,
                          open.window.selection().layer()->value));
}

void tst_FeatureMapsPage::walksThroughTheImages() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    QTest::mouseClick(page->nextButton(), Qt::LeftButton);
    settle(open);
    QCOMPARE(page->shown()->index, 1);
    QCOMPARE(page->indexField()->value(), 1);
    QTest::mouseClick(page->previousButton(), Qt::LeftButton);
    settle(open);
    QTest::mouseClick(page->previousButton(), Qt::LeftButton);
    settle(open);
    QCOMPARE(page->shown()->index, page->shown()->images - 1);  // round about
    page->indexField()->setFocus();
    page->indexField()->selectAll();
    QTest::keyClicks(page->indexField(), QStringLiteral("17"));
    QTest::keyClick(page->indexField(), Qt::Key_Return);
    settle(open);
    QCOMPARE(page->shown()->index, 17);
    QTest::keyClick(page->indexField(), Qt::Key_Up);
    settle(open);
    QCOMPARE(page->shown()->index, 18);
    choose(page->setChoice(), "training");
    settle(open);
    QVERIFY(!page->shown()->isHeldOut);
    QCOMPARE(page->shown()->images, open.model().description()->train_images);
    QVERIFY2(page->image()->title().contains("Training image 18"), qPrintable(page->image()->title()));
}

void tst_FeatureMapsPage::movesAmongAClass() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    QCOMPARE(page->classBox()->count(), 11);
    page->classBox()->setCurrentIndex(page->classBox()->findData(4));
    emit page->classBox()->activated(page->classBox()->currentIndex());
    settle(open);
    QCOMPARE(page->shown()->label, 4);
    std::int64_t before = -1;
    for (int i = 0; i < 4; ++i) {
        before = page->shown()->index;
        QTest::mouseClick(page->nextButton(), Qt::LeftButton);
        settle(open);
        QCOMPARE(page->shown()->label, 4);
        QVERIFY(page->shown()->index > before);
    }
    QTest::mouseClick(page->previousButton(), Qt::LeftButton);
    settle(open);
    QCOMPARE(page->shown()->index, before);
    for (int i = 0; i < 4; ++i) {
        QTest::mouseClick(page->randomButton(), Qt::LeftButton);
        settle(open);
        QCOMPARE(page->shown()->label, 4);
    }
    QVERIFY(page->classBox()->currentData().toInt() == 4);
}

void tst_FeatureMapsPage::hoverShowsTheArithmetic() {
    OpenWindow open(waitingOptions());
    open.trainTo(8);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    widgets::MapSheet* sheet = page->maps()->sheet();
    QVERIFY(page->maps()->readout().contains("Point at a map"));
    const auto& maps = page->shown()->maps;
    const QRect map = sheet->mapRect(1);
    const QPoint at = map.center();
    QMouseEvent move(QEvent::MouseMove, at, {}, Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(sheet, &move);
    QVERIFY(sheet->current());
    const MapPoint point = *sheet->current();
    const auto numbers = maps.arithmetic(0, point.row, point.column);
    const double y = (numbers.x - numbers.mean) / std::sqrt(numbers.var + numbers.eps) * numbers.weight + numbers.bias;
    QVERIFY(std::abs(y - numbers.y) < 1e-4);
    QString text = page->maps()->readout();
    text.replace(QChar(0x2212), QLatin1Char('-'));
    for (const double number : {numbers.x, numbers.mean, numbers.var, numbers.eps, numbers.weight, numbers.bias,
                                numbers.y, numbers.activated}) {
        QVERIFY2(text.contains(QString::number(number, 'g', 4)), qPrintable(QString::number(number, 'g', 4) + text));
    }
    QVERIFY(text.contains("running mean and variance"));
    QCOMPARE(page->maps()->summary().size(), 1);
    const auto zeros = std::ranges::count(maps.map(maps.activated, 0), 0.0F);
    const QString share =
        QString::number(100.0 * double(zeros) / double(maps.height * maps.width), 'f', 1) + " % zeros";
    QVERIFY2(page->maps()->summary().first().contains(share), qPrintable(page->maps()->summary().first()));

    // By keys, and while the run goes on the numbers follow.
    sheet->setFocus();
    QTest::keyClick(sheet, Qt::Key_Right);
    QCOMPARE(sheet->current()->column, point.column + 1);
    const QString then = page->maps()->readout();
    open.window.run().stepOnce();
    QTRY_COMPARE(open.step(), 9);
    settle(open);
    QTRY_VERIFY(page->maps()->readout() != then);
}

void tst_FeatureMapsPage::scalesAreSharedOnDemand() {
    OpenWindow open(waitingOptions());
    open.trainTo(8);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    choose(page->viewChoice(), "after");
    const auto& content = page->maps()->content();
    QCOMPARE(content.cells.size(), std::size_t(page->shown()->maps.channels));
    QVERIFY(content.stages[0].scale);
    QCOMPARE(content.stages[0].scale->lower, -content.stages[0].scale->upper);  // 0 is in the middle
    for (const auto& cell : content.cells) QCOMPARE(cell.scale, *content.stages[0].scale);
    const auto& after = page->shown()->maps.after;
    const auto [least, greatest] = std::ranges::minmax(after);
    QCOMPARE(content.stages[0].scale->upper, double(std::max(-least, greatest)));
    QCOMPARE(content.cells[3].values[5], page->shown()->maps.map(after, 3)[5]);

    choose(page->scaleChoice(), "each");
    QVERIFY(!page->maps()->content().stages[0].scale);
    QVERIFY(page->maps()->content().cells[0].scale != page->maps()->content().cells[1].scale);
    QVERIFY(!page->maps()->content().cells[0].detail.isEmpty());
    choose(page->scaleChoice(), "everything");
    choose(page->viewChoice(), "selected");
    const auto& table = page->maps()->content();
    QCOMPARE(table.stages[0].scale, table.stages[1].scale);
    QCOMPARE(table.stages[1].scale, table.stages[2].scale);
    choose(page->viewChoice(), "activated");
    for (const auto& cell : page->maps()->content().cells) {
        for (const float value : cell.values) QVERIFY(value >= 0);
    }
    choose(page->viewChoice(), "before");
    QCOMPARE(page->maps()->content().cells[2].values[9], page->shown()->maps.map(page->shown()->maps.before, 2)[9]);
    QCOMPARE(page->maps()->content().stages[0].key, QStringLiteral("before"));
}

void tst_FeatureMapsPage::scrubsAndComesBack() {
    OpenWindow open(waitingOptions());
    open.trainTo(20);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    const auto newest = page->shown()->maps.after;
    open.window.feed().showStep(StepIndex{5});
    settle(open);
    QCOMPARE(page->shown()->step.value, 5);
    Experiment experiment = experimentAt(open, 5);
    compareMaps(page->shown()->maps, runByHand(experiment, *experiment.data().eval, {0}, nn::Mode::eval,
                                               open.window.selection().layer()->value));
    QVERIFY(page->shown()->maps.after != newest);
    QVERIFY2(page->maps()->title().contains("step 5"), qPrintable(page->maps()->title()));
    open.window.feed().follow();
    settle(open);
    QCOMPARE(page->shown()->maps.after, newest);
}

void tst_FeatureMapsPage::clickSelectsAChannel() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    choose(page->viewChoice(), "before");
    widgets::MapSheet* sheet = page->maps()->sheet();
    QTest::mouseClick(sheet, Qt::LeftButton, {}, sheet->mapRect(5).center());
    QCOMPARE(open.window.selection().channels(), std::vector{ChannelIndex{5}});
    settle(open);
    QTRY_VERIFY(page->maps()->content().cells[5].selected);
    QVERIFY(!page->maps()->content().cells[0].selected);
    choose(page->viewChoice(), "selected");
    QCOMPARE(page->maps()->content().cells[0].channel, 5);
    open.window.selection().selectLayer(LayerIndex{1});
    settle(open);
    QTRY_COMPARE(page->shown()->maps.layer, std::string("bn1"));
}

void tst_FeatureMapsPage::savesPictureArrayAndAllMaps() {
    OpenWindow open(waitingOptions());
    open.trainTo(4);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    QTemporaryDir folder;
    QSignalSpy written(&open.window.writer(), &BackgroundWriter::written);
    for (const auto& [name, plot] : page->plots()) {
        for (const auto format :
             {widgets::PlotFormat::Png, widgets::PlotFormat::Svg, widgets::PlotFormat::Pdf, widgets::PlotFormat::Csv}) {
            const QString path = folder.filePath(name + "." + widgets::suffixOf(format));
            plot->setPathQuestion([path](const QString&, const QString&) { return path; });
            plot->saveAs(format);
        }
    }
    QTRY_COMPARE(written.count(), 8);

    const QString array = folder.filePath("maps");
    page->setArrayPathQuestion([array](const QString&) { return array; });
    emit page->maps()->saveArrayAsked();
    QTRY_COMPARE(written.count(), 9);
    QFile file(array + ".npy");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto& maps = page->shown()->maps;
    const QByteArray bytes = file.readAll();
    const auto count = maps.before.size();
    QCOMPARE(bytes.size() % 64, qsizetype(3 * count * sizeof(float)) % 64);
    std::vector<float> values(3 * count);
    std::memcpy(values.data(), bytes.data() + bytes.size() - qsizetype(values.size() * sizeof(float)),
                values.size() * sizeof(float));
    QVERIFY(std::equal(maps.before.begin(), maps.before.end(), values.begin()));
    QVERIFY(std::equal(maps.after.begin(), maps.after.end(), values.begin() + std::ptrdiff_t(count)));
    QVERIFY(std::equal(maps.activated.begin(), maps.activated.end(), values.begin() + std::ptrdiff_t(2 * count)));
    const QByteArray shape = "(3, " + QByteArray::number(qlonglong(maps.channels)) + ", " +
                             QByteArray::number(qlonglong(maps.height)) + ", " +
                             QByteArray::number(qlonglong(maps.width)) + ")";
    QVERIFY2(bytes.left(128).contains(shape), bytes.left(128).constData());

    QTemporaryDir all;
    page->setFolderQuestion([&all](const QString&) { return all.path(); });
    emit page->maps()->saveAllAsked();
    const auto files = 3 * maps.channels + 2;
    QTRY_COMPARE_WITH_TIMEOUT(written.count(), 9 + int(files), patience);
    const auto pictures = QDir(all.path()).entryList({"*.png"});
    QCOMPARE(pictures.size(), 3 * maps.channels);
    const QImage picture(QDir(all.path()).filePath(pictures.first()));
    QCOMPARE(picture.width(), int(maps.width) * 8);
    QVERIFY(!picture.text("Scale").isEmpty());
}

void tst_FeatureMapsPage::showsANetworkWithoutNormLayers() {
    QTemporaryDir folder;
    const QString path = folder.filePath("recipe.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"schema": 1, "model": {"norm": {"type": "none"}}, "data": {"batch_size": 4}})");
    file.close();
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    const auto run = open.model().description()->run_id;
    open.window.experiment().openRecipe(path, true);
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run && open.step() >= 2, patience);
    QTRY_VERIFY(page->maps()->content().cells.empty());
    QTRY_VERIFY2(page->maps()->readout().contains("no norm layer"), qPrintable(page->maps()->readout()));
    // And back, with a single image a batch, which train mode can do for maps.
    open.window.experiment().startDefault(true);
    QTRY_VERIFY_WITH_TIMEOUT(!page->maps()->content().cells.empty(), patience);
}

void tst_FeatureMapsPage::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    open.trainTo(2);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    for (const auto& [name, plot] : page->plots()) {
        const QRect area(plot->mapTo(page, QPoint()), plot->size());
        QVERIFY2(page->rect().contains(area), qPrintable(name));
        QVERIFY(area.height() >= 200 && area.width() >= 200);
    }
    for (int i = 0; i < 3; ++i) QVERIFY(page->maps()->sheet()->mapRect(i).width() >= 96);
}

void tst_FeatureMapsPage::everyControlHasAName() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    auto* page = open.show<FeatureMapsPage>("feature-maps");
    settle(open);
    for (QWidget* widget : page->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
        const auto* access = QAccessible::queryAccessibleInterface(widget);
        QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
    }
    for (const auto& [name, plot] : page->plots()) {
        QVERIFY2(!plot->toolTip().isEmpty() && !plot->whatsThis().isEmpty(), qPrintable(name));
    }
}

QTEST_MAIN(tst_FeatureMapsPage)
#include "tst_FeatureMapsPage.moc"
