#include "app/LaunchOptions.h"

#include "app/controllers/RecoveryController.h"
#include "app/pages/PageList.h"
#include "core/Error.h"

#include <QCommandLineParser>
#include <QFileInfo>
#include <QRegularExpression>

namespace normscope::app {
namespace {

[[noreturn]] void refuse(const QString& sentence) {
    throw InputError(sentence.toStdString());
}

std::optional<widgets::ColorScheme> parseScheme(const QString& text) {
    if (text == QLatin1String("light")) return widgets::ColorScheme::Light;
    if (text == QLatin1String("dark")) return widgets::ColorScheme::Dark;
    if (text == QLatin1String("system")) return std::nullopt;
    refuse(QStringLiteral("--theme: '%1' is none of light, dark, system.").arg(text));
}

QSize parseSize(const QString& text) {
    const auto match = QRegularExpression(QStringLiteral("^(\\d{3,5})x(\\d{3,5})$")).match(text);
    if (!match.hasMatch()) refuse(QStringLiteral("--size: '%1' should read like 1440x900.").arg(text));
    return {match.captured(1).toInt(), match.captured(2).toInt()};
}

qint64 parseCount(const QString& option, const QString& text, qint64 most) {
    bool good = false;
    const qint64 count = text.toLongLong(&good);
    if (!good || count < 1 || count > most) {
        refuse(QStringLiteral("%1: '%2' should be a whole number from 1 to %3.").arg(option, text).arg(most));
    }
    return count;
}

QStringList viewNames() {
    QStringList names;
    for (const PageEntry& entry : pageList()) names << entry.name;
    return names;
}

QString parseView(const QString& name) {
    if (!viewNames().contains(name)) {
        refuse(QStringLiteral("--view: there is no page '%1'; there are: %2.")
                   .arg(name, viewNames().join(QStringLiteral(", "))));
    }
    return name;
}

QString parseRecipe(const QString& path) {
    if (!QFileInfo::exists(path)) refuse(QStringLiteral("There is no file '%1'.").arg(path));
    return path;
}

}  // namespace

LaunchOptions parseLaunchOptions(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("A desktop laboratory for batch normalization."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("recipe"),
                                 QStringLiteral("Recipe (JSON), checkpoint (safetensors) or folder of images to open"),
                                 QStringLiteral("[RECIPE | CHECKPOINT | FOLDER]"));
    const QCommandLineOption view(QStringLiteral("view"),
                                  QStringLiteral("Page to show: %1").arg(viewNames().join(QStringLiteral(", "))),
                                  QStringLiteral("NAME"));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light, dark or system"),
                                   QStringLiteral("NAME"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window, e.g. 1440x900"),
                                  QStringLiteral("WxH"));
    const QCommandLineOption steps(QStringLiteral("steps"), QStringLiteral("With --screenshot: train N steps"),
                                   QStringLiteral("N"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"),
                                        QStringLiteral("Train, write a picture of the window, exit"),
                                        QStringLiteral("FILE.png"));
    const QCommandLineOption headless(
        QStringLiteral("headless"),
        QStringLiteral("Train to the end, leave window.png, the plots and report.html in FOLDER, exit"),
        QStringLiteral("FOLDER"));
    const QCommandLineOption threads(QStringLiteral("threads"), QStringLiteral("Computing threads"),
                                     QStringLiteral("T"));
    parser.addOptions({view, theme, size, steps, screenshot, headless, threads});
    parser.process(arguments);

    LaunchOptions options;
    const QStringList files = parser.positionalArguments();
    if (files.size() > 1) refuse(QStringLiteral("Only one file can be opened, not %1 files.").arg(files.size()));
    if (!files.isEmpty()) options.recipe = parseRecipe(files.first());
    if (parser.isSet(view)) options.view = parseView(parser.value(view));
    if (parser.isSet(theme)) options.scheme = parseScheme(parser.value(theme));
    if (parser.isSet(size)) options.size = parseSize(parser.value(size));
    if (parser.isSet(steps))
        options.steps = parseCount(QStringLiteral("--steps"), parser.value(steps), qint64{1} << 40);
    if (parser.isSet(threads)) {
        options.threads = static_cast<int>(parseCount(QStringLiteral("--threads"), parser.value(threads), 256));
    }
    options.screenshot = parser.value(screenshot);
    options.headless = parser.value(headless);
    if (!options.screenshot.isEmpty() && !options.headless.isEmpty()) {
        refuse(QStringLiteral("--screenshot and --headless cannot be used together."));
    }
    if (options.screenshot.isEmpty() && options.headless.isEmpty()) {
        options.recoveryFolder = RecoveryController::defaultFolder();
    }
    options.rememberLayout = options.screenshot.isEmpty() && options.headless.isEmpty();
    return options;
}

}  // namespace normscope::app
