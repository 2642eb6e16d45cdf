#include "core/telemetry/SeriesSchema.h"

#include <QTest>

#include <stdexcept>

using namespace normscope;
using namespace normscope::telemetry;

namespace {

SeriesSchema small_schema() {
    SeriesSchema schema;
    schema.add(Statistic::loss);
    schema.add(Statistic::running_mean, "bn1", LayerIndex{1}, ChannelIndex{0});
    schema.add(Statistic::running_mean, "bn1", LayerIndex{1}, ChannelIndex{1});
    schema.add(Statistic::eval_accuracy);
    schema.add(Statistic::mode_difference, "bn1", LayerIndex{1});
    return schema;
}

}  // namespace

class tst_SeriesSchema : public QObject {
    Q_OBJECT

   private slots:
    void namesColumns() {
        const auto schema = small_schema();
        QCOMPARE(schema.size(), 5U);
        QCOMPARE(schema.dense_count(), 3U);
        const char* names[] = {"loss", "bn1.running_mean[0]", "bn1.running_mean[1]", "eval_accuracy",
                               "bn1.mode_difference"};
        for (std::int64_t i = 0; i < 5; ++i) QCOMPARE(schema.info(SeriesIndex{i}).name, names[i]);
        QCOMPARE(schema.info(SeriesIndex{2}).channel->value, 1);
        QVERIFY(!schema.info(SeriesIndex{0}).layer);
    }

    void findsColumns() {
        const auto schema = small_schema();
        QCOMPARE(schema.find(Statistic::running_mean, LayerIndex{1}, ChannelIndex{1})->value, 2);
        QCOMPARE(schema.find(Statistic::mode_difference, LayerIndex{1})->value, 4);
        QVERIFY(!schema.find(Statistic::running_mean, LayerIndex{1}, ChannelIndex{2}));
        QVERIFY(!schema.find(Statistic::running_var, LayerIndex{1}, ChannelIndex{1}));
        QVERIFY(!schema.find(Statistic::running_mean));
    }

    void refusesRepeatedColumns() {
        auto schema = small_schema();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, schema.add(Statistic::eval_accuracy));
        QCOMPARE(schema.size(), 5U);
    }

    void refusesDenseBehindSparse() {
        auto schema = small_schema();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, schema.add(Statistic::train_accuracy));
        QCOMPARE(schema.size(), 5U);
    }

    void refusesPositionsOutside() {
        const auto schema = small_schema();
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, schema.info(SeriesIndex{5}));
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, schema.info(SeriesIndex{-1}));
    }
};

QTEST_APPLESS_MAIN(tst_SeriesSchema)
#include "tst_SeriesSchema.moc"
