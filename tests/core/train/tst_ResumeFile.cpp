// A run saved at any position goes on to the same bits; files that do not fit are refused with a sentence.
#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "core/train/ResumeFile.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

/// Nothing if this version does not have what the settings ask for.
std::optional<Recipe> recipe_with(const std::vector<std::string>& settings) {
    Recipe recipe = synthetic_recipe();
    try {
        apply_settings(recipe, settings);
        Experiment(recipe, synthetic_split());
    } catch (const InputError&) {
        return std::nullopt;
    }
    return recipe;
}

Experiment saved_and_restored(const Experiment& experiment) {
    const auto bytes = resume_bytes(experiment);
    return restore_experiment(parse_resume_file(bytes, "run"), synthetic_split());
}

Experiment some_run() {
    PlainRun run({synthetic_recipe(), synthetic_split()});
    run.take_steps(3);
    run.experiment().set_hyperparameter("optimizer.lr", 0.01);
    return run.experiment();
}

std::string refusal(const std::vector<std::byte>& bytes, const DataSplit& data = synthetic_split()) {
    return error_text([&] { restore_experiment(parse_resume_file(bytes, "run"), data); });
}

}  // namespace

class tst_ResumeFile : public QObject {
    Q_OBJECT

   private slots:
    void goesOnToTheSameBits_data() {
        QTest::addColumn<QStringList>("settings");
        QTest::newRow("sgd") << QStringList{};
        QTest::newRow("nesterov") << QStringList{"optimizer.nesterov=true"};
        QTest::newRow("adam") << QStringList{"optimizer.name=adam", "optimizer.lr=0.01"};
        QTest::newRow("adamw") << QStringList{"optimizer.name=adamw", "optimizer.lr=0.01"};
        QTest::newRow("cumulative momentum") << QStringList{"model.norm.momentum=null"};
        QTest::newRow("stored order, last batch kept") << QStringList{"data.shuffle=false", "data.drop_last=false"};
        QTest::newRow("cosine") << QStringList{"schedule.name=cosine"};
        QTest::newRow("augmented") << QStringList{"data.augment.flip=true", "data.augment.shift=2"};
        QTest::newRow("accumulated") << QStringList{"optimizer.accumulation_steps=2"};
        for (const char* model : {"vgg", "resnet", "variable-input", "image-classifier", "mlp", "plain"})
            QTest::newRow(model) << QStringList{QString("model.name=%1").arg(model)};
        for (const char* norm : {"none", "layer", "instance", "group"})
            QTest::newRow(norm) << QStringList{QString("model.norm.type=%1").arg(norm)};
    }
    void goesOnToTheSameBits() {
        QFETCH(QStringList, settings);
        std::vector<std::string> texts;
        for (const QString& setting : settings) texts.push_back(setting.toStdString());
        const auto recipe = recipe_with(texts);
        if (!recipe) QSKIP("not in this version");
        for (const int before : {0, 1, 7, 10, 11, 30}) {
            PlainRun run({*recipe, synthetic_split()});
            run.take_steps(before);
            PlainRun restored(saved_and_restored(run.experiment()));
            PlainRun original(run.experiment());
            QVERIFY(restored.take_steps(12).history() == original.take_steps(12).history());
            QVERIFY(resume_bytes(restored.experiment()) == resume_bytes(original.experiment()));
        }
    }

