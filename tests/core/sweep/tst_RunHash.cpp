// A run's name depends on what it computes and on nothing else.
#include "core/recipe/RecipeJson.h"
#include "core/sweep/RunHash.h"

#include <QTest>

#include <clocale>
#include <set>

using namespace normscope;
using sweep::run_hash;

class tst_RunHash : public QObject {
    Q_OBJECT

   private slots:
    /// The documented text and its published hash function: any other program can compute the names.
    void isTheDocumentedHash() {
        QCOMPARE(sweep::canonical_text(Recipe(), 0), "schema=1\nsteps=0\n");
        const Recipe recipe = parse_recipe(R"({"model": {"norm": {"momentum": 0.01}}, "seed": 7})", "r");
        QCOMPARE(sweep::canonical_text(recipe, 200), "schema=1\nmodel.norm.momentum=0.01\nseed=7\nsteps=200\n");
        QCOMPARE(run_hash(Recipe(), 0), fnv1a("schema=1\nsteps=0\n"));
        QCOMPARE(run_hash(recipe, 200), fnv1a(sweep::canonical_text(recipe, 200)));
        // FNV-1a's own test vector: the offset basis is the hash of nothing, and "a" gives this.
        QCOMPARE(fnv1a("a"), "af63dc4c8601ec8c");
    }

    void formattingChangesNothing() {
        const Recipe tight = parse_recipe(R"({"seed":3,"optimizer":{"lr":0.1},"data":{"batch_size":8}})", "r");
        const Recipe wide = parse_recipe(
            "{\n \"data\": {\"batch_size\": 8.0},\r\n\t\"epochs\": 5, \"schema\": 1,\n"
            "\"optimizer\": {\"lr\": 1e-1, \"momentum\": 0.90}, \"seed\": 3e0}",
            "r");
        QCOMPARE(run_hash(tight, 10), run_hash(wide, 10));
        QCOMPARE(run_hash(parse_recipe(to_json(tight), "r"), 10), run_hash(tight, 10));
    }

    void everySettingCounts() {
        std::set<std::string> names{run_hash(Recipe(), 10), run_hash(Recipe(), 11), run_hash(Recipe(), 0)};
        for (const char* setting : {"seed=2", "optimizer.lr=0.051", "model.norm.momentum=null", "epochs=6",
                                    "model.name=vgg", "record.exact_batches=1", "data.drop_last=false"}) {
            Recipe recipe;
            apply_setting(recipe, setting);
            names.insert(run_hash(recipe, 10));
        }
        QCOMPARE(names.size(), std::size_t{10});
        for (const std::string& name : names) QVERIFY(sweep::is_run_hash(name));
    }

    void knowsAHash() {
        QVERIFY(!sweep::is_run_hash(""));
        QVERIFY(!sweep::is_run_hash("../../etc/passwd"));
        QVERIFY(!sweep::is_run_hash("ABCDEF0123456789"));
        QVERIFY(!sweep::is_run_hash("0123456789abcdef0"));
        QVERIFY(sweep::is_run_hash("0123456789abcdef"));
    }

   private:
    static std::string fnv1a(const std::string& text) {
        std::uint64_t hash = 14695981039346656037ULL;
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        return QString::number(hash, 16).rightJustified(16, '0').toStdString();
    }
};

QTEST_APPLESS_MAIN(tst_RunHash)
#include "tst_RunHash.moc"
