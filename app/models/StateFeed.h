// Measurements of the state on view, made off the GUI thread.
#pragma once

#include "app/controllers/RunController.h"
#include "core/instruments/Watch.h"
#include "core/train/StatePath.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace normscope::app {

/// What a Question works with, on the feed's thread.
struct StateOnView {
    std::uint64_t run_id;
    Experiment& experiment;           ///< a copy of its own: do with it what you like
    Trainer& trainer;                 ///< its pool() computes
    const instruments::Watch& watch;  ///< report() at least every 50 ms of work
};

/// Shows a result; called on the GUI thread.
using Answer = std::function<void()>;
/// Measures. Called on the feed's thread: capture values, never widgets (the returned Answer may hold widgets of the
/// asker). May throw instruments::Cancelled and InputError.
using Question = std::function<Answer(StateOnView& view)>;

/// Holds which step is on view, the newest or one the user went back to, and answers questions about the state there.
/// The newest question of an asker replaces its earlier one. While the run goes on, refreshDue() comes at a pace that
/// keeps the measuring at a twentieth of the time. GUI thread; nothing here waits.
class StateFeed : public QObject {
    Q_OBJECT

   public:
    explicit StateFeed(RunController& run, QObject* parent = nullptr);
    ~StateFeed() override;

    /// Nothing while the newest step is on view.
    std::optional<StepIndex> viewedStep() const { return m_viewed; }
    /// The step shown: viewedStep(), or the run's newest.
    StepIndex step() const;
    bool isIdle() const { return !m_busy && m_waiting.empty(); }
    /// Share of the time spent on measuring while the run went on, 0 … 1, recent mean.
    double costShare() const { return m_costShare; }

    /// Answered soon, unless the asker is destroyed or asks something else meanwhile.
    void ask(QObject* asker, Question question);
    /// Forgets what the asker asked for.
    void withdraw(const QObject* asker);

   public slots:
    /// Shows the state after a step already taken.
    void showStep(normscope::StepIndex step);
    /// Shows the newest state again.
    void follow();
    /// The state on view is another now, at the same step (it was edited): measure again.
    void invalidate();

   signals:
    /// The state on view is another one: whoever shows it asks again.
    void refreshDue();
    /// viewedStep() changed.
    void viewedStepChanged();
    /// The question of `asker` is done to this share.
    void progressed(QObject* asker, double share);
    /// isIdle() became true.
    void idle();
    /// A question could not be answered; a sentence for the user.
    void failed(const QString& sentence);

   private:
    struct Asked {
        QPointer<QObject> asker;
        Question question;
    };
    struct Answered {
        QPointer<QObject> asker;
        Answer answer;
        QString error;
        bool cancelled = false;
    };
    struct Job {
        std::optional<StatePath> path;
        std::vector<Asked> questions;
        std::stop_token stop;
    };
    class Worker;

    void startNext();
    void finish(std::vector<Answered> answers, double milliseconds);
    void changeView();
    void tick();

    RunController& m_run;
    std::optional<StepIndex> m_viewed;
    std::vector<Asked> m_waiting;
    bool m_busy = false;
    bool m_outdated = false;  ///< the view changed while questions were being answered
    std::stop_source m_stop;
    QTimer m_pace;
    QElapsedTimer m_sinceAnswer;
    StepIndex m_askedAt{-1};
    double m_costShare = 0;
    std::shared_ptr<Worker> m_worker;
};

}  // namespace normscope::app
