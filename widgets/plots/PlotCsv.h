// The values behind a plot as comma-separated text.
#pragma once

#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/Curve.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace normscope::widgets {

/// Header and one row a step: "step", then a column for each visible curve; an empty cell where a series has no
/// value. Decimal point, shortest digits that read back to the same float, "nan", "inf", "-inf". If the store keeps
/// only extrema of old steps, every curve has two columns, "name (min)" and "name (max)", and such a
/// row stands for its step and those up to the next row.
QByteArray plotCsv(const telemetry::SeriesStore& store, const std::vector<Curve>& curves);

/// Text as a cell: quoted where needed, and led by an apostrophe if a spreadsheet would run it as a formula.
QString csvTextCell(const QString& text);

}  // namespace normscope::widgets
