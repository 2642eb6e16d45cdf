#include "widgets/images/ImageGallery.h"

#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr int gap = 8;
constexpr int captionHeight = 18;

}  // namespace

ImageGallery::ImageGallery(Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ImageGallery::setItems(std::vector<GalleryItem> items) {
    m_items = std::move(items);
    setMinimumHeight(heightForWidth(width()));
    updateGeometry();
    update();
}

void ImageGallery::setPictureSize(int pixels) {
    m_picture = pixels;
    updateGeometry();
    update();
}

void ImageGallery::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

int ImageGallery::columns(int width) const {
    return std::max(1, (width + gap) / (m_picture + gap));
}

int ImageGallery::heightForWidth(int width) const {
    const int perRow = columns(width);
    const int rows = std::max(1, (int(m_items.size()) + perRow - 1) / perRow);
    return rows * (m_picture + captionHeight + gap) - gap;
}

QSize ImageGallery::sizeHint() const {
    return {6 * (m_picture + gap), heightForWidth(6 * (m_picture + gap))};
}

QRect ImageGallery::cell(int index, int width) const {
    const int perRow = columns(width);
    return {(index % perRow) * (m_picture + gap), (index / perRow) * (m_picture + captionHeight + gap), m_picture,
            m_picture + captionHeight};
}

void ImageGallery::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    setMinimumHeight(heightForWidth(width()));
}

void ImageGallery::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ThemeColors& colors = m_theme.colors();
    painter.setFont(m_theme.font(TextRole::Caption));
    painter.setPen(colors.muted);
    if (m_items.empty()) {
        painter.setFont(m_theme.font(TextRole::Body));
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const QRect at = cell(int(i), width());
        const QRect picture(at.topLeft(), QSize(m_picture, m_picture));
        const QSize size = m_items[i].image.size().scaled(picture.size(), Qt::KeepAspectRatio);
        QRect target(QPoint(), size);
        target.moveCenter(picture.center());
        painter.fillRect(picture, colors.sunken);
        painter.drawImage(target, m_items[i].image);
        const QString caption = painter.fontMetrics().elidedText(m_items[i].caption, Qt::ElideRight, m_picture);
        painter.drawText(QRect(at.left(), picture.bottom() + 1, m_picture, captionHeight),
                         Qt::AlignHCenter | Qt::AlignVCenter, caption);
    }
}

bool ImageGallery::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const QPoint at = static_cast<QHelpEvent*>(event)->pos();
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        if (!cell(int(i), width()).contains(at)) continue;
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), m_items[i].toolTip, this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

}  // namespace normscope::widgets
