#include "widgets/theme/Theme.h"

#include "widgets/icons/ThemedIconEngine.h"
#include "widgets/theme/StyleSheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QScreen>
#include <QStyle>
#include <QStyleFactory>

// Q_INIT_RESOURCE must stand outside any namespace.
static void initWidgetResources() {
    Q_INIT_RESOURCE(normscope_widgets);
}

namespace normscope::widgets {
namespace {

struct FontSpec {
    qreal pixels;
    QFont::Weight weight;
    bool mono;
};

FontSpec fontSpec(TextRole role) {
    switch (role) {
        case TextRole::Title: return {19, QFont::Bold, false};
        case TextRole::Heading: return {14, QFont::DemiBold, false};
        case TextRole::PlotTitle: return {12.8, QFont::DemiBold, false};
        case TextRole::Body: return {12.5, QFont::Normal, false};
        case TextRole::Small: return {11, QFont::Normal, false};
        case TextRole::Caption: return {10, QFont::Normal, false};
        case TextRole::Mono: return {12, QFont::Medium, true};
        case TextRole::MonoSmall: return {11, QFont::Normal, true};
        case TextRole::MonoTick: return {9.6, QFont::Normal, true};
    }
    return {12.5, QFont::Normal, false};
}

QPalette paletteOf(const ThemeColors& c) {
    QPalette palette;
    const std::initializer_list<std::pair<QPalette::ColorRole, QColor>> roles{
        {QPalette::Window, c.background},
        {QPalette::WindowText, c.text},
        {QPalette::Base, c.surface},
        {QPalette::AlternateBase, c.sunken},
        {QPalette::Text, c.text},
        {QPalette::PlaceholderText, c.faint},
        {QPalette::Button, c.surface},
        {QPalette::ButtonText, c.text},
        {QPalette::BrightText, c.warn},
        {QPalette::ToolTipBase, c.surface},
        {QPalette::ToolTipText, c.text},
        {QPalette::Highlight, c.accent},
        {QPalette::HighlightedText, c.accentText},
        {QPalette::Link, c.accent},
        {QPalette::LinkVisited, c.accent},
        {QPalette::Light, c.surface},
        {QPalette::Midlight, c.sunken},
        {QPalette::Mid, c.border},
        {QPalette::Dark, c.border},
        {QPalette::Shadow, c.border},
    };
    for (const auto& [role, color] : roles) palette.setColor(role, color);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, c.faint);
    }
    return palette;
}

}  // namespace

Theme::Theme(ColorScheme scheme, QObject* parent)
    : QObject(parent),
      m_scheme(scheme),
      m_systemScheme(QGuiApplication::palette().color(QPalette::Window).lightness() < 128 ? ColorScheme::Dark
                                                                                          : ColorScheme::Light) {
    initWidgetResources();
}

CurveStyle Theme::curveStyle(Meaning meaning, int variant) const {
    CurveStyle style = widgets::curveStyle(colors(), meaning, variant);
    style.width *= m_scale;
    for (QList<qreal>* pattern : {&style.dashes, &style.swatchDashes}) {
        for (qreal& length : *pattern) length *= m_scale;
    }
    return style;
}

QFont Theme::font(TextRole role) const {
    const FontSpec spec = fontSpec(role);
    QFont font(spec.mono ? QStringLiteral("JetBrains Mono") : QStringLiteral("Inter"));
    font.setStyleHint(spec.mono ? QFont::Monospace : QFont::SansSerif);
    font.setWeight(spec.weight);
    // Only point sizes can be fractions.
    const QScreen* screen = QGuiApplication::primaryScreen();
    font.setPointSizeF(spec.pixels * m_scale * 72 / (screen != nullptr ? screen->logicalDotsPerInchY() : 96));
    return font;
}

QIcon Theme::icon(const QString& name) const {
    return icon(name, &ThemeColors::muted);
}

QIcon Theme::icon(const QString& name, QColor ThemeColors::*role) const {
    return QIcon(new ThemedIconEngine(this, name, role));  // QIcon owns its engine
}

void Theme::loadFonts() {
    static const bool loaded = [] {
        initWidgetResources();
        for (const char* file : {"Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf",
                                 "JetBrainsMono-Regular.ttf", "JetBrainsMono-Medium.ttf", "JetBrainsMono-Bold.ttf"}) {
            QFontDatabase::addApplicationFont(QStringLiteral(":/normscope/fonts/") + QLatin1String(file));
        }
        return true;
    }();
    Q_UNUSED(loaded)
}

void Theme::applyTo(QApplication& application) {
    loadFonts();
    m_application = &application;
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    apply();
}

void Theme::setScheme(ColorScheme scheme) {
    if (scheme == m_scheme) return;
    m_scheme = scheme;
    if (m_application != nullptr) apply();
    emit changed();
}

void Theme::setScale(qreal scale) {
    if (qFuzzyCompare(scale, m_scale) || !(scale > 0)) return;
    m_scale = scale;
    if (m_application != nullptr) apply();
    emit changed();
}

void Theme::apply() {
    QApplication::setPalette(paletteOf(colors()));
    QApplication::setFont(font(TextRole::Body));
    m_application->setStyleSheet(styleSheet(colors(), m_scale));
}

}  // namespace normscope::widgets
