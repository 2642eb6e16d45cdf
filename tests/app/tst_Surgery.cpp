// A user operates on a norm layer in the real window.
#include "OpenWindow.h"

#include "app/panels/SurgeryDialog.h"
#include "core/instruments/Recalibration.h"
#include "core/train/ResumeFile.h"

#include <QMenuBar>
#include <QSignalSpy>
#include <QTest>

#include <stdexcept>

using namespace normscope;
using namespace normscope::app;

namespace {

/// The newest state.
std::optional<Experiment> stateOf(OpenWindow& open) {
    std::optional<Experiment> state;
    auto asker = std::make_unique<QObject>();
    open.window.feed().ask(asker.get(), [&state](StateOnView& view) -> Answer {
        return [&state, copy = std::make_shared<Experiment>(view.experiment)] { state.emplace(*copy); };
    });
    if (!QTest::qWaitFor([&] { return state.has_value(); }, patience)) throw std::runtime_error("nothing was measured");
    return state;
}

/// All bits of weights, buffers and optimizer; not the log of changes.
std::vector<std::byte> bitsOf(OpenWindow& open) {
    Experiment state = *stateOf(open);
    RunPosition position = state.position();
    position.changes.clear();
    state.set_position(position);
    return resume_bytes(state);
}

const nn::BatchNorm2d<float>& normOf(const Experiment& state) {
    return *state.network().norm_layers().back().second;
}

/// Does something and waits until the run has answered.
template <class Action>
void operate(OpenWindow& open, Action action) {
    QSignalSpy edited(&open.model(), &RunModel::edited);
    action();
    QTRY_VERIFY_WITH_TIMEOUT(!edited.isEmpty(), patience);
}

}  // namespace

