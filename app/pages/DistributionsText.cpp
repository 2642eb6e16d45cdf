#include "app/pages/DistributionsText.h"

#include "widgets/plots/ValueText.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>

namespace normscope::app {

using instruments::ChannelHistogram;
using instruments::NormDistributions;
using instruments::NormStage;
using instruments::StageHistograms;
using widgets::HistogramContent;
using widgets::Meaning;
using widgets::shortText;

namespace {

QString tr(const char* text, int n = -1) {
    return QCoreApplication::translate("DistributionsPage", text, nullptr, n);
}

QString percent(double share) {
    return QString::number(100 * share, 'f', share < 0.1 ? 2 : 1) + QStringLiteral(" %");
}

std::vector<double> sharesOf(const ChannelHistogram& histogram) {
    std::vector<double> shares;
    const double values = std::max<double>(static_cast<double>(histogram.values), 1);
    for (const auto count : histogram.counts) shares.push_back(static_cast<double>(count) / values);
    return shares;
}

/// What is said of all channels together.
struct Totals {
    std::int64_t values = 0, below = 0, above = 0, nan = 0, positive = 0, negative = 0;
};

Totals totalsOf(const std::vector<ChannelHistogram>& histograms) {
    Totals totals;
    for (const ChannelHistogram& histogram : histograms) {
        totals.values += histogram.values;
        totals.below += histogram.below;
        totals.above += histogram.above;
        totals.nan += histogram.nan;
        totals.positive += histogram.positive_infinite;
        totals.negative += histogram.negative_infinite;
    }
    return totals;
}

QStringList warningsOf(const Totals& totals) {
    QStringList found;
    if (totals.nan > 0) found << tr("%1 NaN").arg(totals.nan);
    if (totals.positive > 0) found << tr("%1 +∞").arg(totals.positive);
    if (totals.negative > 0) found << tr("%1 −∞").arg(totals.negative);
    if (found.isEmpty()) return {};
    return {tr("%1 of %2 values").arg(found.join(QStringLiteral(", "))).arg(totals.values)};
}

QString spreadText(const ChannelHistogram& histogram) {
    const double deviation = std::sqrt(histogram.var);
    // What rounding left of a mean of 0.
    const bool isZero = std::abs(histogram.mean) < 1e-6 * deviation;
    return tr("mean %1, σ %2").arg(isZero ? QStringLiteral("0") : shortText(histogram.mean), shortText(deviation));
}

/// Mean and standard deviation, zeros, outliers.
QStringList remarksOf(const StageHistograms& of, NormStage stage, const std::vector<ChannelIndex>& channels) {
    QStringList lines;
    for (std::size_t i = 0; i < of.histograms.size(); ++i) {
        const ChannelHistogram& histogram = of.histograms[i];
        const QString who = channels.size() > 1 ? tr("%1: ").arg(channels[i].value) : QString();
        if (stage == NormStage::activated && histogram.left_out_zeros) {
            lines << who + tr("%1 zeros, not drawn").arg(percent(histogram.share_of_zeros()));
        } else if (stage == NormStage::activated) {
            lines << who + tr("%1 zeros").arg(percent(histogram.share_of_zeros()));
        } else {
            lines << who + spreadText(histogram);
        }
    }
    const Totals totals = totalsOf(of.histograms);
    QStringList outliers;
    if (totals.below > 0) outliers << tr("%1 left").arg(totals.below);
    if (totals.above > 0) outliers << tr("%1 right").arg(totals.above);
    if (!outliers.isEmpty()) lines << tr("outliers: %1").arg(outliers.join(QStringLiteral(", ")));
    return lines;
}

QStringList runningRemarks(const NormDistributions& distributions, const std::vector<ChannelIndex>& channels) {
    QStringList lines;
    if (channels.empty()) return lines;  // a mean over channels says nothing of where they lie
    const auto& bins = distributions.at(NormStage::before).histograms[0].bins;
    for (const double mean : distributions.running_mean) {
        if (mean < bins.lower) lines << tr("← running mean %1").arg(shortText(mean));
        if (mean > bins.upper()) lines << tr("running mean %1 →").arg(shortText(mean));
        if (std::isnan(mean)) lines << tr("running mean NaN");
    }
    return lines;
}

}  // namespace

QString channelsText(const std::vector<ChannelIndex>& channels) {
    if (channels.empty()) return tr("all channels");
    QStringList numbers;
    for (const ChannelIndex channel : channels) numbers << QString::number(channel.value);
    return (channels.size() == 1 ? tr("channel %1") : tr("channels %1")).arg(numbers.join(QStringLiteral(", ")));
}

QString stageTitle(NormStage stage, const QString& layer, const std::vector<ChannelIndex>& channels, bool behindSum,
                   const QString& activation) {
    QString what;
    switch (stage) {
        case NormStage::before: what = layer.isEmpty() ? tr("x, before") : tr("x, before %1").arg(layer); break;
        case NormStage::normalized: what = tr("x̂, normalized"); break;
        case NormStage::after: what = tr("y = γ·x̂ + β"); break;
        case NormStage::activated:
            what = activation.isEmpty() ? tr("After the activation")
                   : behindSum          ? tr("After %1 of the sum").arg(activation)
                                        : tr("After %1").arg(activation);
    }
    return layer.isEmpty() ? what : tr("%1, %2").arg(what, channelsText(channels));
}

QString stageToolTip(NormStage stage) {
    switch (stage) {
        case NormStage::before: return tr("What the norm layer gets, and the Gaussians of its statistics");
        case NormStage::normalized: return tr("(x − μ) / √(σ² + eps)");
        case NormStage::after: return tr("What the norm layer gives: scaled by γ, shifted by β");
        case NormStage::activated: return tr("What is left of y behind the activation");
    }
    return {};
}

QString stageHelp(NormStage stage) {
    switch (stage) {
        case NormStage::before:
            return tr(
                "All values of the channel in this batch: images × rows × columns. The orange Gaussian has the "
                "batch's mean and variance, the blue one the running mean and variance: in eval mode the layer "
                "takes the blue one for the truth. Bins follow the spread of the data; what lies further out "
                "counts in the first and the last bin, as so many outliers left and right.");
        case NormStage::normalized:
            return tr(
                "In train mode mean 0 and variance σ²/(σ² + eps) by construction; only the shape is left. In eval "
                "mode both are off by as much as the running statistics are.");
        case NormStage::after:
            return tr(
                "γ and β are learned: they may undo the normalization. Dashed: a Gaussian with mean β and "
                "standard deviation |γ|. What lies left of 0 a ReLU sets to 0.");
        case NormStage::activated:
            return tr(
                "Values that a ReLU set to 0 are counted and left out of the bars, which they would dwarf. A "
                "channel of nothing but zeros is dead for this batch. Behind a residual block the activation "
                "takes the sum of both branches.");
    }
    return {};
}

HistogramContent histogramContent(const NormDistributions& distributions, NormStage stage,
                                  const std::vector<ChannelIndex>& channels) {
    const StageHistograms& of = distributions.at(stage);
    HistogramContent content{.lower = of.histograms[0].bins.lower, .width = of.histograms[0].bins.width};
    const bool several = of.histograms.size() > 1;
    const auto named = [&](const QString& name, std::size_t i) {
        return several ? tr("%1 %2").arg(name).arg(channels[i].value) : name;
    };
    for (std::size_t i = 0; i < of.histograms.size(); ++i) {
        content.bars.push_back({named(tr("values"), i), several ? Meaning::Batch : Meaning::Loss, static_cast<int>(i),
                                sharesOf(of.histograms[i]), of.histograms[i].counts});
    }
    const auto add = [&](const std::vector<std::vector<double>>& normals, const QString& name, Meaning meaning) {
        for (std::size_t i = 0; i < normals.size(); ++i) {
            content.expected.push_back({named(name, i), meaning, static_cast<int>(i), normals[i]});
        }
    };
    // With several channels the outlines are the batch; their Gaussians would only hide them.
    if (!several) add(of.batch, tr("batch"), Meaning::TrainMode);
    add(of.running, tr("running"), Meaning::Running);
    if (!several) {
        add(of.expected, stage == NormStage::normalized ? tr("N(0, 1)") : tr("N(β, γ²)"), Meaning::Neutral);
    }
    content.remarks = remarksOf(of, stage, channels);
    if (stage == NormStage::before) content.remarks += runningRemarks(distributions, channels);
    content.warnings = warningsOf(totalsOf(of.histograms));
    return content;
}

}  // namespace normscope::app
