#include "app/panels/NormValuesModel.h"

#include "core/Error.h"
#include "widgets/formula/FormulaTerms.h"

#include <QLocale>

#include <cmath>
#include <limits>

namespace normscope::app {

NormLayerValues normLayerValues(const nn::Network<float>& network, LayerIndex layer) {
    for (const auto& [position, norm] : network.norm_layers()) {
        if (position != layer.value) continue;
        const nn::BatchNorm2d<float>& read = *norm;
        NormLayerValues values{.layer = read.name(),
                               .affine = read.options().affine,
                               .tracks = read.options().track_running_stats,
                               .frozen = read.options().frozen,
                               .batches = read.num_batches_tracked()};
        const std::array sources{read.weight(), read.bias(), read.running_mean(), read.running_var()};
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const bool there = i < 2 ? values.affine : values.tracks;
            values.columns[i].assign(static_cast<std::size_t>(read.channels()),
                                     std::numeric_limits<double>::quiet_NaN());
            if (there) values.columns[i].assign(sources[i].begin(), sources[i].end());
        }
        return values;
    }
    throw InputError("Layer " + std::to_string(layer.value) + " is no batch norm layer.");
}

void NormValuesModel::setValues(NormLayerValues values) {
    const bool sameShape = values.layer == m_values.layer && values.columns[0].size() == m_values.columns[0].size();
    if (!sameShape) beginResetModel();
    m_values = std::move(values);
    if (!sameShape) return endResetModel();
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int NormValuesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_values.columns[0].size());
}

int NormValuesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(columns.size());
}

QVariant NormValuesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const double value = m_values.columns.at(std::size_t(index.column())).at(std::size_t(index.row()));
    switch (role) {
        case Qt::DisplayRole: return has(index.column()) ? widgets::shortDigits(value) : QStringLiteral("–");
        case Qt::EditRole: return widgets::allDigits(value);
        case Qt::TextAlignmentRole: return int(Qt::AlignRight | Qt::AlignVCenter);
        case Qt::ToolTipRole: {
            if (has(index.column())) return widgets::allDigits(value);
            return index.column() < 2 ? tr("This layer has no γ and β (affine is off)")
                                      : tr("This layer has no running statistics (track_running_stats is off)");
        }
        default: return {};
    }
}

QVariant NormValuesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section) : QVariant();
    static const std::array names{QStringLiteral("γ"), QStringLiteral("β"), QStringLiteral("running_mean"),
                                  QStringLiteral("running_var")};
    if (role == Qt::DisplayRole) return names.at(std::size_t(section));
    if (role != Qt::ToolTipRole) return {};
    switch (section) {
        case 0: return tr("Scale; weight in PyTorch");
        case 1: return tr("Shift; bias in PyTorch");
        case 2: return tr("Running average of the batch means; eval mode subtracts it");
        default: return tr("Running average of the unbiased batch variances; eval mode divides by its root");
    }
}

Qt::ItemFlags NormValuesModel::flags(const QModelIndex& index) const {
    if (!has(index.column())) return Qt::ItemIsSelectable;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable;
}

bool NormValuesModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !index.isValid() || !has(index.column())) return false;
    const QString text = value.toString().trimmed();
    bool good = false;
    double number = QLocale::c().toDouble(text, &good);
    if (!good) number = QLocale().toDouble(text, &good);
    if (!good || !std::isfinite(number)) {
        emit refused(tr("“%1” is no number.").arg(text));
        return false;
    }
    const NormField field = columns[std::size_t(index.column())];
    if (const auto reason = reason_to_refuse({m_values.layer, field, index.row()}, number)) {
        emit refused(QString::fromStdString(*reason) + QLatin1Char('.'));
        return false;
    }
    if (text == data(index, Qt::EditRole).toString()) return false;  // nothing new
    emit edited(field, index.row(), number);
    return true;
}

}  // namespace normscope::app