class tst_Surgery : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }

    void everyOperationIsUndone_data() {
        QTest::addColumn<QString>("operation");
        for (const char* name : {"recompute", "recompute all", "reset", "freeze", "gamma", "variance"}) {
            QTest::newRow(name) << name;
        }
    }
    void everyOperationIsUndone() {
        QFETCH(QString, operation);
        OpenWindow open;
        open.trainTo(10);
        const auto before = bitsOf(open);
        const bool frozenBefore = normOf(*stateOf(open)).options().frozen;
        auto& surgery = open.window.surgery();
        operate(open, [&] {
            if (operation == "recompute") surgery.recomputeAction()->trigger();
            if (operation == "recompute all") surgery.recomputeAllAction()->trigger();
            if (operation == "reset") surgery.resetAction()->trigger();
            if (operation == "freeze") surgery.freezeAction()->trigger();
            if (operation == "gamma") surgery.setValue(NormField::weight, 3, 0.1);
            if (operation == "variance") surgery.setValue(NormField::running_var, 0, 40);
        });
        const auto state = *stateOf(open);
        const auto edited = bitsOf(open);
        if (operation == "freeze") {
            QVERIFY(normOf(state).options().frozen);
        } else {
            QVERIFY(edited != before);
        }
        if (operation == "reset") QCOMPARE(normOf(state).num_batches_tracked(), 0);
        if (operation == "gamma") QCOMPARE(normOf(state).weight()[3], 0.1F);
        if (operation == "variance") QCOMPARE(normOf(state).running_var()[0], 40.0F);
        if (operation.startsWith("recompute")) {
            ThreadPool pool(1);
            Experiment wanted = *stateOf(open);
            instruments::recalibrate(
                wanted.network(),
                instruments::population_statistics(wanted.network(), instruments::training_images(wanted), pool));
            QVERIFY(instruments::norm_buffers(wanted.network()).back() ==
                    instruments::norm_buffers(state.network()).back());
        }
        QCOMPARE(open.model().events().size(), 1U);
        QCOMPARE(open.model().events().back().step.value, 10);

        auto& undo = open.window.experiment().undoStack();
        QCOMPARE(undo.count(), 1);
        operate(open, [&] { undo.undo(); });
        QVERIFY(bitsOf(open) == before);
        QCOMPARE(normOf(*stateOf(open)).options().frozen, frozenBefore);
        QCOMPARE(undo.count(), 1);
        operate(open, [&] { undo.redo(); });
        QVERIFY(bitsOf(open) == edited);
    }

    void aRewindAcrossAnEditBringsBackTheBits() {
        OpenWindow open;
        open.trainTo(10);
        operate(open, [&] { open.window.surgery().setValue(NormField::weight, 2, 3); });
        operate(open, [&] { open.window.surgery().freezeAction()->trigger(); });
        open.trainTo(14);
        const auto at14 = bitsOf(open);
        open.trainTo(30);
        open.window.run().rewind(StepIndex{14});
        QTRY_COMPARE_WITH_TIMEOUT(open.step(), 14, patience);
        QVERIFY(bitsOf(open) == at14);
        QVERIFY(normOf(*stateOf(open)).options().frozen);
        // Looking back shows the edited layer, too.
        open.window.feed().showStep(StepIndex{11});
        QCOMPARE(normOf(*stateOf(open)).weight().size(), normOf(*stateOf(open)).running_mean().size());
        QVERIFY(normOf(*stateOf(open)).options().frozen);
        open.window.feed().showStep(StepIndex{9});
        QVERIFY(!normOf(*stateOf(open)).options().frozen);
    }

    void anEditThatNeverWasIsNotUndone() {
        OpenWindow open;
        open.trainTo(10);
        operate(open, [&] { open.window.surgery().setValue(NormField::bias, 1, 9); });
        open.window.run().rewind(StepIndex{6});
        QTRY_COMPARE_WITH_TIMEOUT(open.step(), 6, patience);
        QVERIFY(open.model().events().empty());
        const auto before = bitsOf(open);
        auto& undo = open.window.experiment().undoStack();
        QCOMPARE(undo.count(), 1);
        undo.undo();
        QCOMPARE(undo.count(), 0);
        QVERIFY(bitsOf(open) == before);
        QVERIFY(stateOf(open)->changes().empty());
    }

    void aFrozenLayerIsNotFrozenAgain() {
        OpenWindow open;
        open.trainTo(3);
        operate(open, [&] { open.window.surgery().freezeAction()->trigger(); });
        operate(open, [&] { open.window.surgery().freezeAction()->trigger(); });
        QCOMPARE(open.window.experiment().undoStack().count(), 1);
        const auto before = instruments::norm_buffers(stateOf(open)->network());
        open.trainTo(6);
        const auto after = instruments::norm_buffers(stateOf(open)->network());
        QVERIFY(after.back() == before.back());
        QVERIFY(!(after.front() == before.front()));
        operate(open, [&] { open.window.surgery().unfreezeAction()->trigger(); });
        QVERIFY(!normOf(*stateOf(open)).options().frozen);
    }

    void editsInTheTable() {
        OpenWindow open;
        open.trainTo(7);
        QTest::keyClick(&open.window, Qt::Key_L, Qt::ControlModifier);
        auto* dialog = open.window.findChild<SurgeryDialog*>();
        QTRY_VERIFY(dialog->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(dialog->values()->rowCount() > 0, patience);
        const auto state = *stateOf(open);
        QCOMPARE(dialog->values()->rowCount(), int(normOf(state).channels()));
        for (int c = 0; c < dialog->values()->rowCount(); ++c) {
            const auto shown = dialog->values()->data(dialog->values()->index(c, 3), Qt::EditRole).toString();
            QCOMPARE(shown.toFloat(), normOf(state).running_var()[std::size_t(c)]);
        }
        QVERIFY(dialog->state().contains("7 batches"));

        const auto cell = dialog->values()->index(2, 2);
        QVERIFY(!dialog->values()->setData(cell, QStringLiteral("much"), Qt::EditRole));
        QVERIFY(dialog->note().contains("no number"));
        QVERIFY(!dialog->values()->setData(dialog->values()->index(2, 3), QStringLiteral("-1"), Qt::EditRole));
        QVERIFY(dialog->note().contains("variance"));
        operate(open, [&] { QVERIFY(dialog->values()->setData(cell, QStringLiteral("0.75"), Qt::EditRole)); });
        QTRY_COMPARE_WITH_TIMEOUT(dialog->values()->data(cell, Qt::DisplayRole).toString(), QString("0.75"), patience);
        QCOMPARE(normOf(*stateOf(open)).running_mean()[2], 0.75F);
        QVERIFY(dialog->note().isEmpty());
        QCOMPARE(open.model().events().back().key, "bn2.running_mean[2]");
        QCOMPARE(open.model().events().back().new_value, "0.75");
    }

    void otherNormLayersAreLeftAlone() {
        OpenWindow open;
        open.trainTo(2);
        open.window.experiment().changeChoice("model.norm.type", "type", "group");
        open.window.experiment().restart();
        QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->layers[1].kind == "GroupNorm", patience);
        QVERIFY(open.window.surgery().layerName().isEmpty());
        QVERIFY(!open.window.surgery().resetAction()->isEnabled());
        QSignalSpy failed(&open.window.feed(), &StateFeed::failed);
        QTest::keyClick(&open.window, Qt::Key_L, Qt::ControlModifier);
        auto* dialog = open.window.findChild<SurgeryDialog*>();
        QTRY_VERIFY(dialog->isVisible());
        QCOMPARE(dialog->values()->rowCount(), 0);
        QVERIFY(failed.isEmpty());
    }

    void theMenuHasEverything() {
        OpenWindow open;
        QTRY_VERIFY_WITH_TIMEOUT(open.model().description(), patience);
        QStringList texts;
        for (QAction* menu : open.window.menuBar()->actions()) {
            if (menu->text() == "&Layer") {
                for (QAction* action : menu->menu()->actions()) texts << action->text();
            }
        }
        for (QAction* action : open.window.surgery().actions()) {
            QVERIFY(texts.contains(action->text()));
            QVERIFY(!action->toolTip().isEmpty());
            if (action != open.window.surgery().stopAction()) QVERIFY(action->isEnabled());
        }
        QVERIFY(!open.window.surgery().stopAction()->isEnabled());
    }
};

QTEST_MAIN(tst_Surgery)
#include "tst_Surgery.moc"
