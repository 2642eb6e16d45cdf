#include "widgets/channels/ChannelSelector.h"

#include "widgets/channels/ChannelGrid.h"
#include "widgets/theme/LabelStyle.h"
#include "widgets/theme/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>

#include <algorithm>

namespace normscope::widgets {
namespace {

constexpr int mostRows = 2;

}  // namespace

ChannelSelector::ChannelSelector(Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_name(new QLabel(this)),
      m_word(new QLabel(tr("channels"), this)),
      m_scroll(new QScrollArea(this)),
      m_grid(new ChannelGrid(theme)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(m_name, 0, Qt::AlignTop);
    row->addWidget(m_word, 0, Qt::AlignTop);
    row->addSpacing(4);
    row->addWidget(m_scroll, 1, Qt::AlignTop);

    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_name->setMinimumHeight(ChannelGrid::pitch + 2);
    m_word->setMinimumHeight(ChannelGrid::pitch + 2);
    m_scroll->setWidget(m_grid);           // owns it,
    m_grid->setAutoFillBackground(false);  // and made it opaque
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_grid->setAccessibleName(tr("Channels"));
    m_grid->setToolTip(tr("Click selects a channel, Ctrl+click and Shift+click several; arrow keys move"));

    connect(m_grid, &ChannelGrid::selectionChanged, this, &ChannelSelector::selectionChanged);
    connect(m_grid, &ChannelGrid::cursorMoved, m_scroll, [this](const QRect& square) {
        m_scroll->ensureVisible(square.center().x(), square.center().y(), ChannelGrid::pitch, ChannelGrid::pitch);
    });
    connect(&theme, &Theme::changed, this, &ChannelSelector::applyTheme);
    applyTheme();
    fitHeight();
}

void ChannelSelector::setLayer(const QString& name, int channels) {
    m_name->setText(name);
    m_grid->setCount(channels);
    m_grid->setAccessibleName(tr("Channels of %1").arg(name));
    fitHeight();
}

void ChannelSelector::setSelection(const std::vector<ChannelIndex>& channels) {
    m_grid->setSelection(channels);
    if (channels.empty()) return;
    const QPoint at = m_grid->squareRect(int(channels.back().value)).center();
    m_scroll->ensureVisible(at.x(), at.y(), ChannelGrid::pitch, ChannelGrid::pitch);
}

std::vector<ChannelIndex> ChannelSelector::selection() const {
    return m_grid->selection();
}

void ChannelSelector::setMaximumSelected(int most) {
    m_grid->setMaximumSelected(most);
}

void ChannelSelector::applyTheme() {
    m_name->setFont(m_theme.font(TextRole::PlotTitle));
    setTextStyle(m_word, m_theme.font(TextRole::Body), m_theme.colors().muted);
}

void ChannelSelector::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHeight();
}

void ChannelSelector::fitHeight() {
    layout()->activate();
    const int room = m_scroll->width();
    const int most = mostRows * ChannelGrid::pitch + 2;
    const bool scrolls = m_grid->heightForWidth(room) > most;
    const int gridWidth = scrolls ? room - 12 : room;  // the scroll bar's place
    const int wanted = m_grid->heightForWidth(gridWidth);
    m_grid->resize(std::max(gridWidth, ChannelGrid::pitch), wanted);
    m_scroll->setFixedHeight(std::min(wanted, most));
}

}  // namespace normscope::widgets
