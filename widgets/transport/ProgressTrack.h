// How far the run is, with a mark for every change made to it; the way back to earlier steps.
#pragma once

#include "core/telemetry/Indices.h"

#include <QString>
#include <QWidget>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Dragging or clicking goes to a step already taken; left and right go one step, Page Up and Page Down a twentieth,
/// Home to the beginning, End and Esc back to the newest. The label of an event stands over its mark; where labels
/// would touch, the newest stays.
class ProgressTrack : public QWidget {
    Q_OBJECT

   public:
    /// Where steps lie on the track: shares of the planned run, 0 … 1, not equally far apart.
    struct Scale {
        std::function<double(StepIndex)> shareOf;
        std::function<StepIndex(double)> stepAt;  ///< the nearest one taken
    };
    using Event = std::pair<StepIndex, QString>;

    explicit ProgressTrack(Theme& theme, QWidget* parent = nullptr);

    void setScale(Scale scale);
    /// Share of the planned run that is over, and the newest step.
    void setProgress(double progress, StepIndex newest);
    double progress() const { return m_progress; }
    StepIndex newestStep() const { return m_newest; }
    /// The step on view; nothing while that is the newest.
    void setViewedStep(std::optional<StepIndex> step);
    std::optional<StepIndex> viewedStep() const { return m_viewed; }
    void setEvents(std::vector<Event> events);

    /// Place of a step on the track, in the widget's coordinates.
    double xOf(StepIndex step) const;
    /// Goes there as if the user had: clamps, signals.
    void chooseStep(StepIndex step);
    QString valueText() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

   signals:
    void stepChosen(normscope::StepIndex step);
    /// The newest step was chosen, and those to come.
    void followChosen();

   protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

   private:
    QRectF trackArea() const;
    void paintEvents(QPainter& painter) const;
    void showToolTip(const QPoint& at, const QPoint& globalAt);
    void scrubTo(double x);
    void describe();

    Theme& m_theme;
    Scale m_scale;
    double m_progress = 0;
    StepIndex m_newest;
    std::optional<StepIndex> m_viewed;
    std::vector<Event> m_events;
};

}  // namespace normscope::widgets
