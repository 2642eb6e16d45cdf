#include "core/io/AtomicFile.h"
#include "datasets/DataSpec.h"
#include "tests/core/io/ErrorText.h"
#include "tests/datasets/IdxBytes.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

using namespace normscope;
using namespace normscope::datasets;
using namespace normscope::testing;

class tst_DataSpec : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() {
        write("images", idx_images(10, 28, 28));
        write("labels", idx_labels({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        write("one image", idx_images(1, 28, 28));
        write("one label", idx_labels({3}));
        write("small", idx_images(2, 5, 5));
        write("small labels", idx_labels({1, 2}));
        write("images,with,commas", idx_images(10, 28, 28));
        write("labels,too", idx_labels({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    }

    void sampleHasItsOwnTestSet() {
        DataRecipe recipe;
        recipe.eval_fraction = 0.5;
        const auto split = load_data(recipe);
        QCOMPARE(split.train->size(), 6000);
        QCOMPARE(split.eval->size(), 1000);
        QCOMPARE(load_eval_data("fashion-mnist")->size(), 1000);
    }

    void lastFractionIsHeldOut_data() {
        QTest::addColumn<double>("fraction");
        QTest::addColumn<qint64>("held");
        QTest::newRow("none") << 0.0 << qint64{0};
        QTest::newRow("tenth") << 0.1 << qint64{1};
        QTest::newRow("third, rounded") << 0.34 << qint64{3};
        QTest::newRow("too little for one") << 0.01 << qint64{0};
        QTest::newRow("one stays for training") << 0.999 << qint64{9};
    }
    void lastFractionIsHeldOut() {
        QFETCH(double, fraction);
        QFETCH(qint64, held);
        DataRecipe recipe;
        recipe.source = idx("images", "labels");
        recipe.eval_fraction = fraction;
        const auto split = load_data(recipe);
        QCOMPARE(split.train->size(), 10 - held);
        QCOMPARE(split.train->label(0), 0);
        if (held == 0) {
            QVERIFY(!split.eval);
            return;
        }
        QCOMPARE(split.eval->size(), held);
        QCOMPARE(split.eval->label(held - 1), 9);
        QCOMPARE(split.eval->label(0), 10 - held);
    }

    void oneImageIsForTraining() {
        DataRecipe recipe;
        recipe.source = idx("one image", "one label");
        recipe.eval_fraction = 0.9;
        const auto split = load_data(recipe);
        QCOMPARE(split.train->size(), 1);
        QVERIFY(!split.eval);
    }

    void evalSourceComesFirst() {
        DataRecipe recipe;
        recipe.source = idx("images", "labels");
        recipe.eval_source = "fashion-mnist";
        QCOMPARE(load_data(recipe).train->size(), 10);
        QCOMPARE(load_data(recipe).eval->size(), 1000);
        recipe.eval_source = idx("one image", "one label");
        QCOMPARE(load_data(recipe).eval->size(), 1);
        recipe.eval_source = idx("small", "small labels");
        const auto text = error_text([&] { load_data(recipe); });
        QVERIFY2(text.find("5 × 5 × 1") != std::string::npos && text.find("28 × 28 × 1") != std::string::npos,
                 text.c_str());
    }

    void commasInNames() {
        QCOMPARE(load_eval_data(idx("images,with,commas", "labels,too"))->size(), 10);
        QCOMPARE(load_eval_data(idx("images,with,commas", "labels"))->size(), 10);
    }

    void refuses_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("words");
        QTest::newRow("unknown") << "imagenet"
                                 << "Known are: fashion-mnist, fashion-mnist-full, idx:IMAGES,LABELS";
        QTest::newRow("misspelt") << "fashion-mnits"
                                  << "Did you mean \"fashion-mnist\"?";
        QTest::newRow("empty") << ""
                               << "unknown";
        QTest::newRow("argument too many") << "fashion-mnist:x"
                                           << "takes nothing after";
        QTest::newRow("no folder") << "cifar10:"
                                   << "must name a folder: cifar10:DIR.";
        QTest::newRow("no such folder") << "cifar100:/missing"
                                        << "does not exist";
        QTest::newRow("one array") << "npy:a.npy"
                                   << "must name two files: npy:IMAGES.npy,LABELS.npy.";
        QTest::newRow("unknown dial") << "shapes:sise=4"
                                      << "did you mean";
        QTest::newRow("no files") << "idx:"
                                  << "idx:IMAGES,LABELS";
        QTest::newRow("no colon") << "idx"
                                  << "idx:IMAGES,LABELS";
        QTest::newRow("one file") << "idx:a"
                                  << "idx:IMAGES,LABELS";
        QTest::newRow("no labels") << "idx:a,"
                                   << "idx:IMAGES,LABELS";
        QTest::newRow("missing files") << "idx:/missing/a,/missing/b"
                                       << "Could not read \"/missing/a\"";
    }
    void refuses() {
        QFETCH(QString, spec);
        QFETCH(QString, words);
        DataRecipe recipe;
        recipe.source = spec.toStdString();
        for (const auto& text :
             {error_text([&] { load_data(recipe); }), error_text([&] { load_eval_data(recipe.source); })}) {
            QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
            QVERIFY2(text.ends_with('.'), text.c_str());
        }
    }

   private:
    void write(const char* name, const std::string& bytes) const {
        io::write_file(m_folder.filePath(name).toStdString(), bytes);
    }
    std::string idx(const char* images, const char* labels) const {
        return ("idx:" + m_folder.filePath(images) + ',' + m_folder.filePath(labels)).toStdString();
    }

    QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(tst_DataSpec)
#include "tst_DataSpec.moc"
