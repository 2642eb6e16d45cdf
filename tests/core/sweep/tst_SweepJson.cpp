// Sweep files: what they expand to, and what is refused where.
#include "core/sweep/RunHash.h"
#include "core/sweep/SweepJson.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/sweep/SweepsUnderTest.h"

#include <QTest>

using namespace normscope;
using normscope::testing::error_text;
using sweep::parse_sweep;

class tst_SweepJson : public QObject {
    Q_OBJECT

   private slots:
    void expandsTheGridWithItsLastAxisFastest() {
        const auto sweep = parse_sweep(testing::norm_and_batch, "s");
        QCOMPARE(sweep.runs.size(), std::size_t{12});
        const auto is = [&](std::size_t i, const char* type, std::int64_t batch, std::uint64_t seed) {
            const Recipe& recipe = sweep.runs[i].recipe;
            return recipe.model.norm.type == type && recipe.data.batch_size == batch && recipe.seed == seed;
        };
        QVERIFY(is(0, "batch", 2, 1) && is(1, "batch", 2, 2) && is(3, "batch", 32, 1) && is(11, "group", 32, 3));
        for (const auto& run : sweep.runs) {
            QCOMPARE(run.steps, 50);
            QCOMPARE(run.recipe.record.eval_every, 0);
            QCOMPARE(run.hash, sweep::run_hash(run.recipe, run.steps));
        }
        QCOMPARE(sweep.axes.size(), std::size_t{3});
        QCOMPARE(sweep.axes[0].path, "model.norm.type");
        QCOMPARE(sweep.axes[0].values, (std::vector<std::string>{"\"batch\"", "\"group\""}));
        QCOMPARE(sweep.axes[1].values, (std::vector<std::string>{"2", "32"}));
    }

