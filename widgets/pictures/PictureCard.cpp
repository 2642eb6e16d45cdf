#include "widgets/pictures/PictureCard.h"

#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/QCustomPlotInclude.h"

#include <QScrollArea>

#include <stdexcept>

namespace normscope::widgets {

PictureCard::PictureCard(Theme& theme, QWidget* parent) : PlotCard(theme, parent), m_wall(new PictureWall(theme)) {
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidgetResizable(true);
    scroll->setWidget(m_wall);             // owns it,
    m_wall->setAutoFillBackground(false);  // and made it opaque
    scroll->viewport()->setAutoFillBackground(false);
    setCanvas(scroll);
    setFocusProxy(m_wall);
}

void PictureCard::setTable(QStringList header, std::vector<QStringList> rows) {
    m_header = std::move(header);
    m_rows = std::move(rows);
}

QByteArray PictureCard::csv() {
    if (m_header.isEmpty()) throw std::runtime_error(tr("There is nothing to save yet.").toStdString());
    const auto line = [](const QStringList& cells) {
        QStringList texts;
        for (const QString& cell : cells) texts << csvTextCell(cell);
        return texts.join(QLatin1Char(',')).toUtf8() + "\n";
    };
    QByteArray text = line(m_header);
    for (const QStringList& row : m_rows) text += line(row);
    return text;
}

void PictureCard::paintCanvas(QCPPainter& painter, const QSize& size) {
    m_wall->paintTiles(painter, size);
}

}  // namespace normscope::widgets
