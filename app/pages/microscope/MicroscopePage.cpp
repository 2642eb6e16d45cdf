#include "app/pages/microscope/MicroscopePage.h"

#include "core/Error.h"
#include "widgets/theme/LabelStyle.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope::app {

using widgets::FormulaBox;
using widgets::fraction;
using widgets::gap;
using widgets::root;
using widgets::row;
using widgets::term;
using widgets::TextRole;

namespace {

constexpr int excerptSide = 5;

FormulaBox op(const char* text) {
    return widgets::text(QString::fromUtf8(text));
}

QSpinBox* makeBox(const QString& name, const QString& toolTip) {
    auto* box = new QSpinBox;
    box->setAccessibleName(name);
    box->setToolTip(toolTip);
    box->setKeyboardTracking(false);
    return box;
}

/// What every card shows, by whether the batch's statistics or the running ones normalize.
std::vector<FormulaBox> linesOf(std::size_t card, bool usesBatch, bool updates) {
    const char* mean = usesBatch ? "mu" : "rm";
    const char* var = usesBatch ? "var" : "rv";
    switch (card) {
        case 0:
            return {row({term("mu"), op("="), fraction(term("sum"), term("n")), gap(), term("var"), op("="),
                         fraction(term("squares"), term("n")), gap(), term("unbiased"), op("="),
                         fraction(term("squares"), term("n1"))})};
        case 1:
            return {row({term("x_hat"), op("="),
                         fraction(row({term("x"), op("−"), term(mean)}), root(row({term(var), op("+"), term("eps")}))),
                         gap(), term("inv_std"), op("="),
                         fraction(op("1"), root(row({term(var), op("+"), term("eps")})))})};
        case 2:
            return {row({term("y"), op("="), term("gamma"), op("·"), term("x_hat"), op("+"), term("beta"), gap(),
                         term("y_net")})};
        case 3:
            if (!updates)
                return {row({term("rm_new"), op("="), term("rm"), gap(), term("rv_new"), op("="), term("rv")})};
            return {row({term("rm_new"), op("="), term("1-m"), op("·"), term("rm"), op("+"), term("m"), op("·"),
                         term("mu")}),
                    row({term("rv_new"), op("="), term("1-m"), op("·"), term("rv"), op("+"), term("m"), op("·"),
                         term("unbiased")})};
        default:
            if (!usesBatch) {
                return {row({term("dx"), op("="), term("direct"), op("="), term("gamma"), op("·"), term("inv_std"),
                             op("·"), term("g")}),
                        row({term("mean_term"), gap(), term("projection")})};
            }
            return {row({term("dx"), op("="), term("direct"), op("+"), term("mean_term"), op("+"), term("projection"),
                         gap(), term("g")}),
                    row({op("direct = "), term("gamma"), op("·"), term("inv_std"), op("·"), term("g"), gap(),
                         op("mean term = −"), term("gamma"), op("·"), term("inv_std"), op("·"), term("dbeta"), op("/"),
                         term("n")}),
                    row({op("projection = −"), term("gamma"), op("·"), term("inv_std"), op("·"), term("x_hat"), op("·"),
                         term("dgamma"), op("/"), term("n"), gap(), op("with"), term("dbeta"), op("= Σg,"),
                         term("dgamma"), op("= Σg·x̂")})};
    }
}

}  // namespace

MicroscopePage::MicroscopePage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_excerpt(new widgets::ValueGridCard(theme())),
      m_train(new QRadioButton(tr("&train mode"))),
      m_eval(new QRadioButton(tr("e&val mode"))),
      m_channel(makeBox(tr("Channel"), tr("Channel of the selected layer"))),
      m_image(makeBox(tr("Image of the batch"), tr("Which image of the batch, counted from 0"))),
      m_row(makeBox(tr("Row"), tr("Row of the pixel in the layer's feature map"))),
      m_column(makeBox(tr("Column"), tr("Column of the pixel in the layer's feature map"))),
      m_putBack(new QPushButton(tr("Put &back"))),
      m_note(new QLabel) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(8);
    column->addLayout(buildPlaceRow());
    column->addLayout(buildInputRow());
    buildCards();
    explain();
    connectParts();
    connect(&theme(), &widgets::Theme::changed, this, &MicroscopePage::applyTheme);
    applyTheme();
    if (model().description()) startRun();
    followTarget();
}

