#include "app/unattended/UnattendedRun.h"

#include "app/MainWindow.h"
#include "app/pages/PageStack.h"
#include "app/unattended/HtmlReport.h"
#include "widgets/plots/PlotCard.h"
#include "widgets/plots/PlotExporter.h"

#include <QBuffer>
#include <QDir>
#include <QPixmap>
#include <QTimer>

#include <cstdio>

namespace normscope::app {

using telemetry::RunState;
using telemetry::Snapshot;
using telemetry::Statistic;
using widgets::PlotFormat;

namespace {

QByteArray pngOf(const QPixmap& picture) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    picture.save(&buffer, "PNG");
    return bytes;
}

/// The newest value of a series, or nothing.
std::optional<double> newest(const RunModel& run, Statistic statistic) {
    if (!run.store()) return std::nullopt;
    const auto series = run.store()->schema().find(statistic);
    if (!series) return std::nullopt;
    const auto last = run.store()->series(*series).last();
    return last ? std::optional<double>(last->maximum) : std::nullopt;
}

}  // namespace

UnattendedRun::UnattendedRun(MainWindow& window, const LaunchOptions& options, QObject* parent)
    : QObject(parent), m_window(window), m_options(options) {
    RunModel& model = window.run().model();
    connect(&model, &RunModel::runStarted, this, &UnattendedRun::begin);
    connect(&model, &RunModel::snapshotChanged, this, &UnattendedRun::follow);
    connect(&model, &RunModel::noticed, this, &UnattendedRun::fail);
    connect(&window.writer(), &BackgroundWriter::failed, this, &UnattendedRun::fail);
}

void UnattendedRun::begin() {
    if (m_begun) return;
    m_begun = true;
    if (!m_options.screenshot.isEmpty() && m_options.steps > 0) m_window.run().playUntil(StepIndex{m_options.steps});
}

void UnattendedRun::follow() {
    if (!m_begun || m_done) return;
    const Snapshot& snapshot = m_window.run().model().snapshot();
    if (!m_options.headless.isEmpty()) printProgress();
    const bool pictureDue =
        !m_options.screenshot.isEmpty() && snapshot.state == RunState::paused && snapshot.step.value >= m_options.steps;
    if (pictureDue || snapshot.state == RunState::finished) {
        m_done = true;
        // What was measured last may be of a step before the last.
        m_window.feed().invalidate();
        // Let the window lay out and draw what it was just given.
        QTimer::singleShot(0, this, &UnattendedRun::settle);
    }
}

void UnattendedRun::fail(const QString& sentence) {
    m_done = true;
    std::fprintf(stderr, "normscope: %s\n", qUtf8Printable(sentence));
    emit finished(m_begun ? 1 : 2);
}

void UnattendedRun::printProgress() {
    const RunModel& run = m_window.run().model();
    const Snapshot& snapshot = run.snapshot();
    const int twentieth = static_cast<int>(20 * snapshot.progress);
    if (twentieth == m_printedTwentieth || snapshot.step.value == 0) return;
    m_printedTwentieth = twentieth;
    std::fprintf(stderr,
                 "%3.0f %%  step %lld · loss %.3f · accuracy eval %.1f %%, train mode %.1f %% · %.0f images/s\n",
                 100 * snapshot.progress, static_cast<long long>(snapshot.step.value),
                 newest(run, Statistic::loss).value_or(0), 100 * newest(run, Statistic::eval_accuracy).value_or(0),
                 100 * newest(run, Statistic::eval_accuracy_train_mode).value_or(0), snapshot.images_per_second);
}

/// Waits until the page on view shows the state it stands at.
void UnattendedRun::settle() {
    if (m_window.feed().isIdle()) {
        // A page may be about to ask.
        QTimer::singleShot(0, this, [this] { m_window.feed().isIdle() ? complete() : settle(); });
    } else {
        connect(&m_window.feed(), &StateFeed::idle, this, &UnattendedRun::settle,
                Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
    }
}

void UnattendedRun::complete() {
    if (!m_options.screenshot.isEmpty()) {
        writeScreenshot(m_options.screenshot);
    } else {
        writeEverything();
    }
    m_window.writer().waitForDone();
    // What the writer reported is still queued: it comes before the end.
    QTimer::singleShot(0, this, [this] { emit finished(0); });
}

void UnattendedRun::writeScreenshot(const QString& path) {
    m_window.writer().write(path, pngOf(m_window.grab()));
}

void UnattendedRun::writeEverything() {
    const QDir folder(m_options.headless);
    if (!QDir().mkpath(folder.filePath(QStringLiteral("plots")))) {
        return fail(tr("The folder '%1' cannot be made.").arg(m_options.headless));
    }
    writeScreenshot(folder.filePath(QStringLiteral("window.png")));
    HtmlReport report(m_window.run().model());
    for (const auto& [name, plot] : m_window.pages()->page(QStringLiteral("statistics"))->plots()) {
        for (const PlotFormat format : {PlotFormat::Png, PlotFormat::Svg, PlotFormat::Pdf, PlotFormat::Csv}) {
            const QByteArray bytes = widgets::renderPlot(*plot, format);
            const QString file = QStringLiteral("plots/%1.%2").arg(name, widgets::suffixOf(format));
            m_window.writer().write(folder.filePath(file), bytes);
            if (format == PlotFormat::Svg) report.addPlot(plot->title(), bytes);
        }
    }
    m_window.writer().write(folder.filePath(QStringLiteral("report.html")), report.html());
}

}  // namespace normscope::app