    void listedRunsMeetTheGrid() {
        const auto sweep = parse_sweep(R"({"epochs": 2,
            "runs": [{"label": "small", "data": {"batch_size": 4}, "optimizer.lr": 0.01},
                     {"label": "large", "data.batch_size": 64, "optimizer": {"lr": 0.1}, "steps": 7}],
            "grid": {"seed": [5, 6]}})",
                                       "s");
        QCOMPARE(sweep.runs.size(), std::size_t{4});
        QCOMPARE(sweep.runs[1].label, "small");
        QCOMPARE(sweep.runs[1].recipe.seed, 6U);
        QCOMPARE(sweep.runs[1].recipe.data.batch_size, 4);
        QCOMPARE(sweep.runs[1].steps, 0);
        QCOMPARE(sweep.runs[2].recipe.optimizer.lr, 0.1);
        QCOMPARE(sweep.runs[2].recipe.epochs, 2);
        QCOMPARE(sweep.runs[2].steps, 7);
        std::vector<std::string> axes;
        for (const auto& axis : sweep.axes) axes.push_back(axis.path);
        QCOMPARE(axes, (std::vector<std::string>{"label", "data.batch_size", "optimizer.lr", "steps", "seed"}));
        QCOMPARE(settings_text(sweep, sweep.runs[0]), "label = small, batch_size = 4, lr = 0.01, steps = 0, seed = 5");
    }

    void withoutGridOrRunsThereIsOneRun() {
        const auto sweep = parse_sweep("{}", "s");
        QCOMPARE(sweep.runs.size(), std::size_t{1});
        QVERIFY(sweep.axes.empty());
    }

    void formattingChangesNothing() {
        const auto once = parse_sweep(testing::norm_and_batch, "s");
        const auto again = parse_sweep(once.json, "s");
        QCOMPARE(again.json, once.json);
        QCOMPARE(again.runs.size(), once.runs.size());
        for (std::size_t i = 0; i < once.runs.size(); ++i) QCOMPARE(again.runs[i].hash, once.runs[i].hash);
    }

    void readsPlotsClaimsAndThePublished() {
        const auto sweep = parse_sweep(R"({"grid": {"optimizer.lr": [0.1, 0.2], "seed": [1, 2, 3]},
            "plots": [{"quantity": {"largest": "optimizer.lr", "with": "eval_accuracy", "at_least": 0.5},
                       "x": "seed", "series": ["optimizer.lr"], "where": {"optimizer.lr": 1e-1}, "log_y": true}],
            "claims": [{"claim": "c", "quantity": "eval_error", "of": {"optimizer.lr": 0.2}, "over": {"optimizer.lr": 0.1},
                        "at_most": 0.5}],
            "published": {"source": "s", "columns": ["a", "b"], "rows": [["x", 1.5]]}})",
                                       "s");
        QCOMPARE(sweep.plots[0].title, "largest lr with eval_accuracy ≥ 0.5");
        QVERIFY(sweep.plots[0].log_y && !sweep.plots[0].log_x);
        QCOMPARE(sweep.plots[0].where, (sweep::Where{{"optimizer.lr", "0.1"}}));
        QVERIFY(sweep.claims[0].comparison == sweep::Claim::Comparison::ratio && !sweep.claims[0].is_lower_bound);
        QCOMPARE(sweep.published->rows[0][1], "1.5");
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* text, const char* expected) {
            QTest::newRow(name) << text << expected;
        };
        row("no JSON", "{\n\"grid\": {,}}", "s, line 2, column 10");
        row("no object", "[1]", "a sweep must be an object");
        row("unknown key", "{\n \"gird\": {}}",
            "s, line 2, column 10: the key \"gird\" is unknown in a sweep. Did you mean \"grid\"?");
        row("twice", "{\"steps\": 1, \"steps\": 2}", "column 14");
        row("newer", "{\"schema\": 2}", "newer than this version");
        row("base is read as a recipe", "{\"base\": {\n\"model\": {\"nrm\": 1}}}",
            "s, line 2, column 11: the key \"nrm\" is unknown in \"model\"");
        row("base out of range", "{\"base\":\n {\"optimizer\": {\"lr\": -1}}}", "s, line 2, column 23: optimizer.lr");
        row("values that do not go together", "{\"base\": {\"optimizer\": {\"nesterov\": true, \"momentum\": 0}}}",
            "requires an optimizer.momentum");
        row("steps and epochs", "{\"steps\": 1, \"epochs\": 1}", "steps or epochs, not both");
        row("no steps", "{\"steps\": 0}", "steps must be");
        row("a setting that is not there", "{\"grid\":\n {\"model.norm.momentun\": [1]}}",
            "s, line 2, column 26: no recipe has a setting \"model.norm.momentun\". Did you mean "
            "\"model.norm.momentum\"?");
        row("a setting without its section", "{\"grid\": {\"momentum\": [1]}}", "Did you mean");
        row("no list", "{\"grid\": {\"seed\": 3}}", "must be an array");
        row("empty list", "{\"grid\": {\"seed\": []}}", "must not be empty");
        row("grid value of a wrong type", "{\"grid\": {\"seed\":\n [1, \"x\"]}}", "s, line 2, column 2: seed");
        row("grid value out of range", "{\"grid\": {\"model.norm.momentum\": [0.1, 3]}}",
            "model.norm.momentum must be between 0 and 1, not 3");
        row("a value twice", "{\"grid\": {\"seed\": [1, 2, 1]}}", "runs 1 and 3 are the same");
        row("a value that changes nothing", "{\"grid\": {\"optimizer.lr\": [0.1, 1e-1]}}", "are the same");
        row("run with an unknown section", "{\"runs\": [\n{\"modell\": {\"name\": \"vgg\"}}]}", "s, line 2");
        row("run with an unknown path", "{\"runs\": [{\"model.nam\": \"vgg\"}]}", "Did you mean \"model.name\"?");
        row("runs must be objects", "{\"runs\": [3]}", "an entry of runs must be an object");
        row("equal runs", "{\"runs\": [{\"seed\": 1}, {\"label\": \"same\"}]}", "runs 1 and 2 are the same");
        row("label in a grid", "{\"grid\": {\"label\": [1]}}", "is for entries of runs");
        row("claim without a run",
            "{\"claims\": [{\"claim\": \"c\", \"quantity\": \"q\",\n\"of\": {\"seed\": 9}, \"at_least\": 1}]}",
            "s, line 2, column 7: the sweep has no such run");
        row("claim without a bound", "{\"claims\": [{\"claim\": \"c\", \"quantity\": \"q\", \"of\": {}}]}", "at_least");
        row("claim with two comparisons",
            "{\"claims\": [{\"claim\": \"c\", \"quantity\": \"q\", \"of\": {}, \"minus\": {}, \"over\": {}, "
            "\"at_least\": 1}]}",
            "not both");
        row("ratio against 0",
            "{\"claims\": [{\"claim\": \"c\", \"quantity\": \"q\", \"of\": {}, \"over\": {}, \"at_least\": 0}]}",
            "above 0");
        row("plot without x", "{\"plots\": [{\"quantity\": \"q\"}]}", "either the key \"x\"");
        row("quantity", "{\"plots\": [{\"quantity\": 3, \"x\": \"seed\"}]}", "must be the name of a result");
        row("published rows", "{\"published\": {\"source\": \"s\", \"columns\": [\"a\"], \"rows\": [[1, 2]]}}",
            "as many cells");
    }
    void refuses() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto found = error_text([&] { parse_sweep(text.toStdString(), "s"); });
        QVERIFY2(found.starts_with("s") && QString::fromStdString(found).contains(expected), found.c_str());
    }

    void refusesTooManyRuns() {
        std::string list = "[0";
        for (int i = 1; i < 400; ++i) list += "," + std::to_string(i);
        list += "]";
        const std::string text =
            "{\"grid\": {\"seed\": " + list + ", \"data.augment.shift\": " + list + ", \"epochs\": " + list + "}}";
        QVERIFY(error_text([&] { parse_sweep(text, "s"); }).find("more than 100000 runs") != std::string::npos);
    }

    /// Whatever the bytes, it is a sweep or a sentence.
    void survivesDamage() {
        const std::string good = parse_sweep(testing::norm_and_batch, "s").json;
        for (std::size_t cut = 0; cut < good.size(); ++cut) {
            const std::string text = good.substr(0, cut);
            QVERIFY(cut + 1 == good.size() || !error_text([&] { parse_sweep(text, "s"); }).empty());
        }
        for (std::size_t place = 0; place < good.size(); ++place) {
            for (const char c : {'\0', '"', '}', '9', '\xff'}) {
                std::string text = good;
                text[place] = c;
                error_text([&] { parse_sweep(text, "s"); });  // any other exception fails the test
            }
        }
    }
};

QTEST_APPLESS_MAIN(tst_SweepJson)
#include "tst_SweepJson.moc"
