// Values of norm layers changed by hand come back with the run: rewound, resumed, forked.
#include "core/instruments/Recalibration.h"
#include "core/train/CheckpointRing.h"
#include "core/train/NormEdit.h"
#include "core/train/ResumeFile.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/SessionProbe.h"

#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::telemetry;
using namespace normscope::testing;

namespace {

Experiment some_experiment() {
    return {synthetic_recipe(), synthetic_split()};
}

/// An edit of values that are known beforehand.
NormEdit plain_edit(std::uint64_t id, NormValues values) {
    return {.id = id,
            .label = "edit",
            .values = [values = std::move(values)](const Experiment&, ThreadPool&,
                                                   const instruments::Watch&) { return values; },
            .watch = {}};
}

NormEdit recalibration(std::uint64_t id) {
    return {
        .id = id,
        .label = "exact statistics",
        .values = [](const Experiment& experiment, ThreadPool& pool,
                     const instruments::Watch& watch) { return recalibrated_values(experiment, {}, 0, pool, watch); },
        .watch = {}};
}

/// Surgery that this run has after some of its steps.
void operate(Experiment& experiment, Trainer& trainer) {
    switch (experiment.step().value) {
        case 0: experiment.edit({{"bn1.frozen", 1}}); break;
        case 3: experiment.edit({{"bn2.weight[1]", 0.1}, {"bn2.bias[0]", -0.5}}); break;
        case 8:
            experiment.edit({{"bn1.frozen", 0}});
            experiment.edit(reset_values(experiment.network(), "bn2"));
            break;
        case 13: experiment.edit(recalibrated_values(experiment, {}, 0, trainer.pool())); break;
        case 14: experiment.edit({{"bn1.running_mean[2]", 1.0 / 3}, {"bn1.running_var[2]", 1e-20}}); break;
        default: break;
    }
}

std::vector<RunEdited> edits_of(const SessionProbe& probe) {
    std::vector<RunEdited> edits;
    for (const auto& item : probe.items()) {
        if (const auto* edited = std::get_if<RunEdited>(&item)) edits.push_back(*edited);
    }
    return edits;
}

}  // namespace

class tst_NormEdit : public QObject {
    Q_OBJECT

