// The Microscope's digits against PyTorch's.
#include "app/pages/microscope/MicroscopeReading.h"
#include "core/Error.h"
#include "tests/core/nn/TorchFixture.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::app;
using namespace normscope::testing;

namespace {

/// One case of the fixture as if a network had just computed it.
class TorchChannel {
   public:
    explicit TorchChannel(const QString& name)
        : m_fixture("torch_microscope.safetensors"), m_prefix(name.toStdString() + "/") {}

    const std::vector<double>& all(const char* key) const { return m_fixture.at(m_prefix + key).values; }
    double one(const char* key) const { return all(key).at(0); }

    std::shared_ptr<const instruments::ChannelBatch> batch() const {
        auto batch = std::make_shared<instruments::ChannelBatch>();
        batch->layer = "bn1";
        batch->channel = {.weight = one("weight"),
                          .bias = one("bias"),
                          .eps = one("eps"),
                          .momentum = one("momentum") < 0 ? std::nullopt : std::optional(one("momentum")),
                          .running_mean = one("running_mean"),
                          .running_var = one("running_var"),
                          .num_batches_tracked = static_cast<std::int64_t>(one("num_batches_tracked"))};
        batch->shape = {4, 3, 5, 1};
        batch->x = all("x");  // (4, 1, 3, 5): one channel stands in our order already
        batch->y = all("y");
        batch->gradient = all("gradient");
        return batch;
    }

   private:
    TorchFixture m_fixture;
    std::string m_prefix;
};

/// Within rounding of doubles: the digits shown are far fewer. `scale` is the size of what the number came from.
bool agrees(double ours, double torchs, double scale = 0) {
    return std::abs(ours - torchs) <= 1e-12 * std::max(std::abs(torchs), scale);
}

}  // namespace

class tst_MicroscopeReading : public QObject {
    Q_OBJECT

