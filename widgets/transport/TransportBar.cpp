#include "widgets/transport/TransportBar.h"

#include "widgets/controls/LogSlider.h"
#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"
#include "widgets/transport/PhaseStrip.h"
#include "widgets/transport/RoundButton.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
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
      m_phases(new PhaseStrip(theme, this)),
      m_middle(new QStackedWidget(this)),
      m_speedWord(new QLabel(tr("speed"), this)),
      m_speedValue(new QLabel(this)),
      m_speed(new LogSlider(theme, this)),
      m_end(new QStackedWidget(this)),
      m_row(new QHBoxLayout(this)),
      m_buttons(new QHBoxLayout) {
    m_buttons->setSpacing(4);
    m_buttons->addWidget(new RoundButton(theme, reset, QStringLiteral("reset"), QStringLiteral("reset"), false, this));
    m_buttons->addWidget(
        new RoundButton(theme, playPause, QStringLiteral("play"), QStringLiteral("pause"), true, this));
    m_buttons->addWidget(new RoundButton(theme, step, QStringLiteral("step"), QStringLiteral("step"), false, this));
    m_buttons->itemAt(0)->widget()->setObjectName(QStringLiteral("reset"));
    m_buttons->itemAt(1)->widget()->setObjectName(QStringLiteral("playPause"));
    m_buttons->itemAt(2)->widget()->setObjectName(QStringLiteral("step"));
    m_middle->addWidget(m_track);
    m_middle->addWidget(m_phases);
    m_middle->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);

    m_row->setContentsMargins(14, 6, 10, 6);
    m_row->setSpacing(4);
    m_row->addLayout(m_buttons);
    m_row->addSpacing(12);
    m_row->addWidget(makeStepLabels());
    m_row->addSpacing(8);
    m_row->addWidget(m_middle, 1);
    m_row->addSpacing(8);
    m_end->addWidget(makeSpeedBox(reset));
    m_end->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_row->addWidget(m_end);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);

    connect(m_track, &ProgressTrack::stepChosen, this, &TransportBar::stepChosen);
    connect(m_track, &ProgressTrack::followChosen, this, &TransportBar::followChosen);
    connect(m_speed, &LogSlider::valueEdited, this, [this](double value) {
        const double speed = value >= fullSpeed * 0.98 ? 0 : value;
        showSpeed(speed);
        emit speedChanged(speed);
    });
    connect(&theme, &Theme::changed, this, &TransportBar::applyTheme);
    setSpeed(0);
    setStatus({});
    applyTheme();
}

QWidget* TransportBar::makeStepLabels() {
    m_stepBox = new QWidget(this);
    auto* column = new QVBoxLayout(m_stepBox);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    column->addStretch();
    column->addWidget(m_step);
    column->addWidget(m_epoch);
    column->addStretch();
    m_step->setAccessibleName(tr("Step"));
    m_epoch->setAccessibleName(tr("Epoch"));
    return m_stepBox;
}

QWidget* TransportBar::makeSpeedBox(QAction* reset) {
    m_speed->setRange(slowest, fullSpeed, telemetry::Scale::logarithmic);
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("Steps per second, from one up to as fast as it goes"));
    m_speed->setValueText([this](double) { return m_speedValue->text(); });
    m_speed->setObjectName(QStringLiteral("speed"));
    m_speedLabels = new QWidget(this);
    auto* column = new QVBoxLayout(m_speedLabels);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addStretch();
    column->addWidget(m_speedWord);
    column->addWidget(m_speedValue);
    column->addStretch();

    auto* box = new QWidget(this);
    m_texts = new QHBoxLayout(box);
    m_texts->setContentsMargins(0, 0, 0, 0);
    m_texts->setSpacing(4);
    m_texts->addStretch(1);
    m_texts->addWidget(m_speedLabels);
    m_texts->addWidget(m_speed);
    m_texts->addWidget(makeTextButton(reset, tr("Reset"), "link"));
    return box;
}

