#include "core/io/HistoryCsv.h"
#include "core/io/ReadFile.h"
#include "tests/core/io/CommaLocale.h"
#include "tests/core/io/ErrorText.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::io;
using namespace normscope::telemetry;
using normscope::testing::error_text;
namespace fs = std::filesystem;

namespace {

SeriesSchema small_schema() {
    SeriesSchema schema;
    schema.add(Statistic::loss);
    schema.add(Statistic::running_var, "bn1", LayerIndex{1}, ChannelIndex{0});
    schema.add(Statistic::eval_accuracy);
    schema.add(Statistic::mode_difference, "=bn,1", LayerIndex{1});
    return schema;
}

}  // namespace

class tst_HistoryCsv : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_path = fs::path(m_temporary->path().toStdString()) / "history.csv";
    }

    void writesRows() {
        HistoryCsvWriter writer(m_path, small_schema(), {"batch_size", "lr"});
        QVERIFY(!fs::exists(m_path));
        writer.append(StepIndex{1}, std::array{64.0, 0.05}, std::array{2.5F, -1e-7F}, {});
        writer.append(StepIndex{2000000}, std::array{64.0, 1e-5}, std::array{std::nanf(""), -std::nanf("")},
                      std::array{SparsePoint{SeriesIndex{3}, StepIndex{2000000}, 0.1F}});
        writer.append(StepIndex{2000001}, std::array{64.0, 0.1}, std::array{INFINITY, -INFINITY},
                      std::array{SparsePoint{SeriesIndex{2}, StepIndex{2000001}, 0.5F}});
        writer.finish();
        QCOMPARE(content(m_path),
                 "step,batch_size,lr,loss,bn1.running_var[0],eval_accuracy,\"'=bn,1.mode_difference\"\n"
                 "1,64,0.05,2.5,-1e-07,,\n"
                 "2000000,64,1e-05,nan,nan,,0.1\n"
                 "2000001,64,0.1,inf,-inf,0.5,\n");
        QVERIFY(!fs::exists(partial()));
    }

    void numbersReadBackToTheSameBits() {
        const std::array values{
            1.0F / 3, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(), 16777217.0F, 0.1F,
            -0.0F};
        SeriesSchema schema;
        schema.add(Statistic::loss);
        HistoryCsvWriter writer(m_path, schema, {});
        for (const float value : values) writer.append(StepIndex{7}, {}, std::array{value}, {});
        writer.finish();
        std::string text = content(m_path).substr(std::strlen("step,loss\n"));
        for (const float value : values) {
            const auto comma = text.find(',');
            float read = 1;
            const auto end = std::from_chars(text.data() + comma + 1, text.data() + text.size(), read).ptr;
            QCOMPARE(std::memcmp(&read, &value, sizeof read), 0);
            text.erase(0, static_cast<std::size_t>(end - text.data()) + 1);
        }
        QVERIFY(text.empty());
    }

    void localeChangesNothing() {
        const normscope::testing::CommaLocale locale;
        HistoryCsvWriter writer(m_path, small_schema(), {"lr"});
        writer.append(StepIndex{1234567}, std::array{0.5}, std::array{1234567.5F, 0.25F}, {});
        writer.finish();
        QVERIFY(content(m_path).ends_with("\n1234567,0.5,1234567.5,0.25,,\n"));
        if (!locale.is_in_c()) QSKIP("German is not installed: only C++ streams had decimal commas");
    }

    void unfinishedKeepsOldFileAndRows() {
        write_file(m_path, "old");
        {
            HistoryCsvWriter writer(m_path, small_schema(), {});
            writer.append(StepIndex{1}, {}, std::array{1.0F, 2.0F}, {});
        }
        QCOMPARE(content(m_path), "old");
        QVERIFY(content(partial()).ends_with("\n1,1,2,,\n"));
        // The next run begins afresh.
        HistoryCsvWriter writer(m_path, small_schema(), {});
        writer.finish();
        QCOMPARE(content(m_path).find("1,1,2"), std::string::npos);
    }

    void flushMakesRowsReadable() {
        HistoryCsvWriter writer(m_path, small_schema(), {});
        writer.append(StepIndex{1}, {}, std::array{1.0F, 2.0F}, {});
        writer.flush();
        QVERIFY(content(partial()).ends_with("\n1,1,2,,\n"));
    }

    void goesOnBehindAPosition_data() {
        QTest::addColumn<bool>("completed");
        QTest::addColumn<int>("later_rows");
        for (const bool completed : {false, true}) {
            for (const int rows : {0, 1, 3})
                QTest::addRow("%s, %d rows later", completed ? "completed" : "cut off", rows) << completed << rows;
        }
    }
    /// The same bytes as without the interruption, whatever was written after the position.
    void goesOnBehindAPosition() {
        QFETCH(bool, completed);
        QFETCH(int, later_rows);
        const auto append = [](HistoryCsvWriter& writer, std::int64_t step) {
            writer.append(StepIndex{step}, std::array{0.5}, std::array{static_cast<float>(step), 2.0F}, {});
        };
        const auto other = m_path.native() + ".expected";
        HistoryCsvWriter uninterrupted(other, small_schema(), {"lr"});
        for (std::int64_t step = 1; step <= 6; ++step) append(uninterrupted, step);
        uninterrupted.finish();

        HistoryPosition position;
        {
            HistoryCsvWriter writer(m_path, small_schema(), {"lr"});
            for (std::int64_t step = 1; step <= 3; ++step) append(writer, step);
            position = writer.sync();
            for (int i = 0; i < later_rows; ++i) append(writer, 4 + i);
            if (completed) writer.finish();
        }
        const std::string old = completed ? content(m_path) : "";
        HistoryCsvWriter writer(m_path, small_schema(), {"lr"}, position);
        if (completed) QCOMPARE(content(m_path), old);
        for (std::int64_t step = 4; step <= 6; ++step) append(writer, step);
        writer.finish();
        QCOMPARE(content(m_path), content(other));
        QVERIFY(!fs::exists(partial()));
    }

    void goesOnNowhereElse() {
        HistoryPosition position;
        {
            HistoryCsvWriter writer(m_path, small_schema(), {});
            writer.append(StepIndex{1}, {}, std::array{1.0F, 2.0F}, {});
            position = writer.sync();
        }
        QCOMPARE(position.bytes, fs::file_size(partial()));
        const auto refusal = [&](const std::vector<std::string>& keys) {
            return error_text([&] { HistoryCsvWriter(m_path, small_schema(), keys, position); });
        };
        QVERIFY2(refusal({"lr"}).find("other columns") != std::string::npos, refusal({"lr"}).c_str());
        const std::string rows = content(partial());
        write_file(partial(), rows.substr(0, rows.size() - 1));
        QVERIFY2(refusal({}).find("bytes written when the run was saved") != std::string::npos, refusal({}).c_str());
        std::string changed = rows;
        changed[changed.size() - 3] = '7';
        write_file(partial(), changed);
        QVERIFY(!refusal({}).empty());
        QCOMPARE(content(partial()), changed);  // a refusal changes nothing
        fs::remove(partial());
        QVERIFY(!refusal({}).empty());
        QVERIFY(!fs::exists(partial()));
        write_file(partial(), rows + "2,1,2,,");
        QVERIFY(refusal({}).empty());
    }

    void refusesRowsThatDoNotFit() {
        HistoryCsvWriter writer(m_path, small_schema(), {"lr"});
        const std::array lr{0.1};
        const std::array dense{1.0F, 2.0F};
        const auto refuses = [&](std::span<const double> h, std::span<const float> d, std::span<const SparsePoint> s) {
            return !error_text<std::logic_error>([&] { writer.append(StepIndex{1}, h, d, s); }).empty();
        };
        QVERIFY(refuses({}, dense, {}));
        QVERIFY(refuses(lr, std::span(dense).first(1), {}));
        QVERIFY(refuses(lr, dense, std::array{SparsePoint{SeriesIndex{0}, StepIndex{1}, 0}}));
        QVERIFY(refuses(lr, dense, std::array{SparsePoint{SeriesIndex{4}, StepIndex{1}, 0}}));
        QVERIFY(refuses(lr, dense, std::array{SparsePoint{SeriesIndex{2}, StepIndex{2}, 0}}));
        QVERIFY(!refuses(lr, dense, std::array{SparsePoint{SeriesIndex{2}, StepIndex{1}, 0}}));
    }

    void refusesPartialThatIsNoFile() {
        QCOMPARE(::mkfifo(partial().c_str(), 0600), 0);
        const auto text = error_text([&] { HistoryCsvWriter(m_path, small_schema(), {}); });
        QVERIFY2(text.find("history.csv.partial") != std::string::npos, text.c_str());
    }

   private:
    static std::string content(const fs::path& path) { return std::string(as_text(read_file(path, 1U << 20))); }
    fs::path partial() const { return m_path.native() + ".partial"; }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_path;
};

QTEST_APPLESS_MAIN(tst_HistoryCsv)
#include "tst_HistoryCsv.moc"
