// Two thousand pictures of many formats and sizes, a hundred of them broken: opened, told about, trained on.
#include "core/train/Trainer.h"
#include "datasets/FolderDataset.h"
#include "tests/core/io/ErrorText.h"
#include "tests/datasets/MixedPictures.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;

namespace {

constexpr std::int64_t files = 2000;

/// Peak memory of this process, in bytes.
std::int64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
    }
    return 0;
}

}  // namespace

class tst_LargeFolder : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() {
        m_written = write_mixed_pictures(m_folder.path().toStdString(), files);
        QCOMPARE(m_written.good + m_written.broken, files);
    }

    void opensAndTellsWhatWasSkipped() {
        const std::int64_t before = peak_memory();
        const auto data = load();
        QCOMPARE(data.train->size(), m_written.good);
        const auto& skipped = load_report_of(*data.train).skipped;
        QCOMPARE(static_cast<std::int64_t>(skipped.size()), m_written.broken);
        for (const auto& file : skipped) {
            QVERIFY2(file.path.filename().native().starts_with("broken "), file.path.c_str());
            QVERIFY2(file.reason.size() > 10, file.reason.c_str());
        }
        for (const char* words : {"cut", "it is no PNG", "it is empty", "60000 × 60000"}) {
            QVERIFY2(std::any_of(skipped.begin(), skipped.end(),
                                 [&](const auto& file) { return file.reason.find(words) != std::string::npos; }),
                     words);
        }
        const std::int64_t pixels = data.train->size() * 32 * 32 * 3;
        constexpr std::int64_t allowance = 128LL << 20;  // decoders on every processor
        QVERIFY2(peak_memory() - before < pixels + allowance, qPrintable(QString::number(peak_memory() - before)));
    }

    void trains() {
        Recipe recipe;
        recipe.data.mean = {0.5, 0.5, 0.5};
        recipe.data.std = {0.25, 0.25, 0.25};
        recipe.data.batch_size = 32;
        Experiment experiment(recipe, load());
        Trainer trainer(2);
        StepResult result;
        constexpr int steps = 30;
        for (int i = 0; i < steps; ++i) result = trainer.step(experiment);
        QVERIFY(!result.divergence);
        QVERIFY2(result.accuracy > 0.9, qPrintable(QString::number(result.accuracy)));  // bright or dark is easily told
    }

    void canBeCancelledAnywhere() {
        for (const std::int64_t when : {1, 500, 1500}) {
            std::stop_source source;
            LoadOptions options;
            options.stop = source.get_token();
            std::int64_t calls = 0;
            options.progress = [&](const LoadProgress& progress) {
                if (progress.activity == "reading images" && progress.done >= when) source.request_stop();
                if (source.stop_requested()) ++calls;
            };
            QVERIFY(!error_text<LoadCancelled>([&] { load_folder(spec(), options); }).empty());
            QVERIFY(calls < 200);  // soon after
        }
    }

   private:
    FolderSpec spec() const { return parse_folder_spec(m_folder.path().toStdString() + "?size=32", "folder:…"); }
    DataSplit load() const { return load_folder(spec()); }

    QTemporaryDir m_folder;
    MixedPictures m_written;
};

QTEST_APPLESS_MAIN(tst_LargeFolder)
#include "tst_LargeFolder.moc"
