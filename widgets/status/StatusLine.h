// The line at the bottom of the window: speed, messages, time left.
#pragma once

#include "core/telemetry/Snapshot.h"

#include <QString>
#include <QWidget>

class QLabel;
class QTimer;

namespace normscope::widgets {

class Theme;

enum class MessageKind { Info, Warning };

/// Without a message, its middle says what watching costs. An info goes after 6 s, a warning after 15 s.
class StatusLine : public QWidget {
    Q_OBJECT

   public:
    explicit StatusLine(Theme& theme, QWidget* parent = nullptr);

    /// Threads the run computes with; not shown while 0.
    void setThreads(int threads);
    void showSnapshot(const telemetry::Snapshot& snapshot);
    /// Shares of the run's time: writing numbers down, measuring for the pages, drawing.
    void showCost(double recording, double measuring, double drawing);
    QString message() const;
    /// What the middle says now, message or cost.
    QString middleText() const;

   public slots:
    void showMessage(const QString& text, normscope::widgets::MessageKind kind = normscope::widgets::MessageKind::Info);
    void clearMessage();

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    void applyTheme();
    void showRate(double imagesPerSecond);
    void showTime(const telemetry::Snapshot& snapshot);
    void restoreCost();

    Theme& m_theme;
    QLabel* m_rate;
    QLabel* m_message;
    QWidget* m_bar;
    QLabel* m_time;
    QTimer* m_expiry;
    int m_threads = 0;
    double m_imagesPerSecond = 0;
    double m_progress = 0;
    QString m_cost;
    QString m_costDetails;
    bool m_hasMessage = false;
    MessageKind m_kind = MessageKind::Info;
};

}  // namespace normscope::widgets
