// A user compares the two modes in the real window.
#include "OpenWindow.h"

#include "app/pages/modes/BatchComposer.h"
#include "app/pages/modes/ModeDifferenceView.h"
#include "app/pages/modes/TrainEvalPage.h"
#include "core/instruments/PopulationStatistics.h"
#include "core/instruments/Recalibration.h"

#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>

#include <stdexcept>

using namespace normscope;
using namespace normscope::app;
using namespace normscope::instruments;

namespace {

/// The state on view, for a test to measure by itself.
std::optional<Experiment> stateOf(OpenWindow& open) {
    QObject asker;
    std::optional<Experiment> state;
    open.window.feed().ask(&asker, [&state](StateOnView& view) -> Answer {
        return [&state, copy = std::make_shared<Experiment>(view.experiment)] { state.emplace(*copy); };
    });
    if (!QTest::qWaitFor([&] { return state.has_value(); }, patience)) throw std::runtime_error("nothing was measured");
    return state;
}

/// The page at a step, measured, the gap included.
TrainEvalPage* measuredPage(OpenWindow& open, std::int64_t step) {
    open.trainTo(step);
    auto* page = open.show<TrainEvalPage>("train-eval");
    const auto* view = page->differenceView();
    if (!QTest::qWaitFor([&] { return view->report() && view->report()->exact && view->gap(); }, patience))
        throw std::runtime_error("nothing was measured");
    return page;
}

}  // namespace

