// How the ModeDifferenceView is laid out and explained.
#include "app/pages/modes/ModeDifferenceView.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace normscope::app {

QWidget* ModeDifferenceView::buildHeader() {
    auto* header = new QWidget;
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_summary->setMinimumWidth(120);
    m_summary->setWordWrap(true);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_image->setAccessibleName(tr("Held-out image whose logits are shown"));
    m_imageLabel->setBuddy(m_image);
    m_picture->setFixedSize(28, 28);
    m_picture->setScaledContents(true);
    m_picture->setAccessibleName(tr("The image whose logits are shown"));
    m_progress->setFixedSize(90, 8);
    m_progress->setRange(0, 100);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the gap meter"));
    m_progress->hide();
    row->addWidget(m_summary, 1);
    row->addWidget(m_picture);
    row->addWidget(m_imageLabel);
    row->addWidget(m_image);
    row->addSpacing(8);
    row->addWidget(m_progress);
    row->addWidget(m_measure);
    return header;
}

void ModeDifferenceView::build() {
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    grid->addWidget(m_layers, 0, 0);
    grid->addWidget(m_channels, 0, 1);
    grid->addWidget(m_scores, 0, 2);
    grid->addWidget(m_logits, 1, 0);
    grid->addWidget(m_flips, 1, 1);
    grid->addWidget(m_gap, 1, 2);
    for (const int line : {0, 1}) grid->setRowStretch(line, 1);
    for (const int line : {0, 1, 2}) grid->setColumnStretch(line, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(buildHeader());
    column->addLayout(grid, 1);
    for (const auto& [name, plot] : plots()) plot->setMinimumSize(200, 150);
}

void ModeDifferenceView::explain() {
    m_layers->setTitle(tr("Difference by layer"));
    m_layers->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_layers->setToolTip(
        tr("How far the outputs of each norm layer are apart in the two modes, in the order of the "
           "network; the logits last. Click a layer to select it."));
    m_layers->setWhatsThis(
        tr("The same held-out images go through the network twice: normalized with the statistics of "
           "their own batch (train mode) and with the running ones (eval mode). A layer's difference "
           "includes what the layers before it contribute."));
    m_channels->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_channels->setCategoryName(tr("channel"));
    m_channels->setToolTip(tr("The same for each channel of the selected layer. Click a channel to select it."));
    m_channels->setWhatsThis(
        tr("A channel whose running statistics are far from those of the batches stands out here."));
    m_scores->setTitle(tr("Accuracy by statistics"));
    m_scores->setUnit(tr("share"));
    m_scores->setValueLabels(true);
    m_scores->setValueRange(widgets::ValueRange{0, 1.12});
    m_scores->setToolTip(
        tr("The same images, normalized with their batch's statistics, with exact statistics of "
           "training images, and with the running statistics"));
    m_scores->setWhatsThis(
        tr("Exact statistics are those of the present weights over training images. If they answer "
           "better than the running ones, the running statistics are at fault, not the weights."));
    m_logits->setUnit(tr("logit"));
    m_logits->setToolTip(
        tr("What both modes answer for one image. In train mode the answer depends on the other images "
           "of its batch."));
    m_logits->setWhatsThis(tr("The tallest bar is the prediction. Choose the image above, or click one that flips."));
    m_flips->setTitle(tr("Images whose prediction flips"));
    m_flips->setToolTip(
        tr("Images that the two modes predict differently, with their label. Click one to see its "
           "logits."));
    m_flips->setWhatsThis(tr("Predictions flip where the modes differ by more than an image's margin."));
    m_flips->wall()->setAccessibleName(tr("Images whose prediction flips"));
    m_flips->wall()->setPictureSide(48);
    m_flips->wall()->setEmptyText(tr("No prediction depends on the mode"));
    m_gap->setTitle(tr("Gap meter"));
    m_gap->setUnit(tr("‖train − eval‖ / ‖train‖"));
    m_gap->setEmptyText(tr("Pause the run, or press “Measure the causes”"));
    m_gap->setToolTip(tr("What the difference of the modes is made of"));
    m_gap->setWhatsThis(
        tr("The statistics are exchanged one by one on the way from train mode to eval mode: the batch's own, those of "
           "all measured images, those of the training images, those with n−1, the running ones. The difference made "
           "by each exchange is one cause; the shares add up to 1."));
    m_measure->setToolTip(tr("Splits the gap into its causes. Takes %1 batches of training images and all measured "
                             "ones; measured by itself while the run stands.")
                              .arg(exactTrainingBatches));
}

}  // namespace normscope::app
