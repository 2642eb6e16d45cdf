// What data sets hold.
#include "datasets/DataSpec.h"
#include "datasets/DataSummary.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace normscope;
using namespace normscope::datasets;

class tst_DataSummary : public QObject {
    Q_OBJECT

   private slots:
    void countsClasses();
    void canBeCancelled();
    void samplesShowEveryClass();
};

void tst_DataSummary::countsClasses() {
    const DataSplit split = load_data({.source = "shapes:images=60,eval_images=12,size=8,classes=3"});
    const DataSummary summary = summarize(split);
    QCOMPARE(summary.train.images, 60);
    QCOMPARE(summary.train.class_names.size(), 3U);
    QCOMPARE(std::accumulate(summary.train.class_counts.begin(), summary.train.class_counts.end(), std::int64_t{0}),
             60);
    QCOMPARE(summary.train.channels, 3);
    QCOMPARE(summary.eval->images, 12);
    const ChannelMoments moments = channel_moments(*split.train);
    QVERIFY(summary.train.moments.mean == moments.mean);
    QVERIFY(summary.train.moments.std == moments.std);
    QVERIFY(summary.skipped.empty());
}

void tst_DataSummary::canBeCancelled() {
    const DataSplit split = load_data({.source = "shapes:images=60,size=8"});
    std::stop_source stop;
    stop.request_stop();
    LoadOptions options;
    options.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(summarize(split, options), LoadCancelled);
}

void tst_DataSummary::samplesShowEveryClass() {
    const DataSplit split = load_data({.source = "shapes:images=200,size=8,classes=5"});
    const auto samples = sample_images(*split.train, 12);
    QCOMPARE(samples.size(), 12U);
    QCOMPARE(std::set(samples.begin(), samples.end()).size(), 12U);
    std::set<std::int64_t> classes;
    for (const auto index : samples) classes.insert(split.train->label(index));
    QCOMPARE(classes.size(), 5U);
    QCOMPARE(sample_images(*split.train, 1000).size(), 200U);
}

QTEST_GUILESS_MAIN(tst_DataSummary)
#include "tst_DataSummary.moc"
