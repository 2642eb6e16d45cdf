// Every kind of file that a run leaves, saved where saving goes wrong: the old file survives, byte for byte.
#include "core/io/AtomicFile.h"
#include "core/io/HistoryCsv.h"
#include "core/io/Npy.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "core/train/Recorder.h"
#include "core/train/ResumeFile.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Faults.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

/// Each seed makes other content of the same length.
Experiment experiment_of(std::uint64_t seed) {
    auto recipe = synthetic_recipe();
    recipe.seed = seed;
    return {recipe, synthetic_split()};
}

void save_history(const fs::path& path, std::uint64_t seed) {
    const auto schema = make_schema(experiment_of(1).network());
    io::HistoryCsvWriter writer(path, schema, {"seed"});
    const std::vector<double> settings{static_cast<double>(seed)};
    const std::vector<float> row(schema.dense_count(), static_cast<float>(seed));
    constexpr int rows = 40;
    for (int i = 0; i < rows; ++i) writer.append(StepIndex{i}, settings, row, {});
    writer.finish();
}

void save_npy(const fs::path& path, std::uint64_t seed) {
    const std::vector<float> values(4096, static_cast<float>(seed));
    const std::int64_t dims[] = {64, 64};
    io::write_npy(path, values, dims);
}

struct Writer {
    const char* name;
    void (*save)(const fs::path& path, std::uint64_t seed);
};

constexpr Writer writers[] = {
    {"checkpoint", [](const fs::path& path, std::uint64_t seed) { save_checkpoint(experiment_of(seed), path); }},
    {"resume file", [](const fs::path& path, std::uint64_t seed) { save_resume_file(experiment_of(seed), {}, path); }},
    {"recipe",
     [](const fs::path& path, std::uint64_t seed) { io::write_file(path, to_json(experiment_of(seed).recipe())); }},
    {"history", save_history},
    {"NPY", save_npy},
};

}  // namespace

