#include "app/panels/DataForm.h"

#include "core/Error.h"
#include "widgets/theme/LabelStyle.h"

#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <string_view>

namespace normscope::app {
namespace {

/// An option of a SPEC as a field: a number between two bounds, or one of several words.
struct OptionSpec {
    const char* key;
    const char* label;
    const char* help;
    const char* standard;
    double minimum = 0;
    double maximum = 0;
    int decimals = 0;
    std::array<const char*, 2> words{};  ///< instead of a number
};

struct KindSpec {
    const char* prefix;  ///< of the SPEC
    const char* text;
    std::array<const char*, 2> paths{};  ///< labels of what must be chosen
    bool folder = false;                 ///< the path is a folder
    char separator = ',';                ///< in front of the first option
    char next = ',';                     ///< between options
    std::vector<OptionSpec> options;
    bool hasTestSet = false;
};

const std::vector<KindSpec>& kinds() {
    static const std::vector<KindSpec> table{
        {.prefix = "fashion-mnist",
         .text = QT_TRANSLATE_NOOP("DataForm", "Fashion-MNIST, bundled sample"),
         .options = {},
         .hasTestSet = true},
        {.prefix = "fashion-mnist-full",
         .text = QT_TRANSLATE_NOOP("DataForm", "Fashion-MNIST, full"),
         .options = {},
         .hasTestSet = true},
        {.prefix = "folder:",
         .text = QT_TRANSLATE_NOOP("DataForm", "Folder of images"),
         .paths = {QT_TRANSLATE_NOOP("DataForm", "Folder")},
         .folder = true,
         .separator = '?',
         .next = '&',
         .options = {{"size",
                      QT_TRANSLATE_NOOP("DataForm", "Size, pixels"),
                      QT_TRANSLATE_NOOP("DataForm", "Height and width that every picture is brought to"),
                      "64",
                      8,
                      512,
                      0,
                      {}},
                     {"fit",
                      QT_TRANSLATE_NOOP("DataForm", "Fit"),
                      QT_TRANSLATE_NOOP("DataForm", "crop takes the centre square, stretch squeezes the whole picture"),
                      "crop",
                      0,
                      0,
                      0,
                      {"crop", "stretch"}},
                     {"color",
                      QT_TRANSLATE_NOOP("DataForm", "Colour"),
                      QT_TRANSLATE_NOOP("DataForm", "Three channels, or one of grey"),
                      "rgb",
                      0,
                      0,
                      0,
                      {"rgb", "grey"}},
                     {"seed",
                      QT_TRANSLATE_NOOP("DataForm", "Split seed"),
                      QT_TRANSLATE_NOOP("DataForm", "Draws the order of the images, and so which ones are held out"),
                      "1",
                      0,
                      1e9,
                      0,
                      {}}}},
        {.prefix = "shapes:",
         .text = QT_TRANSLATE_NOOP("DataForm", "Generated shapes"),
         .options = {{"images",
                      QT_TRANSLATE_NOOP("DataForm", "Images"),
                      QT_TRANSLATE_NOOP("DataForm", "To train on"),
                      "2000",
                      1,
                      1e6,
                      0,
                      {}},
                     {"size",
                      QT_TRANSLATE_NOOP("DataForm", "Size, pixels"),
                      QT_TRANSLATE_NOOP("DataForm", "Height and width"),
                      "32",
                      8,
                      256,
                      0,
                      {}},
                     {"classes",
                      QT_TRANSLATE_NOOP("DataForm", "Classes"),
                      QT_TRANSLATE_NOOP("DataForm", "How many shapes"),
                      "6",
                      2,
                      8,
                      0,
                      {}},
                     {"brightness",
                      QT_TRANSLATE_NOOP("DataForm", "Brightness"),
                      QT_TRANSLATE_NOOP("DataForm", "Added to every pixel"),
                      "0",
                      -1,
                      1,
                      2,
                      {}},
                     {"contrast",
                      QT_TRANSLATE_NOOP("DataForm", "Contrast"),
                      QT_TRANSLATE_NOOP("DataForm", "Factor about middle grey"),
                      "1",
                      0,
                      4,
                      2,
                      {}},
                     {"noise",
                      QT_TRANSLATE_NOOP("DataForm", "Noise"),
                      QT_TRANSLATE_NOOP("DataForm", "Standard deviation of what is added to each pixel"),
                      "0.05",
                      0,
                      1,
                      2,
                      {}},
                     {"background",
                      QT_TRANSLATE_NOOP("DataForm", "Background"),
                      QT_TRANSLATE_NOOP("DataForm", "Grey level"),
                      "0.2",
                      0,
                      1,
                      2,
                      {}},
                     {"eval_brightness",
                      QT_TRANSLATE_NOOP("DataForm", "… held out: brightness"),
                      QT_TRANSLATE_NOOP("DataForm",
                                        "A second domain, whose statistics differ: that of the held-out images"),
                      "0",
                      -1,
                      1,
                      2,
                      {}},
                     {"eval_contrast",
                      QT_TRANSLATE_NOOP("DataForm", "… held out: contrast"),
                      QT_TRANSLATE_NOOP("DataForm", "Contrast of the held-out images"),
                      "1",
                      0,
                      4,
                      2,
                      {}}},
         .hasTestSet = true},
        {.prefix = "cifar10:",
         .text = QT_TRANSLATE_NOOP("DataForm", "CIFAR-10, binary"),
         .paths = {QT_TRANSLATE_NOOP("DataForm", "Folder")},
         .folder = true,
         .options = {},
         .hasTestSet = true},
        {.prefix = "cifar100:",
         .text = QT_TRANSLATE_NOOP("DataForm", "CIFAR-100, binary"),
         .paths = {QT_TRANSLATE_NOOP("DataForm", "Folder")},
         .folder = true,
         .options = {},
         .hasTestSet = true},
        {.prefix = "idx:",
         .text = QT_TRANSLATE_NOOP("DataForm", "IDX files (MNIST)"),
         .paths = {QT_TRANSLATE_NOOP("DataForm", "Images"), QT_TRANSLATE_NOOP("DataForm", "Labels")},
         .options = {}},
        {.prefix = "npy:",
         .text = QT_TRANSLATE_NOOP("DataForm", "NumPy arrays"),
         .paths = {QT_TRANSLATE_NOOP("DataForm", "Images"), QT_TRANSLATE_NOOP("DataForm", "Labels")},
         .options = {}},
    };
    return table;
}

const KindSpec& kindOf(const QString& prefix) {
    const auto found =
        std::ranges::find_if(kinds(), [&](const KindSpec& kind) { return prefix == QLatin1String(kind.prefix); });
    return found == kinds().end() ? kinds().front() : *found;
}

std::vector<widgets::ChoiceField::Option> kindOptions() {
    std::vector<widgets::ChoiceField::Option> options;
    for (const KindSpec& kind : kinds()) options.push_back({QLatin1String(kind.prefix), DataForm::tr(kind.text), {}});
    return options;
}

}  // namespace

DataForm::DataForm(widgets::Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_kind(new widgets::ChoiceField(theme, tr("Kind of data"), tr("Where the images come from"), kindOptions())),
      m_rows(nullptr) {
    m_question = [this](const QString& title, bool folder) {
        return folder ? QFileDialog::getExistingDirectory(this, title) : QFileDialog::getOpenFileName(this, title);
    };
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_kind->hideLabel();
    column->addWidget(m_kind);
    column->addStretch(1);
    connect(m_kind, &widgets::ChoiceField::chosen, this, [this](const QString&) {
        showKind();
        emit edited();
    });
    connect(&theme, &widgets::Theme::changed, this, &DataForm::applyTheme);
    showKind();
}

void DataForm::showKind() {
    delete m_kindRows;
    m_paths.clear();
    m_options.clear();
    m_kindRows = new QWidget;
    m_rows = new QFormLayout(m_kindRows);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setHorizontalSpacing(10);
    m_rows->setVerticalSpacing(6);
    m_rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_rows->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    static_cast<QVBoxLayout*>(layout())->insertWidget(1, m_kindRows);
    buildPaths();
    buildOptions();
    applyTheme();
}

void DataForm::buildPaths() {
    const KindSpec& kind = kindOf(m_kind->value());
    for (const char* text : kind.paths) {
        if (text == nullptr) continue;
        const QString name = tr(text);
        PathRow row{new QLabel(name), new QLineEdit, new QPushButton(tr("…"))};
        row.edit->setAccessibleName(name);
        row.edit->setToolTip(kind.folder ? tr("Folder that holds the images; it can also be dropped on the window")
                                         : tr("File to read, plain or gzip"));
        row.browse->setAccessibleName(tr("Choose: %1").arg(name));
        row.browse->setToolTip(tr("Choose…"));
        row.browse->setFixedWidth(34);
        row.label->setBuddy(row.edit);
        auto* line = new QHBoxLayout;
        line->setSpacing(6);
        line->addWidget(row.edit, 1);
        line->addWidget(row.browse);
        m_rows->addRow(row.label, line);
        connect(row.edit, &QLineEdit::editingFinished, this, &DataForm::edited);
        connect(row.browse, &QPushButton::clicked, this, [this, edit = row.edit, name, folder = kind.folder] {
            const QString path = m_question(name, folder);
            if (path.isEmpty()) return;
            edit->setText(path);
            emit edited();
        });
        m_paths.push_back(row);
    }
}

void DataForm::buildOptions() {
    const KindSpec& kind = kindOf(m_kind->value());
    std::vector<OptionSpec> specs = kind.options;
    const OptionSpec heldOut{
        "",
        QT_TRANSLATE_NOOP("DataForm", "Held out"),
        QT_TRANSLATE_NOOP("DataForm", "Share of the images kept for evaluation, where there is no test set of its own"),
        "0.1",
        0,
        0.9,
        2,
        {}};
    if (!kind.hasTestSet) specs.push_back(heldOut);
    for (const OptionSpec& spec : specs) {
        OptionRow row{.key = QLatin1String(spec.key),
                      .standard = QLatin1String(spec.standard),
                      .label = new QLabel(tr(spec.label)),
                      .field = nullptr,
                      .value = {},
                      .show = {}};
        if (spec.words[0] != nullptr) {
            auto* box = new QComboBox;
            for (const char* word : spec.words) box->addItem(QLatin1String(word));
            row.value = [box] { return box->currentText(); };
            row.show = [box](const QString& text) { box->setCurrentText(text); };
            connect(box, &QComboBox::activated, this, &DataForm::edited);
            row.field = box;
        } else {
            auto* box = new QDoubleSpinBox;
            box->setLocale(QLocale::c());
            box->setRange(spec.minimum, spec.maximum);
            box->setDecimals(spec.decimals);
            box->setSingleStep(spec.decimals > 0 ? 0.05 : 1);
            box->setButtonSymbols(QAbstractSpinBox::NoButtons);
            row.value = [box] { return QString::number(box->value(), 'g', 12); };
            row.show = [box](const QString& text) { box->setValue(text.toDouble()); };
            connect(box, &QDoubleSpinBox::editingFinished, this, &DataForm::edited);
            row.field = box;
        }
        row.show(row.standard);
        row.field->setAccessibleName(row.label->text());
        row.field->setToolTip(tr(spec.help));
        row.label->setToolTip(tr(spec.help));
        row.label->setBuddy(row.field);
        m_rows->addRow(row.label, row.field);
        m_options.push_back(row);
    }
}

QString DataForm::spec() const {
    const KindSpec& kind = kindOf(m_kind->value());
    QString spec = QLatin1String(kind.prefix);
    QStringList paths;
    for (const PathRow& row : m_paths) paths << row.edit->text();
    spec += paths.join(QLatin1Char(','));
    bool first = true;
    for (const OptionRow& row : m_options) {
        if (row.key.isEmpty() || row.value() == row.standard) continue;
        if (!first) spec += QLatin1Char(kind.next);
        if (first && !paths.isEmpty()) spec += QLatin1Char(kind.separator);
        spec += row.key + QLatin1Char('=') + row.value();
        first = false;
    }
    return spec == QLatin1String("shapes:") ? QStringLiteral("shapes") : spec;
}

DataRecipe DataForm::data() const {
    for (const PathRow& row : m_paths) {
        if (row.edit->text().trimmed().isEmpty()) {
            throw InputError(tr("%1: no path is given yet. Choose one with the button beside the field, or drop a "
                                "folder on the window.")
                                 .arg(row.label->text())
                                 .toStdString());
        }
    }
    DataRecipe recipe;
    recipe.source = spec().toStdString();
    for (const OptionRow& row : m_options) {
        if (row.key.isEmpty()) recipe.eval_fraction = row.value().toDouble();
    }
    return recipe;
}

void DataForm::setData(const DataRecipe& data) {
    const QString source = QString::fromStdString(data.source);
    const qsizetype colon = source.indexOf(QLatin1Char(':'));
    QString prefix = colon < 0 ? source : source.left(colon + 1);
    if (prefix == QLatin1String("shapes")) prefix = QStringLiteral("shapes:");
    m_kind->setValue(prefix);
    showKind();
    const KindSpec& kind = kindOf(prefix);
    QString rest = colon < 0 ? QString() : source.mid(colon + 1);
    QString options;
    if (m_paths.empty()) {
        options = rest;
    } else if (kind.folder && !QFileInfo(rest).isDir() && rest.contains(QLatin1Char('?'))) {
        options = rest.mid(rest.lastIndexOf(QLatin1Char('?')) + 1);
        rest = rest.left(rest.lastIndexOf(QLatin1Char('?')));
    }
    const QStringList paths = m_paths.size() == 2 ? rest.split(QLatin1Char(',')) : QStringList{rest};
    for (std::size_t i = 0; i < m_paths.size() && qsizetype(i) < paths.size(); ++i) {
        m_paths[i].edit->setText(paths[qsizetype(i)]);
    }
    for (const QString& option : options.split(QLatin1Char(kind.next), Qt::SkipEmptyParts)) {
        for (const OptionRow& row : m_options) {
            if (option.section(QLatin1Char('='), 0, 0) == row.key) row.show(option.section(QLatin1Char('='), 1));
        }
    }
    for (const OptionRow& row : m_options) {
        if (row.key.isEmpty()) row.show(QString::number(data.eval_fraction));
    }
}

void DataForm::setFolder(const QString& folder) {
    const QDir dir(folder);
    const char* prefix = "folder:";
    if (dir.exists(QStringLiteral("data_batch_1.bin"))) prefix = "cifar10:";
    if (dir.exists(QStringLiteral("train.bin"))) prefix = "cifar100:";
    DataRecipe recipe;
    recipe.source = prefix + folder.toStdString();
    setData(recipe);
}

void DataForm::applyTheme() {
    using widgets::TextRole;
    const QFont font = m_theme.font(TextRole::Body);
    for (const PathRow& row : m_paths) widgets::setTextStyle(row.label, font, m_theme.colors().muted);
    for (const OptionRow& row : m_options) {
        widgets::setTextStyle(row.label, font, m_theme.colors().muted);
        row.field->setFont(m_theme.font(TextRole::Mono));
    }
}

}  // namespace normscope::app
