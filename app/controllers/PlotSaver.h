// All plots of a page as files, at once.
#pragma once

#include "app/files/BackgroundWriter.h"
#include "app/pages/PageStack.h"
#include "widgets/plots/PlotExporter.h"

#include <QAction>
#include <QObject>

#include <functional>
#include <vector>

namespace normscope::app {

/// Writes every plot of the page on view into a folder: picture, vector graphics and values of each. GUI thread; the
/// files are written by the BackgroundWriter.
class PlotSaver : public QObject {
    Q_OBJECT

   public:
    PlotSaver(PageStack& pages, BackgroundWriter& writer, QObject* parent = nullptr);

    QAction* action() { return &m_action; }

    /// How the folder is asked for; a file dialog unless set. Empty: the user thought better of it.
    void setFolderQuestion(std::function<QString()> question) { m_question = std::move(question); }

   public slots:
    void askAndSave();
    /// "statistics-mean.png", "statistics-mean.svg", … A plot without values yet is left out.
    void saveInto(const QString& folder);

   signals:
    /// That many files are being written.
    void saving(int files, const QString& folder);
    void failed(const QString& sentence);

   private:
    PageStack& m_pages;
    BackgroundWriter& m_writer;
    QAction m_action;
    std::function<QString()> m_question;
};

}  // namespace normscope::app
