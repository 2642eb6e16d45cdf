#include "core/io/AtomicFile.h"
#include "core/recipe/RecipeJson.h"
#include "tests/core/io/CommaLocale.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Mutation.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

#include <nlohmann/json.hpp>

using namespace normscope;
using normscope::testing::error_text;
using normscope::testing::mutated;

namespace {

constexpr auto cli_example = R"({"schema": 1,
 "data":  {"source": "fashion-mnist", "eval_source": null, "eval_fraction": 0.1,
           "batch_size": 64, "shuffle": true, "drop_last": true,
           "normalize": {"mean": [0.2860], "std": [0.3530]}},
 "model": {"name": "simple", "norm": {"type": "batch", "eps": 1e-5, "momentum": 0.1, "affine": true,
           "track_running_stats": true, "frozen": false}, "norm_position": "before_activation"},
 "optimizer": {"name": "sgd", "lr": 0.05, "momentum": 0.9, "weight_decay": 0.0, "nesterov": false},
 "schedule": {"name": "constant"}, "epochs": 5, "seed": 1})";

Recipe unusual_recipe() {
    Recipe recipe;
    recipe.data = {"idx:γ \"a\",b", "fashion-mnist", 1.0 / 3, 7, false, false, {0.1, 0.2, 0.3}, {1.0 / 7, 1e-6, 2}};
    recipe.model.norm = {"batch", 1e-300, std::nullopt, false, false, true};
    recipe.data.augment = {true, 3, 1.0 / 3, 0.1, 1};
    recipe.model.norm.frozen_affine = true;
    recipe.model.norm.groups = 3;
    recipe.model.norm.ghost_batches = 5;
    recipe.model.norm.noise = 1.0 / 3;
    recipe.model.norm_position = "after_activation";
    recipe.model.activation = "leaky_relu";
    recipe.model.widths = {1, 65536};
    recipe.model.depth = 9;
    recipe.model.conv_bias = false;
    recipe.optimizer = {"adamw", 0.1 + 0.2, 0.99, 5e-324, true, 0.1 + 0.2, 1.0 / 3, 1e-300, true, 1.0 / 7, 12};
    recipe.schedule = {"cosine", 17, 3, 1.0 / 3, 1e-300};
    recipe.loss.label_smoothing = 1.0 / 3;
    recipe.record = {0, 1};
    recipe.epochs = 1000000;
    recipe.seed = std::numeric_limits<std::uint64_t>::max();
    return recipe;
}

}  // namespace

class tst_RecipeJson : public QObject {
    Q_OBJECT

   private slots:
    void emptyRecipeIsTheDefault() {
        QCOMPARE(to_json(parse_recipe("{}", "r")), to_json(Recipe()));
        QCOMPARE(to_json(parse_recipe(cli_example, "r")), to_json(Recipe()));
    }

    void writesEveryKeyInOrder() {
        const std::string text = to_json(Recipe());
        std::size_t before = 0;
        for (const char* key : {"schema",        "data",
                                "source",        "eval_source",
                                "eval_fraction", "batch_size",
                                "shuffle",       "drop_last",
                                "normalize",     "mean",
                                "std",           "augment",
                                "flip",          "contrast",
                                "model",         "name",
                                "norm",          "type",
                                "eps",           "momentum",
                                "affine",        "track_running_stats",
                                "frozen",        "frozen_affine",
                                "noise",         "norm_position",
                                "widths",        "layers",
                                "optimizer",     "lr",
                                "weight_decay",  "nesterov",
                                "betas",         "accumulation_steps",
                                "schedule",      "min_lr",
                                "loss",          "label_smoothing",
                                "record",        "eval_every",
                                "eval_images",   "measure_every",
                                "exact_batches", "landscape",
                                "epochs",        "seed"}) {
            const std::size_t place = text.find('"' + std::string(key) + "\":", before);
            QVERIFY2(place != std::string::npos, key);
            before = place;
        }
        QVERIFY(text.ends_with("}\n"));
    }

