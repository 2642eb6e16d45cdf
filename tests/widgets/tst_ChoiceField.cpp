#include "widgets/controls/ChoiceField.h"

#include <QSignalSpy>
#include <QTest>

using namespace normscope::widgets;

class tst_ChoiceField : public QObject {
    Q_OBJECT

   private slots:
    void tellsWhatTheUserChose() {
        ChoiceField field(m_theme, "Type", "help", {{"batch", "batch norm", {}}, {"none", "none", "No normalization"}});
        QSignalSpy chosen(&field, &ChoiceField::chosen);
        field.show();
        auto* box = field.findChild<QComboBox*>();
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toString(), "none");
        QCOMPARE(field.value(), "none");
    }

    void showsValuesWithoutTellingSo() {
        ChoiceField field(m_theme, "Type", "help", {{"batch", "batch norm", {}}, {"none", "none", {}}});
        QSignalSpy chosen(&field, &ChoiceField::chosen);
        field.setValue("none");
        QCOMPARE(field.value(), "none");
        field.setValue("idx:/a/b,c", "b");
        field.setValue("idx:/a/b,c", "b");
        QCOMPARE(field.value(), "idx:/a/b,c");
        QCOMPARE(field.findChild<QComboBox*>()->count(), 3);
        QCOMPARE(field.findChild<QComboBox*>()->currentText(), "b");
        QCOMPARE(chosen.count(), 0);
    }

   private:
    Theme m_theme{ColorScheme::Light};
};

QTEST_MAIN(tst_ChoiceField)
#include "tst_ChoiceField.moc"
