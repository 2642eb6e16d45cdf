// A setting that is one of several words.
#pragma once

#include "widgets/theme/Theme.h"

#include <QComboBox>
#include <QLabel>
#include <QString>
#include <QWidget>

#include <vector>

namespace normscope::widgets {

/// Label and combo box.
class ChoiceField : public QWidget {
    Q_OBJECT

   public:
    struct Option {
        QString value;  ///< as in a recipe
        QString text;   ///< for people
        QString help;   ///< tool tip of the entry; may be empty
    };

    ChoiceField(Theme& theme, const QString& label, const QString& toolTip, std::vector<Option> options,
                QWidget* parent = nullptr);

    /// Shows a value; one that is no option is added as `text`, or under its own name.
    void setValue(const QString& value, const QString& text = {});
    QString value() const { return m_box->currentData().toString(); }
    /// At scale 1.
    void setLabelWidth(int width);
    QString label() const { return m_label->text(); }
    /// As people read it.
    QString text() const { return m_box->currentText(); }
    /// Without a label the box takes the whole width; screen readers still get its name.
    void hideLabel() { m_label->hide(); }

   signals:
    /// The user chose.
    void chosen(const QString& value);

   private:
    void applyTheme();

    Theme& m_theme;
    QLabel* m_label;
    QComboBox* m_box;
    int m_labelWidth = 0;
};

}  // namespace normscope::widgets
