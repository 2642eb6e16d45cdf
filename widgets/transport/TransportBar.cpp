#include "widgets/transport/TransportBar.h"

#include "widgets/controls/LogSlider.h"
#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"
#include "widgets/transport/ProgressTrack.h"
#include "widgets/transport/RoundButton.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace normscope::widgets {
namespace {

/// The right end of the slider means "as fast as it goes".
constexpr double slowest = 1;
constexpr double fullSpeed = 1000;

}  // namespace

TransportBar::TransportBar(Theme& theme, QAction* reset, QAction* playPause, QAction* step, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_step(new QLabel(this)),
      m_epoch(new QLabel(this)),
      m_track(new ProgressTrack(theme, this)),
      m_speedWord(new QLabel(tr("speed"), this)),
      m_speedValue(new QLabel(this)),
      m_speed(new LogSlider(theme, this)),
      m_row(new QHBoxLayout(this)) {
    auto* resetButton = new RoundButton(theme, reset, QStringLiteral("reset"), QStringLiteral("reset"), false, this);
    auto* playButton = new RoundButton(theme, playPause, QStringLiteral("play"), QStringLiteral("pause"), true, this);
    auto* stepButton = new RoundButton(theme, step, QStringLiteral("step"), QStringLiteral("step"), false, this);
    resetButton->setObjectName(QStringLiteral("reset"));
    playButton->setObjectName(QStringLiteral("playPause"));
    stepButton->setObjectName(QStringLiteral("step"));

    m_speed->setRange(slowest, fullSpeed, telemetry::Scale::logarithmic);
    m_speed->setFixedWidth(124);
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("Steps per second, from one up to as fast as it goes"));
    m_speed->setValueText([this](double) { return m_speedValue->text(); });
    m_speed->setObjectName(QStringLiteral("speed"));

    m_row->setContentsMargins(14, 6, 10, 6);
    m_row->setSpacing(4);
    for (RoundButton* button : {resetButton, playButton, stepButton}) m_row->addWidget(button);
    m_row->addSpacing(12);
    m_row->addWidget(makeStepLabels());
    m_row->addSpacing(8);
    m_row->addWidget(m_track, 1);
    m_row->addSpacing(8);
    m_row->addWidget(makeSpeedLabels());
    m_row->addWidget(m_speed);
    m_row->addWidget(makeTextButton(reset, tr("Reset")));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);

    connect(m_speed, &LogSlider::valueEdited, this, [this](double value) {
        const double speed = value >= fullSpeed * 0.98 ? 0 : value;
        showSpeed(speed);
        emit speedChanged(speed);
    });
    connect(&theme, &Theme::changed, this, &TransportBar::applyTheme);
    applyTheme();
    setSpeed(0);
    setStatus({});
}

QWidget* TransportBar::makeStepLabels() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    column->addStretch();
    column->addWidget(m_step);
    column->addWidget(m_epoch);
    column->addStretch();
    box->setFixedWidth(158);  // the track must not shift with every digit
    return box;
}

QWidget* TransportBar::makeSpeedLabels() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addStretch();
    column->addWidget(m_speedWord);
    column->addWidget(m_speedValue);
    column->addStretch();
    box->setFixedWidth(68);
    return box;
}

QWidget* TransportBar::makeTextButton(QAction* action, const QString& text) {
    auto* button = new QPushButton(text, this);
    button->setProperty("link", true);
    button->setCursor(Qt::PointingHandCursor);
    button->setAccessibleName(text);
    const auto follow = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(action->toolTip());
    };
    follow();
    connect(action, &QAction::changed, button, follow);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

void TransportBar::addTextAction(QAction* action) {
    QString text = action->text();
    m_row->insertWidget(m_row->count() - 1, makeTextButton(action, text.remove(QLatin1Char('&'))));
}

void TransportBar::setStatus(const telemetry::Snapshot& snapshot) {
    m_step->setText(tr("step %1").arg(snapshot.step.value));
    if (snapshot.batches_per_epoch > 0) {
        m_epoch->setText(tr("epoch %1 · batch %2 of %3")
                             .arg(snapshot.epoch + 1)
                             .arg(snapshot.batch_in_epoch)
                             .arg(snapshot.batches_per_epoch));
    } else {
        m_epoch->setText(snapshot.state == telemetry::RunState::loading ? tr("loading…") : QString());
    }
    setProgress(snapshot.progress);
}

void TransportBar::setProgress(double progress) {
    m_track->setProgress(progress);
}

void TransportBar::setEvents(std::vector<std::pair<double, QString>> events) {
    m_track->setEvents(std::move(events));
}

void TransportBar::setSpeed(double stepsPerSecond) {
    m_speed->setValue(stepsPerSecond <= 0 ? fullSpeed : stepsPerSecond);
    showSpeed(stepsPerSecond);
}

void TransportBar::showSpeed(double stepsPerSecond) {
    if (stepsPerSecond <= 0 || stepsPerSecond >= fullSpeed) {
        m_speedValue->setText(tr("full speed"));
    } else {
        m_speedValue->setText(tr("%1 step/s").arg(stepsPerSecond, 0, 'g', 3));
    }
}

void TransportBar::applyTheme() {
    const ThemeColors& colors = m_theme.colors();
    QFont step = m_theme.font(TextRole::Mono);
    step.setWeight(QFont::Bold);
    m_step->setFont(step);
    m_epoch->setFont(m_theme.font(TextRole::Small));
    m_speedWord->setFont(m_theme.font(TextRole::Small));
    m_speedValue->setFont(m_theme.font(TextRole::MonoTick));
    for (QLabel* label : {m_epoch, m_speedWord, m_speedValue}) setTextColor(label, colors.muted);
    setTextColor(m_step, colors.text);
    update();
}

void TransportBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.colors().surface);
    painter.fillRect(QRect(0, 0, width(), 1), m_theme.colors().border);
}

}  // namespace normscope::widgets
