#include "core/train/Trainer.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <atomic>
#include <cstdlib>
#include <new>

using namespace normscope;
using namespace normscope::testing;

namespace {

std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
    ++allocations;
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    if (void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded)) return memory;
    throw std::bad_alloc();
}

}  // namespace

// Every way to memory of this program, the library's vectors included; the other forms of new call these.
void* operator new(std::size_t size) {
    return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

/// A training step takes no memory that the step before did not have.
class tst_StepMemory : public QObject {
    Q_OBJECT

   private slots:
    void takesNone_data() {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("norm");
        QTest::addColumn<int>("threads");
        for (const char* network : {"simple", "vgg", "resnet", "mlp", "plain", "variable-input"}) {
            for (const char* norm : {"batch", "none"}) {
                for (const int threads : {1, 2}) {
                    const QString name = QString("%1, %2, %3 threads").arg(network, norm).arg(threads);
                    QTest::newRow(name.toUtf8()) << network << norm << threads;
                }
            }
        }
    }
    void takesNone() {
        QFETCH(QString, network);
        QFETCH(QString, norm);
        QFETCH(int, threads);
        Recipe recipe = synthetic_recipe();
        recipe.model.name = network.toStdString();
        recipe.model.norm.type = norm.toStdString();
        // One epoch is enough: the order of the next one is new memory.
        Experiment experiment(recipe, {std::make_shared<SyntheticDataset>(80, 12), nullptr});
        // Batches are never made ahead: whether that pays depends on the clock, and beginning it takes memory once.
        Trainer trainer(threads, std::chrono::hours(1));
        for (int i = 0; i < 3; ++i) trainer.step(experiment);
        const std::int64_t before = allocations;
        for (int i = 0; i < 6; ++i) trainer.step(experiment);
        QCOMPARE(allocations - before, std::int64_t{0});
    }

    void isCounted() {
        const std::int64_t before = allocations;
        const std::vector<double> some(100);
        QVERIFY(allocations > before);
        QCOMPARE(some.size(), std::size_t{100});
    }
};

QTEST_APPLESS_MAIN(tst_StepMemory)
#include "tst_StepMemory.moc"
