// The squares of a channel selector.
#pragma once

#include "core/telemetry/Indices.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace normscope::widgets {

class Theme;

/// Wraps to its width. Click selects one, Ctrl+click toggles, Shift+click and dragging select a range,
/// arrows move (Shift extends, Ctrl moves only the cursor, Space toggles it). The oldest channels leave when more
/// than the maximum are selected.
class ChannelGrid : public QWidget {
    Q_OBJECT

   public:
    static constexpr int pitch = 18;  ///< px from square to square
    static constexpr int side = 15;   ///< px

    explicit ChannelGrid(Theme& theme, QWidget* parent = nullptr);

    void setCount(int channels);
    int count() const { return m_count; }
    void setMaximumSelected(int most);
    int maximumSelected() const { return m_most; }
    /// No signal; unknown channels are dropped.
    void setSelection(const std::vector<ChannelIndex>& channels);
    /// In the order in which they were selected.
    std::vector<ChannelIndex> selection() const;

    QRect squareRect(int channel) const;
    std::optional<int> channelAt(const QPoint& at) const;
    int columns() const;
    int heightForWidth(int width) const override;
    bool hasHeightForWidth() const override { return true; }
    QSize sizeHint() const override;

   signals:
    void selectionChanged(const std::vector<normscope::ChannelIndex>& channels);
    /// The keyboard's square moved; keep it in view.
    void cursorMoved(const QRect& square);

   protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

   private:
    bool isSelected(int channel) const;
    void selectOnly(int channel);
    void toggle(int channel);
    void selectRange(int from, int to);
    void replace(std::vector<int> channels);
    void describe();

    Theme& m_theme;
    int m_count = 0;
    int m_most = 4;
    int m_anchor = 0;
    int m_cursor = 0;
    std::vector<int> m_selected;
};

}  // namespace normscope::widgets
