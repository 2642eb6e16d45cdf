#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace normscope;
using namespace normscope::testing;

class tst_Checkpoint : public QObject {
    Q_OBJECT

   private slots:
    void writesTheStateWithPyTorchsNames() {
        PlainRun run({synthetic_recipe(), synthetic_split()});
        const auto state = run.take_steps(3).experiment().network().state();
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "model.safetensors";
        save_checkpoint(run.experiment(), path);

        const auto bytes = io::read_file(path, 1U << 20);
        const auto content = io::parse_safetensors(bytes, path.native());
        QCOMPARE(content.tensors.size(), state.size());
        for (const auto& tensor : state) {
            const auto found = std::ranges::find(content.tensors, tensor.name, &io::TensorEntry::name);
            QVERIFY(found != content.tensors.end());
            QCOMPARE(found->dims, tensor.dims);
            const void* expected = tensor.is_count ? static_cast<const void*>(&tensor.count) : tensor.values.data();
            QCOMPARE(found->bytes.size(), tensor.is_count ? 8 : 4 * tensor.values.size());
            QVERIFY(std::memcmp(found->bytes.data(), expected, found->bytes.size()) == 0);
        }
        QCOMPARE(content.metadata.at("format"), "pt");
        QCOMPARE(content.metadata.at("normscope.step"), "3");
        QCOMPARE(content.metadata.at("normscope.recipe"), to_json(run.experiment().recipe()));
    }
};

QTEST_APPLESS_MAIN(tst_Checkpoint)
#include "tst_Checkpoint.moc"
