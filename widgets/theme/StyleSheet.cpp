#include "widgets/theme/StyleSheet.h"

#include <QRegularExpression>

#include <utility>

namespace normscope::widgets {
namespace {

const char* const sheetTemplate = R"(
QToolTip { background: @surface; color: @text; border: 1px solid @border; padding: 5px 7px; }
QMainWindow::separator:vertical { width: 4px; background: qlineargradient(x1:0, y1:0, x2:1, y2:0, stop:0 @surface, stop:0.74 @surface, stop:0.76 @border, stop:1 @border); }
QMainWindow::separator:hover { background: @accent; }
QMenuBar { background: @surface; color: @muted; border: none; border-bottom: 1px solid @border; padding: 2px 6px; }
QMenuBar::item { background: transparent; padding: 5px 10px; border-radius: 6px; }
QMenuBar::item:selected { background: @accentBackground; color: @accent; }
QMenu { background: @surface; color: @text; border: 1px solid @border; padding: 5px; }
QMenu::item { padding: 5px 22px 5px 10px; border-radius: 6px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: @accentBackground; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @border; margin: 5px 6px; }
QStatusBar { background: @sunken; color: @muted; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QDockWidget { color: @text; titlebar-close-icon: none; titlebar-normal-icon: none; }
QDockWidget::title { background: @surface; padding: 8px 12px; border: none; }
QTabWidget::pane { border: none; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @muted; border: 1px solid transparent; border-radius: 7px; padding: 5px 10px; margin-right: 3px; }
QTabBar::tab:hover { color: @text; background: @sunken; }
QTabBar::tab:selected { background: @accentBackground; color: @accent; }
QTabBar::tab:focus { border-color: @accent; }
QPushButton { background: @surface; color: @text; border: 1px solid @border; border-radius: 7px; padding: 5px 12px; }
QPushButton:hover { background: @sunken; border-color: @faint; }
QPushButton:pressed { background: @accentBackground; }
QPushButton:focus { border: 1px solid @accent; }
QPushButton:disabled { color: @faint; background: @sunken; border-color: @border; }
QPushButton[primary="true"] { background: @accent; color: @accentText; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accentHover; border-color: @accentHover; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 4px 11px; }
QPushButton[primary="true"]:disabled { background: @border; color: @faint; border-color: @border; }
QPushButton[link="true"] { background: transparent; color: @accent; border: 1px solid transparent; padding: 3px 6px; }
QPushButton[link="true"]:hover { background: @accentBackground; }
QPushButton[link="true"]:focus { border-color: @accent; }
QPushButton[link="true"]:disabled { color: @faint; }
QToolButton { background: transparent; color: @muted; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @sunken; border-color: @border; }
QToolButton:checked { background: @accentBackground; color: @accent; }
QToolButton:focus { border-color: @accent; }
QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox { background: @sunken; color: @text; border: 1px solid @border; border-radius: 6px; padding: 2px 7px; selection-background-color: @accent; selection-color: @accentText; }
QLineEdit:hover, QAbstractSpinBox:hover { border-color: @faint; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus { border: 1px solid @accent; background: @surface; }
QLineEdit:disabled { color: @faint; }
QLineEdit[refused="true"] { border: 1px solid @warn; background: @warnBackground; }
QComboBox { background: @sunken; color: @text; border: 1px solid @border; border-radius: 6px; padding: 3px 8px; }
QComboBox:hover { border-color: @faint; }
QComboBox:focus, QComboBox:on { border-color: @accent; }
QComboBox:disabled { color: @faint; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: url(:/normscope/icons/chevron-@mode.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @surface; color: @text; border: 1px solid @border; padding: 4px; outline: none; selection-background-color: @accentBackground; selection-color: @text; }
QCheckBox, QRadioButton { spacing: 7px; color: @text; }
QCheckBox:disabled, QRadioButton:disabled { color: @faint; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 28px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 28px; margin: 2px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { border: none; background: transparent; }
QSplitter::handle { background: @border; }
QProgressBar { background: @border; border: none; border-radius: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }
QHeaderView::section { background: @sunken; color: @muted; border: none; border-bottom: 1px solid @border; padding: 4px 8px; }
QTableView, QListView, QTreeView { background: @surface; color: @text; border: 1px solid @border; border-radius: 8px; gridline-color: @grid; selection-background-color: @accentBackground; selection-color: @text; }
QTableView[plain="true"], QListView[plain="true"] { border: none; border-radius: 0; background: transparent; }
QGroupBox { border: 1px solid @border; border-radius: 10px; margin-top: 10px; padding-top: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 12px; color: @muted; }
)";

}  // namespace

QString styleSheet(const ThemeColors& c, qreal scale) {
    const bool dark = c.surface.lightness() < 128;
    // Longer names first: @accent is a prefix of @accentBackground.
    const std::initializer_list<std::pair<const char*, QString>> values{
        {"@accentBackground", c.accentBackground.name()},
        {"@accentHover", mixed(c.accent, c.text, 0.16).name()},
        {"@accentText", c.accentText.name()},
        {"@accent", c.accent.name()},
        {"@surface", c.surface.name()},
        {"@sunken", c.sunken.name()},
        {"@border", c.border.name()},
        {"@text", c.text.name()},
        {"@muted", c.muted.name()},
        {"@faint", c.faint.name()},
        {"@grid", c.grid.name()},
        {"@warnBackground", c.warnBackground.name()},
        {"@warn", c.warn.name()},
        {"@mode", dark ? QStringLiteral("dark") : QStringLiteral("light")},
    };
    QString sheet = QString::fromLatin1(sheetTemplate);
    for (const auto& [name, value] : values) sheet.replace(QLatin1String(name), value);
    if (scale == 1) return sheet;
    // Lengths of more than a line's width grow with the type.
    static const QRegularExpression length(QStringLiteral("(\\d+)px"));
    QString scaledSheet;
    qsizetype copied = 0;
    for (auto match = length.globalMatch(sheet); match.hasNext();) {
        const auto found = match.next();
        const int pixels = found.captured(1).toInt();
        scaledSheet += QStringView(sheet).mid(copied, found.capturedStart() - copied);
        scaledSheet += QStringLiteral("%1px").arg(pixels <= 1 ? pixels : qRound(pixels * scale));
        copied = found.capturedEnd();
    }
    scaledSheet += QStringView(sheet).mid(copied);
    return scaledSheet;
}

}  // namespace normscope::widgets