class tst_SavingFaults : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { io::ignore_fatal_write_signals(); }

    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_folder = m_temporary->path().toStdString();
    }

    void anyName_data() { add_writers(); }
    void anyName() {
        for (const char* name : {"a b'c\"d.x", "γβ — 学習.x", "-rf", "100%.x"}) {
            save(m_folder / name, 1);
            QVERIFY(content_of(m_folder / name).size() > 100);
        }
        QCOMPARE(names_in(m_folder).size(), std::size_t{4});
        const auto too_long = error_text([&] { save(m_folder / std::string(260, 'n'), 1); });
        QVERIFY2(too_long.find("name is too long") != std::string::npos, too_long.c_str());
        QCOMPARE(names_in(m_folder).size(), std::size_t{4});
    }

    void refusesTargets_data() { add_writers(); }
    void refusesTargets() {
        fs::create_directory(m_folder / "folder");
        QCOMPARE(::mkfifo((m_folder / "pipe").c_str(), 0600), 0);
        for (const char* target : {"folder", "pipe", "/dev/null", "/dev/full", "missing/file"}) {
            const auto text = error_text([&] { save(m_folder / target, 1); });
            QVERIFY2(text.find(target) != std::string::npos && text.ends_with('.'), text.c_str());
        }
        QCOMPARE(names_in(m_folder).size(), std::size_t{2});
        QCOMPARE(fs::status("/dev/null").type(), fs::file_type::character);
    }

    void followsLinks_data() { add_writers(); }
    void followsLinks() {
        fs::create_directory(m_folder / "real");
        fs::create_symlink("real/file", m_folder / "link");
        save(m_folder / "link", 1);
        const auto first = content_of(m_folder / "real/file");
        save(m_folder / "link", 2);
        QVERIFY(fs::is_symlink(m_folder / "link") && !fs::is_symlink(m_folder / "real/file"));
        QVERIFY(content_of(m_folder / "real/file") != first);
        QCOMPARE(names_in(m_folder / "real").size(), std::size_t{1});
    }

    void sizeLimit_data() { add_writers(); }
    void sizeLimit() {
        const fs::path path = m_folder / "file";
        save(path, 1);
        const auto old = content_of(path);
        std::string text;
        {
            const FileSizeLimit limit(old.size() - 1);
            text = error_text<WorkError>([&] { save(path, 2); });
        }
        QVERIFY2(text.find("file size") != std::string::npos, text.c_str());
        QCOMPARE(content_of(path), old);
        save(path, 2);
        QVERIFY(content_of(path) != old);
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

    void fullDisk_data() { add_writers(); }
    void fullDisk() {
        const int code = in_child([&] {
            if (!mount_small_disk(m_folder, 1024)) return no_mount;
            const fs::path path = m_folder / "file";
            save(path, 1);
            const auto old = content_of(path);
            std::ofstream filler(m_folder / "filler");
            while (filler.put('x').flush()) filler << std::string(1023, 'x');
            filler.close();
            const auto text = error_text<WorkError>([&] { save(path, 2); });
            if (text.find("disk is full") == std::string::npos) return 1;
            if (content_of(path) != old) return 2;
            // With room again, saving goes on; no temporary file stays but the history's log.
            fs::remove(m_folder / "filler");
            save(path, 2);
            return content_of(path) != old && names_in(m_folder).size() == 1 ? 0 : 3;
        });
        if (code == no_mount) QSKIP("a small file system cannot be mounted here");
        QCOMPARE(code, 0);
    }

    void readOnlyFolder_data() { add_writers(); }
    void readOnlyFolder() {
        const fs::path folder = m_folder / "folder";
        fs::create_directory(folder);
        save(folder / "file", 1);
        const auto old = content_of(folder / "file");
        QCOMPARE(::chmod(m_folder.c_str(), 0755), 0);
        QCOMPARE(::chmod(folder.c_str(), 0555), 0);
        const int code = in_child([&] {
            if (!give_up_root()) return 1;
            const auto text = error_text([&] { save(folder / "file", 2); });
            return text.find("no permission") == std::string::npos ? 2 : 0;
        });
        QCOMPARE(::chmod(folder.c_str(), 0755), 0);
        QCOMPARE(code, 0);
        QCOMPARE(content_of(folder / "file"), old);
        QCOMPARE(names_in(folder).size(), std::size_t{1});
    }

    void twentyKills_data() { add_writers(); }
    void twentyKills() {
        constexpr int kills = 20;
        constexpr unsigned versions = 2;
        std::mt19937 random(3);
        const fs::path path = m_folder / "file";
        std::string content[versions];
        for (unsigned version = 0; version < versions; ++version) {
            save(path, version);
            content[version] = content_of(path);
        }
        QVERIFY(content[0] != content[1]);
        for (int i = 0; i < kills; ++i) {
            const ProgressPipe progress;
            const pid_t child = start_child([&]() -> int {
                for (unsigned version = 0;; ++version) {
                    progress.tell();
                    save(path, version % versions);
                }
            });
            QVERIFY(progress.wait(1 + static_cast<int>(random() % 3)));
            // Somewhere within a save: after so many turns of a loop, however long they take.
            for (volatile unsigned turn = static_cast<unsigned>(random() % 3000000); turn > 0;) turn = turn - 1;
            QCOMPARE(::kill(child, SIGKILL), 0);
            QCOMPARE(wait_for_child(child), -1);
            const auto now = content_of(path);
            QVERIFY(now == content[0] || now == content[1]);
        }
    }

    /// A history has one writer only: the folder of a run is locked (tst_FolderLock, tst_TrainFaults).
    void twoProcesses_data() { add_writers("history"); }
    void twoProcesses() {
        constexpr int saves = 15;
        const fs::path path = m_folder / "file";
        std::vector<pid_t> children;
        for (std::uint64_t seed = 1; seed <= 2; ++seed) {
            children.push_back(start_child([&] {
                for (int i = 0; i < saves; ++i) save(path, seed);
                return 0;
            }));
        }
        for (const pid_t child : children) QCOMPARE(wait_for_child(child), 0);
        const auto result = content_of(path);
        save(m_folder / "one", 1);
        save(m_folder / "two", 2);
        QVERIFY(result == content_of(m_folder / "one") || result == content_of(m_folder / "two"));
        QCOMPARE(names_in(m_folder).size(), std::size_t{3});
    }

   private:
    static void add_writers(std::string_view but = {}) {
        QTest::addColumn<int>("index");
        for (int index = 0; const auto& writer : writers) {
            if (writer.name != but) QTest::newRow(writer.name) << index;
            ++index;
        }
    }

    static void save(const fs::path& path, std::uint64_t seed) {
        QFETCH(int, index);
        writers[index].save(path, seed);
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

QTEST_APPLESS_MAIN(tst_SavingFaults)
#include "tst_SavingFaults.moc"
