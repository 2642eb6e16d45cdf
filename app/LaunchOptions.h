// What the command line asks the window for.
#pragma once

#include "widgets/theme/Theme.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>

namespace normscope::app {

/// See parseLaunchOptions(); the defaults are those of a plain launch.
struct LaunchOptions {
    QString recipe;                              ///< file to open instead of the default experiment
    QString view;                                ///< page to show; empty: the first
    std::optional<widgets::ColorScheme> scheme;  ///< none: the system's
    std::optional<QSize> size;                   ///< none: as the window was left, or 1440 × 900
    std::int64_t steps = 0;                      ///< with screenshot: train so many steps
    QString screenshot;                          ///< picture to write, then exit
    QString headless;                            ///< folder for a whole unattended run, then exit
    int threads = 0;                             ///< 0: as many as the machine has cores
    QString recoveryFolder;                      ///< for runs cut off by a crash; empty: none are kept
    bool rememberLayout = true;                  ///< read and write the user's settings
};

/// Reads `normscope [RECIPE] [--view NAME] [--theme light|dark|system] [--size WxH] [--steps N]
/// [--screenshot FILE.png] [--headless FOLDER] [--threads T]`. Throws InputError with a sentence.
/// --help and --version print and exit.
LaunchOptions parseLaunchOptions(const QStringList& arguments);

}  // namespace normscope::app
