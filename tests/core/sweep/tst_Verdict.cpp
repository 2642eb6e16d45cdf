// Spread over seeds, and what follows from it.
#include "core/sweep/Verdict.h"
#include "tests/core/sweep/SweepsUnderTest.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::sweep;

namespace {

Claim claim_about(const std::string& batch, double bound) {
    return {.text = "c",
            .quantity = {.name = "eval_error", .largest = {}},
            .comparison = Claim::Comparison::difference,
            .of = {{"model.norm.type", "\"batch\""}, {"data.batch_size", batch}},
            .against = {{"model.norm.type", "\"group\""}, {"data.batch_size", batch}},
            .bound = bound};
}

}  // namespace

class tst_Verdict : public QObject {
    Q_OBJECT

   private slots:
    void spreadIsThatOfTheTextbook() {
        const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
        const Spread spread = spread_of(values);
        QCOMPARE(spread.mean, 5.0);
        QCOMPARE(spread.minimum, 2.0);
        QCOMPARE(spread.maximum, 9.0);
        QCOMPARE(spread.deviation, std::sqrt(32.0 / 7));
        QCOMPARE(spread.half_interval(), 2.365 * spread.deviation / std::sqrt(8.0));
        QVERIFY(std::isinf(spread_of(std::vector<double>{1.0}).half_interval()));
        QVERIFY(std::isnan(spread_of(std::vector<double>{}).mean));
    }

    /// Differences of 0.10, 0.11 and 0.12 by seed: mean 0.11 ± 4.303 · 0.01/√3 = 0.0248.
    void comparesEachSeedWithItself() {
        const auto sweep = parse_sweep(testing::norm_and_batch, "s");
        const auto results = testing::results_with(sweep, "eval_error", [](const SweepRun& run) {
            const auto seed = static_cast<double>(run.recipe.seed);
            const double base = 0.3 * seed;  // far apart between seeds, which must not matter
            return run.recipe.model.norm.type == "batch" && run.recipe.data.batch_size == 2 ? base + 0.09 + 0.01 * seed
                                                                                            : base;
        });
        const auto result = check_claim(sweep, results, claim_about("2", 0.08));
        QCOMPARE(result.numbers.size(), std::size_t{3});
        QVERIFY(std::abs(result.mean - 0.11) < 1e-12);
        QVERIFY(std::abs(result.high - result.low - 2 * 4.303 * 0.01 / std::sqrt(3.0)) < 1e-9);
        QVERIFY(result.verdict == Verdict::reproduced);
        QVERIFY(check_claim(sweep, results, claim_about("2", 0.1)).verdict == Verdict::inconclusive);
        QVERIFY(check_claim(sweep, results, claim_about("2", 0.14)).verdict == Verdict::not_reproduced);
        QVERIFY(check_claim(sweep, results, claim_about("32", 0.02)).verdict == Verdict::not_reproduced);
        Claim at_most = claim_about("32", 0.02);
        at_most.is_lower_bound = false;
        QVERIFY(check_claim(sweep, results, at_most).verdict == Verdict::reproduced);
        QVERIFY(QString::fromStdString(sentence_of(claim_about("2", 0.08), result)).contains("measured 0.11 ("));
    }

    void ratiosAreGeometric() {
        const auto sweep = parse_sweep(testing::norm_and_batch, "s");
        const auto results = testing::results_with(sweep, "eval_error", [](const SweepRun& run) {
            const double factors[] = {1, 2, 4, 8};
            return run.recipe.model.norm.type == "batch" ? factors[run.recipe.seed] : 1;
        });
        Claim claim = claim_about("2", 1);
        claim.comparison = Claim::Comparison::ratio;
        QVERIFY(std::abs(check_claim(sweep, results, claim).mean - 4) < 1e-12);
    }

    void undecidedWithoutSeedsOrResults() {
        const auto sweep = parse_sweep(testing::norm_and_batch, "s");
        auto results = testing::results_with(
            sweep, "eval_error", [](const SweepRun& run) { return run.recipe.model.norm.type == "batch" ? 0.5 : 0.1; });
        QVERIFY(check_claim(sweep, results, claim_about("2", 0.1)).verdict == Verdict::reproduced);
        results.runs[0].status = RunStatus::diverged;  // one seed is left out
        const auto two = check_claim(sweep, results, claim_about("2", 0.1));
        QVERIFY(two.verdict == Verdict::inconclusive && two.numbers.size() == 2);
        results.runs[0].status = RunStatus::missing;
        QCOMPARE(check_claim(sweep, results, claim_about("2", 0.1)).unfinished, std::size_t{1});
        const auto none = check_claim(sweep, {std::vector<RunResult>(12)}, claim_about("2", 0.1));
        QVERIFY(none.verdict == Verdict::inconclusive && none.numbers.empty());
    }

    void theLargestStableValue() {
        const auto sweep = parse_sweep(
            R"({"grid": {"model.norm.type": ["batch", "none"], "optimizer.lr": [0.1, 1, 10], "seed": [1, 2, 3]}})",
            "s");
        auto results = testing::results_with(sweep, "eval_accuracy", [](const SweepRun& run) {
            const bool is_stable = run.recipe.optimizer.lr <= (run.recipe.model.norm.type == "batch" ? 1 : 0.1);
            return is_stable ? 0.8 : 0.1;
        });
        const Quantity largest{.name = "eval_accuracy", .largest = "optimizer.lr", .at_least = 0.3};
        const Claim claim{.text = "c",
                          .quantity = largest,
                          .comparison = Claim::Comparison::ratio,
                          .of = {{"model.norm.type", "\"batch\""}},
                          .against = {{"model.norm.type", "\"none\""}},
                          .bound = 5};
        const auto result = check_claim(sweep, results, claim);
        QCOMPARE(result.of, 1.0);
        QCOMPARE(result.against, 0.1);
        QVERIFY(result.verdict == Verdict::reproduced);
        results.runs[3].status = RunStatus::diverged;  // batch, lr 1, seed 1
        QCOMPARE(numbers_by_seed(sweep, results, largest, claim.of).at(1), 0.1);
    }

    /// A target that was never reached counts with all the steps, diverged or not.
    void targetsNeverReached() {
        const auto sweep = parse_sweep(
            R"({"base": {"record": {"target_accuracy": 0.9}}, "steps": 70, "grid": {"seed": [1, 2]}})", "s");
        RunResult reached{.status = RunStatus::done, .message = {}, .values = {{"steps_to_target", 20}}};
        RunResult never{.status = RunStatus::diverged, .message = {}, .values = {{"steps", 5}}};
        QCOMPARE(number_of(sweep.runs[0], reached, "steps_to_target"), std::optional(20.0));
        QCOMPARE(number_of(sweep.runs[1], never, "steps_to_target"), std::optional(70.0));
        QVERIFY(!number_of(sweep.runs[1], never, "steps"));
    }

    void aFigureIsItsClaims() {
        const ClaimResult yes{.verdict = Verdict::reproduced}, no{.verdict = Verdict::not_reproduced}, open{};
        QVERIFY(verdict_of({yes, yes}) == Verdict::reproduced);
        QVERIFY(verdict_of({yes, open}) == Verdict::inconclusive);
        QVERIFY(verdict_of({yes, open, no}) == Verdict::not_reproduced);
        QVERIFY(verdict_of({}) == Verdict::inconclusive);
    }
};

QTEST_APPLESS_MAIN(tst_Verdict)
#include "tst_Verdict.moc"
