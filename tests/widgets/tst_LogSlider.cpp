#include "widgets/controls/LogSlider.h"
#include "widgets/theme/Theme.h"

#include <QAccessible>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace normscope;
using namespace normscope::widgets;

class tst_LogSlider : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};

    static void wheel(QWidget& widget) {
        QWheelEvent event(QPointF(20, 8), widget.mapToGlobal(QPointF(20, 8)), {}, {0, 120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&widget, &event);
    }

   private slots:
    void obeysTheKeyboard() {
        LogSlider slider(m_theme);
        slider.setRange(1e-4, 1, telemetry::Scale::logarithmic);
        slider.setValue(0.01);
        QSignalSpy edited(&slider, &LogSlider::valueEdited);
        QTest::keyClick(&slider, Qt::Key_Right);
        QVERIFY(slider.value() > 0.01 && slider.value() < 0.012);
        QTest::keyClick(&slider, Qt::Key_PageUp);
        QVERIFY(slider.value() > 0.02);
        QTest::keyClick(&slider, Qt::Key_Home);
        QCOMPARE(slider.value(), 1e-4);
        QTest::keyClick(&slider, Qt::Key_End);
        QCOMPARE(slider.value(), 1.0);
        QCOMPARE(edited.count(), 4);
        QTest::keyClick(&slider, Qt::Key_End);
        QCOMPARE(edited.count(), 4);
    }

    void everyArrowMovesWholeNumbers() {
        LogSlider slider(m_theme);
        slider.setRange(2, 512, telemetry::Scale::logarithmic);
        slider.setInteger(true);
        slider.setValue(2);
        for (int i = 0; i < 5; ++i) {
            const double before = slider.value();
            QTest::keyClick(&slider, Qt::Key_Right);
            QVERIFY(slider.value() > before);
            QCOMPARE(slider.value(), std::round(slider.value()));
        }
        for (int i = 0; i < 5; ++i) {
            const double before = slider.value();
            QTest::keyClick(&slider, Qt::Key_Left);
            QVERIFY(slider.value() < before);
        }
    }

    void goesWhereTheMouseIs() {
        LogSlider slider(m_theme);
        slider.resize(200, 19);
        slider.setRange(1e-4, 1, telemetry::Scale::logarithmic);
        slider.setValue(1);
        QTest::mouseClick(&slider, Qt::LeftButton, {}, slider.rect().center());
        QVERIFY(slider.value() > 0.009 && slider.value() < 0.011);  // half-way is the geometric mean
        QTest::mouseClick(&slider, Qt::LeftButton, {}, QPoint(0, 9));
        QCOMPARE(slider.value(), 1e-4);
    }

    void roundsToWhatCanBeRead() {
        LogSlider slider(m_theme);
        slider.setRange(1e-4, 1, telemetry::Scale::logarithmic);
        slider.editValue(0.0123456);
        QCOMPARE(slider.value(), 0.012);
        slider.setValue(0.0123456);
        QCOMPARE(slider.value(), 0.0123456);  // what is set stays exact
    }

    void wheelNeedsFocus() {
        LogSlider slider(m_theme);
        slider.setRange(0, 1, telemetry::Scale::linear);
        slider.setValue(0.5);
        slider.show();
        slider.clearFocus();
        wheel(slider);
        QCOMPARE(slider.value(), 0.5);
        slider.activateWindow();
        slider.setFocus();
        QTRY_VERIFY(slider.hasFocus());
        wheel(slider);
        QVERIFY(slider.value() > 0.5);
    }

    void isHeardByScreenReaders() {
        LogSlider slider(m_theme);
        slider.setAccessibleName(QStringLiteral("momentum"));
        slider.setRange(1, 10, telemetry::Scale::linear);
        slider.setValue(4);
        QAccessibleInterface* heard = QAccessible::queryAccessibleInterface(&slider);
        QVERIFY(heard != nullptr);
        QCOMPARE(heard->role(), QAccessible::Slider);
        QCOMPARE(heard->text(QAccessible::Name), QStringLiteral("momentum"));
        QVERIFY(heard->valueInterface() != nullptr);
        QCOMPARE(heard->valueInterface()->currentValue().toDouble(), 4.0);
        QCOMPARE(heard->valueInterface()->maximumValue().toDouble(), 10.0);
    }
};

QTEST_MAIN(tst_LogSlider)
#include "tst_LogSlider.moc"
