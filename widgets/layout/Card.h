// A titled surface that other widgets lie on, in the looks of the plots' cards.
#pragma once

#include <QVBoxLayout>
#include <QWidget>

namespace normscope::widgets {

class Theme;

/// Title at the left, a small note at the right, content() below.
class Card : public QWidget {
    Q_OBJECT

   public:
    Card(Theme& theme, const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const { return m_title; }
    void setNote(const QString& note);
    QString note() const { return m_note; }
    QVBoxLayout* content() { return m_content; }

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    Theme& m_theme;
    QString m_title;
    QString m_note;
    QVBoxLayout* m_content;
};

}  // namespace normscope::widgets
