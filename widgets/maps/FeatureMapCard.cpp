#include "widgets/maps/FeatureMapCard.h"

#include "widgets/maps/MapScaleBar.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"

#include <QAction>
#include <QEvent>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr int margin = 10;
constexpr int spacing = 6;
constexpr int readoutHeight = 54;  // three lines
constexpr int summaryLine = 17;

}  // namespace

FeatureMapCard::FeatureMapCard(Theme& theme, QWidget* parent)
    : PlotCard(theme, parent),
      m_scroll(new QScrollArea),
      m_sheet(new MapSheet(theme)),
      m_readout(new QLabel),
      m_summary(new QLabel) {
    auto* canvas = new QWidget(this);
    m_scales = new MapScaleBar(theme, m_content, *m_sheet, canvas);
    auto* column = new QVBoxLayout(canvas);
    column->setContentsMargins(margin, 2, margin, spacing);
    column->setSpacing(spacing);
    column->addWidget(m_scales);
    column->addWidget(m_scroll);
    column->addWidget(m_readout);
    column->addWidget(m_summary);
    column->addStretch(1);
    m_scroll->setWidget(m_sheet);  // owns it
    m_sheet->setAutoFillBackground(false);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_readout->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_readout->setFocusPolicy(Qt::NoFocus);
    m_readout->setTextFormat(Qt::RichText);
    m_readout->setWordWrap(true);
    m_readout->setFixedHeight(readoutHeight);
    m_readout->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_summary->setTextFormat(Qt::RichText);
    m_summary->setAccessibleName(tr("Numbers of the selected channels"));
    m_summary->hide();
    m_readout->setAccessibleName(tr("Value pointed at"));
    m_sheet->setAccessibleName(tr("Feature maps"));
    canvas->installEventFilter(this);
    m_sheet->installEventFilter(this);
    m_canvas = canvas;
    setCanvas(canvas);
    setFocusProxy(m_sheet);
    connect(m_sheet, &MapSheet::pointed, this, [this](const MapPoint& at) {
        if (!m_sheet->hasFocus()) return;
        const QRect map = m_sheet->mapRect(at.cell);
        m_scroll->ensureVisible(map.center().x(), map.center().y(), 0, map.height() / 2 + 20);
    });
    connect(addCardAction("saveNpy", tr("Save as NPY…"), QStringLiteral("export")), &QAction::triggered, this,
            &FeatureMapCard::saveArrayAsked);
    connect(addCardAction("saveAllMaps", tr("Save all maps…"), QStringLiteral("save")), &QAction::triggered, this,
            &FeatureMapCard::saveAllAsked);
    connect(&theme, &Theme::changed, this, &FeatureMapCard::applyTheme);
    applyTheme();
    setReadout({});
}

void FeatureMapCard::applyTheme() {
    setTextStyle(m_readout, theme().font(TextRole::Mono), theme().colors().text);
    setTextStyle(m_summary, theme().font(TextRole::MonoSmall), theme().colors().muted);
}

void FeatureMapCard::setContent(FeatureMapContent content) {
    m_content = std::move(content);
    m_reason.clear();
    m_scales->setVisible(!m_content.cells.empty());
    m_sheet->setCells(m_content.cells, m_content.arrangement, int(m_content.stages.size()));
    m_scales->update();
    fit();
}

void FeatureMapCard::clear(const QString& reason) {
    setContent({});
    m_reason = reason;
    m_readout->setText(reason.toHtmlEscaped());
}

void FeatureMapCard::setReadout(const QString& text) {
    if (!text.isEmpty()) {
        m_readout->setText(text);
        return;
    }
    m_readout->setText(m_reason.isEmpty() ? tr("Point at a map to see a value and the arithmetic behind it.")
                                          : m_reason.toHtmlEscaped());
}

void FeatureMapCard::setSummary(const QStringList& lines) {
    const bool sameHeight = lines.size() == m_summaryLines.size();
    m_summaryLines = lines;
    m_summary->setText(lines.join(QStringLiteral("<br>")));
    m_summary->setVisible(!lines.isEmpty());
    m_summary->setFixedHeight(summaryLine * int(lines.size()) + 4);
    if (!sameHeight) fit();
}

QString FeatureMapCard::readout() const {
    return m_readout->text();
}

void FeatureMapCard::fit() {
    const int summary = m_summaryLines.isEmpty() ? 0 : m_summary->height() + spacing;
    const QSize room(m_canvas->width() - 2 * margin,
                     m_canvas->height() - MapScaleBar::barHeight - readoutHeight - summary - 4 * spacing);
    m_sheet->fit(room);
    if (m_sheet->height() > room.height())
        m_sheet->fit(room - QSize(m_scroll->verticalScrollBar()->sizeHint().width(), 0));
    m_scroll->setFixedHeight(std::clamp(room.height(), 40, std::max(40, m_sheet->height())));
}

bool FeatureMapCard::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_sheet && event->type() == QEvent::ToolTip) return true;  // it would lie over the values
    if (watched == m_canvas && event->type() == QEvent::Resize) fit();
    return PlotCard::eventFilter(watched, event);
}

void FeatureMapCard::paintCanvas(QCPPainter& painter, const QSize& size) {
    painter.translate(10, 2);
    const QSize room(size.width() - 20, size.height() - MapScaleBar::barHeight - 12);
    m_scales->paintScales(painter, room.width());
    painter.translate(0, MapScaleBar::barHeight + 6);
    m_sheet->paintAll(painter, room);
}

QByteArray FeatureMapCard::csv() {
    if (m_content.cells.empty()) throw std::runtime_error(tr("There are no maps yet.").toStdString());
    QByteArray text = "channel,stage,row,column,value\n";
    for (const MapCell& cell : m_content.cells) {
        const QByteArray where = QByteArray::number(cell.channel) + ',' +
                                 csvTextCell(m_content.stages.at(std::size_t(cell.stage)).key).toUtf8() + ',';
        for (int row = 0; row < cell.height; ++row) {
            for (int column = 0; column < cell.width; ++column) {
                const float value = cell.values[std::size_t(row * cell.width + column)];
                text += where + QByteArray::number(row) + ',' + QByteArray::number(column) + ',' +
                        QByteArray::number(double(value), 'g', 9) + '\n';
            }
        }
    }
    return text;
}

}  // namespace normscope::widgets
