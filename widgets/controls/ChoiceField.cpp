#include "widgets/controls/ChoiceField.h"

#include "widgets/theme/LabelStyle.h"

#include <QHBoxLayout>

namespace normscope::widgets {

ChoiceField::ChoiceField(Theme& theme, const QString& label, const QString& toolTip, std::vector<Option> options,
                         QWidget* parent)
    : QWidget(parent), m_theme(theme), m_label(new QLabel(label)), m_box(new QComboBox) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_label);
    row->addWidget(m_box, 1);
    m_label->setBuddy(m_box);
    for (const Option& option : options) {
        m_box->addItem(option.text, option.value);
        if (!option.help.isEmpty()) m_box->setItemData(m_box->count() - 1, option.help, Qt::ToolTipRole);
    }
    m_box->setAccessibleName(label);
    m_box->setToolTip(toolTip);
    m_label->setToolTip(toolTip);
    m_box->setMinimumContentsLength(8);
    m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(m_box, &QComboBox::activated, this, [this] { emit chosen(value()); });
    connect(&theme, &Theme::changed, this, &ChoiceField::applyTheme);
    applyTheme();
}

void ChoiceField::setValue(const QString& value, const QString& text) {
    if (m_box->findData(value) < 0) m_box->addItem(text.isEmpty() ? value : text, value);
    m_box->setCurrentIndex(m_box->findData(value));
}

void ChoiceField::setLabelWidth(int width) {
    m_labelWidth = width;
    applyTheme();
}

void ChoiceField::applyTheme() {
    if (m_labelWidth > 0) m_label->setFixedWidth(m_theme.scaled(m_labelWidth));
    setTextStyle(m_label, m_theme.font(TextRole::Body), m_theme.colors().text);
}

}  // namespace normscope::widgets
