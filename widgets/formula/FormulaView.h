// Formulas on live numbers.
#pragma once

#include "widgets/formula/FormulaBox.h"
#include "widgets/formula/FormulaTerms.h"

#include <QRectF>
#include <QWidget>

#include <vector>

namespace normscope::widgets {

class Theme;

/// Lines of formulas, scaled down where they are wider or higher than the view. The term under the mouse, or chosen by
/// the arrow keys, is announced; what follows from the highlighted term lights up, what it is made of is underlined.
class FormulaView : public QWidget {
    Q_OBJECT

   public:
    explicit FormulaView(Theme& theme, QWidget* parent = nullptr);

    void setTerms(FormulaTerms terms);
    void setLines(std::vector<FormulaBox> lines);
    const FormulaTerms& terms() const { return m_terms; }
    /// Keys in reading order, each once.
    QStringList keys() const;
    /// "μ (0.5) = …", for screen readers.
    QString plainText() const;
    /// Where a term stands first; empty if it does not.
    QRectF termRect(const QString& key) const;
    /// Which terms are lit.
    const QSet<QString>& lit() const { return m_lit; }

    void paintFormulas(QPainter& painter, const QSizeF& size) const;

   public slots:
    /// Empty: nothing.
    void setHighlight(const QString& key);

   signals:
    /// The mouse or the arrow keys are on a term; empty: on none.
    void termHovered(const QString& key);
    /// Clicked, or Enter.
    void termActivated(const QString& key);

   protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

   private:
    struct Placed {
        QString key;
        QRectF area;
    };
    class Typesetter;

    double scaleFor(const Typesetter& setter, const QSizeF& size) const;
    void paintTo(QPainter& painter, const QSizeF& size, std::vector<Placed>* placed) const;
    QString keyAt(const QPointF& at) const;
    void choose(int term);

    Theme& m_theme;
    FormulaTerms m_terms;
    std::vector<FormulaBox> m_lines;
    QString m_highlight;
    QSet<QString> m_lit;
    QSet<QString> m_underlined;
    std::vector<Placed> m_placed;  ///< of the last painting
    int m_chosen = -1;             ///< by the arrow keys
    QString m_hovered;
};

}  // namespace normscope::widgets
