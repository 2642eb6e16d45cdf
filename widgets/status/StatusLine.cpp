#include "widgets/status/StatusLine.h"

#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace normscope::widgets {
namespace {

using namespace std::chrono_literals;

QString grouped(long long number) {
    QLocale locale = QLocale::c();
    locale.setNumberOptions({});
    return locale.toString(number).replace(QLatin1Char(','), QChar(0x202F));
}

}  // namespace

StatusLine::StatusLine(Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_rate(new QLabel(this)),
      m_message(new QLabel(this)),
      m_bar(new QWidget(this)),
      m_time(new QLabel(this)),
      m_expiry(new QTimer(this)) {
    m_rate->setAccessibleName(tr("Training speed"));
    m_message->setAccessibleName(tr("Message"));
    m_message->setTextFormat(Qt::PlainText);
    m_bar->setAccessibleName(tr("Progress of the run"));
    m_bar->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_time->setAccessibleName(tr("Time left"));
    m_time->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 1, 16, 0);
    row->setSpacing(16);
    row->addWidget(m_rate);
    row->addWidget(m_message, 1);
    row->addWidget(m_bar);
    row->addWidget(m_time);

    m_expiry->setSingleShot(true);
    connect(m_expiry, &QTimer::timeout, this, &StatusLine::clearMessage);
    connect(&theme, &Theme::changed, this, &StatusLine::applyTheme);
    applyTheme();
}

void StatusLine::setThreads(int threads) {
    m_threads = threads;
    showRate(m_imagesPerSecond);
}

void StatusLine::showSnapshot(const telemetry::Snapshot& snapshot) {
    m_progress = snapshot.progress;
    m_bar->setAccessibleDescription(tr("%1 %").arg(std::lround(snapshot.progress * 100)));
    showRate(snapshot.images_per_second);
    showTime(snapshot);
    update();
}

void StatusLine::showRate(double imagesPerSecond) {
    m_imagesPerSecond = imagesPerSecond;
    QStringList parts;
    if (imagesPerSecond > 0) parts << tr("%1 images/s").arg(grouped(std::llround(imagesPerSecond)));
    if (m_threads > 0) parts << (m_threads == 1 ? tr("1 thread") : tr("%1 threads").arg(m_threads));
    m_rate->setText(parts.join(QStringLiteral(" · ")));
}

void StatusLine::showTime(const telemetry::Snapshot& snapshot) {
    QStringList parts;
    if (snapshot.planned_epochs > 0) {
        const auto epoch = std::min(snapshot.epoch + 1, snapshot.planned_epochs);
        parts << tr("epoch %1 of %2").arg(epoch).arg(snapshot.planned_epochs);
    }
    switch (snapshot.state) {
        case telemetry::RunState::empty: break;
        case telemetry::RunState::loading: parts << tr("loading"); break;
        case telemetry::RunState::paused: parts << tr("paused"); break;
        case telemetry::RunState::finished: parts << tr("finished"); break;
        case telemetry::RunState::diverged: parts << tr("diverged"); break;
        case telemetry::RunState::playing:
            if (snapshot.seconds_left && std::isfinite(*snapshot.seconds_left)) {
                const long long seconds = std::llround(*snapshot.seconds_left);
                if (seconds < 60) {
                    parts << tr("%1 s left").arg(seconds);
                } else if (seconds < 3600) {
                    parts << tr("%1 min %2 s left").arg(seconds / 60).arg(seconds % 60);
                } else {
                    parts << tr("%1 h %2 min left").arg(seconds / 3600).arg(seconds / 60 % 60);
                }
            }
            break;
    }
    m_time->setText(parts.join(QStringLiteral(" · ")));
}

void StatusLine::showCost(double recording, double measuring, double drawing) {
    const auto percent = [](double share) { return QString::number(100 * share, 'f', 1); };
    const double all = recording + measuring + drawing;
    m_cost = all > 0 ? tr("watching costs %1 % of a step").arg(percent(all)) : QString();
    m_costDetails = tr("Recording each step's numbers %1 %, measuring for the pages %2 %, drawing %3 %")
                        .arg(percent(recording), percent(measuring), percent(drawing));
    if (!m_hasMessage) restoreCost();
}

void StatusLine::restoreCost() {
    if (m_message->text() != m_cost) m_message->setText(m_cost);
    m_message->setToolTip(m_cost.isEmpty() ? QString() : m_costDetails);
}

QString StatusLine::middleText() const {
    return m_message->text();
}

QString StatusLine::message() const {
    return m_hasMessage ? m_message->text() : QString();
}

void StatusLine::showMessage(const QString& text, MessageKind kind) {
    m_hasMessage = true;
    m_kind = kind;
    m_message->setText(text);
    m_message->setToolTip(text);
    m_expiry->start(kind == MessageKind::Info ? 6s : 15s);
    applyTheme();
}

void StatusLine::clearMessage() {
    m_expiry->stop();
    m_hasMessage = false;
    applyTheme();
    restoreCost();
}

void StatusLine::applyTheme() {
    const ThemeColors& colors = m_theme.colors();
    setFixedHeight(m_theme.scaled(28));
    m_bar->setFixedWidth(m_theme.scaled(200));
    const bool warns = m_hasMessage && m_kind == MessageKind::Warning;
    m_message->setFont(m_theme.font(m_hasMessage ? TextRole::Small : TextRole::MonoSmall));
    for (QLabel* label : {m_rate, m_time}) label->setFont(m_theme.font(TextRole::MonoSmall));
    for (QLabel* label : {m_rate, m_message, m_time}) {
        setTextColor(label, label == m_message && warns ? colors.warn : colors.muted);
    }
    update();
}

void StatusLine::paintEvent(QPaintEvent*) {
    const ThemeColors& c = m_theme.colors();
    QPainter painter(this);
    painter.fillRect(rect(), c.sunken);
    painter.fillRect(QRect(0, 0, width(), 1), c.border);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const QRectF rail(m_bar->x(), height() / 2.0 - 3.5, m_bar->width(), 8);
    painter.setBrush(c.border);
    painter.drawRoundedRect(rail, 4, 4);
    if (m_progress > 0) {
        painter.setBrush(c.accent);
        painter.drawRoundedRect(QRectF(rail.topLeft(), QSizeF(std::max(8.0, rail.width() * m_progress), 8)), 4, 4);
    }
}

}  // namespace normscope::widgets
