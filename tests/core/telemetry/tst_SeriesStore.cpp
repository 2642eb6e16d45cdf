#include "core/telemetry/SeriesStore.h"

#include <QTest>

#include <stdexcept>

using namespace normscope;
using namespace normscope::telemetry;

namespace {

/// Two dense columns and a sparse one.
SeriesStore small_store() {
    auto schema = std::make_shared<SeriesSchema>();
    schema->add(Statistic::loss);
    schema->add(Statistic::train_accuracy);
    schema->add(Statistic::eval_accuracy);
    return SeriesStore(schema);
}

}  // namespace

class tst_SeriesStore : public QObject {
    Q_OBJECT

   private slots:
    void distributesColumns() {
        auto store = small_store();
        QCOMPARE(store.last_step().value, 0);
        store.append({{StepIndex{1}, StepIndex{2}}, {1, 10, 2, 20}, {{SeriesIndex{2}, StepIndex{2}, 0.5F}}});
        store.append({{StepIndex{3}}, {3, 30}, {}});
        for (std::int64_t step = 1; step <= 3; ++step) {
            QVERIFY(store.series(SeriesIndex{0}).value_at(step) == static_cast<float>(step));
            QVERIFY(store.series(SeriesIndex{1}).value_at(step) == static_cast<float>(10 * step));
        }
        QCOMPARE(store.series(SeriesIndex{2}).count(), 1U);
        QVERIFY(store.series(SeriesIndex{2}).value_at(2) == 0.5F);
        QCOMPARE(store.last_step().value, 3);
    }

    void takesAnEvaluationWithoutSteps() {
        auto store = small_store();
        store.append({{}, {}, {{SeriesIndex{2}, StepIndex{0}, 0.1F}}});
        QVERIFY(store.series(SeriesIndex{2}).value_at(0) == 0.1F);
        QCOMPARE(store.series(SeriesIndex{0}).count(), 0U);
    }

    void refusesAnotherWidth() {
        auto store = small_store();
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, store.append({{StepIndex{1}}, {1, 2, 3}, {}}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, store.append({{StepIndex{1}}, {}, {}}));
        QCOMPARE(store.series(SeriesIndex{0}).count(), 0U);
    }

    void refusesUnknownSeries() {
        auto store = small_store();
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, store.series(SeriesIndex{3}));
    }

    void forgetsLaterSteps() {
        auto store = small_store();
        for (std::int64_t step = 1; step <= 10; ++step) store.append({{StepIndex{step}}, {1, 2}, {}});
        store.append({{}, {}, {{SeriesIndex{2}, StepIndex{5}, 0.5F}, {SeriesIndex{2}, StepIndex{10}, 0.75F}}});
        store.truncate_after(StepIndex{12});
        QCOMPARE(store.last_step().value, 10);
        store.truncate_after(StepIndex{6});
        QCOMPARE(store.last_step().value, 6);
        QCOMPARE(store.series(SeriesIndex{1}).count(), 6U);
        QCOMPARE(store.series(SeriesIndex{2}).last()->first_step, 5);
        store.append({{StepIndex{7}}, {3, 4}, {}});
        QVERIFY(store.series(SeriesIndex{0}).value_at(7) == 3.0F);
    }
};

QTEST_APPLESS_MAIN(tst_SeriesStore)
#include "tst_SeriesStore.moc"