QWidget* TransportBar::makeTextButton(QAction* action, const QString& text, const char* look) {
    auto* button = new QPushButton(text, this);
    button->setProperty(look, true);
    button->setCursor(Qt::PointingHandCursor);
    button->setAccessibleName(text);
    const auto follow = [button, action] {
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        button->setEnabled(action->isEnabled());
        button->setToolTip(keys.isEmpty() ? action->toolTip() : QStringLiteral("%1 (%2)").arg(action->toolTip(), keys));
    };
    follow();
    connect(action, &QAction::changed, button, follow);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

void TransportBar::addTextAction(QAction* action) {
    QString text = action->text();
    m_texts->insertWidget(m_texts->count() - 1, makeTextButton(action, text.remove(QLatin1Char('&')), "link"));
}

void TransportBar::addRoundAction(QAction* action, const QString& name, const QString& iconOff, const QString& iconOn) {
    auto* button = new RoundButton(m_theme, action, iconOff, iconOn, false, this);
    button->setObjectName(name);
    m_buttons->addWidget(button);
}

void TransportBar::setViewActions(QAction* follow, QAction* rewind) {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 4, 0);
    row->setSpacing(6);
    row->addStretch(1);
    const auto add = [&](QAction* action, const char* look) {
        QString text = action->text();
        QWidget* button = makeTextButton(action, text.remove(QLatin1Char('&')), look);
        button->setObjectName(action->objectName());
        row->addWidget(button);
    };
    add(follow, "link");
    add(rewind, "primary");
    m_end->addWidget(box);
}

void TransportBar::showPhase(const QStringList& phases, int current, const QString& sentence) {
    m_phases->setPhases(phases);
    m_phases->showPhase(current, sentence);
    m_middle->setCurrentWidget(m_phases);
}

void TransportBar::hidePhases() {
    m_middle->setCurrentWidget(m_track);
}

void TransportBar::setStatus(const telemetry::Snapshot& snapshot) {
    m_snapshot = snapshot;
    m_track->setProgress(snapshot.progress, snapshot.step);
    showStep();
}

void TransportBar::setViewedStep(std::optional<StepIndex> step) {
    const bool changed = step.has_value() != m_track->viewedStep().has_value();
    m_track->setViewedStep(step);
    if (changed && m_end->count() > 1) {
        // Whoever rewound or followed by its button is not left without a focus.
        const bool hadFocus = m_end->isAncestorOf(focusWidget());
        m_end->setCurrentIndex(step ? 1 : 0);
        if (hadFocus) m_track->setFocus();
    }
    showStep();
}

void TransportBar::showStep() {
    const auto viewed = m_track->viewedStep();
    setTextColor(m_step, viewed ? m_theme.colors().accent : m_theme.colors().text);
    if (viewed) {
        m_step->setText(tr("viewing step %1").arg(viewed->value));
        m_epoch->setText(tr("of %1 taken so far").arg(m_snapshot.step.value));
        return;
    }
    m_step->setText(tr("step %1").arg(m_snapshot.step.value));
    if (m_snapshot.batches_per_epoch > 0) {
        m_epoch->setText(tr("epoch %1 · batch %2 of %3")
                             .arg(m_snapshot.epoch + 1)
                             .arg(m_snapshot.batch_in_epoch)
                             .arg(m_snapshot.batches_per_epoch));
    } else {
        m_epoch->setText(m_snapshot.state == telemetry::RunState::loading ? tr("loading…") : QString());
    }
}

void TransportBar::setScale(ProgressTrack::Scale scale) {
    m_track->setScale(std::move(scale));
}

void TransportBar::setEvents(std::vector<ProgressTrack::Event> events) {
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
    // The track must not shift with every digit.
    const auto widthOf = [](const QLabel* label, const QString& text) {
        return label->fontMetrics().horizontalAdvance(text);
    };
    m_stepBox->setMinimumWidth(std::max(widthOf(m_epoch, tr("epoch %1 · batch %2 of %3").arg(88).arg(888).arg(888)),
                                        widthOf(m_step, tr("viewing step %1").arg(88888))) +
                               2);
    m_speedLabels->setFixedWidth(
        std::max({widthOf(m_speedValue, tr("full speed")), widthOf(m_speedValue, tr("%1 step/s").arg(999)), 60}) + 4);
    m_speed->setFixedWidth(m_theme.scaled(124));
    showStep();
    update();
}

void TransportBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.colors().surface);
    painter.fillRect(QRect(0, 0, width(), 1), m_theme.colors().border);
}

}  // namespace normscope::widgets
