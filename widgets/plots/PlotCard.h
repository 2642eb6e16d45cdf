// The frame that every plot of the window has in common.
#pragma once

#include "widgets/plots/Curve.h"
#include "widgets/plots/PlotExporter.h"

#include <QByteArray>
#include <QWidget>

#include <functional>
#include <vector>

class QCPPainter;

namespace normscope::widgets {

class PlotLegend;
class Theme;

/// A card with title, unit and legend around a canvas, which can be saved as a picture, as vector graphics and as
/// values. A derived class makes the canvas and says what is in it.
class PlotCard : public QWidget {
    Q_OBJECT

   public:
    /// Writes the bytes to the file or throws std::runtime_error with a sentence, leaving an old file as it was.
    using FileWriter = std::function<void(const QString& path, const QByteArray& bytes)>;
    /// Asks the user where to save; empty if nowhere.
    using PathQuestion = std::function<QString(const QString& suggestion, const QString& filter)>;

    explicit PlotCard(Theme& theme, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const { return m_title; }
    void setUnit(const QString& unit);
    QString unit() const { return m_unit; }

    /// Complete recipe of the run, for the metadata of exported files.
    void setRecipeJson(const QString& json) { m_recipeJson = json; }
    QString recipeJson() const { return m_recipeJson; }
    void setFileWriter(FileWriter writer) { m_fileWriter = std::move(writer); }
    const FileWriter& fileWriter() const { return m_fileWriter; }
    void setPathQuestion(PathQuestion question) { m_pathQuestion = std::move(question); }

    /// What is plotted, as CSV. Throws std::runtime_error with a sentence if there is nothing yet.
    virtual QByteArray csv() = 0;
    /// Milliseconds spent on drawing it so far.
    double drawnMilliseconds() const { return m_drawnMilliseconds; }
    /// Logical pixels of an exported picture.
    QSize exportSize() const;
    /// Card content without border, cursor and buttons.
    void paintExport(QCPPainter& painter);

    QSize sizeHint() const override { return {418, 228}; }
    QSize minimumSizeHint() const override { return {220, 130}; }

   public slots:
    /// Asks for a path, renders, writes.
    void saveAs(normscope::widgets::PlotFormat format);
    void copyPicture();

   signals:
    void exported(const QString& path);
    void exportFailed(const QString& sentence);

   protected:
    /// Once, by the derived class: a child of this card, below title and legend.
    void setCanvas(QWidget* canvas);
    Theme& theme() const { return m_theme; }
    void countDrawing(double milliseconds) { m_drawnMilliseconds += milliseconds; }
    /// Names in the legend row, with the looks of their meaning.
    void setLegendCurves(const std::vector<Curve>& curves);
    /// The user showed or hid the entry at `index` of the legend.
    virtual void toggleCurve(int index, bool shown);
    virtual std::vector<Curve> legendCurves() const { return m_legendCurves; }
    /// Draws what is not drawn yet, because the card was hidden.
    virtual void prepareExport() {}
    virtual void paintCanvas(QCPPainter& painter, const QSize& size) = 0;
    /// Adds an entry to the context menu.
    QAction* addCardAction(const char* name, const QString& text, const QString& icon);
    void addSeparator();

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

   private:
    void makeActions();
    void arrange();
    void paintHeader(QPainter& painter, int width) const;

    Theme& m_theme;
    QString m_title;
    QString m_unit;
    QString m_recipeJson;
    FileWriter m_fileWriter;
    PathQuestion m_pathQuestion;
    std::vector<Curve> m_legendCurves;
    PlotLegend* m_legend;
    QWidget* m_canvas = nullptr;
    double m_drawnMilliseconds = 0;
};

}  // namespace normscope::widgets
