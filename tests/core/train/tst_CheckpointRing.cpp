// Any step of a run comes back bit for bit, from bounded memory.
#include "core/train/CheckpointRing.h"
#include "core/train/ResumeFile.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

/// Changes that this run makes after some of its steps.
void change_settings(Experiment& experiment) {
    switch (experiment.step().value) {
        case 0: experiment.set_hyperparameter("optimizer.momentum", 0.8); break;
        case 4: experiment.set_hyperparameter("data.batch_size", 5); break;
        case 9: experiment.set_hyperparameter("optimizer.lr", 0.1 / 3); break;
        case 10:
            experiment.set_hyperparameter("model.norm.momentum", std::numeric_limits<double>::quiet_NaN());
            experiment.set_hyperparameter("model.norm.eps", 1e-3);
            break;
        case 23: experiment.set_hyperparameter("data.batch_size", 40); break;
        case 30: experiment.extend(); break;
        case 31: experiment.set_hyperparameter("model.norm.momentum", 0.3); break;
        default: break;
    }
}

/// A network without weights to speak of, on tiny images.
Experiment tiny_experiment() {
    auto recipe = synthetic_recipe();
    recipe.data.batch_size = 2;
    return {recipe, {std::make_shared<SyntheticDataset>(8, 4), nullptr}};
}

}  // namespace

class tst_CheckpointRing : public QObject {
    Q_OBJECT

   private slots:
    void reachesEveryStep_data() {
        QTest::addColumn<int>("checkpoints");
        QTest::addColumn<int>("every");
        QTest::newRow("with all checkpoints") << 1000 << 1;
        QTest::newRow("with every fourth") << 1000 << 4;
        QTest::newRow("with room for five") << 5 << 2;
        QTest::newRow("with room for one") << 1 << 1;
        QTest::newRow("with no room") << 0 << 1;
    }
    void reachesEveryStep() {
        QFETCH(int, checkpoints);
        QFETCH(int, every);
        Trainer trainer(1);
        Experiment experiment(synthetic_recipe(), synthetic_split());
        CheckpointRing ring(experiment.memory_bytes() * 3 * static_cast<std::size_t>(checkpoints) / 2);
        std::vector<std::vector<std::byte>> states;
        for (std::int64_t step = 0; step <= 40; ++step) {
            if (step > 0) trainer.step(experiment);
            if (step % every == 0) ring.push(experiment);
            change_settings(experiment);
            states.push_back(resume_bytes(experiment));
        }
        if (checkpoints == 5) QVERIFY(ring.steps().size() >= 3 && ring.steps().size() < 8);
        if (checkpoints <= 1) QCOMPARE(ring.steps().size(), 1U);
        for (std::int64_t step = 40; step >= 0; --step) {
            const auto reached = ring.reach(StepIndex{step}, experiment.changes(), trainer);
            QVERIFY2(resume_bytes(*reached) == states[step], qPrintable(QString::number(step)));
        }
    }

    void rewoundRunsGoOnToTheSameBits() {
        Trainer trainer(1);
        Experiment experiment(synthetic_recipe(), synthetic_split());
        CheckpointRing ring;
        const auto run_to = [&](std::int64_t last) {
            while (experiment.step().value < last) {
                trainer.step(experiment);
                if (experiment.step().value % 8 == 0) ring.push(experiment);
            }
            return resume_bytes(experiment);
        };
        ring.push(experiment);
        const auto end = run_to(25);
        for (const std::int64_t back : {24, 16, 3, 0}) {
            experiment = *ring.reach(StepIndex{back}, experiment.changes(), trainer);
            ring.forget_after(experiment.step());
            QVERIFY(ring.steps().back().value <= back);
            // Another future in between leaves no trace.
            experiment.set_hyperparameter("optimizer.lr", 0.5);
            run_to(back + 5);
            experiment = *ring.reach(StepIndex{back}, {}, trainer);
            ring.forget_after(experiment.step());
            QVERIFY(run_to(25) == end);
        }
    }

    void staysInBoundsAndThinsOutWithAge() {
        Experiment experiment = tiny_experiment();
        RunPosition position = experiment.position();
        const std::size_t bytes = experiment.memory_bytes();
        for (const std::size_t room : {20U, 100'000U}) {
            CheckpointRing ring(bytes * room);
            for (std::int64_t step = 0; step <= 100'000; ++step) {
                position.step = StepIndex{step};
                experiment.set_position(position);
                ring.push(experiment);
                if (ring.memory_bytes() > bytes * room || ring.steps().size() > CheckpointRing::most_checkpoints)
                    QFAIL("out of bounds");
            }
            const auto steps = ring.steps();
            QVERIFY(steps.size() >= std::min(room, CheckpointRing::most_checkpoints) - 1);
            QCOMPARE(steps.front().value, 0);
            QCOMPARE(steps.back().value, 100'000);
            // A gap is never more than a share of its age, whatever its age.
            const double share = room == 20 ? 0.9 : 0.1;
            for (std::size_t i = 1; i + 1 < steps.size(); ++i) {
                const auto gap = static_cast<double>(steps[i].value - steps[i - 1].value);
                const auto age = static_cast<double>(100'000 - steps[i - 1].value);
                QVERIFY2(gap <= share * age + 1, qPrintable(QString("%1 at %2").arg(gap).arg(age)));
            }
        }
    }

    void countsWhatItHolds() {
        Experiment experiment = tiny_experiment();
        const std::size_t before = experiment.memory_bytes();
        QVERIFY(before > 2 * experiment.network().parameters().values().size_bytes());
        Trainer(1).step(experiment);  // the optimizer remembers from here on
        QVERIFY(experiment.memory_bytes() >= before + experiment.network().parameters().values().size_bytes());
        CheckpointRing ring;
        ring.push(experiment);
        ring.push(experiment);
        QCOMPARE(ring.steps().size(), 1U);
        QVERIFY(ring.memory_bytes() <= experiment.memory_bytes());
        ring.clear();
        QCOMPARE(ring.memory_bytes(), 0U);
    }

    void canBeCancelledAndRefuses() {
        Experiment experiment = tiny_experiment();
        Trainer trainer(1);
        CheckpointRing ring;
        QVERIFY(error_text([&] { ring.reach(StepIndex{0}, {}, trainer); }).find("Step 0 cannot be reached") == 0);
        ring.push(experiment);
        int asked = 0;
        QVERIFY(!ring.reach(StepIndex{9}, {}, trainer, [&] { return ++asked == 4; }));
        QCOMPARE(asked, 4);
    }
};

QTEST_APPLESS_MAIN(tst_CheckpointRing)
#include "tst_CheckpointRing.moc"