    void survivesToTheLastBit() {
        const Recipe recipe = unusual_recipe();
        const Recipe read = parse_recipe(to_json(recipe), "r");
        QCOMPARE(to_json(read), to_json(recipe));
        QCOMPARE(read.seed, recipe.seed);
        QCOMPARE(read.data.source, recipe.data.source);
        QCOMPARE(read.data.eval_source, recipe.data.eval_source);
        QVERIFY(read.data.eval_fraction == recipe.data.eval_fraction);
        QCOMPARE(read.data.std, recipe.data.std);
        QVERIFY(read.optimizer.lr == recipe.optimizer.lr);
        QVERIFY(read.optimizer.weight_decay == recipe.optimizer.weight_decay);
        QVERIFY(!read.model.norm.momentum);
        QVERIFY(read.optimizer.beta1 == recipe.optimizer.beta1 && read.optimizer.beta2 == recipe.optimizer.beta2);
        QVERIFY(read.optimizer.clip_grad_norm == recipe.optimizer.clip_grad_norm);
        QCOMPARE(read.model.widths, recipe.model.widths);
        QVERIFY(read.schedule.gamma == recipe.schedule.gamma);
        QVERIFY(!read.model.norm.affine && !read.model.norm.track_running_stats && read.model.norm.frozen);
    }

    void seeds_data() {
        QTest::addColumn<quint64>("seed");
        for (const quint64 seed : {0ULL, 1ULL, (1ULL << 53) + 1, (1ULL << 63), (1ULL << 63) + 1, ~0ULL - 1, ~0ULL}) {
            QTest::addRow("%llu", seed) << seed;
        }
    }
    void seeds() {
        QFETCH(quint64, seed);
        const std::string digits = std::to_string(seed);
        QCOMPARE(parse_recipe("{\"seed\": " + digits + "}", "r").seed, seed);
        Recipe recipe;
        apply_setting(recipe, "seed=" + digits);
        QCOMPARE(recipe.seed, seed);
        QVERIFY(to_json(recipe).find("\"seed\": " + digits + "\n") != std::string::npos);
    }

