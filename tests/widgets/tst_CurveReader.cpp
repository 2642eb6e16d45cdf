#include "tests/widgets/PlotFixture.h"
#include "widgets/plots/CurveReader.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/theme/Theme.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::widgets;
using telemetry::SeriesSample;

class tst_CurveReader : public QObject {
    Q_OBJECT

   private slots:
    void aCurveReadsItsOwnStore() {
        PlotFixture common, own;
        common.append(5);
        own.append(3);
        Curve curve{.series = {1}, .name = QStringLiteral("batch")};
        QCOMPARE(storeOf(curve, common.store.get()), common.store.get());
        curve.store = own.store;
        QCOMPARE(storeOf(curve, common.store.get()), own.store.get());
        QCOMPARE(storeOf(curve, nullptr), own.store.get());
        curve.series = {99};
        QVERIFY(storeOf(curve, common.store.get()) == nullptr);
        QVERIFY(storeOf({.series = {1}}, nullptr) == nullptr);
    }

    void smoothingHalvesTheWeight() {
        const std::vector<SeriesSample> samples{{1, 0, 0, false}, {2, 1, 1, false}, {6, 1, 1, false}};
        const auto means = smoothed(samples, 4);
        QCOMPARE(means.size(), 3U);
        QCOMPARE(means[0].minimum, 0.0F);
        QVERIFY(std::abs(double(means[1].minimum) - (1 - std::exp2(-0.25))) < 1e-6);
        // Four steps later half of what was missing is left.
        QVERIFY(std::abs(double(means[2].minimum) - (1 - std::exp2(-0.25) / 2)) < 1e-6);
    }

    void smoothingBeginsAnewAfterABadValue() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<SeriesSample> samples{{1, 100, 100, false}, {2, nan, nan, true}, {3, 1, 1, false}};
        const auto means = smoothed(samples, 10);
        QVERIFY(means[1].has_non_finite && std::isnan(means[1].minimum));
        QCOMPARE(means[2].minimum, 1.0F);
    }

    void smoothingIsTheSameAtAnyZoom() {
        PlotFixture run;
        run.append(600);
        const Curve curve{.series = {1}, .halfLife = 5};
        const auto whole = curveSamples(curve, *run.store, 0, 600);
        const auto part = curveSamples(curve, *run.store, 400, 450);
        for (const SeriesSample& sample : part) {
            const SeriesSample& same = whole.at(std::size_t(sample.first_step - 1));
            QCOMPARE(same.first_step, sample.first_step);
            QVERIFY(std::abs(same.minimum - sample.minimum) < 1e-5F);
        }
        QVERIFY(part.size() >= 51 && part.size() < 60);
    }

    void logarithmsLeaveOutWhatHasNone() {
        const std::vector<SeriesSample> samples{
            {1, 100, 100, false}, {2, 0, 0, false}, {3, -1, -1, false}, {4, -5, 10, false}};
        const auto found = logarithms(samples);
        QCOMPARE(found.size(), 2U);
        QCOMPARE(found[0].minimum, 2.0F);
        QCOMPARE(found[1].first_step, 4);
        QCOMPARE(found[1].maximum, 1.0F);
    }

    void theRawLineIsThinUnderTheSmoothedOne() {
        const Theme theme(ColorScheme::Light);
        const Curve raw{.meaning = Meaning::Batch, .underSmoothed = true};
        const Curve mean{.meaning = Meaning::Batch, .halfLife = 20};
        QVERIFY(styleOf(theme, raw).width < styleOf(theme, mean).width);
        QVERIFY(contrastRatio(styleOf(theme, raw).color, theme.colors().surface) <
                contrastRatio(styleOf(theme, mean).color, theme.colors().surface));
    }

    void valuesFromTwoStoresShareTheRows() {
        PlotFixture run, other;
        run.append(3);
        other.append(2);
        const Curve own{.series = {1}, .name = QStringLiteral("exact"), .store = other.store};
        const QByteArray csv = plotCsv(*run.store, {{.series = {0}, .name = QStringLiteral("loss")}, own});
        const auto rows = csv.trimmed().split('\n');
        QCOMPARE(rows[0], "step,loss,exact");
        QCOMPARE(rows.size(), 4);
        QVERIFY(rows[3].endsWith(','));  // the other store knows nothing of step 3
        QCOMPARE(valueText(own, *other.store, 1), QString::number(PlotFixture::batchMean(1), 'g', 8));
    }
};

QTEST_MAIN(tst_CurveReader)
#include "tst_CurveReader.moc"
