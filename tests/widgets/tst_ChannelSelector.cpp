#include "widgets/channels/ChannelGrid.h"
#include "widgets/channels/ChannelSelector.h"
#include "widgets/theme/Theme.h"

#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace normscope;
using namespace normscope::widgets;

class tst_ChannelSelector : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<ChannelSelector> m_selector;
    ChannelGrid* m_grid = nullptr;

    void click(int channel, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(m_grid, Qt::LeftButton, modifiers, m_grid->squareRect(channel).center());
    }

    std::vector<int> selected() const {
        std::vector<int> result;
        for (const ChannelIndex channel : m_selector->selection()) result.push_back(int(channel.value));
        return result;
    }

   private slots:
    void init() {
        m_selector = std::make_unique<ChannelSelector>(m_theme);
        m_selector->resize(760, 40);
        m_selector->setLayer(QStringLiteral("bn2"), 32);
        m_selector->show();
        m_grid = m_selector->findChild<ChannelGrid*>();
    }

    void clickSelectsOne() {
        QSignalSpy changed(m_selector.get(), &ChannelSelector::selectionChanged);
        click(7);
        click(9);
        QCOMPARE(selected(), std::vector{9});
        QCOMPARE(changed.count(), 2);
        click(9);
        QCOMPARE(changed.count(), 2);
    }

    void controlToggles() {
        click(7);
        click(9, Qt::ControlModifier);
        QCOMPARE(selected(), (std::vector{7, 9}));
        click(7, Qt::ControlModifier);
        QCOMPARE(selected(), std::vector{9});
        click(9, Qt::ControlModifier);
        QCOMPARE(selected(), std::vector{9});
    }

    void theOldestLeavesWhenFull() {
        click(1);
        for (const int channel : {2, 3, 4, 5}) click(channel, Qt::ControlModifier);
        QCOMPARE(selected(), (std::vector{2, 3, 4, 5}));
        m_selector->setMaximumSelected(2);
        QCOMPARE(selected(), (std::vector{4, 5}));
    }

    void shiftSelectsARange() {
        click(4);
        click(6, Qt::ShiftModifier);
        QCOMPARE(selected(), (std::vector{4, 5, 6}));
        click(20, Qt::ShiftModifier);
        QCOMPARE(selected(), (std::vector{17, 18, 19, 20}));
    }

    void dragSelectsARange() {
        QTest::mousePress(m_grid, Qt::LeftButton, {}, m_grid->squareRect(10).center());
        QMouseEvent move(QEvent::MouseMove, m_grid->squareRect(12).center(),
                         m_grid->mapToGlobal(m_grid->squareRect(12).center()), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(m_grid, &move);
        QCOMPARE(selected(), (std::vector{10, 11, 12}));
    }

    void arrowsMove() {
        click(7);
        QTest::keyClick(m_grid, Qt::Key_Right);
        QCOMPARE(selected(), std::vector{8});
        QTest::keyClick(m_grid, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(selected(), (std::vector{8, 9}));
        QTest::keyClick(m_grid, Qt::Key_Home);
        QTest::keyClick(m_grid, Qt::Key_Left);
        QCOMPARE(selected(), std::vector{0});
        QTest::keyClick(m_grid, Qt::Key_Right, Qt::ControlModifier);
        QTest::keyClick(m_grid, Qt::Key_Space);
        QCOMPARE(selected(), (std::vector{0, 1}));
    }

    void setSelectionIsSilent() {
        QSignalSpy changed(m_selector.get(), &ChannelSelector::selectionChanged);
        m_selector->setSelection({{3}, {99}, {3}, {5}});
        QCOMPARE(selected(), (std::vector{3, 5}));
        QCOMPARE(changed.count(), 0);
        QVERIFY(m_grid->accessibleDescription().contains(QStringLiteral("3, 5")));
    }

    void manyChannelsWrapAndScroll() {
        m_selector->setLayer(QStringLiteral("layer4"), 512);
        QCoreApplication::processEvents();
        QVERIFY2(m_selector->sizeHint().height() < 60, qPrintable(QString::number(m_selector->sizeHint().height())));
        auto* bar = m_selector->findChild<QScrollArea*>()->verticalScrollBar();
        QVERIFY(bar->maximum() > 0);
        m_selector->setSelection({{511}});
        QCOMPARE(bar->value(), bar->maximum());
        QCOMPARE(*m_grid->channelAt(m_grid->squareRect(511).center()), 511);
        QVERIFY(!m_grid->channelAt({-3, 5}));
    }

    void fewerChannelsDropTheSelected() {
        m_selector->setSelection({{3}, {30}});
        m_selector->setLayer(QStringLiteral("bn1"), 16);
        QCOMPARE(selected(), std::vector{3});
    }
};

QTEST_MAIN(tst_ChannelSelector)
#include "tst_ChannelSelector.moc"
