// resources/sweeps: every file is a sweep that can decide what it claims.
#include "core/sweep/SweepJson.h"
#include "core/sweep/Verdict.h"

#include <QDir>
#include <QTest>

#include <set>

using namespace normscope::sweep;

class tst_ShippedSweeps : public QObject {
    Q_OBJECT

   private slots:
    void canDecide_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(NORMSCOPE_SOURCE_DIR "/resources/sweeps");
        for (const QString& name : folder.entryList({"*.json"}))
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }
    void canDecide() {
        QFETCH(QString, path);
        const Sweep sweep = load_sweep(path.toStdString());
        QVERIFY(!sweep.name.empty() && !sweep.description.empty() && !sweep.plots.empty());
        QVERIFY(sweep.published && !sweep.published->source.empty() && !sweep.published->rows.empty());
        QVERIFY(!sweep.claims.empty());
        for (const Claim& claim : sweep.claims) {
            QVERIFY2(seeds_of(sweep, claim.of).size() >= fewest_seeds, claim.text.c_str());
            if (claim.comparison == Claim::Comparison::value) continue;
            QVERIFY2(seeds_of(sweep, claim.of) == seeds_of(sweep, claim.against), claim.text.c_str());
            QVERIFY2(claim.of != claim.against, claim.text.c_str());
        }
    }

   private:
    static std::set<std::uint64_t> seeds_of(const Sweep& sweep, const Where& where) {
        std::set<std::uint64_t> seeds;
        for (const SweepRun& run : sweep.runs) {
            if (matches(run, where)) seeds.insert(run.recipe.seed);
        }
        return seeds;
    }
};

QTEST_APPLESS_MAIN(tst_ShippedSweeps)
#include "tst_ShippedSweeps.moc"
