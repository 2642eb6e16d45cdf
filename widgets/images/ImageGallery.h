// Small pictures with a line of text below each.
#pragma once

#include <QImage>
#include <QString>
#include <QWidget>

#include <vector>

namespace normscope::widgets {

class Theme;

struct GalleryItem {
    QImage image;
    QString caption;
    QString toolTip;
};

/// Pictures of one size in as many columns as fit, drawn without smoothing, so that single pixels show. Its height
/// follows from its width: put it into a scroll area.
class ImageGallery : public QWidget {
    Q_OBJECT

   public:
    explicit ImageGallery(Theme& theme, QWidget* parent = nullptr);

    void setItems(std::vector<GalleryItem> items);
    const std::vector<GalleryItem>& items() const { return m_items; }
    /// Of one picture, in logical pixels; 64 if not set.
    void setPictureSize(int pixels);
    void setEmptyText(const QString& text);

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

   protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

   private:
    int columns(int width) const;
    QRect cell(int index, int width) const;

    Theme& m_theme;
    std::vector<GalleryItem> m_items;
    QString m_emptyText;
    int m_picture = 64;
};

}  // namespace normscope::widgets
