// Which channels of the selected layer are shown.
#pragma once

#include "core/telemetry/Indices.h"

#include <QWidget>

#include <vector>

class QLabel;
class QScrollArea;

namespace normscope::widgets {

class ChannelGrid;
class Theme;

/// A label ("bn2 channels") and one square a channel; more than two rows scroll.
class ChannelSelector : public QWidget {
    Q_OBJECT

   public:
    explicit ChannelSelector(Theme& theme, QWidget* parent = nullptr);

    /// Shows another layer; keeps the selected channels that exist there.
    void setLayer(const QString& name, int channels);
    /// No signal.
    void setSelection(const std::vector<ChannelIndex>& channels);
    std::vector<ChannelIndex> selection() const;
    /// 4 by default.
    void setMaximumSelected(int most);

   signals:
    /// The user chose other channels, in the order of choosing.
    void selectionChanged(const std::vector<normscope::ChannelIndex>& channels);

   protected:
    void resizeEvent(QResizeEvent* event) override;

   private:
    void applyTheme();
    void fitHeight();

    Theme& m_theme;
    QLabel* m_name;
    QLabel* m_word;
    QScrollArea* m_scroll;
    ChannelGrid* m_grid;
};

}  // namespace normscope::widgets