std::vector<std::pair<QString, widgets::PlotCard*>> MicroscopePage::plots() const {
    return {{QStringLiteral("mean-and-variance"), m_cards[0]}, {QStringLiteral("normalize"), m_cards[1]},
            {QStringLiteral("scale-and-shift"), m_cards[2]},   {QStringLiteral("running-statistics"), m_cards[3]},
            {QStringLiteral("backward"), m_cards[4]},          {QStringLiteral("excerpt"), m_excerpt}};
}

QLayout* MicroscopePage::buildPlaceRow() {
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    auto* modes = new QButtonGroup(this);
    modes->addButton(m_train);
    modes->addButton(m_eval);
    m_train->setChecked(true);
    line->addWidget(m_train);
    line->addWidget(m_eval);
    line->addSpacing(8);
    const auto add = [&](QSpinBox* box, const QString& name) {
        auto* label = new QLabel(name);
        label->setBuddy(box);
        m_labels.push_back(label);
        line->addWidget(label);
        line->addWidget(box);
    };
    add(m_channel, tr("&channel"));
    add(m_image, tr("&image"));
    add(m_row, tr("ro&w"));
    add(m_column, tr("c&olumn"));
    m_note->setMinimumWidth(80);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line->addWidget(m_note, 1);
    return line;
}

QLayout* MicroscopePage::buildInputRow() {
    struct Entry {
        Input input;
        QString label;
        QString name;
        QString toolTip;
    };
    const std::array<Entry, inputs> entries{{
        {Input::X, tr("x"), tr("Input x"), tr("The value that enters the layer at this image and pixel")},
        {Input::Gamma, tr("γ"), tr("Scale γ"), tr("Scale of the channel; weight in PyTorch")},
        {Input::Beta, tr("β"), tr("Shift β"), tr("Shift of the channel; bias in PyTorch")},
        {Input::Eps, tr("eps"), tr("eps"), tr("Added to the variance inside the root; PyTorch's default is 1e-5")},
        {Input::Momentum, tr("momentum"), tr("Momentum of the running statistics"),
         tr("Weight of the new batch in the running statistics; PyTorch's default is 0.1")},
    }};
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    for (const Entry& entry : entries) {
        auto* label = new QLabel(entry.label);
        auto* edit = new QLineEdit;
        label->setBuddy(edit);
        edit->setAccessibleName(entry.name);
        edit->setToolTip(entry.toolTip + QLatin1Char('\n') +
                         tr("Type another number and press Enter: all formulas follow, the run stays as it is."));
        edit->setAlignment(Qt::AlignRight);
        edit->setMinimumWidth(76);
        edit->setMaximumWidth(150);
        m_labels.push_back(label);
        m_inputs[std::size_t(entry.input)] = {label, edit};
        line->addWidget(label);
        line->addWidget(edit, 1);
        line->addSpacing(4);
        connect(edit, &QLineEdit::editingFinished, this, [this, which = entry.input] { commit(which); });
    }
    m_putBack->setToolTip(tr("The run's own numbers again"));
    m_putBack->setEnabled(false);
    line->addStretch(1);
    line->addWidget(m_putBack);
    return line;
}

void MicroscopePage::buildCards() {
    for (auto*& card : m_cards) {
        card = new widgets::FormulaCard(theme());
        card->setMinimumSize(300, 96);
    }
    m_excerpt->setMinimumSize(200, 96);
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    grid->addWidget(m_cards[0], 0, 0);
    grid->addWidget(m_cards[1], 0, 1);
    grid->addWidget(m_cards[2], 1, 0);
    grid->addWidget(m_cards[3], 1, 1);
    auto* below = new QHBoxLayout;
    below->setSpacing(8);
    below->addWidget(m_cards[4], 5);
    below->addWidget(m_excerpt, 3);
    grid->addLayout(below, 2, 0, 1, 2);
    for (const int line : {0, 1, 2}) grid->setRowStretch(line, line == 2 ? 6 : 5);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(grid, 1);
}

