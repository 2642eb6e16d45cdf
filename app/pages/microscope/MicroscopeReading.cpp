#include "app/pages/microscope/MicroscopeReading.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace normscope::app {

using widgets::FormulaTerms;
using widgets::Meaning;

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("MicroscopeReading", text);
}

using OptionalMeaning = std::optional<Meaning>;

/// Adds terms with less writing.
class TermList {
   public:
    void add(const char* key, const QString& symbol, double value, const char* help, QStringList madeOf = {},
             OptionalMeaning meaning = {}, bool edited = false) {
        m_terms.add(QString::fromLatin1(key), {symbol, value, words(help), std::move(madeOf), meaning, edited});
    }
    FormulaTerms take() { return std::move(m_terms); }

   private:
    FormulaTerms m_terms;
};

void addStatistics(TermList& list, const MicroscopeReading& r, std::size_t i) {
    const auto n = static_cast<double>(r.x.size());
    list.add("n", QStringLiteral("n"), n, "values of the channel in the batch: images · height · width");
    list.add("x", QStringLiteral("x"), r.x[i], "the value that enters the layer at the chosen image and pixel", {}, {},
             r.edits.x.contains(i));
    list.add("sum", QStringLiteral("Σx"), r.sum, "sum of all values of the channel", {"x"});
    list.add("mu", QStringLiteral("μ"), r.forward.batch_mean, "mean of the batch", {"sum", "n"}, Meaning::Batch);
    list.add("squares", QStringLiteral("Σ(x−μ)²"), r.squares, "sum of the squared distances from the mean",
             {"x", "mu"});
    list.add("var", QStringLiteral("σ²"), r.forward.batch_var,
             "variance of the batch, biased (1/n): what train mode normalizes with", {"squares", "n"}, Meaning::Batch);
    list.add("n1", QStringLiteral("n−1"), n - 1, "one less than the number of values", {"n"});
    list.add("unbiased", QStringLiteral("s²"), r.forward.unbiased_var,
             "variance of the batch, unbiased (1/(n−1)): what the running variance takes", {"squares", "n1"},
             Meaning::Batch);
}

void addBuffers(TermList& list, const MicroscopeReading& r) {
    const auto& channel = r.channel;
    list.add("rm", QStringLiteral("running_mean"), channel.running_mean, "running mean before this batch", {},
             Meaning::Running);
    list.add("rv", QStringLiteral("running_var"), channel.running_var, "running variance before this batch", {},
             Meaning::Running);
    const bool updates = r.forward.used_batch && channel.track_running_stats;
    list.add("m", QStringLiteral("m"), r.forward.momentum,
             channel.momentum ? "momentum, PyTorch's: the weight of the new batch"
                              : "cumulative average: 1 / num_batches_tracked",
             {}, {}, r.edits.momentum.has_value());
    list.add("1-m", QStringLiteral("(1−m)"), 1 - r.forward.momentum, "the weight of what was averaged so far", {"m"});
    const QStringList mean = updates ? QStringList{"1-m", "rm", "m", "mu"} : QStringList{"rm"};
    const QStringList var = updates ? QStringList{"1-m", "rv", "m", "unbiased"} : QStringList{"rv"};
    list.add("rm_new", QStringLiteral("running_mean′"), r.forward.running_mean, "running mean after this batch", mean,
             Meaning::Running);
    list.add("rv_new", QStringLiteral("running_var′"), r.forward.running_var, "running variance after this batch", var,
             Meaning::Running);
}

