// Colours, fonts, line styles and icons of the window, in one place.
#pragma once

#include "widgets/theme/CurveStyle.h"
#include "widgets/theme/ThemeColors.h"

#include <QFont>
#include <QIcon>
#include <QObject>
#include <QPointer>

class QApplication;

namespace normscope::widgets {

/// Sizes in pixels at 100 %.
enum class TextRole {
    Title,      ///< 19, bold
    Heading,    ///< 14, semi-bold
    PlotTitle,  ///< 12.8, semi-bold
    Body,       ///< 12.5
    Small,      ///< 11
    Caption,    ///< 10
    Mono,       ///< 12, JetBrains Mono: numbers in fields
    MonoSmall,  ///< 11, JetBrains Mono: numbers in bars
    MonoTick,   ///< 9.6, JetBrains Mono: ticks and units
};

/// Made by the application, passed by reference to every widget, which it must outlive.
class Theme : public QObject {
    Q_OBJECT

   public:
    explicit Theme(ColorScheme scheme, QObject* parent = nullptr);

    ColorScheme scheme() const { return m_scheme; }
    /// What the desktop had chosen before this theme took over.
    ColorScheme systemScheme() const { return m_systemScheme; }
    /// Of type, lines and what holds them; 1, or more for a projector.
    qreal scale() const { return m_scale; }
    /// A length in logical pixels at the present scale.
    int scaled(int pixels) const { return qRound(pixels * m_scale); }
    const ThemeColors& colors() const { return themeColors(m_scheme); }
    CurveStyle curveStyle(Meaning meaning, int variant = 0) const;
    QFont font(TextRole role) const;

    /// An icon of resources/icons in the theme's colour ("play", "pause", "save", …); follows the scheme.
    QIcon icon(const QString& name) const;
    /// The same in a colour role other than muted, e.g. &ThemeColors::accentText.
    QIcon icon(const QString& name, QColor ThemeColors::*role) const;

    /// Registers the fonts shipped in the library's resources, once a process.
    static void loadFonts();

    /// Sets style, palette, font and style sheet, and again whenever the scheme changes.
    void applyTo(QApplication& application);

   public slots:
    void setScheme(normscope::widgets::ColorScheme scheme);
    void setScale(qreal scale);

   signals:
    /// Colours or sizes are others now: take them anew.
    void changed();

   private:
    void apply();

    ColorScheme m_scheme;
    ColorScheme m_systemScheme;
    qreal m_scale = 1;
    QPointer<QApplication> m_application;
};

}  // namespace normscope::widgets