void MicroscopePage::explain() {
    m_cards[0]->setTitle(tr("1 · Mean and variance of the batch"));
    m_cards[0]->setWhatsThis(
        tr("Over all images and pixels of the channel. Normalization divides by n, the running "
           "variance takes n−1."));
    m_cards[1]->setTitle(tr("2 · Normalize"));
    m_cards[1]->setWhatsThis(
        tr("Train mode takes the batch's mean and variance, eval mode the running ones. eps stands "
           "inside the root."));
    m_cards[2]->setTitle(tr("3 · Scale and shift"));
    m_cards[2]->setWhatsThis(tr("γ and β are learned; with γ = √(σ² + eps) and β = μ the layer would undo itself."));
    m_cards[3]->setTitle(tr("4 · Update the running statistics"));
    m_cards[3]->setWhatsThis(
        tr("PyTorch's momentum m is the weight of the new batch; Keras counts it the other way, "
           "1 − m. Eval mode and frozen layers update nothing."));
    m_cards[4]->setTitle(tr("Backward · three terms"));
    m_cards[4]->setWhatsThis(
        tr("dx = γ·is·(g − dβ/n − x̂·dγ/n). The second and third terms are what flows back through "
           "mean and variance; in eval mode, where these are constants, they are 0."));
    for (widgets::FormulaCard* card : m_cards) {
        card->setToolTip(
            tr("Point at a symbol: what follows from it lights up, what it is made of is underlined. With "
               "the keyboard: arrow keys. Click x, γ, β, eps or m to edit them."));
    }
    m_excerpt->setTitle(tr("x around the pixel"));
    m_excerpt->setToolTip(
        tr("Values of the chosen image around the chosen pixel. Click one, or move with the arrow "
           "keys."));
    m_excerpt->setWhatsThis(tr("The layer's input in this channel; rows and columns of the feature map."));
    m_train->setToolTip(tr("Normalize with the batch's statistics and update the running ones"));
    m_eval->setToolTip(tr("Normalize the same batch with the running statistics"));
}

void MicroscopePage::connectParts() {
    connect(&model(), &RunModel::runStarted, this, &MicroscopePage::startRun);
    connect(&selection(), &SelectionModel::microscopeRequested, this, &MicroscopePage::followTarget);
    connect(&selection(), &SelectionModel::layerChanged, this, &MicroscopePage::forgetReading);
    connect(&selection(), &SelectionModel::channelsChanged, this, &MicroscopePage::forgetReading);
    connect(m_train, &QRadioButton::toggled, this, &Page::invalidate);
    connect(m_putBack, &QPushButton::clicked, this, &MicroscopePage::putBack);
    connect(m_channel, &QSpinBox::valueChanged, this,
            [this](int channel) { selection().selectChannels({ChannelIndex{channel}}); });
    for (QSpinBox* box : {m_image, m_row, m_column}) {
        connect(box, &QSpinBox::valueChanged, this, [this] {
            if (m_reading) showTerms();
        });
    }
    connect(m_excerpt->grid(), &widgets::ValueGrid::cellChosen, this, [this](int row, int column) {
        m_row->setValue(row);
        m_column->setValue(column);
    });
    for (widgets::FormulaCard* card : m_cards) {
        connect(card->view(), &widgets::FormulaView::termHovered, this, &MicroscopePage::highlight);
        connect(card->view(), &widgets::FormulaView::termActivated, this, &MicroscopePage::activateTerm);
    }
}

void MicroscopePage::startRun() {
    for (const auto& [name, plot] : plots()) {
        plot->setRecipeJson(QString::fromStdString(model().description()->recipe_json));
    }
    forgetReading();
}

void MicroscopePage::followTarget() {
    const auto& target = selection().microscopeTarget();
    if (!target) return;
    // The boxes may not reach that far before the layer has been measured.
    const auto set = [](QSpinBox* box, std::int64_t value) {
        box->setMaximum(std::max(box->maximum(), int(value)));
        box->setValue(int(value));
    };
    set(m_image, target->image);
    set(m_row, target->row);
    set(m_column, target->column);
    invalidate();
}

void MicroscopePage::forgetReading() {
    m_edits = {};
    m_reading.reset();
    for (widgets::FormulaCard* card : m_cards) card->view()->setLines({});
    m_excerpt->grid()->setValues(0, 0, 0, {});
    showInputs();
    const auto layer = selection().layer();
    const QSignalBlocker quiet(m_channel);
    if (layer && model().description()) {
        const auto& description = model().description()->layers.at(std::size_t(layer->value));
        m_channel->setMaximum(std::max(0, int(description.channels) - 1));
        m_channel->setValue(int(selection().channels().front().value));
    }
    showNote();
}

