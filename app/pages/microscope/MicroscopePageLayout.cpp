// How the MicroscopePage is laid out and explained.
#include "app/pages/microscope/MicroscopePage.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace normscope::app {

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

}  // namespace normscope::app
