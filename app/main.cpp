// normscope: the window.
#include "app/LaunchOptions.h"
#include "app/MainWindow.h"
#include "app/unattended/UnattendedRun.h"
#include "core/io/AtomicFile.h"
#include "widgets/theme/Theme.h"

#include <QApplication>

#include <cstdio>
#include <exception>

namespace {

using normscope::app::LaunchOptions;

/// Without a display Qt would abort. Pictures and reports need none; sets the platform that draws in memory.
bool drawsWithoutDisplay() {
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(name)) return false;
    }
    return qputenv("QT_QPA_PLATFORM", "offscreen");
}

int runWindow(QApplication& application, const LaunchOptions& options) {
    normscope::widgets::Theme::loadFonts();
    normscope::widgets::Theme theme(normscope::widgets::ColorScheme::Light);
    theme.setScheme(theme.systemScheme());  // the window puts on what the user chose instead
    theme.applyTo(application);
    normscope::app::MainWindow window(theme, options);
    window.show();
    if (options.screenshot.isEmpty() && options.headless.isEmpty()) return application.exec();

    normscope::app::UnattendedRun unattended(window, options);
    QObject::connect(
        &unattended, &normscope::app::UnattendedRun::finished, &application,
        [](int code) { QCoreApplication::exit(code); }, Qt::QueuedConnection);
    return application.exec();
}

}  // namespace

int main(int argc, char** argv) {
    normscope::io::ignore_fatal_write_signals();
    QCoreApplication::setOrganizationName(QStringLiteral("NormScope"));
    QCoreApplication::setApplicationName(QStringLiteral("NormScope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(NORMSCOPE_VERSION));
    const bool noDisplay = drawsWithoutDisplay();
    QApplication application(argc, argv);
    LaunchOptions options;
    try {
        options = normscope::app::parseLaunchOptions(QCoreApplication::arguments());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "normscope: %s\n", error.what());
        return 2;
    }
    if (noDisplay && options.screenshot.isEmpty() && options.headless.isEmpty()) {
        std::fprintf(stderr,
                     "normscope: there is no display to open the window on. --headless FOLDER trains without one and "
                     "leaves a picture and a report; normscope-cli trains from scripts.\n");
        return 2;
    }
    return runWindow(application, options);
}
