#include "widgets/plots/LegendEntry.h"
#include "widgets/plots/PlotLegend.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using namespace normscope::widgets;

class tst_PlotLegend : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};

   private slots:
    void clickAndSpaceToggle() {
        PlotLegend legend(m_theme, nullptr);
        legend.resize(400, 20);
        legend.setCurves(
            {{{0}, QStringLiteral("batch"), Meaning::Batch}, {{1}, QStringLiteral("running"), Meaning::Running}});
        legend.show();
        QSignalSpy toggled(&legend, &PlotLegend::curveToggled);
        const auto entries = legend.findChildren<LegendEntry*>();
        QTest::mouseClick(entries[1], Qt::LeftButton);
        QCOMPARE(toggled[0], (QVariantList{1, false}));
        QTest::keyClick(entries[1], Qt::Key_Space);
        QCOMPARE(toggled[1], (QVariantList{1, true}));
        QCOMPARE(entries[0]->accessibleName(), QStringLiteral("batch"));
        QVERIFY(entries[0]->focusPolicy() & Qt::TabFocus);
    }

    void wraps() {
        PlotLegend legend(m_theme, nullptr);
        QCOMPARE(legend.heightForWidth(400), 0);
        std::vector<Curve> curves(6, Curve{{0}, QStringLiteral("running variance"), Meaning::Running});
        legend.setCurves(curves);
        QVERIFY(legend.heightForWidth(300) > legend.heightForWidth(2000));
        QCOMPARE(legend.heightForWidth(2000), LegendEntry::height);
    }
};

QTEST_MAIN(tst_PlotLegend)
#include "tst_PlotLegend.moc"
