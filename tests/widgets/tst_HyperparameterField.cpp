#include "widgets/controls/HyperparameterField.h"
#include "widgets/controls/LogSlider.h"
#include "widgets/theme/Theme.h"

#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <memory>

using namespace normscope;
using namespace normscope::widgets;

class tst_HyperparameterField : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<HyperparameterField> m_field;
    QLineEdit* m_edit = nullptr;
    LogSlider* m_slider = nullptr;

    void make(const char* key) {
        m_field = std::make_unique<HyperparameterField>(m_theme, *telemetry::find_hyperparameter(key));
        m_edit = m_field->findChild<QLineEdit*>();
        m_slider = m_field->findChild<LogSlider*>();
        m_field->show();
    }

    void type(const QString& text) {
        m_edit->selectAll();
        QTest::keyClicks(m_edit, text);
    }

    bool shows(const QString& text) const {
        for (const auto* label : m_field->findChildren<QLabel*>()) {
            if (label->isVisible() && label->text() == text) return true;
        }
        return false;
    }

   private slots:
    void init() { make("model.norm.momentum"); }

    void enterCommits() {
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        type(QStringLiteral("0.003"));
        QCOMPARE(committed.count(), 0);
        QTest::keyClick(m_edit, Qt::Key_Return);
        QCOMPARE(committed.count(), 1);
        QCOMPARE(committed[0][0].toString(), QStringLiteral("model.norm.momentum"));
        QCOMPARE(committed[0][1].toDouble(), 0.003);
        QCOMPARE(m_slider->value(), 0.003);
    }

    void takesTheWordForUnset() {
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        type(QStringLiteral("Cumulative"));
        QTest::keyClick(m_edit, Qt::Key_Return);
        QCOMPARE(committed.count(), 1);
        QVERIFY(std::isnan(committed[0][1].toDouble()));
        QCOMPARE(m_edit->text(), QStringLiteral("cumulative"));
        QVERIFY(!m_field->isRefused());
    }

    void leavingCommits() {
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        type(QStringLiteral("0.5"));
        QFocusEvent leave(QEvent::FocusOut, Qt::TabFocusReason);
        QCoreApplication::sendEvent(m_edit, &leave);
        QCOMPARE(committed.count(), 1);
        QCOMPARE(m_field->value(), 0.5);
    }

    void refusesInPlace_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        const auto& spec = *telemetry::find_hyperparameter("model.norm.momentum");
        const auto reason = [&spec](double v) { return QString::fromStdString(*telemetry::reason_to_refuse(spec, v)); };
        QTest::newRow("too large") << "3" << reason(3);
        QTest::newRow("negative") << "-1" << reason(-1);
        QTest::newRow("no number") << "fast" << QStringLiteral("“fast” is not a number.");
        QTest::newRow("empty") << " " << QStringLiteral("“” is not a number.");
    }

    void refusesInPlace() {
        QFETCH(QString, text);
        QFETCH(QString, sentence);
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        type(text);
        QTest::keyClick(m_edit, Qt::Key_Return);
        QCOMPARE(committed.count(), 0);
        QVERIFY(m_field->isRefused());
        QCOMPARE(m_edit->text(), text);
        QVERIFY(shows(sentence));
        QCOMPARE(m_field->value(), 0.1);
    }

    void escapeRestores() {
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        type(QStringLiteral("7"));
        QTest::keyClick(m_edit, Qt::Key_Return);
        QVERIFY(m_field->isRefused());
        QTest::keyClick(m_edit, Qt::Key_Escape);
        QVERIFY(!m_field->isRefused());
        QCOMPARE(m_edit->text(), QStringLiteral("0.1"));
        type(QStringLiteral("0.7"));
        QTest::keyClick(m_edit, Qt::Key_Escape);
        QCOMPARE(m_edit->text(), QStringLiteral("0.1"));
        QCOMPARE(committed.count(), 0);
    }

    void aGoodValueEndsTheRefusal() {
        type(QStringLiteral("7"));
        QTest::keyClick(m_edit, Qt::Key_Return);
        type(QStringLiteral("0.7"));
        QTest::keyClick(m_edit, Qt::Key_Return);
        QVERIFY(!m_field->isRefused());
        QCOMPARE(m_field->value(), 0.7);
    }

    void dragCommitsOnceATurn() {
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        for (int i = 0; i < 5; ++i) m_slider->editValue(0.2 + 0.1 * i);
        QCOMPARE(committed.count(), 0);
        QTRY_COMPARE(committed.count(), 1);
        QCOMPARE(committed[0][1].toDouble(), 0.6);
        QCOMPARE(m_edit->text(), QStringLiteral("0.6"));
    }

    void setValueIsSilentAndLeavesTypingAlone() {
        QSignalSpy committed(m_field.get(), &HyperparameterField::valueCommitted);
        m_field->setValue(0.25);
        QCOMPARE(m_edit->text(), QStringLiteral("0.25"));
        m_field->activateWindow();
        m_edit->setFocus();
        QTRY_VERIFY(m_edit->hasFocus());
        type(QStringLiteral("0.3"));
        m_field->setValue(0.4);
        QCOMPARE(m_edit->text(), QStringLiteral("0.3"));
        QCOMPARE(committed.count(), 0);
    }

    void integersAreWhole() {
        make("data.batch_size");
        QCOMPARE(m_edit->text(), QStringLiteral("64"));
        type(QStringLiteral("2.5"));
        QTest::keyClick(m_edit, Qt::Key_Return);
        QVERIFY(m_field->isRefused());
        QTest::keyClick(m_edit, Qt::Key_Escape);
        QTest::keyClick(m_slider, Qt::Key_Right);
        QTRY_VERIFY(m_field->value() > 64);
        QCOMPARE(m_field->value(), std::round(m_field->value()));
    }

    void saysItsPrice() {
        QVERIFY(shows(QStringLiteral("live")));
        m_field->setNote(QStringLiteral("half-life 69 steps"));
        QVERIFY(shows(QStringLiteral("live · half-life 69 steps")));
        make("seed");
        QVERIFY(shows(QStringLiteral("restarts")));
        m_field->setSliderVisible(false);
        QVERIFY(!m_slider->isVisible());
        QCOMPARE(m_edit->accessibleName(), QStringLiteral("Seed"));
        QVERIFY(m_field->toolTip().contains(QStringLiteral("torch.manual_seed")));
    }
};

QTEST_MAIN(tst_HyperparameterField)
#include "tst_HyperparameterField.moc"
