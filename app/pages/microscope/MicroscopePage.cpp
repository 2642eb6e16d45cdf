#include "app/pages/microscope/MicroscopePage.h"

#include "app/pages/microscope/MicroscopeFormulas.h"
#include "core/Error.h"
#include "widgets/theme/LabelStyle.h"

#include <QLocale>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace normscope::app {

using widgets::TextRole;

namespace {

constexpr int excerptSide = 5;

QSpinBox* makeBox(const QString& name, const QString& toolTip) {
    auto* box = new QSpinBox;
    box->setAccessibleName(name);
    box->setToolTip(toolTip);
    box->setKeyboardTracking(false);
    return box;
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
    const bool first = !m_placed && !selection().microscopeTarget();
    m_placed = true;
    m_reading = std::move(reading);
    const Shape& shape = m_reading->measured->shape;
    const auto limit = [](QSpinBox* box, std::int64_t size) { box->setMaximum(std::max(0, int(size) - 1)); };
    limit(m_image, shape.n);
    limit(m_row, shape.h);
    limit(m_column, shape.w);
    if (first) goToLargestGradient();
    showFormulas();
    showTerms();
}

/// In the first image. Behind a pooling layer most gradients are 0.
void MicroscopePage::goToLargestGradient() {
    const Shape& shape = m_reading->measured->shape;
    const auto& gradient = m_reading->measured->gradient;
    const auto pixels = std::min<std::int64_t>(shape.h * shape.w, std::int64_t(gradient.size()));
    if (pixels == 0) return;
    const auto largest = std::max_element(gradient.begin(), gradient.begin() + pixels,
                                          [](double a, double b) { return std::abs(a) < std::abs(b); });
    const auto position = largest - gradient.begin();
    const QSignalBlocker quietRow(m_row), quietColumn(m_column);
    m_row->setValue(int(position / shape.w));
    m_column->setValue(int(position % shape.w));
}

void MicroscopePage::showFormulas() {
    const bool usesBatch = m_reading->forward.used_batch;
    const bool updates = usesBatch && m_reading->channel.track_running_stats;
    m_cards[0]->setUnit(usesBatch ? QString() : tr("not used to normalize"));
    m_cards[3]->setUnit(updates ? QString() : tr("nothing is updated"));
    for (std::size_t i = 0; i < cards; ++i) m_cards[i]->view()->setLines(microscopeFormulas(i, usesBatch, updates));
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
