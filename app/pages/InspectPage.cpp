#include "app/pages/InspectPage.h"

#include "core/io/ReadFile.h"
#include "core/train/Checkpoint.h"
#include "widgets/layout/Card.h"
#include "widgets/plots/ChannelPlot.h"
#include "widgets/theme/LabelStyle.h"

#include <QFileInfo>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPointer>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>
#include <exception>
#include <utility>

namespace normscope::app {

using instruments::Finding;
using instruments::InspectedNorm;
using widgets::ChannelPlot;
using widgets::Meaning;
using widgets::TextRole;

namespace {

InspectedFile inspectFile(const QString& path) {
    const std::string name = path.toStdString();
    const auto bytes = io::read_file(name, max_checkpoint_bytes);
    const io::SafetensorsContent content = io::parse_safetensors(bytes, name);
    return {path, QFileInfo(path).fileName(), content.tensors.size(), instruments::inspect_norms(content.tensors)};
}

InspectedFile inspectRun(const Experiment& experiment) {
    const auto state = experiment.network().state();
    const NormRecipe& norm = experiment.recipe().model.norm;
    const instruments::AssumedOptions options{.eps = norm.eps, .momentum = norm.momentum.value_or(1)};
    const auto entries = tensor_entries(state);
    return {{},
            InspectPage::tr("This run at step %1").arg(experiment.step().value),
            entries.size(),
            instruments::inspect_norms(entries, options)};
}

QString rangeOf(const std::vector<double>& values) {
    const auto summary = instruments::summary_of(values);
    if (!summary) return QStringLiteral("–");
    return QStringLiteral("%1 … %2").arg(summary->minimum, 0, 'g', 3).arg(summary->maximum, 0, 'g', 3);
}

std::set<int> markedChannels(const InspectedNorm& layer) {
    std::set<int> marked;
    for (const Finding& finding : layer.findings) {
        if (finding.channel) marked.insert(static_cast<int>(*finding.channel));
    }
    return marked;
}

}  // namespace

InspectPage::InspectPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_message(new QLabel),
      m_open(new QPushButton(tr("Open checkpoint…"))),
      m_train(new QPushButton(tr("Train on from here"))),
      m_layers(new QTableWidget),
      m_findings(new QListWidget),
      m_mean(new ChannelPlot(theme())),
      m_variance(new ChannelPlot(theme())),
      m_weight(new ChannelPlot(theme())),
      m_bias(new ChannelPlot(theme())) {
    m_mean->setTitle(tr("running_mean"));
    m_variance->setTitle(tr("running_var, logarithmic"));
    m_variance->setLogarithmic(true);
    m_weight->setTitle(tr("weight γ"));
    m_bias->setTitle(tr("bias β"));
    for (const auto& [name, plot] : plots()) {
        qobject_cast<widgets::ChartPlot*>(plot)->setEmptyText(tr("Open a checkpoint, or drop one on the window"));
        plot->setToolTip(
            tr("By channel. A ring marks channels that a finding is about, a cross values that are not finite."));
        plot->setMinimumHeight(120);
    }

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(16, 8, 16, 8);
    grid->setSpacing(8);
    grid->addWidget(buildLayers(), 0, 0, 3, 1);
    grid->addWidget(m_mean, 0, 1);
    grid->addWidget(m_variance, 0, 2);
    grid->addWidget(m_weight, 1, 1);
    grid->addWidget(m_bias, 1, 2);
    grid->addWidget(buildFindings(), 2, 1, 1, 2);
    grid->setColumnStretch(0, 6);
    grid->setColumnStretch(1, 6);
    grid->setColumnStretch(2, 6);
    grid->setRowStretch(0, 4);
    grid->setRowStretch(1, 4);
    grid->setRowStretch(2, 3);

    connect(m_open, &QPushButton::clicked, this, &InspectPage::openRequested);
    connect(m_train, &QPushButton::clicked, this, [this] {
        if (m_file) emit trainRequested(m_file->path);
    });
    connect(m_layers, &QTableWidget::currentCellChanged, this, [this](int row) { showLayer(row); });
    connect(&theme(), &widgets::Theme::changed, this, &InspectPage::applyTheme);
    m_train->setEnabled(false);
    m_reader.setMaxThreadCount(1);
    applyTheme();
}

std::vector<std::pair<QString, widgets::PlotCard*>> InspectPage::plots() const {
    return {{QStringLiteral("running-mean"), m_mean},
            {QStringLiteral("running-var"), m_variance},
            {QStringLiteral("weight"), m_weight},
            {QStringLiteral("bias"), m_bias}};
}

QWidget* InspectPage::buildLayers() {
    m_layersCard = new widgets::Card(theme(), tr("Norm layers"));
    m_message->setWordWrap(true);
    m_message->setText(tr("Any safetensors file, ours or PyTorch's, whatever its network."));
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_layers->setColumnCount(4);
    m_layers->setHorizontalHeaderLabels({tr("layer"), tr("C"), tr("running_var"), tr("findings")});
    m_layers->verticalHeader()->hide();
    m_layers->verticalHeader()->setDefaultSectionSize(26);
    m_layers->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_layers->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_layers->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_layers->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_layers->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_layers->setSelectionMode(QAbstractItemView::SingleSelection);
    m_layers->setShowGrid(false);
    m_layers->setTextElideMode(Qt::ElideLeft);
    m_layers->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_layers->setTabKeyNavigation(false);
    m_layers->setProperty("plain", true);
    m_layers->setAccessibleName(tr("Norm layers of the file"));
    m_layers->setToolTip(tr("Layers found by their names: *.running_mean with *.running_var"));
    m_open->setToolTip(tr("Opens a safetensors file; the run that goes on is left alone"));
    m_train->setToolTip(tr("Starts a run with this file's weights and statistics, or goes on with a saved run"));
    m_train->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_open);
    buttons->addWidget(m_train);
    buttons->addStretch(1);
    m_layersCard->content()->addWidget(m_message);
    m_layersCard->content()->addLayout(buttons);
    m_layersCard->content()->addWidget(m_layers, 1);
    return m_layersCard;
}