nn::Mode MicroscopePage::mode() const {
    return m_train->isChecked() ? nn::Mode::train : nn::Mode::eval;
}

MicroscopePlace MicroscopePage::place() const {
    return {m_image->value(), m_row->value(), m_column->value()};
}

void MicroscopePage::refresh() {
    const auto layer = selection().layer();
    if (!layer) return forgetReading();
    const ChannelIndex channel = selection().channels().front();
    const bool keeps = !m_edits.empty() && m_reading && m_reading->mode == mode();
    const auto cached = keeps ? m_reading->measured : nullptr;
    const StepIndex cachedStep = m_readAt;
    ask([this, layer = *layer, channel, mode = mode(), edits = m_edits, cached,
         cachedStep](StateOnView& view) -> Answer {
        try {
            auto measured = cached;
            const StepIndex step = cached ? cachedStep : view.experiment.step();
            if (!measured) {
                measured = std::make_shared<const instruments::ChannelBatch>(
                    instruments::channel_batch(view.experiment, layer, channel, mode, view.trainer.pool()));
            }
            auto reading = std::make_shared<MicroscopeReading>(readChannel(measured, mode, edits));
            return [this, reading, step, layer, channel] {
                if (selection().layer() != layer || !(selection().channels().front() == channel)) return;
                m_readAt = step;
                showReading(std::move(*reading));
            };
        } catch (const InputError& error) {
            return [this, sentence = QString::fromUtf8(error.what())] {
                forgetReading();
                m_note->setText(sentence);
                m_note->setToolTip(sentence);
            };
        }
    });
}

void MicroscopePage::showReading(MicroscopeReading reading) {
    m_reading = std::move(reading);
    const Shape& shape = m_reading->measured->shape;
    const auto limit = [](QSpinBox* box, std::int64_t size) { box->setMaximum(std::max(0, int(size) - 1)); };
    limit(m_image, shape.n);
    limit(m_row, shape.h);
    limit(m_column, shape.w);
    showFormulas();
    showTerms();
}

void MicroscopePage::showFormulas() {
    const bool usesBatch = m_reading->forward.used_batch;
    const bool updates = usesBatch && m_reading->channel.track_running_stats;
    m_cards[0]->setUnit(usesBatch ? QString() : tr("not used to normalize"));
    m_cards[3]->setUnit(updates ? QString() : tr("nothing is updated"));
    for (std::size_t i = 0; i < cards; ++i) m_cards[i]->view()->setLines(linesOf(i, usesBatch, updates));
}

void MicroscopePage::showTerms() {
    const auto terms = formulaTerms(*m_reading, m_reading->position(place()));
    for (widgets::FormulaCard* card : m_cards) card->view()->setTerms(terms);
    showExcerpt();
    showInputs();
    showNote();
}

void MicroscopePage::showExcerpt() {
    const Shape& shape = m_reading->measured->shape;
    const auto begin = [](int at, std::int64_t size) {
        return int(std::clamp<std::int64_t>(at - excerptSide / 2, 0, std::max<std::int64_t>(0, size - excerptSide)));
    };
    const int firstRow = begin(m_row->value(), shape.h), firstColumn = begin(m_column->value(), shape.w);
    const int rows = int(std::min<std::int64_t>(excerptSide, shape.h));
    const int columns = int(std::min<std::int64_t>(excerptSide, shape.w));
    std::vector<double> values;
    std::vector<std::size_t> edited;
    for (int r = firstRow; r < firstRow + rows; ++r) {
        for (int c = firstColumn; c < firstColumn + columns; ++c) {
            const std::size_t position = m_reading->position({m_image->value(), r, c});
            if (m_reading->edits.x.contains(position)) edited.push_back(values.size());
            values.push_back(m_reading->x.at(position));
        }
    }
    m_excerpt->grid()->setValues(firstRow, firstColumn, columns, std::move(values));
    m_excerpt->grid()->setEdited(std::move(edited));
    m_excerpt->grid()->setChosen(m_row->value(), m_column->value());
    m_excerpt->setUnit(tr("image %1, %2 × %3").arg(m_image->value()).arg(shape.h).arg(shape.w));
}

double MicroscopePage::inputValue(Input which) const {
    switch (which) {
        case Input::X: return m_reading->x.at(m_reading->position(place()));
        case Input::Gamma: return m_reading->channel.weight;
        case Input::Beta: return m_reading->channel.bias;
        case Input::Eps: return m_reading->channel.eps;
        case Input::Momentum: return m_reading->forward.momentum;
    }
    return 0;
}

