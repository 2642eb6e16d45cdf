// One training step in slow motion: its phases in a row, and what the present one does.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>

namespace normscope::widgets {

class Theme;

/// Phases as chips, the present one filled, with a sentence below that is elided where it does not fit.
class PhaseStrip : public QWidget {
    Q_OBJECT

   public:
    explicit PhaseStrip(Theme& theme, QWidget* parent = nullptr);

    void setPhases(const QStringList& names);
    /// `current` is a position in the names.
    void showPhase(int current, const QString& sentence);
    int currentPhase() const { return m_current; }
    QString sentence() const { return m_sentence; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    Theme& m_theme;
    QStringList m_names;
    int m_current = 0;
    QString m_sentence;
};

}  // namespace normscope::widgets