    void goesOnAfterALiveChange_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::newRow("batch size") << "data.batch_size" << 5.0;
        QTest::newRow("larger than what is left") << "data.batch_size" << 60.0;
        QTest::newRow("lr") << "optimizer.lr" << 0.1 / 3;
        QTest::newRow("SGD momentum") << "optimizer.momentum" << 0.3;
        QTest::newRow("momentum") << "model.norm.momentum" << 0.7;
        QTest::newRow("cumulative") << "model.norm.momentum" << std::numeric_limits<double>::quiet_NaN();
        QTest::newRow("eps") << "model.norm.eps" << 1e-3;
        QTest::newRow("weight decay") << "optimizer.weight_decay" << 0.01;
    }
    void goesOnAfterALiveChange() {
        QFETCH(QString, key);
        QFETCH(double, value);
        for (const int before : {0, 4, 10, 13}) {
            for (const int after : {0, 1, 5}) {
                PlainRun run({synthetic_recipe(), synthetic_split()});
                run.take_steps(before).experiment().set_hyperparameter(key.toStdString(), value);
                run.take_steps(after);
                PlainRun restored(saved_and_restored(run.experiment()));
                PlainRun original(run.experiment());
                QVERIFY(restored.take_steps(12).history() == original.take_steps(12).history());
                const auto& changes = restored.experiment().changes();
                QCOMPARE(changes.size(), 1U);
                QCOMPARE(changes[0].step.value, before);
                QCOMPARE(changes[0].key, key.toStdString());
                QVERIFY(changes[0].value == value || (std::isnan(changes[0].value) && std::isnan(value)));
            }
        }
    }

    void keepsAdamsMoments() {
        Experiment experiment(synthetic_recipe(), synthetic_split());
        std::ranges::fill(experiment.network().parameters().gradients(), 0.25F);
        for (int i = 0; i < 3; ++i)
            experiment.optimizer().step(experiment.network().parameters(), {.algorithm = optim::Algorithm::adam});
        const auto restored = saved_and_restored(experiment);
        QVERIFY(restored.optimizer().state().first == experiment.optimizer().state().first);
        QVERIFY(restored.optimizer().state().second == experiment.optimizer().state().second);
        QVERIFY(restored.optimizer().state().updates == experiment.optimizer().state().updates);
        QVERIFY(restored.optimizer().state().updates[0] == 3);
    }

    void keepsPlannedEpochsSeedAndExtra() {
        auto recipe = synthetic_recipe();
        recipe.seed = 18446744073709551615U;
        PlainRun run({recipe, synthetic_split()});
        run.run_to_the_end().experiment().extend();
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "resume.safetensors";
        save_resume_file(run.experiment(), {{"history.bytes", "123"}}, path);
        const auto file = load_resume_file(path);
        QCOMPARE(file.recipe.seed, recipe.seed);
        QCOMPARE(file.extra, (io::TensorMetadata{{"history.bytes", "123"}}));
        const auto restored = restore_experiment(file, synthetic_split());
        QCOMPARE(restored.planned_epochs(), 6);
        QCOMPARE(restored.step().value, 30);
        QVERIFY(!restored.finished());
    }

    void isACheckpointToo() {
        const auto experiment = some_run();
        const auto state = parse_model_state(resume_bytes(experiment), "run");
        Experiment other(synthetic_recipe(), synthetic_split());
        QVERIFY(apply_model_state(state, other.network()).empty());
        QVERIFY(checkpoint_bytes(other) != checkpoint_bytes(experiment));  // another step in the metadata
        QCOMPARE(state.step->value, 3);
        QCOMPARE(to_json(*state.recipe), to_json(experiment.recipe()));
    }

    void refusesWhatDoesNotFit() {
        const auto bytes = resume_bytes(some_run());
        QCOMPARE(refusal(bytes, synthetic_split(81)),
                 "\"run\" cannot be resumed: its run has 80 training images, and the data set now holds 81.");
        const auto larger = std::make_shared<SyntheticDataset>(80, 12);
        const std::string other = refusal(bytes, {larger, nullptr});
        QVERIFY2(other.find("\"run\" cannot be resumed: the state does not fit the network") == 0, other.c_str());
        QVERIFY2(other.find("'linear.weight' has another shape") != other.npos, other.c_str());
        const std::string checkpoint = refusal(checkpoint_bytes(some_run()));
        QCOMPARE(checkpoint, "\"run\" cannot be resumed: it is a checkpoint of a model, not the state of a run.");
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, resume_bytes(some_run(), {{"normscope.step", "7"}}));
    }

    void refusesACutFile() {
        const auto bytes = resume_bytes(some_run());
        for (std::size_t size = 0; size < bytes.size(); size += size < 2000 ? 37 : 997) {
            const std::string text = refusal({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
            QVERIFY2(!text.empty(), qPrintable(QString::number(size)));
        }
    }

    void refusesPositionsThatNoRunReaches_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("words");
        QTest::newRow("epoch") << "normscope.epoch"
                               << "9223372036854775807"
                               << "normscope.epoch must not exceed";
        QTest::newRow("step") << "normscope.step"
                              << "9223372036854775807"
                              << "normscope.step must not exceed";
        QTest::newRow("plan") << "normscope.planned_epochs"
                              << "1099511627776"
                              << "planned_epochs must not exceed";
        QTest::newRow("no plan") << "normscope.planned_epochs"
                                 << "0"
                                 << "it plans no epoch";
        QTest::newRow("image") << "normscope.position"
                               << "81"
                               << "image 81 of epoch 0 is no position";
        QTest::newRow("negative") << "normscope.epoch"
                                  << "-1"
                                  << "normscope.epoch";
        QTest::newRow("no number") << "normscope.step"
                                   << "3x"
                                   << "normscope.step";
    }
    void refusesPositionsThatNoRunReaches() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, words);
        const auto bytes = resume_bytes(some_run());
        auto content = io::parse_safetensors(bytes, "run");
        QVERIFY(content.metadata.contains(key.toStdString()));
        content.metadata[key.toStdString()] = value.toStdString();
        const std::string text = refusal(io::serialize(content.tensors, content.metadata));
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
    }

    /// Never anything but a refusal or a run that steps.
    void survivesDamage() {
        const auto bytes = resume_bytes(some_run());
        const std::string text(io::as_text(bytes).substr(0, 6000));
        const std::string rest(io::as_text(bytes).substr(6000));
        std::mt19937_64 random(7);
        for (int i = 0; i < 400; ++i) {
            const std::string damaged = mutated(text, random) + rest;
            const auto damaged_bytes = io::as_bytes(damaged);
            error_text([&] {
                Experiment experiment = restore_experiment(parse_resume_file(damaged_bytes, "run"), synthetic_split());
                Trainer(1).step(experiment);
            });
        }
    }
};

QTEST_APPLESS_MAIN(tst_ResumeFile)
#include "tst_ResumeFile.moc"
