// Every parser over its seeds, over inputs that once were findings, and over the same mutations in every run.
#include "core/io/ReadFile.h"
#include "tests/core/io/Mutation.h"
#include "tests/fuzz/FuzzTargets.h"

#include <QTest>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <new>

#include <malloc.h>

using namespace normscope;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

// What operator new gives out in this program; decoders' own malloc is watched by the libFuzzer build.
std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;

void* counted(std::size_t size) {
    void* memory = std::malloc(std::max<std::size_t>(size, 1));
    if (!memory) throw std::bad_alloc();
    live_bytes += ::malloc_usable_size(memory);
    peak_bytes = std::max(peak_bytes, live_bytes);
    return memory;
}

void* counted_or_null(std::size_t size) noexcept {
    try {
        return counted(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void uncounted(void* memory) {
    if (memory) live_bytes -= ::malloc_usable_size(memory);
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
    return counted(size);
}
void* operator new[](std::size_t size) {
    return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted_or_null(size);
}
void operator delete(void* memory) noexcept {
    uncounted(memory);
}
void operator delete[](void* memory) noexcept {
    uncounted(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    uncounted(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    uncounted(memory);
}

class tst_FuzzTargets : public QObject {
    Q_OBJECT

   private slots:
    void seeds_data() { add_targets(); }
    void seeds() {
        const auto seeds = target().seeds();
        QVERIFY(seeds.size() >= 2);
        for (const auto& seed : seeds) run(seed);
    }

    void damagedSeeds_data() { add_targets(); }
    void damagedSeeds() {
        const auto seeds = target().seeds();
        std::mt19937_64 random(1);
        for (int i = 0; i < target().mutations; ++i) {
            run(mutated(seeds[static_cast<std::size_t>(i) % seeds.size()], random));
            if (QTest::currentTestFailed()) return;
        }
    }

    void formerFindings_data() { add_targets(); }
    void formerFindings() {
        const fs::path folder = fs::path(NORMSCOPE_SOURCE_DIR "/tests/fuzz/findings") / target().name;
        if (!fs::exists(folder)) return;
        constexpr std::uint64_t most = 1U << 20;
        for (const auto& file : fs::directory_iterator(folder))
            run(std::string(io::as_text(io::read_file(file, most))));
    }

   private:
    static void add_targets() {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const auto& target : fuzz_targets()) QTest::newRow(std::string(target.name).c_str()) << index++;
    }

    static const FuzzTarget& target() {
        QFETCH(int, index);
        return fuzz_targets()[static_cast<std::size_t>(index)];
    }

    static void run(const std::string& input) {
        // Exactly as long as the input, so that address sanitizers see the end.
        const std::vector<char> bytes(input.begin(), input.end());
        const std::size_t before = live_bytes;
        peak_bytes = before;
        try {
            target().run(std::as_bytes(std::span(bytes)));
        } catch (const std::exception& error) {
            QFAIL(qPrintable(QString(error.what()) + " for " +
                             QByteArray(input.data(), qsizetype(input.size())).toHex()));
        }
        QVERIFY2(
            peak_bytes - before <= input.size() + memory_allowance,
            qPrintable(QString::number(peak_bytes - before) + " bytes of memory for " + QString::number(input.size())));
    }
};

QTEST_APPLESS_MAIN(tst_FuzzTargets)
#include "tst_FuzzTargets.moc"
