#include "widgets/plots/HeatMapImage.h"

#include "widgets/theme/Theme.h"

#include <algorithm>
#include <utility>

namespace normscope::widgets {

HeatMapImage::HeatMapImage(QCustomPlot* plot, const Theme& theme) : QCPAbstractItem(plot), m_theme(theme) {
    setSelectable(false);
    setClipToAxisRect(false);  // the marks stand beside it
}

void HeatMapImage::setImage(QImage image, double left, double right) {
    m_image = std::move(image);
    m_left = left;
    m_right = right;
}

void HeatMapImage::setMarks(std::vector<RowMark> marks) {
    m_marks = std::move(marks);
}

void HeatMapImage::setViewed(std::optional<double> key) {
    m_viewed = key;
}

double HeatMapImage::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

void HeatMapImage::draw(QCPPainter* painter) {
    if (m_image.isNull()) return;
    const QRectF area = clipAxisRect()->rect();
    const QCPAxis* keys = parentPlot()->xAxis;
    const double left = keys->coordToPixel(m_left);
    const QRectF target(left, area.top(), keys->coordToPixel(m_right) - left, area.height());
    painter->save();
    painter->setClipRect(area.toAlignedRect());
    painter->setRenderHint(QPainter::SmoothPixmapTransform, m_image.height() > area.height());
    painter->drawImage(target, m_image);
    if (m_viewed) {
        const double x = keys->coordToPixel(*m_viewed);
        painter->setPen(QPen(m_theme.colors().text, 1, Qt::DashLine));
        painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
    }
    painter->restore();
    drawMarks(painter, area);
}

void HeatMapImage::drawMarks(QCPPainter* painter, const QRectF& area) const {
    const double height = area.height() / double(std::max<std::size_t>(m_marks.size(), 1));
    const double arm = std::clamp(height / 2 - 0.5, 1.5, 3.0);
    for (std::size_t i = 0; i < m_marks.size(); ++i) {
        const double top = area.top() + height * double(i);
        if (m_marks[i].selected) {
            painter->setAntialiasing(false);
            painter->fillRect(QRectF(area.left() - 4, top, 3, std::max(height - (height > 4 ? 1 : 0), 2.0)),
                              m_theme.colors().accent);
        }
        if (!m_marks[i].crossed) continue;
        const QPointF at(area.left() - 9, top + height / 2);
        painter->setAntialiasing(true);
        painter->setPen(QPen(m_theme.colors().warn, 1.3));
        painter->drawLine(QLineF(at - QPointF(arm, arm), at + QPointF(arm, arm)));
        painter->drawLine(QLineF(at - QPointF(arm, -arm), at + QPointF(arm, -arm)));
    }
}

}  // namespace normscope::widgets
