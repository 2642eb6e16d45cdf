#include "widgets/formula/FormulaCard.h"

#include "widgets/plots/CsvNumber.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/QCustomPlotInclude.h"

#include <stdexcept>

namespace normscope::widgets {

FormulaCard::FormulaCard(Theme& theme, QWidget* parent)
    : PlotCard(theme, parent), m_view(new FormulaView(theme, this)) {
    setCanvas(m_view);
}

QByteArray FormulaCard::csv() {
    QByteArray text = "symbol,value,meaning\n";
    for (const QString& key : m_view->keys()) {
        if (!m_view->terms().contains(key)) throw std::runtime_error(tr("There is nothing to save yet.").toStdString());
        const FormulaTerm& term = m_view->terms().at(key);
        text += csvTextCell(term.symbol).toUtf8() + "," + csvNumber(term.value) + "," +
                csvTextCell(term.help).toUtf8() + "\n";
    }
    return text;
}

void FormulaCard::paintCanvas(QCPPainter& painter, const QSize& size) {
    m_view->paintFormulas(painter, size);
}

}  // namespace normscope::widgets