   private slots:
    void keysReadBack_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"bn1.weight[0]", "bn1.bias[15]", "layer1.0.bn2.running_mean[3]", "bn1.running_var[63]",
                                 "layer1.bn2.num_batches_tracked", "bn1.frozen"}) {
            QTest::newRow(text) << text;
        }
    }
    void keysReadBack() {
        QFETCH(QString, text);
        const auto key = parse_norm_key(text.toStdString());
        QVERIFY(key);
        QCOMPARE(QString::fromStdString(to_text(*key)), text);
    }

    void otherTextsAreNoKeys_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", ".", "weight[0]", ".weight[0]", "bn1.weight", "bn1.weight[]", "bn1.weight[-1]",
                                 "bn1.weight[1x]", "bn1.weight[99999999999999999999]", "bn1.frozen[0]", "bn1.gamma[0]",
                                 "bn1.weight[0", "optimizer.momentum", "model.norm.eps", "planned_epochs", "]"}) {
            QTest::newRow(text) << text;
        }
    }
    void otherTextsAreNoKeys() {
        QFETCH(QString, text);
        QVERIFY(!parse_norm_key(text.toStdString()));
    }

    void setsTheLayersValues() {
        Experiment experiment = some_experiment();
        experiment.edit({{"bn1.weight[1]", 0.1},
                         {"bn1.bias[2]", 2},
                         {"bn2.running_mean[0]", -3},
                         {"bn2.running_var[5]", 0},
                         {"bn2.num_batches_tracked", 77},
                         {"bn2.frozen", 1}});
        const auto& first = *experiment.network().norm_layers()[0].second;
        const auto& second = *experiment.network().norm_layers()[1].second;
        QCOMPARE(first.weight()[1], 0.1F);
        QCOMPARE(first.bias()[2], 2.0F);
        QCOMPARE(second.running_mean()[0], -3.0F);
        QCOMPARE(second.running_var()[5], 0.0F);
        QCOMPARE(second.num_batches_tracked(), 77);
        QVERIFY(second.options().frozen);
        // The log holds what the layer holds.
        QCOMPARE(experiment.changes()[0].value, static_cast<double>(0.1F));
        QCOMPARE(experiment.changes().size(), 6U);
    }

    void refusedEditsChangeNothing_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("reason");
        QTest::newRow("layer") << "bn9.weight[0]" << 1.0 << "has no batch norm layer 'bn9'";
        QTest::newRow("channel") << "bn1.weight[16]" << 1.0 << "has 16 channels";
        QTest::newRow("variance") << "bn1.running_var[0]" << -1.0 << "must not be below 0";
        QTest::newRow("counter") << "bn1.num_batches_tracked" << 1.5 << "whole number";
        QTest::newRow("switch") << "bn1.frozen" << 2.0 << "0 or 1";
        QTest::newRow("no key") << "bn1.gamma[0]" << 2.0 << "no value of a norm layer";
    }
    void refusedEditsChangeNothing() {
        QFETCH(QString, key);
        QFETCH(double, value);
        QFETCH(QString, reason);
        Experiment experiment = some_experiment();
        const auto before = resume_bytes(experiment);
        const auto text = error_text([&] { experiment.edit({{"bn1.bias[0]", 1}, {key.toStdString(), value}}); });
        QVERIFY2(QString::fromStdString(text).contains(reason), text.c_str());
        QVERIFY(resume_bytes(experiment) == before);
    }

    void layersWithoutTheValueRefuse() {
        Recipe recipe = synthetic_recipe();
        recipe.model.norm.affine = false;
        recipe.model.norm.track_running_stats = false;
        Experiment experiment(recipe, synthetic_split());
        QVERIFY(error_text([&] { experiment.edit({{"bn1.weight[0]", 1}}); }).find("affine") != std::string::npos);
        QVERIFY(error_text([&] { reset_values(experiment.network(), "bn1"); }).find("track_running_stats") !=
                std::string::npos);
    }

    void exactStatisticsAreThoseOfTheInstrument() {
        Trainer trainer(1);
        Experiment experiment = some_experiment();
        for (int i = 0; i < 5; ++i) trainer.step(experiment);
        Experiment wanted = experiment;
        const auto statistics = instruments::population_statistics(
            experiment.network(), instruments::training_images(experiment), trainer.pool());
        instruments::recalibrate(wanted.network(), statistics);
        experiment.edit(recalibrated_values(experiment, {}, 0, trainer.pool()));
        QVERIFY(instruments::norm_buffers(experiment.network()) == instruments::norm_buffers(wanted.network()));

        // One layer only.
        Experiment one = some_experiment();
        const auto untouched = instruments::norm_buffers(one.network());
        one.edit(recalibrated_values(one, {"bn2"}, 2, trainer.pool()));
        QVERIFY(instruments::norm_buffers(one.network())[0] == untouched[0]);
        QVERIFY(instruments::norm_buffers(one.network())[1].running_mean != untouched[1].running_mean);
    }

    void everyStepComesBack_data() {
        QTest::addColumn<int>("every");
        QTest::newRow("from the start") << 1000;
        QTest::newRow("from every fourth") << 4;
        QTest::newRow("from every step") << 1;
    }
    void everyStepComesBack() {
        QFETCH(int, every);
        Trainer trainer(2);
        Experiment experiment = some_experiment();
        CheckpointRing ring;
        std::vector<std::vector<std::byte>> states;
        for (std::int64_t step = 0; step <= 20; ++step) {
            if (step > 0) trainer.step(experiment);
            if (step % every == 0) ring.push(experiment);
            operate(experiment, trainer);
            states.push_back(resume_bytes(experiment));
        }
        Trainer other(1);
        for (std::int64_t step = 20; step >= 0; --step) {
            const auto reached = ring.reach(StepIndex{step}, experiment.changes(), other);
            QVERIFY2(resume_bytes(*reached) == states[step], qPrintable(QString::number(step)));
        }
    }

    void goesOnAfterASave_data() {
        QTest::addColumn<int>("steps");
        for (const int steps : {0, 2, 3, 8, 14, 18}) QTest::addRow("after %d", steps) << steps;
    }
    void goesOnAfterASave() {
        QFETCH(int, steps);
        Trainer trainer(1);
        Experiment experiment = some_experiment();
        for (operate(experiment, trainer); experiment.step().value < steps; operate(experiment, trainer)) {
            trainer.step(experiment);
        }
        Experiment restored = restore_experiment(parse_resume_file(resume_bytes(experiment), "run"), synthetic_split());
        QVERIFY(resume_bytes(restored) == resume_bytes(experiment));
        // Frozen or not is part of it, though no state dict says so.
        QCOMPARE(restored.network().norm_layers()[0].second->options().frozen, steps < 8);
        for (int i = 0; i < 4; ++i) {
            trainer.step(experiment);
            trainer.step(restored);
        }
        QVERIFY(resume_bytes(restored) == resume_bytes(experiment));
    }

    void poisonedValuesAreKept() {
        Experiment experiment = some_experiment();
        const auto inf = std::numeric_limits<double>::infinity();
        experiment.edit({{"bn1.running_mean[0]", -inf},
                         {"bn1.running_var[1]", inf},
                         {"bn1.running_mean[1]", std::numeric_limits<double>::quiet_NaN()}});
        const Experiment restored =
            restore_experiment(parse_resume_file(resume_bytes(experiment), "run"), synthetic_split());
        QCOMPARE(restored.changes()[0].value, -inf);
        QCOMPARE(restored.changes()[1].value, inf);
        QVERIFY(std::isnan(restored.changes()[2].value));
        QVERIFY(resume_bytes(restored) == resume_bytes(experiment));
    }

    void forksKeepTheirEdits() {
        Trainer trainer(1);
        Experiment experiment = some_experiment();
        trainer.step(experiment);
        experiment.edit({{"bn1.frozen", 1}, {"bn1.weight[0]", 3}});
        Experiment fork = experiment;
        trainer.step(experiment);
        trainer.step(fork);
        QVERIFY(resume_bytes(fork) == resume_bytes(experiment));
        QVERIFY(fork.network().norm_layers()[0].second->options().frozen);
    }

    void aSettingLeavesTheEditAlone() {
        Experiment experiment = some_experiment();
        experiment.edit({{"bn1.frozen", 1}});
        experiment.set_hyperparameter("model.norm.momentum", 0.5);
        QVERIFY(experiment.network().norm_layers()[0].second->options().frozen);
    }

    void theSessionTellsOfTheEditAndTheWayBack() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().play(StepIndex{5});
        QVERIFY(probe.wait_for_step(5) && probe.settle());
        std::vector<std::byte> before, edited, undone;
        const auto copy_state = [&](std::vector<std::byte>& into) {
            probe.session().copy_state({}, [&into](std::optional<StatePath> path) {
                Experiment plain = *path->from;
                RunPosition position = plain.position();
                position.changes.clear();
                plain.set_position(position);
                into = resume_bytes(plain);
            });
            return probe.settle();
        };
        QVERIFY(copy_state(before));
        probe.session().edit(recalibration(7));
        QVERIFY(probe.settle());
        QCOMPARE(edits_of(probe).size(), 1U);
        const RunEdited edit = edits_of(probe)[0];
        QCOMPARE(edit.id, 7U);
        QCOMPARE(edit.step.value, 5);
        QVERIFY(!edit.new_values.empty() && edit.old_values.size() == edit.new_values.size());
        QVERIFY(edit.old_values != edit.new_values);
        QCOMPARE(probe.events().back().label, "exact statistics");
        QCOMPARE(probe.events().back().step.value, 5);
        QVERIFY(copy_state(edited));
        QVERIFY(edited != before);
        probe.session().edit(plain_edit(8, edit.old_values));
        QVERIFY(copy_state(undone));
        QVERIFY(undone == before);
    }

    void aRewoundSessionMeetsTheEditAgain() {
        SessionProbe probe(2);
        probe.session().load(factory_of(), false);
        const auto play_until = [&](std::int64_t step) {
            probe.session().play(StepIndex{step});
            return probe.wait_for_step(step) && probe.settle();
        };
        QVERIFY(play_until(6));
        probe.session().edit(plain_edit(1, {{"bn1.running_var[0]", 9}, {"bn2.frozen", 1}}));
        QVERIFY(play_until(19));
        probe.session().edit(plain_edit(2, {{"bn1.weight[0]", 5}}));
        QVERIFY(play_until(22));
        const RunHistory first = probe.history();
        probe.session().rewind(StepIndex{12});
        QVERIFY(probe.settle());
        QVERIFY(play_until(19));
        probe.session().edit(plain_edit(3, {{"bn1.weight[0]", 5}}));
        QVERIFY(play_until(22));
        QVERIFY(probe.history() == first);

        // Back before both: neither has happened.
        probe.session().rewind(StepIndex{5});
        QVERIFY(probe.settle());
        probe.session().play();
        QVERIFY(probe.wait_for_state(RunState::finished) && probe.settle());
        QVERIFY(probe.history() == plain_history());
    }

    void theSessionRefusesWithASentence() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        probe.session().edit(plain_edit(4, {{"bn1.running_var[0]", -1}}));
        QVERIFY(probe.settle());
        QCOMPARE(probe.notices().size(), 1U);
        QVERIFY(probe.notices()[0].find("must not be below 0") != std::string::npos);
        QCOMPARE(edits_of(probe).size(), 1U);
        QVERIFY(edits_of(probe)[0].new_values.empty());
        QVERIFY(probe.events().empty());
    }

    void aMeasurementIsCancelledByTheNextCommand() {
        SessionProbe probe;
        probe.session().load(factory_of(), false);
        QVERIFY(probe.settle());
        std::stop_source stop;
        stop.request_stop();
        NormEdit edit = recalibration(5);
        edit.watch.stop = stop.get_token();
        probe.session().edit(edit);
        QVERIFY(probe.settle());
        QVERIFY(edits_of(probe).at(0).new_values.empty());
        QVERIFY(probe.notices().empty());
    }
};

QTEST_APPLESS_MAIN(tst_NormEdit)
#include "tst_NormEdit.moc"