QWidget* InspectPage::buildFindings() {
    m_findingsCard = new widgets::Card(theme(), tr("Findings"));
    m_findings->setProperty("plain", true);
    m_findings->setWordWrap(true);
    m_findings->setAccessibleName(tr("Findings about the chosen layer"));
    m_findings->setToolTip(tr("eps 1e-5 and momentum 0.1 are assumed: a checkpoint does not hold them"));
    m_findingsCard->content()->addWidget(m_findings);
    return m_findingsCard;
}

void InspectPage::refresh() {
    if (m_file && !m_file->path.isEmpty()) return;
    ask([this](StateOnView& view) -> Answer {
        auto found = std::make_shared<const InspectedFile>(inspectRun(view.experiment));
        return [this, found] {
            if (!m_file || m_file->path.isEmpty()) showFile(found);
        };
    });
}

void InspectPage::openFile(const QString& path) {
    const std::uint64_t request = ++m_request;
    m_refused = false;
    m_message->setText(tr("Reading %1 …").arg(path));
    m_reader.start([self = QPointer<InspectPage>(this), path, request] {
        std::shared_ptr<const InspectedFile> file;
        QString error;
        try {
            file = std::make_shared<const InspectedFile>(inspectFile(path));
        } catch (const std::exception& caught) {
            error = QString::fromUtf8(caught.what());
        }
        // The page waits for its reader before it goes.
        QMetaObject::invokeMethod(
            self.data(),
            [self, file, error, request] {
                if (!self || request != self->m_request) return;
                file ? self->showFile(file) : self->showError(error);
            },
            Qt::QueuedConnection);
    });
}

