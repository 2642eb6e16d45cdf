// The little box with values that stands by a cursor.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"

#include <QColor>
#include <QFont>
#include <QString>

#include <vector>

namespace normscope::widgets {

class Theme;

/// One value of a readout.
struct ReadoutRow {
    QColor color;  ///< invalid: no swatch
    QString name;
    QString value;
};

/// A title and rows of swatch, name and value; measured for a device, then painted where the caller finds room. Lives
/// for one drawing: refers to what it was made with.
class ReadoutBox {
   public:
    ReadoutBox(const Theme& theme, QPaintDevice* device, const QString& title, const std::vector<ReadoutRow>& rows);

    QSizeF size() const { return m_size; }
    /// `swatch` is the height of a row's colour sample.
    void paint(QCPPainter* painter, const QPointF& topLeft, double swatch) const;

   private:
    const Theme& m_theme;
    const QString& m_title;
    const std::vector<ReadoutRow>& m_rows;
    QFont m_nameFont;
    QFont m_valueFont;
    double m_lineHeight;
    double m_inner = 0;
    QSizeF m_size;
};

}  // namespace normscope::widgets
