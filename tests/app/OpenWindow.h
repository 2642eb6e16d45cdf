// A real window for a test to use.
#pragma once

#include "app/MainWindow.h"
#include "app/pages/PageStack.h"
#include "app/pages/StatisticsPage.h"
#include "app/panels/ExperimentPanel.h"

#include <QLineEdit>
#include <QTest>

namespace normscope::app {

constexpr int patience = 60000;  // ms: a condition that is not met by then never will be

inline LaunchOptions plainOptions() {
    LaunchOptions options;
    options.rememberLayout = false;
    options.threads = 2;
    return options;
}

/// The run waits at step 0, so that steps can be counted.
inline LaunchOptions waitingOptions() {
    LaunchOptions options = plainOptions();
    options.screenshot = QStringLiteral("unused");
    return options;
}

inline StatisticsPage* statisticsOf(MainWindow& window) {
    return qobject_cast<StatisticsPage*>(window.pages()->page(QStringLiteral("statistics")));
}

/// A window on the screen, its run started.
struct OpenWindow {
    widgets::Theme theme{widgets::ColorScheme::Light};
    MainWindow window;

    explicit OpenWindow(const LaunchOptions& options = plainOptions()) : window(theme, options) { window.show(); }
    RunModel& model() { return window.run().model(); }
    std::int64_t step() { return model().snapshot().step.value; }
    /// Shows the page and gives it.
    template <class PageType>
    PageType* show(const char* name) {
        window.pages()->showPage(QLatin1String(name));
        return qobject_cast<PageType*>(window.pages()->currentPage());
    }
    /// Trains to a step and pauses there.
    void trainTo(std::int64_t wanted) {
        QTRY_VERIFY_WITH_TIMEOUT(model().description() != nullptr, patience);
        window.run().pause();
        window.run().playUntil(StepIndex{wanted});
        QTRY_VERIFY_WITH_TIMEOUT(step() >= wanted && !model().isActive(), patience);
        if (step() == wanted) return;
        // On a busy machine the run of the launch has come further.
        window.run().rewind(StepIndex{wanted});
        QTRY_VERIFY_WITH_TIMEOUT(step() == wanted && !model().isActive(), patience);
    }
    QLineEdit* edit(const char* key) { return window.experimentPanel()->field(key)->findChild<QLineEdit*>(); }
    void type(const char* key, const QString& text) {
        QLineEdit* field = edit(key);
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
    }
};

}  // namespace normscope::app