void InspectPage::showFile(std::shared_ptr<const InspectedFile> file) {
    m_file = std::move(file);
    std::size_t findings = 0;
    const int chosen = m_layers->currentRow();
    m_layers->setRowCount(static_cast<int>(m_file->layers.size()));
    for (int row = 0; row < m_layers->rowCount(); ++row) {
        const InspectedNorm& layer = m_file->layers[static_cast<std::size_t>(row)];
        findings += layer.findings.size();
        const QStringList texts{QString::fromStdString(layer.name), QString::number(layer.channels()),
                                rangeOf(layer.running_var),
                                layer.findings.empty() ? tr("none") : tr("▲ %1").arg(layer.findings.size())};
        for (int column = 0; column < texts.size(); ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setToolTip(texts[column]);
            if (column == 3 && !layer.findings.empty()) item->setForeground(theme().colors().warn);
            m_layers->setItem(row, column, item);
        }
    }
    if (!m_refused) showSummary(findings);
    m_train->setEnabled(!m_file->path.isEmpty());
    const auto worst =
        std::ranges::max_element(m_file->layers, {}, [](const auto& layer) { return layer.findings.size(); });
    int row = m_file->layers.empty() ? -1 : static_cast<int>(worst - m_file->layers.begin());
    // The run comes again and again: the user's choice stays.
    if (m_file->path.isEmpty() && chosen >= 0 && chosen < m_layers->rowCount()) row = chosen;
    m_layers->setCurrentCell(row, 0);
    showLayer(row);
}

void InspectPage::showSummary(std::size_t findings) {
    widgets::setTextColor(m_message, theme().colors().muted);
    m_message->setText(tr("%1: %2 tensors, %3 layers with running statistics, %4 findings.")
                           .arg(m_file->name)
                           .arg(m_file->tensors)
                           .arg(m_file->layers.size())
                           .arg(findings));
}

void InspectPage::showLayer(int index) {
    m_findings->clear();
    if (!m_file || index < 0 || static_cast<std::size_t>(index) >= m_file->layers.size()) {
        for (ChannelPlot* plot : {m_mean, m_variance, m_weight, m_bias}) plot->setValues({}, Meaning::Neutral);
        return;
    }
    const InspectedNorm& layer = m_file->layers[static_cast<std::size_t>(index)];
    const std::set<int> marked = markedChannels(layer);
    m_mean->setValues(layer.running_mean, Meaning::Running, marked);
    m_variance->setValues(layer.running_var, Meaning::Running, marked);
    m_weight->setValues(layer.weight, Meaning::Gamma, marked);
    m_bias->setValues(layer.bias, Meaning::Beta, marked);
    for (ChannelPlot* plot : {m_weight, m_bias}) plot->setEmptyText(tr("This layer has no γ and β (affine=False)"));
    m_findingsCard->setTitle(tr("Findings in %1").arg(QString::fromStdString(layer.name)));
    m_findingsCard->setNote(layer.num_batches_tracked ? tr("%1 batches tracked").arg(*layer.num_batches_tracked)
                                                      : QString());
    for (const Finding& finding : layer.findings) {
        const QString sentence = QString::fromStdString(finding.sentence);
        m_findings->addItem(finding.channel ? tr("Channel %1: %2").arg(*finding.channel).arg(sentence) : sentence);
    }
    if (layer.findings.empty()) m_findings->addItem(tr("Nothing suspicious in this layer."));
}

void InspectPage::showError(const QString& sentence) {
    m_refused = true;
    m_message->setText(sentence);
    widgets::setTextColor(m_message, theme().colors().warn);
}

void InspectPage::applyTheme() {
    widgets::setTextStyle(m_message, theme().font(TextRole::Small), theme().colors().muted);
    m_layers->setFont(theme().font(TextRole::Body));
    m_layers->horizontalHeader()->setFont(theme().font(TextRole::Small));
    m_findings->setFont(theme().font(TextRole::Body));
}

}  // namespace normscope::app
