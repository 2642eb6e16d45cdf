// The values of one norm layer as a table: a row a channel.
#pragma once

#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"
#include "core/train/NormEdit.h"

#include <QAbstractTableModel>

#include <array>
#include <vector>

namespace normscope::app {

/// A layer as the table shows it.
struct NormLayerValues {
    std::string layer;
    bool affine = true;
    bool tracks = true;
    bool frozen = false;
    std::int64_t batches = 0;  ///< num_batches_tracked
    /// By channel; NaN where the layer has none.
    std::array<std::vector<double>, 4> columns;
};

/// Throws InputError if there is no such BatchNorm layer.
NormLayerValues normLayerValues(const nn::Network<float>& network, LayerIndex layer);

/// Columns γ, β, running_mean, running_var. Editing asks; the new value shows when the run has it.
class NormValuesModel : public QAbstractTableModel {
    Q_OBJECT

   public:
    static constexpr std::array columns{NormField::weight, NormField::bias, NormField::running_mean,
                                        NormField::running_var};

    using QAbstractTableModel::QAbstractTableModel;

    void setValues(NormLayerValues values);
    const NormLayerValues& values() const { return m_values; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// False, with refused(), for what is no number or no value of that field.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

   signals:
    void edited(normscope::NormField field, int channel, double value);
    void refused(const QString& sentence);

   private:
    bool has(int column) const { return column < 2 ? m_values.affine : m_values.tracks; }

    NormLayerValues m_values;
};

}  // namespace normscope::app
