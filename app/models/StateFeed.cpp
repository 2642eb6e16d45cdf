#include "app/models/StateFeed.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

namespace normscope::app {

using telemetry::RunState;

namespace {

/// While the run goes on, measuring may take one part in so many of the time.
constexpr double restPerWork = 20;
constexpr int shortestRest = 100;  // ms: a state more often than that is not seen
constexpr int longestRest = 5000;

}  // namespace

/// The feed's thread. Shared with the session's thread, which hands states over.
class StateFeed::Worker {
   public:
    Worker(StateFeed& feed, int threads)
        : m_feed(feed), m_trainer(threads), m_thread([this](const std::stop_token& stop) { work(stop); }) {}

    /// Any thread.
    void post(Job job) {
        {
            const std::lock_guard lock(m_mutex);
            m_jobs.push_back(std::move(job));
        }
        m_wake.notify_one();
    }

    /// Waits for the thread; nothing is delivered afterwards.
    void end() {
        m_thread.request_stop();
        if (m_thread.joinable()) m_thread.join();
    }

   private:
    void work(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return !m_jobs.empty(); })) return;
            Job job = std::move(m_jobs.front());
            m_jobs.pop_front();
            lock.unlock();
            QElapsedTimer timer;
            timer.start();
            std::vector<Answered> answers = answer(job);
            const double milliseconds = static_cast<double>(timer.nsecsElapsed()) * 1e-6;
            if (stop.stop_requested()) return;
            QMetaObject::invokeMethod(
                &m_feed,
                [feed = &m_feed, answers = std::move(answers), milliseconds]() mutable {
                    feed->finish(std::move(answers), milliseconds);
                },
                Qt::QueuedConnection);
        }
    }

    std::vector<Answered> answer(Job& job) {
        std::vector<Answered> answers;
        const Experiment* state = nullptr;
        QString reason;
        try {
            state = reachState(job);
        } catch (const std::exception& error) {
            reason = QString::fromUtf8(error.what());
        }
        for (Asked& asked : job.questions) {
            Answered answered{.asker = asked.asker, .answer = {}, .error = reason, .cancelled = state == nullptr};
            if (state) answerOne(asked, *state, job, answered);
            answers.push_back(std::move(answered));
        }
        return answers;
    }

    void answerOne(const Asked& asked, const Experiment& state, const Job& job, Answered& answered) {
        Experiment copy = state;
        const instruments::Watch watch{.stop = job.stop, .progress = [this, asker = asked.asker](double share) {
                                           QMetaObject::invokeMethod(
                                               &m_feed,
                                               [feed = &m_feed, asker, share] {
                                                   if (asker) emit feed->progressed(asker, share);
                                               },
                                               Qt::QueuedConnection);
                                       }};
        StateOnView view{m_reachedRun, copy, m_trainer, watch};
        try {
            answered.answer = asked.question(view);
        } catch (const instruments::Cancelled&) {
            answered.cancelled = true;
        } catch (const std::exception& error) {
            answered.error = QString::fromUtf8(error.what());
        }
    }

    /// Null if there is none, or if something else is wanted meanwhile.
    const Experiment* reachState(const Job& job) {
        if (!job.path) return nullptr;
        auto reached = reach(*job.path, m_trainer, [&job] { return job.stop.stop_requested(); });
        if (!reached) return nullptr;
        m_reached.emplace(std::move(*reached));
        m_reachedRun = job.path->run_id;
        return &*m_reached;
    }

    StateFeed& m_feed;
    Trainer m_trainer;
    std::optional<Experiment> m_reached;
    std::uint64_t m_reachedRun = 0;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Job> m_jobs;
    std::jthread m_thread;  ///< last: it uses everything above
};

StateFeed::StateFeed(RunController& run, QObject* parent)
    : QObject(parent), m_run(run), m_worker(std::make_shared<Worker>(*this, run.threads())) {
    m_pace.setSingleShot(true);
    connect(&m_pace, &QTimer::timeout, this, &StateFeed::tick);
    RunModel& model = run.model();
    connect(&model, &RunModel::runStarted, this, [this] {
        m_viewed.reset();
        emit viewedStepChanged();
        changeView();
    });
    connect(&model, &RunModel::rewound, this, [this] {
        m_viewed.reset();
        emit viewedStepChanged();
        changeView();
    });
    connect(&model, &RunModel::snapshotChanged, this, [this] {
        // Where the run stands still, nothing is saved by waiting.
        if (!m_pace.isActive() || !m_run.model().isActive()) tick();
    });
}

StateFeed::~StateFeed() {
    m_stop.request_stop();
    m_worker->end();
}

StepIndex StateFeed::step() const {
    return m_viewed.value_or(m_run.model().snapshot().step);
}

void StateFeed::ask(QObject* asker, Question question) {
    withdraw(asker);
    m_waiting.push_back({asker, std::move(question)});
    startNext();
}

void StateFeed::withdraw(const QObject* asker) {
    std::erase_if(m_waiting, [asker](const Asked& asked) { return asked.asker.isNull() || asked.asker == asker; });
}

void StateFeed::showStep(StepIndex step) {
    const StepIndex newest = m_run.model().snapshot().step;
    const std::optional<StepIndex> viewed = step < newest ? std::optional(step) : std::nullopt;
    if (viewed == m_viewed) return;
    m_viewed = viewed;
    emit viewedStepChanged();
    changeView();
}

void StateFeed::follow() {
    if (!m_viewed) return;
    m_viewed.reset();
    emit viewedStepChanged();
    changeView();
}

void StateFeed::invalidate() {
    changeView();
}

void StateFeed::changeView() {
    m_stop.request_stop();
    if (m_busy) {
        m_outdated = true;
    } else {
        m_askedAt = step();
        emit refreshDue();
    }
}

/// The run has gone on, or the pause since the last measurement is over.
void StateFeed::tick() {
    if (m_busy || m_viewed || m_run.model().snapshot().step == m_askedAt) return;
    m_askedAt = m_run.model().snapshot().step;
    emit refreshDue();
    if (!m_busy) m_pace.start(shortestRest);  // nobody measures
}

void StateFeed::startNext() {
    if (m_busy || m_waiting.empty()) return;
    m_busy = true;
    m_stop = std::stop_source();
    auto questions = std::make_shared<std::vector<Asked>>(std::exchange(m_waiting, {}));
    m_run.copyState(m_viewed, [worker = m_worker, questions, stop = m_stop.get_token()](std::optional<StatePath> path) {
        worker->post({std::move(path), std::move(*questions), stop});
    });
}

void StateFeed::finish(std::vector<Answered> answers, double milliseconds) {
    m_busy = false;
    const bool outdated = std::exchange(m_outdated, false);
    for (const Answered& answered : answers) {
        if (!answered.asker || answered.cancelled) continue;
        if (!answered.error.isEmpty()) emit failed(answered.error);
        if (answered.answer && !outdated) answered.answer();
    }
    const bool playing = m_run.model().snapshot().state == RunState::playing;
    const double rest = std::clamp(restPerWork * milliseconds, double(shortestRest), double(longestRest));
    if (m_sinceAnswer.isValid()) {
        const double share = playing ? milliseconds / std::max(1.0, double(m_sinceAnswer.elapsed())) : 0;
        m_costShare = 0.8 * m_costShare + 0.2 * std::min(1.0, share);
    }
    m_sinceAnswer.start();
    m_pace.start(playing ? static_cast<int>(rest) : 0);
    if (outdated) changeView();
    startNext();
    if (isIdle()) emit idle();
}

}  // namespace normscope::app