class tst_TrainEvalPage : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }

    void showsWhatTheInstrumentsMeasure() {
        OpenWindow open;
        auto* view = measuredPage(open, 20)->differenceView();
        QVERIFY(view->report() && view->gap());
        auto state = *stateOf(open);
        ThreadPool pool(1);
        const auto held_out = held_out_images(state, state.recipe().record.eval_images);
        const auto difference = mode_difference(state.network(), held_out, pool);

        const auto& layers = view->layerPlot()->series().at(0).values;
        QCOMPARE(layers.size(), difference.layers.size() + 1);
        for (std::size_t i = 0; i < difference.layers.size(); ++i) QCOMPARE(layers[i], difference.layers[i].overall);
        QCOMPARE(layers.back(), difference.logits);
        QCOMPARE(view->channelPlot()->series().at(0).values, difference.layers.back().channels);
        QCOMPARE(view->scorePlot()->series().at(0).values.at(0), difference.train.accuracy);
        QCOMPARE(view->scorePlot()->series().at(2).values.at(2), difference.eval.accuracy);
        QCOMPARE(std::size_t(view->flipCard()->csv().count('\n')), difference.flips.size() + 1);
        QCOMPARE(view->flipCard()->wall()->tiles().size(), std::min<std::size_t>(difference.flips.size(), 60));

        // Exact statistics, and the causes.
        const auto training = training_images(state, exactTrainingBatches);
        const auto statistics = population_statistics(state.network(), training, pool);
        const GapSplit split = gap_split(state.network(), held_out, statistics, pool);
        const auto& gap = *view->gap();
        QCOMPARE(gap.trainingBatches, exactTrainingBatches);
        QCOMPARE(gap.split.logits.total, split.logits.total);
        for (std::size_t cause = 0; cause < gap_causes; ++cause) {
            QCOMPARE(gap.split.logits.parts[cause].share, split.logits.parts[cause].share);
        }
        QCOMPARE(view->scorePlot()->series().at(1).values.at(1),
                 split.score(StatisticsSource::training_population).accuracy);
        const auto& parts = view->gapPlot()->parts();
        double sum = 0;
        for (const auto& part : parts) sum += part.values.back();
        QVERIFY(std::abs(sum - split.logits.total) < 1e-9);
        QCOMPARE(parts[0].values.back(), split.logits.of(GapCause::ema_lag).share * split.logits.total);
    }

    void logitsAreThoseOfTheImageInItsBatch() {
        OpenWindow open;
        auto* view = measuredPage(open, 20)->differenceView();
        view->imageBox()->setValue(70);  // the second batch
        QTRY_VERIFY_WITH_TIMEOUT(view->report()->image->image == 70, patience);
        auto state = *stateOf(open);
        ThreadPool pool(1);
        const auto held_out = held_out_images(state, state.recipe().record.eval_images);
        const auto images = held_out.images_of(1);
        std::vector<BatchPlace> places;
        for (const auto image : images) places.push_back({BatchPlace::Source::held_out, image});
        const auto logits = batch_logits(state, places, pool);
        QCOMPARE(images[6], 70);
        QVERIFY(view->report()->image->train == logits.train[6]);
        QVERIFY(view->report()->image->eval == logits.eval[6]);
        QCOMPARE(view->logitPlot()->series().size(), 2U);
        QVERIFY(view->logitPlot()->title().contains("image 70"));
    }

    void layersAndChannelsAreLinked() {
        OpenWindow open;
        auto* view = measuredPage(open, 10)->differenceView();
        QCOMPARE(view->layerPlot()->selected(), 1);
        emit view->layerPlot()->categoryActivated(0);
        QCOMPARE(open.window.selection().layer(), view->report()->difference.layers[0].layer);
        QCOMPARE(view->layerPlot()->selected(), 0);
        QVERIFY(view->channelPlot()->title().contains("bn1"));
        QCOMPARE(view->channelPlot()->series().at(0).values, view->report()->difference.layers[0].channels);
        emit view->channelPlot()->categoryActivated(5);
        QCOMPARE(open.window.selection().channels().front().value, 5);
        QCOMPARE(view->channelPlot()->selected(), 5);
        emit view->layerPlot()->categoryActivated(2);  // the logits are no layer
        QCOMPARE(view->layerPlot()->selected(), 0);
    }

    void aFlippedImageIsShownByAClick() {
        OpenWindow open;
        auto* view = measuredPage(open, 20)->differenceView();
        QVERIFY(!view->report()->difference.flips.empty());
        const auto flip = view->report()->difference.flips.back();
        view->flipCard()->wall()->setFocus();
        QTest::keyClick(view->flipCard()->wall(), Qt::Key_End);
        QTest::keyClick(view->flipCard()->wall(), Qt::Key_Return);
        const auto last = view->report()->difference.flips.at(view->flipCard()->wall()->tiles().size() - 1);
        QTRY_VERIFY_WITH_TIMEOUT(view->report()->image->image == last.image, patience);
        const auto& train = view->report()->image->train;
        const auto& eval = view->report()->image->eval;
        QCOMPARE(std::ranges::max_element(train) - train.begin(), last.train_prediction);
        QCOMPARE(std::ranges::max_element(eval) - eval.begin(), last.eval_prediction);
        Q_UNUSED(flip)
    }

    void followsAnEarlierStep() {
        OpenWindow open;
        auto* view = measuredPage(open, 5)->differenceView();
        const auto then = view->layerPlot()->series().at(0).values;
        const double gap = view->gap()->split.logits.total;
        open.trainTo(40);
        QTRY_VERIFY_WITH_TIMEOUT(view->layerPlot()->series().at(0).values != then, patience);
        QTRY_VERIFY_WITH_TIMEOUT(view->gap()->split.logits.total != gap && open.window.feed().isIdle(), patience);
        open.window.feed().showStep(StepIndex{5});
        QTRY_VERIFY_WITH_TIMEOUT(view->layerPlot()->series().at(0).values == then, patience);
        QTRY_COMPARE_WITH_TIMEOUT(view->gap()->split.logits.total, gap, patience);
        QVERIFY(view->gapPlot()->title().contains("step 5"));
    }

    void aPlayingRunIsMeasuredWithoutTheHeavyPart() {
        OpenWindow open;
        auto* view = open.show<TrainEvalPage>("train-eval")->differenceView();
        QTRY_VERIFY_WITH_TIMEOUT(view->report() && open.step() > 0, patience);
        if (open.model().snapshot().state != telemetry::RunState::playing) QSKIP("the run was over too soon");
        QVERIFY(!view->gap());
        QTest::mouseClick(view->gapButton(), Qt::LeftButton);  // asked for
        QTRY_VERIFY_WITH_TIMEOUT(view->gap().has_value(), patience);
    }

    void theHeavyPartCanBeStopped() {
        OpenWindow open;
        auto* view = measuredPage(open, 3)->differenceView();
        QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
        const auto text = view->gapButton()->text();
        QTest::mouseClick(view->gapButton(), Qt::LeftButton);
        QVERIFY(view->gapButton()->text() != text);
        QTest::mouseClick(view->gapButton(), Qt::LeftButton);
        QCOMPARE(view->gapButton()->text(), text);
        QTRY_VERIFY_WITH_TIMEOUT(open.window.feed().isIdle(), patience);
        QCOMPARE(view->gapButton()->text(), text);
    }

    void aNeighbourMovesTheTrainLogitsOnly() {
        OpenWindow open;
        open.trainTo(20);
        auto* page = open.show<TrainEvalPage>("train-eval");
        page->viewBar()->setCurrentIndex(1);
        auto* composer = page->composer();
        QTRY_COMPARE_WITH_TIMEOUT(composer->batchCard()->wall()->tiles().size(), 8U, patience);
        const auto series = [&] { return composer->logitPlot()->series(); };
        QCOMPARE(series().size(), 3U);
        QCOMPARE(series()[0].values, series()[1].values);  // nothing swapped yet
        const auto eval = series()[2].values;

        // Select the fourth by keyboard, swap it for a white image.
        composer->batchCard()->wall()->setFocus();
        QTest::keyClick(composer->batchCard()->wall(), Qt::Key_Home);
        QVERIFY(!composer->swapButton()->isEnabled());  // the watched one
        for (int i = 0; i < 3; ++i) QTest::keyClick(composer->batchCard()->wall(), Qt::Key_Right);
        composer->swapBox()->setCurrentIndex(composer->swapBox()->findData(int(BatchComposer::Swap::White)));
        QTest::mouseClick(composer->swapButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(series()[0].values != series()[1].values, patience);
        QCOMPARE(series()[2].values, eval);
        QVERIFY(composer->batchCard()->wall()->tiles()[3].marked);
        QVERIFY(composer->verdict().contains("swapped: 1."));
        QVERIFY(composer->verdict().contains("did not move (0)"));

        // The numbers are the engine's.
        auto state = *stateOf(open);
        ThreadPool pool(1);
        const auto logits = batch_logits(state, composer->places(), pool);
        const std::vector<double> wanted(logits.train[0].begin(), logits.train[0].end());
        QCOMPARE(series()[1].values, wanted);

        QTest::mouseClick(composer->restoreButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(series()[0].values, series()[1].values, patience);
        QVERIFY(!composer->restoreButton()->isEnabled());

        // Another image, another batch size.
        QTest::mouseClick(composer->watchButton(), Qt::LeftButton);
        QCOMPARE(composer->watched(), 3);
        composer->sizeBox()->setValue(4);
        QTRY_COMPARE_WITH_TIMEOUT(composer->batchCard()->wall()->tiles().size(), 4U, patience);
    }

    void swapsForEveryThing() {
        OpenWindow open;
        open.trainTo(5);
        auto* page = open.show<TrainEvalPage>("train-eval");
        page->viewBar()->setCurrentIndex(1);
        auto* composer = page->composer();
        QTRY_COMPARE_WITH_TIMEOUT(composer->batchCard()->wall()->tiles().size(), 8U, patience);
        const auto label = composer->batchCard()->wall()->tiles()[0].captions[0].text;
        for (int i = 0; i < composer->swapBox()->count(); ++i) {
            composer->swapBox()->setCurrentIndex(i);
            const auto before = composer->places();
            composer->batchCard()->wall()->setCurrent(i + 1);
            QTest::mouseClick(composer->swapButton(), Qt::LeftButton);
            QVERIFY(composer->places() != before);
            QTRY_VERIFY_WITH_TIMEOUT(composer->batchCard()->wall()->tiles()[std::size_t(i) + 1].marked, patience);
            if (composer->swapBox()->currentData().toInt() == int(BatchComposer::Swap::OtherClass)) {
                QVERIFY(composer->batchCard()->wall()->tiles()[std::size_t(i) + 1].captions[0].text != label);
            }
        }
    }

    void exportsEveryPlot() {
        OpenWindow open;
        auto* page = measuredPage(open, 10);
        page->viewBar()->setCurrentIndex(1);
        QTRY_COMPARE_WITH_TIMEOUT(page->composer()->batchCard()->wall()->tiles().size(), 8U, patience);
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
    }

    void fitsTheSmallWindow() {
        LaunchOptions options = plainOptions();
        options.size = QSize(1280, 720);
        OpenWindow open(options);
        auto* page = open.show<TrainEvalPage>("train-eval");
        QTRY_COMPARE(open.window.size(), QSize(1280, 720));
        QVERIFY(page->minimumSizeHint().width() <= page->width());
        QVERIFY(page->minimumSizeHint().height() <= page->height());
        const auto plots = page->differenceView()->plots();
        for (const auto& [name, plot] : plots) {
            const QRect area(plot->mapTo(page, QPoint()), plot->size());
            QVERIFY2(page->rect().contains(area), qPrintable(name));
            for (const auto& [otherName, other] : plots) {
                if (other == plot) continue;
                QVERIFY2(!area.intersects(QRect(other->mapTo(page, QPoint()), other->size())), qPrintable(otherName));
            }
        }
    }
};

QTEST_MAIN(tst_TrainEvalPage)
#include "tst_TrainEvalPage.moc"
