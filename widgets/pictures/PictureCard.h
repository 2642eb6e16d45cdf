// A card of small pictures, exported like a plot.
#pragma once

#include "widgets/pictures/PictureWall.h"
#include "widgets/plots/PlotCard.h"

#include <QStringList>

namespace normscope::widgets {

/// Scrolls where there are more pictures than room.
class PictureCard : public PlotCard {
    Q_OBJECT

   public:
    explicit PictureCard(Theme& theme, QWidget* parent = nullptr);

    PictureWall* wall() const { return m_wall; }
    /// What the CSV holds: a header and one row a picture.
    void setTable(QStringList header, std::vector<QStringList> rows);
    QByteArray csv() override;

   protected:
    void paintCanvas(QCPPainter& painter, const QSize& size) override;

   private:
    PictureWall* m_wall;
    QStringList m_header;
    std::vector<QStringList> m_rows;
};

}  // namespace normscope::widgets
