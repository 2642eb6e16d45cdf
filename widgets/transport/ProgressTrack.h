// How far the run is, with a mark for every change made to it.
#pragma once

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Positions are shares of the planned run, 0 … 1. The label of an event stands over its mark; where labels
/// would touch, the newest stays.
class ProgressTrack : public QWidget {
    Q_OBJECT

   public:
    using Event = std::pair<double, QString>;

    explicit ProgressTrack(Theme& theme, QWidget* parent = nullptr);

    void setProgress(double progress);
    double progress() const { return m_progress; }
    void setEvents(std::vector<Event> events);

    QSize sizeHint() const override { return {400, 44}; }
    QSize minimumSizeHint() const override { return {80, 44}; }

   protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

   private:
    QRectF trackArea() const;
    void paintEvents(QPainter& painter) const;

    Theme& m_theme;
    double m_progress = 0;
    std::vector<Event> m_events;
};

}  // namespace normscope::widgets
