#include "widgets/maps/ImageCard.h"

#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/theme/Theme.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr int padding = 10;
constexpr int lineHeight = 18;
constexpr std::size_t mostClasses = 5;

}  // namespace

ImageCard::ImageCard(Theme& theme, QWidget* parent) : PlotCard(theme, parent), m_view(new QWidget(this)) {
    m_view->installEventFilter(this);
    m_view->setFocusPolicy(Qt::StrongFocus);
    setCanvas(m_view);
}

void ImageCard::setContent(ImageCardContent content) {
    m_content = std::move(content);
    m_view->setAccessibleDescription(tr("%1. %2").arg(m_content.label, m_content.verdict));
    m_view->update();
}

bool ImageCard::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_view && event->type() == QEvent::Paint) {
        QPainter painter(m_view);
        paintContent(painter, m_view->size());
        return true;
    }
    if (watched == m_view && (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)) update();
    return PlotCard::eventFilter(watched, event);
}

void ImageCard::paintCanvas(QCPPainter& painter, const QSize& size) {
    paintContent(painter, size);
}

void ImageCard::paintContent(QPainter& painter, const QSize& size) const {
    if (m_content.picture.isNull()) return;
    const ThemeColors& colors = theme().colors();
    const int rows = int(std::min(mostClasses, m_content.classes.size()));
    const int below = 2 * lineHeight + 8 + rows * lineHeight + padding;
    const QSize room(size.width() - 2 * padding, std::max(40, size.height() - below));
    const QSize picture = m_content.picture.size().scaled(room, Qt::KeepAspectRatio);
    const QRect area(QPoint((size.width() - picture.width()) / 2, 0), picture);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(area, m_content.picture);
    painter.setPen(QPen(colors.border, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(area.adjusted(0, 0, -1, -1));

    QRect line(padding, area.bottom() + 4, size.width() - 2 * padding, lineHeight);
    painter.setFont(theme().font(TextRole::PlotTitle));
    painter.setPen(colors.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_content.label);
    line.translate(0, lineHeight);
    painter.setFont(theme().font(TextRole::Small));
    painter.setPen(m_content.correct ? colors.good : colors.warn);
    const QFontMetrics metrics(painter.font(), painter.device());
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(m_content.verdict, Qt::ElideRight, line.width()));

    std::vector<ImageCardContent::Class> ranked = m_content.classes;
    std::ranges::stable_sort(ranked, std::ranges::greater{}, &ImageCardContent::Class::probability);
    line.translate(0, lineHeight + 8);
    for (int i = 0; i < rows; ++i, line.translate(0, lineHeight)) paintClass(painter, ranked[std::size_t(i)], line);
}

void ImageCard::paintClass(QPainter& painter, const ImageCardContent::Class& of, const QRect& row) const {
    const ThemeColors& colors = theme().colors();
    const QString number = QString::number(100 * of.probability, 'f', 1);
    painter.setFont(theme().font(TextRole::MonoTick));
    const int numbers = QFontMetrics(painter.font(), painter.device()).horizontalAdvance(QStringLiteral("100.0 "));
    const QRect names(row.left(), row.top(), (row.width() - numbers) * 11 / 20, row.height());
    painter.setPen(colors.muted);
    painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, number);
    const int room = row.right() - numbers - names.right();
    const QRect bar(names.right() + 2, row.center().y() - 3, std::max(0, room - 4), 7);
    painter.fillRect(bar, colors.grid);
    const double share = std::clamp(of.probability, 0.0, 1.0);  // NaN stays NaN
    if (share > 0) {
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()),
                         of.isLabel ? colors.good : colors.faint);
    }
    painter.setFont(theme().font(TextRole::Small));
    painter.setPen(of.isLabel ? colors.text : colors.muted);
    const QFontMetrics metrics(painter.font(), painter.device());
    painter.drawText(names, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(of.name, Qt::ElideRight, names.width() - 4));
}

QByteArray ImageCard::csv() {
    if (m_content.classes.empty()) throw std::runtime_error(tr("There is no image yet.").toStdString());
    QByteArray text = "class,probability,label,prediction\n";
    for (const auto& of : m_content.classes) {
        text += csvTextCell(of.name).toUtf8() + ',' + QByteArray::number(of.probability, 'g', 9) + ',' +
                (of.isLabel ? "1" : "0") + ',' + (of.isPrediction ? "1" : "0") + '\n';
    }
    return text;
}

}  // namespace normscope::widgets