   private slots:
    void digitsAreTorchs_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"train", "eval", "cumulative", "large mean", "momentum 0.9, eps 1"}) {
            QTest::newRow(name) << name;
        }
    }
    void digitsAreTorchs() {
        QFETCH(QString, name);
        const TorchChannel torch(name);
        const auto mode = name == QLatin1String("eval") ? nn::Mode::eval : nn::Mode::train;
        const auto reading = readChannel(torch.batch(), mode, {});
        for (std::size_t i = 0; i < 60; ++i) {
            const auto terms = formulaTerms(reading, i);
            // An x far from 0 loses digits in x − μ: as many in PyTorch.
            const double scale = std::abs(torch.all("x")[i]) * torch.one("inv_std");
            const auto check = [&](const char* key, double wanted) {
                const double ours = terms.at(QString::fromLatin1(key)).value;
                QVERIFY2(
                    agrees(ours, wanted, scale),
                    qPrintable(QStringLiteral("%1: %2 %3").arg(key).arg(ours, 0, 'g', 17).arg(wanted, 0, 'g', 17)));
            };
            check("n", 60);
            check("x", torch.all("x")[i]);
            check("sum", torch.one("sum"));
            check("mu", torch.one("batch_mean"));
            check("squares", torch.one("squares"));
            check("var", torch.one("batch_var"));
            check("unbiased", torch.one("unbiased_var"));
            check("inv_std", torch.one("inv_std"));
            check("x_hat", torch.all("x_hat")[i]);
            check("y", torch.all("y")[i]);
            check("gamma", torch.one("weight"));
            check("beta", torch.one("bias"));
            check("rm", torch.one("running_mean"));
            check("rv", torch.one("running_var"));
            check("rm_new", torch.one("running_mean_after"));
            check("rv_new", torch.one("running_var_after"));
            check("g", torch.all("gradient")[i]);
            check("dbeta", torch.one("dbias"));
            check("dgamma", torch.one("dweight"));
            check("direct", torch.all("direct")[i]);
            check("mean_term", torch.all("mean_term")[i]);
            check("projection", torch.all("projection_term")[i]);
            check("dx", torch.all("dx")[i]);
        }
        QCOMPARE(reading.forward.num_batches_tracked,
                 static_cast<std::int64_t>(torch.one("num_batches_tracked_after")));
    }

    void theDigitsShownAreThoseOfTheFixture() {
        const TorchChannel torch(QStringLiteral("train"));
        const auto terms = formulaTerms(readChannel(torch.batch(), nn::Mode::train, {}), 7);
        QCOMPARE(widgets::shortDigits(terms.at(QStringLiteral("mu")).value),
                 widgets::shortDigits(torch.one("batch_mean")));
        QCOMPARE(widgets::shortDigits(terms.at(QStringLiteral("dx")).value), widgets::shortDigits(torch.all("dx")[7]));
    }

    void editsReplaceTheRunsNumbers() {
        const TorchChannel torch(QStringLiteral("train"));
        MicroscopeEdits edits;
        edits.x[7] = 100;
        edits.weight = 2;
        edits.bias = -1;
        edits.eps = 0.5;
        edits.momentum = 1;
        const auto plain = readChannel(torch.batch(), nn::Mode::train, {});
        const auto edited = readChannel(torch.batch(), nn::Mode::train, edits);
        auto batch = *torch.batch();
        batch.x[7] = 100;
        batch.channel.weight = 2;
        batch.channel.bias = -1;
        batch.channel.eps = 0.5;
        batch.channel.momentum = 1;
        const auto wanted = instruments::norm_forward(batch.channel, batch.x, nn::Mode::train);
        QCOMPARE(edited.forward.y, wanted.y);
        QCOMPARE(edited.forward.running_mean, wanted.batch_mean);  // momentum 1
        QVERIFY(edited.forward.y != plain.forward.y);
        QVERIFY(edited.measured->x == plain.measured->x);  // what was measured stays
        const auto terms = formulaTerms(edited, 7);
        for (const char* key : {"x", "gamma", "beta", "eps", "m"}) QVERIFY(terms.at(QString::fromLatin1(key)).edited);
        QVERIFY(!formulaTerms(edited, 8).at(QStringLiteral("x")).edited);
    }

    void everythingMadeOfTheVarianceFollowsIt() {
        const TorchChannel torch(QStringLiteral("train"));
        const auto train = formulaTerms(readChannel(torch.batch(), nn::Mode::train, {}), 0);
        const auto followers = train.followers(QStringLiteral("var"));
        for (const char* key : {"var", "inv_std", "x_hat", "y", "direct", "mean_term", "projection", "dx", "dgamma"}) {
            QVERIFY2(followers.contains(QString::fromLatin1(key)), key);
        }
        for (const char* key : {"x", "mu", "g", "dbeta", "rm_new", "rv_new", "gamma"}) {
            QVERIFY2(!followers.contains(QString::fromLatin1(key)), key);
        }
        QCOMPARE(train.ingredients(QStringLiteral("x_hat")),
                 (QSet<QString>{QStringLiteral("x"), QStringLiteral("mu"), QStringLiteral("inv_std")}));
        // In eval mode the batch's variance makes nothing of the output.
        const auto eval = formulaTerms(readChannel(torch.batch(), nn::Mode::eval, {}), 0);
        QVERIFY(!eval.followers(QStringLiteral("var")).contains(QStringLiteral("y")));
        QVERIFY(eval.followers(QStringLiteral("rv")).contains(QStringLiteral("y")));
        QVERIFY(!eval.followers(QStringLiteral("rv")).contains(QStringLiteral("projection")));
    }

    void everyIngredientIsATerm() {
        const TorchChannel torch(QStringLiteral("train"));
        for (const auto mode : {nn::Mode::train, nn::Mode::eval}) {
            const auto terms = formulaTerms(readChannel(torch.batch(), mode, {}), 0);
            for (const auto& [key, term] : terms.all()) {
                for (const QString& part : term.madeOf) QVERIFY2(terms.contains(part), qPrintable(part));
                QVERIFY(!term.help.isEmpty());
            }
        }
    }

    void placesOutsideAreMovedInside() {
        const TorchChannel torch(QStringLiteral("train"));
        const auto reading = readChannel(torch.batch(), nn::Mode::train, {});
        QCOMPARE(reading.position({0, 0, 0}), 0U);
        QCOMPARE(reading.position({1, 2, 3}), 28U);
        QCOMPARE(reading.position({99, 99, 99}), 59U);
        QCOMPARE(reading.position({-1, -1, -1}), 0U);
    }
};

QTEST_APPLESS_MAIN(tst_MicroscopeReading)
#include "tst_MicroscopeReading.moc"
