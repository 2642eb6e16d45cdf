// One block of the network strip.
#pragma once

#include "core/telemetry/RunDescription.h"

#include <QAbstractButton>

namespace normscope::widgets {

class Theme;

/// How a norm layer does, as the Doctor sees it.
enum class Health { Unknown, Good, Warn };

/// A norm layer's block is a checkable button with a health dot; any other is quiet and cannot be reached.
class LayerBlock : public QAbstractButton {
    Q_OBJECT

   public:
    LayerBlock(Theme& theme, telemetry::LayerDescription layer, QWidget* parent);

    const telemetry::LayerDescription& layer() const { return m_layer; }
    void setHealth(Health health);
    Health health() const { return m_health; }
    /// A pass in slow motion stands at this layer.
    void setReached(bool reached);
    bool isReached() const { return m_reached; }
    /// The first value that is not finite arose here.
    void setOrigin(bool origin);
    bool isOrigin() const { return m_origin; }

    QSize sizeHint() const override;
    /// Narrower than this, names cannot be read.
    QSize minimumSizeHint() const override;

   protected:
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

   private:
    void describe();
    void paintMark(QPainter& painter) const;

    Theme& m_theme;
    telemetry::LayerDescription m_layer;
    QString m_name;
    QString m_title;  ///< the name within its block
    QString m_detail;
    QString m_caption;  ///< the small line below the title
    Health m_health = Health::Unknown;
    bool m_keyboardFocus = false;
    bool m_reached = false;
    bool m_origin = false;
};

}  // namespace normscope::widgets
