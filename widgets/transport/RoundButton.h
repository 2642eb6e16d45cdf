// A round button that stands for a QAction.
#pragma once

#include <QAbstractButton>
#include <QPointer>
#include <QString>

class QAction;

namespace normscope::widgets {

class Theme;

/// Follows the action's enabled state, text and tool tip; a click triggers it. Does not own it.
class RoundButton : public QAbstractButton {
    Q_OBJECT

   public:
    /// `iconOff` and `iconOn` are names for Theme::icon(), by the action's checked state.
    RoundButton(Theme& theme, QAction* action, QString iconOff, QString iconOn, bool primary, QWidget* parent);

    QSize sizeHint() const override;

   protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

   private:
    void followAction();

    Theme& m_theme;
    QPointer<QAction> m_action;
    QString m_iconOff;
    QString m_iconOn;
    bool m_primary;
};

}  // namespace normscope::widgets
