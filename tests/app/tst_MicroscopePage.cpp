// A user follows one value through a norm layer in the real window.
#include "OpenWindow.h"

#include "app/pages/microscope/MicroscopePage.h"

#include <QTemporaryDir>
#include <QTest>

#include <stdexcept>

using namespace normscope;
using namespace normscope::app;
using Input = MicroscopePage::Input;

namespace {

MicroscopePage* measuredPage(OpenWindow& open, std::int64_t step) {
    open.trainTo(step);
    auto* page = open.show<MicroscopePage>("microscope");
    if (!QTest::qWaitFor([&] { return page->reading().has_value(); }, patience))
        throw std::runtime_error("nothing was measured");
    return page;
}

double valueOf(const MicroscopePage* page, std::size_t card, const char* key) {
    return page->card(card)->view()->terms().at(QString::fromLatin1(key)).value;
}

void type(QLineEdit* field, const QString& text) {
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
}

}  // namespace

class tst_MicroscopePage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }

    /// What the page says the next step does is what the next step does.
    void foretellsTheNextStep() {
        OpenWindow open;
        auto* page = measuredPage(open, 12);
        QVERIFY(page->reading());
        const auto channel = std::size_t(page->channelBox()->value());
        const auto mean = float(valueOf(page, 3, "rm_new")), var = float(valueOf(page, 3, "rv_new"));
        QVERIFY(page->note().contains("step 13"));
        open.trainTo(13);
        QObject asker;
        std::optional<std::pair<float, float>> after;
        open.window.feed().ask(&asker, [&after, channel](StateOnView& view) -> Answer {
            const nn::BatchNorm2d<float>& norm = *view.experiment.network().norm_layers().back().second;
            return [&after, values = std::pair{norm.running_mean()[channel], norm.running_var()[channel]}] {
                after = values;
            };
        });
        QTRY_VERIFY_WITH_TIMEOUT(after.has_value(), patience);
        QCOMPARE(mean, after->first);
        QCOMPARE(var, after->second);
    }

    void networkAndArithmeticAgree() {
        OpenWindow open;
        auto* page = measuredPage(open, 12);
        for (const bool train : {true, false}) {
            (train ? page->trainButton() : page->evalButton())->setChecked(true);
            const auto mode = train ? nn::Mode::train : nn::Mode::eval;
            QTRY_VERIFY_WITH_TIMEOUT(page->reading() && page->reading()->mode == mode, patience);
            const double y = valueOf(page, 2, "y"), network = valueOf(page, 2, "y_net");
            QVERIFY(std::abs(y - network) < 1e-4 * std::max(1.0, std::abs(y)));
        }
        // Eval mode updates nothing and has one term.
        QCOMPARE(valueOf(page, 3, "rm_new"), valueOf(page, 3, "rm"));
        QCOMPARE(valueOf(page, 4, "projection"), 0.0);
        QCOMPARE(valueOf(page, 4, "dx"), valueOf(page, 4, "direct"));
        QVERIFY(page->card(1)->view()->keys().contains("rm"));
        QVERIFY(!page->card(1)->view()->keys().contains("mu"));
    }

    void pointingAtTheVarianceLightsUpWhatItMakes() {
        OpenWindow open;
        auto* page = measuredPage(open, 3);
        auto* view = page->card(0)->view();
        QTRY_VERIFY(!view->termRect("var").isEmpty());
        QTest::mouseMove(view, view->termRect("var").center().toPoint());
        QTRY_VERIFY(view->lit().contains("var"));
        QVERIFY(page->card(1)->view()->lit().contains("x_hat"));
        QVERIFY(page->card(2)->view()->lit().contains("y"));
        QVERIFY(page->card(4)->view()->lit().contains("projection"));
        QVERIFY(!page->card(3)->view()->lit().contains("rv_new"));  // takes s²
        // The same with the keyboard.
        QTest::mouseMove(view, QPoint(0, 0));
        page->card(1)->view()->setFocus(Qt::TabFocusReason);
        QTest::keyClick(page->card(1)->view(), Qt::Key_End);
        QVERIFY(page->card(2)->view()->lit().contains("y"));
    }

    void editsAndPutsBack() {
        OpenWindow open;
        auto* page = measuredPage(open, 8);
        const double y = valueOf(page, 2, "y"), xHat = valueOf(page, 1, "x_hat");
        QVERIFY(!page->putBackButton()->isEnabled());
        type(page->input(Input::Gamma), "2.5");
        type(page->input(Input::Beta), "-1");
        QTRY_COMPARE_WITH_TIMEOUT(valueOf(page, 2, "y"), 2.5 * xHat - 1, patience);
        QVERIFY(page->card(2)->view()->terms().at("gamma").edited);
        QVERIFY(page->note().contains("edited"));

        const double mean = valueOf(page, 0, "mu");
        const double x = valueOf(page, 1, "x"), n = valueOf(page, 0, "n");
        type(page->input(Input::X), "1000");
        QTRY_COMPARE_WITH_TIMEOUT(valueOf(page, 1, "x"), 1000.0, patience);
        QVERIFY(std::abs(valueOf(page, 0, "mu") - (mean + (1000 - x) / n)) < 1e-9);
        type(page->input(Input::Momentum), "1");
        QTRY_COMPARE_WITH_TIMEOUT(valueOf(page, 3, "rm_new"), valueOf(page, 0, "mu"), patience);
        type(page->input(Input::Eps), "-1");  // refused
        QCOMPARE(page->input(Input::Eps)->text(), QString("1e-05"));

        QTest::mouseClick(page->putBackButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(valueOf(page, 2, "y"), y, patience);
        QVERIFY(!page->putBackButton()->isEnabled());
        QVERIFY(!page->note().contains("edited"));
    }

    void editsHoldTheStep() {
        OpenWindow open;
        auto* page = measuredPage(open, 8);
        const double x = valueOf(page, 1, "x");
        type(page->input(Input::Gamma), "3");
        QTRY_COMPARE_WITH_TIMEOUT(valueOf(page, 2, "gamma"), 3.0, patience);
        open.trainTo(12);
        QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
        QCOMPARE(valueOf(page, 1, "x"), x);
        QVERIFY(page->note().contains("step 9"));
        QTest::mouseClick(page->putBackButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(page->note().contains("step 13"), patience);
    }

    void movesThroughTheBatch() {
        OpenWindow open;
        auto* page = measuredPage(open, 4);
        page->imageBox()->setValue(3);
        page->rowBox()->setValue(5);
        page->columnBox()->setValue(2);
        const auto& reading = *page->reading();
        QCOMPARE(valueOf(page, 1, "x"), reading.x.at(reading.position({3, 5, 2})));
        auto* grid = page->excerpt()->grid();
        QTest::mouseClick(grid, Qt::LeftButton, {}, grid->cellRect(6, 3).center().toPoint());
        QCOMPARE(page->rowBox()->value(), 6);
        QCOMPARE(page->columnBox()->value(), 3);
        QCOMPARE(valueOf(page, 1, "x"), reading.x.at(reading.position({3, 6, 3})));
        QTest::keyClick(grid, Qt::Key_Up);
        QCOMPARE(page->rowBox()->value(), 5);
        page->channelBox()->setValue(7);
        QCOMPARE(open.window.selection().channels().front().value, 7);
        QTRY_VERIFY_WITH_TIMEOUT(page->reading() && page->note().contains("channel 7"), patience);
    }

    void opensAtANumberFromElsewhere() {
        OpenWindow open;
        open.trainTo(6);
        LayerIndex first{-1};
        for (std::size_t i = 0; i < open.model().description()->layers.size(); ++i) {
            if (open.model().description()->layers[i].is_norm) {
                first = LayerIndex{std::int64_t(i)};
                break;
            }
        }
        open.window.selection().openMicroscope({first, ChannelIndex{4}, 9, 11, 12});
        QCOMPARE(open.window.pages()->currentName(), QString("microscope"));
        auto* page = qobject_cast<MicroscopePage*>(open.window.pages()->currentPage());
        QTRY_VERIFY_WITH_TIMEOUT(page->reading(), patience);
        QCOMPARE(page->reading()->measured->layer, "bn1");
        QCOMPARE(page->channelBox()->value(), 4);
        QCOMPARE(page->imageBox()->value(), 9);
        QCOMPARE(page->rowBox()->value(), 11);
        QCOMPARE(page->columnBox()->value(), 12);
        // And again while it is open.
        open.window.selection().openMicroscope({first, ChannelIndex{5}, 1, 2, 3});
        QTRY_VERIFY_WITH_TIMEOUT(page->reading() && page->channelBox()->value() == 5 && page->rowBox()->value() == 2,
                                 patience);
    }

    void followsAnEarlierStep() {
        OpenWindow open;
        auto* page = measuredPage(open, 5);
        const double then = valueOf(page, 0, "mu");
        open.trainTo(20);
        QTRY_VERIFY_WITH_TIMEOUT(valueOf(page, 0, "mu") != then, patience);
        open.window.feed().showStep(StepIndex{5});
        QTRY_COMPARE_WITH_TIMEOUT(valueOf(page, 0, "mu"), then, patience);
        QVERIFY(page->note().contains("step 6"));
    }

    void exportsEveryCard() {
        OpenWindow open;
        auto* page = measuredPage(open, 4);
        QTemporaryDir folder;
        for (const auto& [name, plot] : page->plots()) {
            for (const auto format : {widgets::PlotFormat::Png, widgets::PlotFormat::Svg, widgets::PlotFormat::Pdf,
                                      widgets::PlotFormat::Csv}) {
                const QString path = folder.filePath(name + QLatin1Char('.') + widgets::suffixOf(format));
                plot->setPathQuestion([path](const QString&, const QString&) { return path; });
                plot->saveAs(format);
                open.window.writer().waitForDone();
                QVERIFY2(QFileInfo(path).size() > 20, qPrintable(path));
            }
            QVERIFY(!plot->whatsThis().isEmpty());
        }
        QVERIFY(page->card(0)->csv().contains(QByteArray::number(valueOf(page, 0, "n"), 'f', 0)));
    }

    void fitsTheSmallWindow() {
        LaunchOptions options = plainOptions();
        options.size = QSize(1280, 720);
        OpenWindow open(options);
        auto* page = measuredPage(open, 2);
        QTRY_COMPARE(open.window.size(), QSize(1280, 720));
        QVERIFY(page->minimumSizeHint().width() <= page->width());
        QVERIFY(page->minimumSizeHint().height() <= page->height());
        for (std::size_t i = 0; i < MicroscopePage::cards; ++i) {
            auto* view = page->card(i)->view();
            view->grab();
            for (const QString& key : view->keys()) {
                QVERIFY2(QRectF(view->rect()).adjusted(-1, -1, 1, 1).contains(view->termRect(key)),
                         qPrintable(page->card(i)->title() + key));
            }
        }
    }
};

QTEST_MAIN(tst_MicroscopePage)
#include "tst_MicroscopePage.moc"
