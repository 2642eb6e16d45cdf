// Fields that together name a data set.
#pragma once

#include "core/recipe/Recipe.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/theme/Theme.h"

#include <QWidget>

#include <functional>
#include <vector>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace normscope::app {

/// Kind of source, where it lies, how it is read; together a SPEC (docs/data-sets.md).
class DataForm : public QWidget {
    Q_OBJECT

   public:
    explicit DataForm(widgets::Theme& theme, QWidget* parent = nullptr);

    /// Source, held-out share. Throws InputError with a sentence if a path is missing.
    DataRecipe data() const;
    /// Shows what a recipe reads.
    void setData(const DataRecipe& data);
    /// Chooses the kind for a dropped folder: CIFAR if its files are there, else a folder of images.
    void setFolder(const QString& folder);
    QString spec() const;

    /// How paths are asked for; a file dialog unless set. `folder` or a file.
    using PathQuestion = std::function<QString(const QString& title, bool folder)>;
    void setPathQuestion(PathQuestion question) { m_question = std::move(question); }

   signals:
    void edited();

   private:
    struct OptionRow {
        QString key;
        QString standard;  ///< the value that need not be written
        QLabel* label;
        QWidget* field;
        std::function<QString()> value;
        std::function<void(const QString&)> show;
    };
    struct PathRow {
        QLabel* label;
        QLineEdit* edit;
        QPushButton* browse;
    };

    void showKind();
    void buildPaths();
    void buildOptions();
    void applyTheme();

    widgets::Theme& m_theme;
    widgets::ChoiceField* m_kind;
    QFormLayout* m_rows;
    QWidget* m_kindRows = nullptr;
    std::vector<PathRow> m_paths;
    std::vector<OptionRow> m_options;
    PathQuestion m_question;
};

}  // namespace normscope::app
