#include "widgets/network/NetworkStrip.h"

#include "widgets/theme/Theme.h"

#include <QEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace normscope::widgets {
namespace {

constexpr int widestGap = 18;
constexpr int narrowestGap = 10;

}  // namespace

NetworkStrip::NetworkStrip(Theme& theme, QWidget* parent) : QScrollArea(parent), m_theme(theme), m_row(new QWidget) {
    setAccessibleName(tr("Network"));
    setAccessibleDescription(tr("The layers in forward order. Norm layers can be selected."));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    viewport()->setAutoFillBackground(false);
    m_row->installEventFilter(this);
    setWidget(m_row);                     // owns it,
    m_row->setAutoFillBackground(false);  // and made it opaque
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        arrange();
    });
}

QSize NetworkStrip::sizeHint() const {
    return {m_theme.scaled(800), m_theme.scaled(62)};
}

QSize NetworkStrip::minimumSizeHint() const {
    return {200, m_theme.scaled(62)};
}

void NetworkStrip::setLayers(const std::vector<telemetry::LayerDescription>& layers) {
    for (LayerBlock* old : m_blocks) {
        old->hide();
        old->deleteLater();  // it may be the one whose click brought us here
    }
    m_blocks.clear();
    m_selected.reset();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        auto* block = new LayerBlock(m_theme, layers[i], m_row);
        block->installEventFilter(this);
        block->show();
        if (layers[i].is_norm) {
            const LayerIndex layer{std::int64_t(i)};
            connect(block, &LayerBlock::clicked, this, [this, layer] { activate(layer); });
        }
        m_blocks.push_back(block);
    }
    arrange();
}

LayerBlock* NetworkStrip::block(LayerIndex layer) const {
    const bool known = layer.value >= 0 && layer.value < std::int64_t(m_blocks.size());
    return known ? m_blocks[std::size_t(layer.value)] : nullptr;
}

void NetworkStrip::setHealth(LayerIndex layer, Health health) {
    LayerBlock* target = block(layer);
    if (target != nullptr && target->layer().is_norm) target->setHealth(health);
}

void NetworkStrip::selectLayer(LayerIndex layer) {
    LayerBlock* target = block(layer);
    if (target == nullptr || !target->layer().is_norm) return;
    m_selected = layer;
    for (LayerBlock* each : m_blocks) each->setChecked(each == target);
    ensureWidgetVisible(target, 40, 0);
}

void NetworkStrip::showReached(std::optional<LayerIndex> layer) {
    LayerBlock* target = layer ? block(*layer) : nullptr;
    for (LayerBlock* each : m_blocks) each->setReached(each == target);
    if (target != nullptr) ensureWidgetVisible(target, 40, 0);
}

void NetworkStrip::showOrigin(std::optional<LayerIndex> layer) {
    LayerBlock* target = layer ? block(*layer) : nullptr;
    for (LayerBlock* each : m_blocks) each->setOrigin(each == target);
    if (target != nullptr) ensureWidgetVisible(target, 40, 0);
}

void NetworkStrip::activate(LayerIndex layer) {
    selectLayer(layer);
    emit layerActivated(layer);
}

std::optional<LayerIndex> NetworkStrip::nextNorm(std::int64_t from, int by) const {
    for (std::int64_t i = from + by; i >= 0 && i < std::int64_t(m_blocks.size()); i += by) {
        if (m_blocks[std::size_t(i)]->layer().is_norm) return LayerIndex{i};
    }
    return std::nullopt;
}

bool NetworkStrip::moveSelection(std::int64_t from, int key) {
    std::optional<LayerIndex> next;
    switch (key) {
        case Qt::Key_Left: next = nextNorm(from, -1); break;
        case Qt::Key_Right: next = nextNorm(from, 1); break;
        case Qt::Key_Home: next = nextNorm(-1, 1); break;
        case Qt::Key_End: next = nextNorm(std::int64_t(m_blocks.size()), -1); break;
        default: return false;
    }
    if (next) {
        block(*next)->setFocus(Qt::OtherFocusReason);
        activate(*next);
    }
    return true;
}

bool NetworkStrip::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_row) {
        if (event->type() == QEvent::Paint) paintConnections();
        return QScrollArea::eventFilter(watched, event);
    }
    const auto at = std::find(m_blocks.begin(), m_blocks.end(), watched);
    if (at != m_blocks.end()) {
        if (event->type() == QEvent::FocusIn) ensureWidgetVisible(*at, 40, 0);
        if (event->type() == QEvent::KeyPress) {
            return moveSelection(at - m_blocks.begin(), static_cast<QKeyEvent*>(event)->key());
        }
    }
    return QScrollArea::eventFilter(watched, event);
}

void NetworkStrip::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

void NetworkStrip::arrange() {
    if (m_blocks.empty()) return;
    int wanted = 0;
    int least = 0;
    for (const LayerBlock* each : m_blocks) {
        wanted += each->sizeHint().width();
        least += each->minimumSizeHint().width();
    }
    const int gaps = int(m_blocks.size()) - 1;
    const int room = viewport()->width() - 4;
    // 1 at full size, 0 when every block and gap is as small as it may be.
    const int full = wanted + gaps * widestGap;
    const int small = least + gaps * narrowestGap;
    const double size = full <= room    ? 1
                        : full == small ? 0
                                        : std::clamp(double(room - small) / (full - small), 0.0, 1.0);
    const auto between = [size](int low, int high) { return low + int((high - low) * size); };

    int x = 2;
    for (LayerBlock* each : m_blocks) {
        const int w = between(each->minimumSizeHint().width(), each->sizeHint().width());
        each->setGeometry(x, 2, w, m_theme.scaled(50));
        x += w + between(narrowestGap, widestGap);
    }
    m_row->resize(std::max(x - between(narrowestGap, widestGap) + 2, 1), m_theme.scaled(50) + 4);
    m_row->update();
}

void NetworkStrip::paintConnections() {
    QPainter painter(m_row);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.colors().faint, 1.4));
    for (std::size_t i = 1; i < m_blocks.size(); ++i) {
        const QRect left = m_blocks[i - 1]->geometry();
        const QRect right = m_blocks[i]->geometry();
        painter.drawLine(QPointF(left.right() + 3.5, left.center().y()),
                         QPointF(right.left() - 2.5, left.center().y()));
    }
}

}  // namespace normscope::widgets