    void localeChangesNothing() {
        const std::string text = to_json(unusual_recipe());
        const normscope::testing::CommaLocale locale;
        QCOMPARE(to_json(unusual_recipe()), text);
        QCOMPARE(to_json(parse_recipe(text, "r")), text);
        QCOMPARE(parse_recipe(R"({"optimizer": {"lr": 0.25}})", "r").optimizer.lr, 0.25);
        if (!locale.is_in_c()) QSKIP("German is not installed: only C++ streams had decimal commas");
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("empty file") << ""
                                    << "line 1, column 1";
        QTest::newRow("no object") << "[]"
                                   << "must be a JSON object";
        QTest::newRow("not JSON") << "{\"seed\": 1\n\"epochs\": 2}"
                                  << "line 2, column 1";
        QTest::newRow("repeated key") << "{\"seed\": 1,\n \"seed\": 2}"
                                      << "line 2, column 2: the key \"seed\" is there twice";
        QTest::newRow("unknown key") << "{\n  \"sede\": 1}"
                                     << "line 2, column 3: the key \"sede\" is unknown. Did you mean \"seed\"?";
        QTest::newRow("unknown nested key")
            << "{\"model\": {\"norm\":\n{\"momentun\": 1}}}"
            << "line 2, column 2: the key \"momentun\" is unknown in \"model.norm\". Did you mean \"momentum\"?";
        QTest::newRow("key in the wrong place") << "{\"lr\": 1}"
                                                << "Did you mean \"optimizer.lr\"";
        QTest::newRow("unlike any key") << "{\"schedule\": {\"colour\": 1}}"
                                        << "Known here: name, warmup_steps";
        QTest::newRow("dots are no nesting") << "{\"model.norm.momentum\": 0.1}"
                                             << "is unknown";
        QTest::newRow("dotted section") << "{\"model.norm\": {}}"
                                        << "is unknown";
        QTest::newRow("empty key") << "{\"\": 1}"
                                   << "the key \"\" is unknown";
        QTest::newRow("schema below the root") << "{\"data\": {\"schema\": 1}}"
                                               << "unknown in \"data\"";
        QTest::newRow("newer schema") << "{\"new key\": 0, \"schema\": 2}"
                                      << "column 26: the recipe has schema 2, which is newer";
        QTest::newRow("schema 0") << "{\"schema\": 0}"
                                  << "schema must be 1";
        QTest::newRow("schema text") << "{\"schema\": \"1\"}"
                                     << "schema must be 1";
        QTest::newRow("section no object") << "{\"model\": 3}"
                                           << "column 11: model must be an object";
        QTest::newRow("range of a setting") << "{\"optimizer\": {\n \"lr\":\t-1}}"
                                            << "line 2, column 8: optimizer.lr must be between 0 and 1";
        QTest::newRow("batch size 0") << "{\"data\": {\"batch_size\": 0}}"
                                      << "data.batch_size must be between 1 and 4096, not 0.";
        QTest::newRow("batch size 2.5") << "{\"data\": {\"batch_size\": 2.5}}"
                                        << "data.batch_size must be a whole number";
        QTest::newRow("number as text") << "{\"epochs\": \"5\"}"
                                        << "epochs must be a number, not the text \"5\"";
        QTest::newRow("flag as number") << "{\"data\": {\"shuffle\": 1}}"
                                        << "data.shuffle must be true or false, not 1";
        QTest::newRow("null where none is") << "{\"seed\": null}"
                                            << "seed must be a whole number, not null";
        QTest::newRow("momentum text") << "{\"model\": {\"norm\": {\"momentum\": \"none\"}}}"
                                       << "model.norm.momentum must be a number";
        QTest::newRow("seed negative") << "{\"seed\": -1}"
                                       << "seed must be between 0 and 18446744073709551615, not -1";
        QTest::newRow("seed 2^64") << "{\"seed\": 18446744073709551616}"
                                   << "seed must be between";
        QTest::newRow("seed fraction") << "{\"seed\": 1.5}"
                                       << "seed must be a whole number";
        QTest::newRow("source empty") << "{\"data\": {\"source\": \"\"}}"
                                      << "data.source must not be empty";
        QTest::newRow("source with NUL") << "{\"data\": {\"source\": \"idx:a\\u0000,b\"}}"
                                         << "NUL";
        QTest::newRow("nothing left to train on") << "{\"data\": {\"eval_fraction\": 1}}"
                                                  << "data.eval_fraction must be below 1";
        QTest::newRow("mean no array") << "{\"data\": {\"normalize\": {\"mean\": 0.5}}}"
                                       << "data.normalize.mean must be an array";
        QTest::newRow("std 0") << "{\"data\": {\"normalize\": {\"std\": [0]}}}"
                               << "data.normalize.std[0] must be between";
        QTest::newRow("std empty") << "{\"data\": {\"normalize\": {\"mean\": [], \"std\": []}}}"
                                   << "must hold 1 to 64";
        QTest::newRow("mean and std differ") << "{\"data\": {\"normalize\": {\"mean\": [1, 2]}}}"
                                             << "mean has 2 numbers and data.normalize.std has 1";
        QTest::newRow("unknown model") << "{\"model\": {\"name\": \"simpel\"}}"
                                       << "model.name \"simpel\" is unknown; this version of NormScope has \"simple\", "
                                          "\"vgg\", \"resnet\"";
        QTest::newRow("norm like another") << "{\"model\": {\"norm\": {\"type\": \"grup\"}}}"
                                           << "Did you mean \"group\"?";
        QTest::newRow("schedule of a later version") << "{\"schedule\": {\"name\": \"onecycle\"}}"
                                                     << "schedule.name \"onecycle\" is not available yet";
        QTest::newRow("nesterov without momentum")
            << "{\"optimizer\": {\"momentum\": 0,\n\"nesterov\": true}}"
            << "line 2, column 13: optimizer.nesterov requires an optimizer.momentum above 0.";
        QTest::newRow("betas no pair") << "{\"optimizer\": {\"betas\": [0.9]}}"
                                       << "optimizer.betas must be an array of two numbers, such as [0.9, 0.999].";
        QTest::newRow("beta 1") << "{\"optimizer\": {\"betas\": [0.9, 1]}}"
                                << "optimizer.betas[1] must be below 1";
        QTest::newRow("clipped to nothing") << "{\"optimizer\": {\"clip_grad_norm\": 0}}"
                                            << "optimizer.clip_grad_norm must be between";
        QTest::newRow("width 0") << "{\"model\": {\"widths\": [16, 0]}}"
                                 << "model.widths[1] must be between 1 and 65536, not 0.";
        QTest::newRow("width no array") << "{\"model\": {\"widths\": 16}}"
                                        << "model.widths must be an array of whole numbers, not 16.";
        QTest::newRow("crop 0") << "{\"data\": {\"augment\": {\"crop\": 0}}}"
                                << "data.augment.crop must be between 0.01 and 1, not 0.";
        QTest::newRow("half a pixel") << "{\"data\": {\"augment\": {\"shift\": 0.5}}}"
                                      << "data.augment.shift must be a whole number, not 0.5.";
        QTest::newRow("smoothing") << "{\"loss\": {\"label_smoothing\": 1.5}}"
                                   << "loss.label_smoothing must be between 0 and 1, not 1.5.";
        QTest::newRow("custom without layers")
            << "{\"model\": {\n\"name\": \"custom\"}}"
            << "line 2, column 9: model.name \"custom\" needs layers in model.layers";
        QTest::newRow("layers of no custom network")
            << "{\"model\": {\n\"layers\": [{\"layer\": \"ReLU\"}]}}"
            << "line 2, column 11: model.layers is for model.name \"custom\" only, and the name is \"simple\".";
        QTest::newRow("deep nesting") << "{\"data\": " + QString(1000, '[') << "nested more than 64";
    }
    void refuses() {
        QFETCH(QString, text);
        QFETCH(QString, words);
        const auto error = error_text([&] { parse_recipe(text.toStdString(), "my recipe.json"); });
        QVERIFY2(error.starts_with("my recipe.json"), error.c_str());
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
    }

