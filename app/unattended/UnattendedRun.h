// The window driven by nobody: for pictures, reports and machines without a display.
#pragma once

#include "app/LaunchOptions.h"

#include <QObject>

namespace normscope::app {

class MainWindow;

/// With --screenshot: trains the wanted steps at full speed and writes a picture of the window. With
/// --headless: trains the experiment to its end, printing progress, and writes window.png, the plots
/// and report.html. Then emits finished() with the exit code.
class UnattendedRun : public QObject {
    Q_OBJECT

   public:
    UnattendedRun(MainWindow& window, const LaunchOptions& options, QObject* parent = nullptr);

   signals:
    void finished(int exitCode);

   private:
    void begin();
    void follow();
    void fail(const QString& sentence);
    void printProgress();
    void settle();
    void complete();
    void writeScreenshot(const QString& path);
    void writeEverything();

    MainWindow& m_window;
    LaunchOptions m_options;
    int m_printedTwentieth = -1;
    int m_quietTurns = 0;
    bool m_begun = false;
    bool m_done = false;
};

}  // namespace normscope::app
