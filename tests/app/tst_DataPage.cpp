// Choosing data in the real window.
#include "OpenWindow.h"

#include "app/pages/DataPage.h"
#include "app/panels/DataForm.h"
#include "widgets/plots/CountPlot.h"

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::app;
using telemetry::RunState;

namespace {

/// Class folders with a few small pictures each, and a file that is none.
void makeFolder(const QString& folder) {
    for (const char* name : {"cats", "dogs"}) {
        QVERIFY(QDir(folder).mkpath(QLatin1String(name)));
        for (int i = 0; i < 12; ++i) {
            QImage image(20, 16, QImage::Format_RGB32);
            image.fill(qRgb(10 * i, 100, name[0] == 'c' ? 200 : 20));
            QVERIFY(image.save(QStringLiteral("%1/%2/%3.png").arg(folder, QLatin1String(name)).arg(i)));
        }
    }
    QFile broken(folder + QStringLiteral("/cats/broken.png"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("\x89PNG\r\n\x1a\n cut");
}

}  // namespace

class tst_DataPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void showsTheDataOfTheRun();
    void opensADroppedFolderAndTrains();
    void tellsWhatIsWrong();
    void canBeCancelled();
    void refusesNumbersThatAreNone();
    void specs_data();
    void specs();
    void fitsASmallScreen();
};

void tst_DataPage::showsTheDataOfTheRun() {
    OpenWindow open;
    open.trainTo(2);
    auto* page = open.show<DataPage>("data");
    QTRY_VERIFY_WITH_TIMEOUT(page->preview() != nullptr, patience);
    const auto& train = page->preview()->summary.train;
    QCOMPARE(train.images, open.model().description()->train_images);
    QCOMPARE(page->classPlot()->categories().size(), 10);
    QCOMPARE(page->classPlot()->sets().front().values.front(), double(train.class_counts.front()));
    QVERIFY(!page->preview()->samples.empty());
    QCOMPARE(open.step(), 2);  // looking trains nothing
}

void tst_DataPage::opensADroppedFolderAndTrains() {
    QTemporaryDir folder;
    makeFolder(folder.path());
    OpenWindow open;
    open.trainTo(2);
    open.window.files().openPath(folder.path());
    auto* page = qobject_cast<DataPage*>(open.window.pages()->currentPage());
    QVERIFY(page);
    QTRY_VERIFY_WITH_TIMEOUT(page->preview() && page->preview()->recipe.source.starts_with("folder:"), patience);
    QCOMPARE(page->preview()->summary.skipped.size(), 1U);
    QVERIFY(page->skippedList()->item(0)->text().contains(QStringLiteral("broken.png")));
    const auto before = open.model().description()->run_id;
    // Ten images a batch, since there are only some twenty.
    open.type("data.batch_size", QStringLiteral("10"));
    page->trainButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > before, patience);
    QCOMPARE(open.window.experiment().recipe().data.source, "folder:" + folder.path().toStdString());
    QCOMPARE(open.window.experiment().recipe().data.mean.size(), 3U);
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 3, patience);
}

void tst_DataPage::tellsWhatIsWrong() {
    OpenWindow open;
    open.trainTo(2);
    auto* page = open.show<DataPage>("data");
    QTRY_VERIFY_WITH_TIMEOUT(page->preview() != nullptr, patience);
    page->form()->setData({.source = "folder:/nowhere/at/all"});
    page->readButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(page->message()->text().contains(QStringLiteral("/nowhere/at/all")), patience);
    QCOMPARE(page->preview()->recipe.source, "fashion-mnist");  // what was shown stays
    QCOMPARE(open.window.experiment().recipe().data.source, "fashion-mnist");
}

void tst_DataPage::canBeCancelled() {
    OpenWindow open;
    open.trainTo(1);
    auto* page = open.show<DataPage>("data");
    QTRY_VERIFY_WITH_TIMEOUT(page->preview() != nullptr, patience);
    QSignalSpy cancelled(&page->data(), &DataController::cancelled);
    QSignalSpy done(&page->data(), &DataController::readDone);
    page->form()->setData({.source = "shapes:images=200000,size=32"});
    page->readButton()->click();
    QVERIFY(page->data().isReading());
    QCOMPARE(page->readButton()->text(), QStringLiteral("Cancel"));
    page->readButton()->click();
    QCOMPARE(cancelled.size(), 1);
    QVERIFY(!page->data().isReading());
    // The next one is not held up by it.
    page->form()->setData({.source = "shapes:images=30,size=8"});
    page->readButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(done.size(), 1, patience);
    QCOMPARE(page->preview()->summary.train.images, 30);
}

void tst_DataPage::refusesNumbersThatAreNone() {
    OpenWindow open;
    open.trainTo(1);
    auto* page = open.show<DataPage>("data");
    QTRY_VERIFY_WITH_TIMEOUT(page->preview() != nullptr, patience);
    for (auto* edit : page->findChildren<QLineEdit*>()) {
        if (edit->accessibleName() == QLatin1String("mean")) edit->setText(QStringLiteral("0.3; much"));
    }
    const auto run = open.model().description()->run_id;
    page->trainOnIt();
    QVERIFY(page->message()->text().contains(QStringLiteral("0.3; much")));
    QCOMPARE(open.model().description()->run_id, run);

    QSignalSpy noticed(&open.model(), &RunModel::noticed);
    open.window.experiment().openData({.source = "fashion-mnist", .mean = {0.3}, .std = {0}});
    QTRY_COMPARE_WITH_TIMEOUT(noticed.size(), 1, patience);
    QVERIFY(noticed.first().first().toString().contains(QStringLiteral("std")));
    QCOMPARE(open.model().description()->run_id, run);
}

void tst_DataPage::specs_data() {
    QTest::addColumn<QString>("spec");
    for (const char* spec : {"fashion-mnist", "fashion-mnist-full", "folder:/some/where",
                             "folder:/some/where?size=32&fit=stretch&seed=7", "shapes", "shapes:images=50,noise=0.2",
                             "cifar10:/data/cifar", "idx:/a/images,/a/labels", "npy:/a/x.npy,/a/y.npy"}) {
        QTest::newRow(spec) << QString::fromLatin1(spec);
    }
}

void tst_DataPage::specs() {
    QFETCH(QString, spec);
    widgets::Theme theme(widgets::ColorScheme::Light);
    DataForm form(theme);
    form.setData({.source = spec.toStdString()});
    QCOMPARE(form.spec(), spec);
    QCOMPARE(form.data().source, spec.toStdString());
}

void tst_DataPage::fitsASmallScreen() {
    LaunchOptions options = plainOptions();
    options.size = QSize(1280, 720);
    OpenWindow open(options);
    open.trainTo(1);
    auto* page = open.show<DataPage>("data");
    QTRY_VERIFY_WITH_TIMEOUT(page->preview() != nullptr, patience);
    QCOMPARE(open.window.size(), QSize(1280, 720));
    QVERIFY(page->minimumSizeHint().width() <= page->width());
    QVERIFY(page->minimumSizeHint().height() <= page->height());
}

QTEST_MAIN(tst_DataPage)
#include "tst_DataPage.moc"
