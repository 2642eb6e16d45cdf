#include "app/controllers/PlotSaver.h"

#include "widgets/plots/PlotCard.h"

#include <QDir>
#include <QFileDialog>

#include <exception>

namespace normscope::app {

using widgets::PlotFormat;

PlotSaver::PlotSaver(PageStack& pages, BackgroundWriter& writer, QObject* parent)
    : QObject(parent), m_pages(pages), m_writer(writer) {
    m_action.setText(tr("Save &all plots of this page…"));
    m_action.setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P));
    m_action.setToolTip(tr("Save every plot on view as PNG, SVG, PDF and CSV into a folder"));
    connect(&m_action, &QAction::triggered, this, &PlotSaver::askAndSave);
    m_question = [] { return QFileDialog::getExistingDirectory(nullptr, tr("Folder for the plots")); };
}

void PlotSaver::askAndSave() {
    const QString folder = m_question();
    if (!folder.isEmpty()) saveInto(folder);
}

void PlotSaver::saveInto(const QString& folder) {
    const Page* page = m_pages.currentPage();
    if (page == nullptr) return;
    int files = 0;
    for (const auto& [name, plot] : page->plots()) {
        for (const PlotFormat format : {PlotFormat::Png, PlotFormat::Svg, PlotFormat::Pdf, PlotFormat::Csv}) {
            const QString file = QStringLiteral("%1-%2.%3").arg(m_pages.currentName(), name, widgets::suffixOf(format));
            try {
                m_writer.write(QDir(folder).filePath(file), widgets::renderPlot(*plot, format));
                ++files;
            } catch (const std::exception&) {
                // A plot without values has no file; its card says so on the screen.
            }
        }
    }
    if (files == 0) return emit failed(tr("This page has no plot with values yet, so nothing was saved."));
    emit saving(files, folder);
}

}  // namespace normscope::app
