// A run as one HTML file.
#pragma once

#include "app/models/RunModel.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace normscope::app {

/// Settings, results, changes made during the run and plots. Self-contained: no other file is needed.
class HtmlReport {
   public:
    explicit HtmlReport(const RunModel& run) : m_run(run) {}

    void addPlot(const QString& title, const QByteArray& svg);
    QByteArray html() const;

   private:
    QString results() const;
    QString settings() const;
    QString events() const;
    QString plots() const;

    const RunModel& m_run;
    std::vector<std::pair<QString, QByteArray>> m_plots;
};

}  // namespace normscope::app