void addForward(TermList& list, const MicroscopeReading& r, std::size_t i) {
    const QString mean = r.forward.used_batch ? QStringLiteral("mu") : QStringLiteral("rm");
    const QString var = r.forward.used_batch ? QStringLiteral("var") : QStringLiteral("rv");
    list.add("eps", QStringLiteral("eps"), r.channel.eps, "a small number inside the root", {}, {},
             r.edits.eps.has_value());
    list.add("inv_std", QStringLiteral("is"), r.forward.inv_std, "1/√(σ² + eps)", {var, "eps"});
    list.add("x_hat", QStringLiteral("x̂"), r.forward.x_hat[i], "the normalized value", {"x", mean, "inv_std"});
    list.add("gamma", QStringLiteral("γ"), r.channel.weight, "scale of the channel (weight)", {}, Meaning::Gamma,
             r.edits.weight.has_value());
    list.add("beta", QStringLiteral("β"), r.channel.bias, "shift of the channel (bias)", {}, Meaning::Beta,
             r.edits.bias.has_value());
    list.add("y", QStringLiteral("y"), r.forward.y[i], "what leaves the layer", {"gamma", "x_hat", "beta"});
    list.add("y_net", QStringLiteral("y network"), r.measured->y[i],
             "what the network itself computed here, in float; edits do not reach it");
}

void addBackward(TermList& list, const MicroscopeReading& r, std::size_t i) {
    const bool batch = r.forward.used_batch;
    const auto& backward = r.backward;
    list.add("g", QStringLiteral("g"), r.measured->gradient[i], "∂loss/∂y at the chosen image and pixel");
    list.add("dbeta", QStringLiteral("dβ"), backward.bias_gradient, "gradient of β: Σg", {"g"}, Meaning::Beta);
    list.add("dgamma", QStringLiteral("dγ"), backward.weight_gradient, "gradient of γ: Σ g·x̂", {"g", "x_hat"},
             Meaning::Gamma);
    list.add("direct", QStringLiteral("direct"), backward.direct[i], "γ·is·g: as if mean and variance were constants",
             {"gamma", "inv_std", "g"});
    list.add("mean_term", QStringLiteral("mean term"), backward.mean_term[i],
             "−γ·is·dβ/n: what flows back through the mean",
             batch ? QStringList{"gamma", "inv_std", "dbeta", "n"} : QStringList{});
    list.add("projection", QStringLiteral("projection"), backward.projection_term[i],
             "−γ·is·x̂·dγ/n: what flows back through the variance",
             batch ? QStringList{"gamma", "inv_std", "x_hat", "dgamma", "n"} : QStringList{});
    list.add("dx", QStringLiteral("dx"), backward.dx[i], "∂loss/∂x: the sum of the three terms",
             {"direct", "mean_term", "projection"});
}

}  // namespace

std::size_t MicroscopeReading::position(const MicroscopePlace& place) const {
    const Shape& shape = measured->shape;
    const auto inside = [](std::int64_t at, std::int64_t size) {
        return std::clamp<std::int64_t>(at, 0, std::max<std::int64_t>(0, size - 1));
    };
    return static_cast<std::size_t>((inside(place.image, shape.n) * shape.h + inside(place.row, shape.h)) * shape.w +
                                    inside(place.column, shape.w));
}

MicroscopeReading readChannel(std::shared_ptr<const instruments::ChannelBatch> measured, nn::Mode mode,
                              const MicroscopeEdits& edits) {
    MicroscopeReading reading{.measured = measured, .mode = mode, .edits = edits};
    reading.channel = measured->channel;
    if (edits.weight) reading.channel.weight = *edits.weight;
    if (edits.bias) reading.channel.bias = *edits.bias;
    if (edits.eps) reading.channel.eps = *edits.eps;
    if (edits.momentum) reading.channel.momentum = *edits.momentum;
    reading.x = measured->x;
    for (const auto& [position, value] : edits.x) {
        if (position < reading.x.size()) reading.x[position] = value;
    }
    reading.forward = instruments::norm_forward(reading.channel, reading.x, mode);
    reading.backward = instruments::norm_backward(reading.channel, reading.forward, measured->gradient);
    for (const double value : reading.x) reading.sum += value;
    for (const double value : reading.x) {
        reading.squares += (value - reading.forward.batch_mean) * (value - reading.forward.batch_mean);
    }
    return reading;
}

FormulaTerms formulaTerms(const MicroscopeReading& reading, std::size_t position) {
    TermList list;
    addStatistics(list, reading, position);
    addBuffers(list, reading);
    addForward(list, reading, position);
    addBackward(list, reading, position);
    return list.take();
}

}  // namespace normscope::app
