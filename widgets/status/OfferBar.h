// A question that can wait, across the top of the workspace.
#pragma once

#include <QLabel>
#include <QWidget>

class QHBoxLayout;

namespace normscope::widgets {

class Theme;

/// A sentence and what can be done about it. Not a dialog: whatever else goes on, goes on.
class OfferBar : public QWidget {
    Q_OBJECT

   public:
    explicit OfferBar(Theme& theme, QWidget* parent = nullptr);

    /// Shows the sentence with buttons; the first is the suggested one. The bar hides when one was chosen.
    void offer(const QString& sentence, const QStringList& choices);
    QString sentence() const { return m_sentence->text(); }

   signals:
    /// Index in the list of choices.
    void chosen(int choice);

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    void applyTheme();

    Theme& m_theme;
    QLabel* m_sentence;
    QHBoxLayout* m_row;
    QWidget* m_buttons = nullptr;
};

}  // namespace normscope::widgets