    void accepts_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("whole number as float") << "{\"epochs\": 5.0, \"seed\": 1e3, \"data\": {\"batch_size\": 64.0}}";
        QTest::newRow("cumulative average") << "{\"model\": {\"norm\": {\"momentum\": null}}}";
        QTest::newRow("byte order mark") << "\xef\xbb\xbf{}";
        QTest::newRow("empty sections") << "{\"data\": {\"normalize\": {}}, \"model\": {\"norm\": {}}}";
        QTest::newRow("record") << "{\"record\": {\"eval_every\": 0, \"eval_images\": 1}}";
    }
    void accepts() {
        QFETCH(QString, text);
        QCOMPARE(error_text([&] { parse_recipe(text.toStdString(), "r"); }), "");
    }

    void loadsFiles() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("r.json").toStdString();
        io::write_file(path, to_json(unusual_recipe()));
        QCOMPARE(to_json(load_recipe(path)), to_json(unusual_recipe()));
        io::write_file(path, std::string_view("\x89PNG\r\n\x1a\n"));
        QVERIFY(error_text([&] { load_recipe(path); }).find("a PNG picture") != std::string::npos);
        io::write_file(path, std::string(2U << 20, ' '));
        QVERIFY(error_text([&] { load_recipe(path); }).find("at most 1048576") != std::string::npos);
        QVERIFY(error_text([&] { load_recipe(folder.path().toStdString()); }).find("a folder") != std::string::npos);
    }

    void cutAtEveryLength() {
        const std::string text = cli_example;
        for (std::size_t length = 0; length < text.size(); ++length) {
            QVERIFY(!error_text([&] { parse_recipe(text.substr(0, length), "r"); }).empty());
        }
    }

    void damageIsRefusedOrHarmless() {
        const std::string text = to_json(unusual_recipe());
        std::mt19937_64 random(1);
        int refused = 0;
        for (int i = 0; i < 20000; ++i) {
            const std::string damaged = mutated(text, random);
            const auto error = error_text([&] {
                const Recipe recipe = parse_recipe(damaged, "r");
                if (to_json(parse_recipe(to_json(recipe), "r")) != to_json(recipe)) throw std::logic_error(damaged);
            });
            if (!error.empty()) ++refused;
        }
        QVERIFY(refused > 10000);
        QVERIFY(refused < 20000);
    }
};

QTEST_APPLESS_MAIN(tst_RecipeJson)
#include "tst_RecipeJson.moc"