std::optional<double> MicroscopePage::edited(Input which) const {
    switch (which) {
        case Input::X: {
            if (!m_reading) return std::nullopt;
            const auto found = m_edits.x.find(m_reading->position(place()));
            return found == m_edits.x.end() ? std::nullopt : std::optional(found->second);
        }
        case Input::Gamma: return m_edits.weight;
        case Input::Beta: return m_edits.bias;
        case Input::Eps: return m_edits.eps;
        case Input::Momentum: return m_edits.momentum;
    }
    return std::nullopt;
}

void MicroscopePage::showInputs() {
    for (std::size_t i = 0; i < inputs; ++i) {
        QLineEdit* edit = m_inputs[i].edit;
        edit->setEnabled(m_reading.has_value());
        if (!m_reading) {
            edit->clear();
            continue;
        }
        if (edit->hasFocus() && edit->isModified()) continue;  // the user is typing
        const auto own = edited(Input(i));
        const double value = own ? *own : inputValue(Input(i));
        edit->setText(QString::number(value, 'g', 6));
        edit->setCursorPosition(0);
        edit->setProperty("edited", own.has_value());
        QFont font = edit->font();
        font.setBold(own.has_value());
        edit->setFont(font);
        edit->setAccessibleDescription(widgets::allDigits(value));
    }
    m_putBack->setEnabled(!m_edits.empty());
}

void MicroscopePage::showNote() {
    QString text;
    if (!selection().layer()) {
        text = tr("This network has no batch norm layer.");
    } else if (m_reading) {
        const auto& measured = *m_reading->measured;
        text = tr("%1, channel %2 · batch of step %3 · %4 × %5 × %6 values")
                   .arg(QString::fromStdString(measured.layer))
                   .arg(m_channel->value())
                   .arg(m_readAt.value + 1)
                   .arg(measured.shape.n)
                   .arg(measured.shape.h)
                   .arg(measured.shape.w);
        if (!m_edits.empty()) text += tr(" · edited: held at this step");
        if (measured.channel.frozen) text += tr(" · frozen");
    }
    m_note->setText(text);
    m_note->setToolTip(text);
}

void MicroscopePage::highlight(const QString& key) {
    for (widgets::FormulaCard* card : m_cards) card->view()->setHighlight(key);
}

void MicroscopePage::activateTerm(const QString& key) {
    static const std::map<QString, Input> editable{
        {QStringLiteral("x"), Input::X},        {QStringLiteral("gamma"), Input::Gamma},
        {QStringLiteral("beta"), Input::Beta},  {QStringLiteral("eps"), Input::Eps},
        {QStringLiteral("m"), Input::Momentum}, {QStringLiteral("1-m"), Input::Momentum}};
    const auto found = editable.find(key);
    if (found == editable.end()) return;
    input(found->second)->setFocus();
    input(found->second)->selectAll();
}

void MicroscopePage::commit(Input which) {
    QLineEdit* edit = input(which);
    if (!m_reading || !edit->isModified()) return;
    bool good = false;
    double value = QLocale::c().toDouble(edit->text().trimmed(), &good);
    if (!good) value = QLocale().toDouble(edit->text().trimmed(), &good);
    edit->setModified(false);
    if (!good || !std::isfinite(value) || (which == Input::Eps && value < 0)) return showInputs();  // as it was
    switch (which) {
        case Input::X: m_edits.x[m_reading->position(place())] = value; break;
        case Input::Gamma: m_edits.weight = value; break;
        case Input::Beta: m_edits.bias = value; break;
        case Input::Eps: m_edits.eps = value; break;
        case Input::Momentum: m_edits.momentum = value; break;
    }
    refresh();
}

void MicroscopePage::putBack() {
    m_edits = {};
    refresh();
}

void MicroscopePage::applyTheme() {
    const auto& colors = theme().colors();
    for (QLabel* label : m_labels) widgets::setTextStyle(label, theme().font(TextRole::Small), colors.muted);
    for (const InputField& field : m_inputs) field.edit->setFont(theme().font(TextRole::Mono));
    widgets::setTextStyle(m_note, theme().font(TextRole::Small), colors.muted);
    showInputs();
}

}  // namespace normscope::app
