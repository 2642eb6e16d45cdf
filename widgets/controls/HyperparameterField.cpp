#include "widgets/controls/HyperparameterField.h"

#include "widgets/controls/LogSlider.h"
#include "widgets/controls/SpecText.h"
#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QStyle>
#include <QTimer>
#include <QVBoxLayout>

#include <string_view>

#include <limits>

namespace normscope::widgets {
namespace {

QString formatted(const telemetry::HyperparameterSpec& spec, double value) {
    return QString::fromStdString(telemetry::format_value(spec, value));
}

}  // namespace

HyperparameterField::HyperparameterField(Theme& theme, const telemetry::HyperparameterSpec& spec, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_spec(spec),
      m_value(spec.default_value),
      m_label(new QLabel(translatedSpec(spec.name), this)),
      m_edit(new QLineEdit(this)),
      m_slider(new LogSlider(theme, this)),
      m_caption(new QLabel(this)),
      m_error(new QLabel(this)),
      m_merge(new QTimer(this)) {
    m_merge->setSingleShot(true);
    m_merge->setInterval(0);
    m_slider->setRange(spec.slider_minimum, spec.slider_maximum, spec.scale);
    m_slider->setInteger(spec.integer);
    m_slider->setValueText([this](double v) { return formatted(m_spec, v); });
    m_edit->installEventFilter(this);

    buildRows();
    describe();
    showValue();
    applyTheme();
    setNote({});

    connect(m_slider, &LogSlider::valueEdited, this, &HyperparameterField::followSlider);
    connect(m_merge, &QTimer::timeout, this, &HyperparameterField::commitPending);
    connect(m_edit, &QLineEdit::returnPressed, this, &HyperparameterField::commitText);
    connect(&theme, &Theme::changed, this, &HyperparameterField::applyTheme);
}

void HyperparameterField::buildRows() {
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_label, 1);
    row->addWidget(m_edit);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    column->addLayout(row);
    column->addWidget(m_slider);
    column->addWidget(m_error);
    column->addWidget(m_caption);

    m_edit->setAlignment(Qt::AlignRight);
    m_error->setWordWrap(true);
    m_error->hide();
    m_caption->setWordWrap(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void HyperparameterField::describe() {
    const QString name = translatedSpec(m_spec.name);
    QStringList lines{translatedSpec(m_spec.help)};
    if (!m_spec.torch_name.empty()) lines << tr("PyTorch: %1").arg(fromView(m_spec.torch_name));
    lines << tr("Default %1, from %2 to %3 %4")
                 .arg(formatted(m_spec, m_spec.default_value), formatted(m_spec, m_spec.minimum),
                      formatted(m_spec, m_spec.maximum), translatedSpec(m_spec.unit))
                 .trimmed();
    QString tip;
    for (const QString& line : lines) tip += QStringLiteral("<p style='margin:2px'>%1</p>").arg(line.toHtmlEscaped());
    setToolTip(QStringLiteral("<qt>%1</qt>").arg(tip));
    m_label->setBuddy(m_edit);
    m_edit->setAccessibleName(name);
    m_edit->setAccessibleDescription(lines.join(QLatin1Char('\n')));
    m_slider->setAccessibleName(tr("%1, slider").arg(name));
    m_slider->setAccessibleDescription(lines.constFirst());
}

void HyperparameterField::applyTheme() {
    const ThemeColors& colors = m_theme.colors();
    m_label->setFont(m_theme.font(TextRole::Body));
    m_edit->setFixedSize(m_theme.scaled(84), m_theme.scaled(24));
    m_edit->setFont(m_theme.font(TextRole::Mono));
    setTextStyle(m_caption, m_theme.font(TextRole::Caption), colors.muted);
    setTextStyle(m_error, m_theme.font(TextRole::Small), colors.warn);
    // A style sheet sets the field's colour, so the palette would not be heard.
    m_edit->setStyleSheet(m_role != nullptr ? QStringLiteral("color: %1").arg((colors.*m_role).name()) : QString());
}

bool HyperparameterField::isRefused() const {
    return m_edit->property("refused").toBool();
}

void HyperparameterField::setSliderVisible(bool visible) {
    m_slider->setVisible(visible);
}

void HyperparameterField::setNote(const QString& note) {
    m_note = note;
    QStringList parts;
    switch (m_spec.policy) {
        case telemetry::ChangePolicy::live: parts << tr("live"); break;
        case telemetry::ChangePolicy::next_batch: parts << tr("live · next batch"); break;
        case telemetry::ChangePolicy::restarts: parts << tr("restarts"); break;
    }
    if (!note.isEmpty()) parts << note;
    m_caption->setText(parts.join(QStringLiteral(" · ")));
}

void HyperparameterField::setFinePrintVisible(bool visible) {
    m_caption->setVisible(visible);
}

void HyperparameterField::setColorRole(QColor ThemeColors::*role) {
    m_role = role;
    m_slider->setColorRole(role);
    applyTheme();
}

void HyperparameterField::setValue(double value) {
    // What comes back from the run while the handle is being dragged is already old.
    if (m_pending) return;
    m_value = value;
    m_slider->setValue(value);
    if (!(m_edit->hasFocus() && m_edit->isModified()) && !isRefused()) showValue();
}

void HyperparameterField::showValue() {
    m_edit->setText(formatted(m_spec, m_value));
    m_slider->setValue(m_value);
}

bool HyperparameterField::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_edit) {
        if (event->type() == QEvent::FocusOut && m_edit->isModified() && !isRefused()) commitText();
        if (event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride) {
            auto* key = static_cast<QKeyEvent*>(event);
            const bool escape = key->key() == Qt::Key_Escape && (m_edit->isModified() || isRefused());
            if (escape) {
                // Claimed here, or a window's Esc shortcut would take it.
                if (event->type() == QEvent::KeyPress) restoreText();
                event->accept();
                return true;
            }
        }
    }
    return QWidget::eventFilter(watched, event);
}

void HyperparameterField::commitText() {
    const QString text = m_edit->text().trimmed();
    bool isNumber = false;
    double value = QLocale::c().toDouble(text, &isNumber);
    if (!isNumber && !m_spec.unset.empty() && text.compare(fromView(m_spec.unset), Qt::CaseInsensitive) == 0) {
        value = std::numeric_limits<double>::quiet_NaN();
        isNumber = true;
    }
    if (!isNumber) return refuse(tr("“%1” is not a number.").arg(text));
    if (const auto reason = telemetry::reason_to_refuse(m_spec, value)) return refuse(QString::fromStdString(*reason));

    accept();
    m_pending.reset();
    m_merge->stop();
    const bool changed = !telemetry::same_value(value, m_value);
    m_value = value;
    showValue();
    if (changed) emit valueCommitted(fromView(m_spec.key), value);
}

void HyperparameterField::restoreText() {
    accept();
    showValue();
    m_edit->selectAll();
}

void HyperparameterField::followSlider(double value) {
    accept();
    m_pending = value;
    m_edit->setText(formatted(m_spec, value));
    if (!m_merge->isActive()) m_merge->start();
}

void HyperparameterField::commitPending() {
    if (!m_pending) return;
    m_value = *m_pending;
    m_pending.reset();
    emit valueCommitted(fromView(m_spec.key), m_value);
}

void HyperparameterField::refuse(const QString& sentence) {
    m_edit->setProperty("refused", true);
    m_edit->style()->polish(m_edit);
    m_edit->setAccessibleDescription(sentence);
    m_error->setText(sentence);
    m_error->show();
}

void HyperparameterField::accept() {
    if (!isRefused()) return;
    m_edit->setProperty("refused", false);
    m_edit->style()->polish(m_edit);
    m_error->hide();
    describe();
}

}  // namespace normscope::widgets
