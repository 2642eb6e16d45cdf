// A card with one picture of a data set and what a network says it is.
#pragma once

#include "widgets/plots/PlotCard.h"

#include <QImage>

#include <vector>

namespace normscope::widgets {

struct ImageCardContent {
    struct Class {
        QString name;
        double probability = 0;
        bool isLabel = false;
        bool isPrediction = false;
    };
    QImage picture;
    QString label;               ///< class name
    QString verdict;             ///< e.g. "predicted: Sneaker, 93 %"
    bool correct = true;         ///< the prediction is the label
    std::vector<Class> classes;  ///< all, in the order of the data set
};

/// Picture, label and prediction, and the most probable classes as bars.
class ImageCard : public PlotCard {
    Q_OBJECT

   public:
    explicit ImageCard(Theme& theme, QWidget* parent = nullptr);

    void setContent(ImageCardContent content);
    const ImageCardContent& content() const { return m_content; }

    /// "class,probability,label,prediction", one row a class.
    QByteArray csv() override;
    QSize sizeHint() const override { return {216, 360}; }
    QSize minimumSizeHint() const override { return {200, 200}; }

   protected:
    void paintCanvas(QCPPainter& painter, const QSize& size) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    void paintContent(QPainter& painter, const QSize& size) const;
    void paintClass(QPainter& painter, const ImageCardContent::Class& of, const QRect& row) const;

    ImageCardContent m_content;
    QWidget* m_view;
};

}  // namespace normscope::widgets
