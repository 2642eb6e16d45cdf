#include "core/nn/Parameter.h"

#include <QTest>

#include <array>
#include <numeric>
#include <stdexcept>

using namespace normscope::nn;

namespace {

std::vector<float> counted(std::int64_t count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}

Parameter<float> conv_weight() {
    return {.name = "weight", .dims = {2, 3, 2, 2}, .layout = Layout::conv_hwio};
}
Parameter<float> linear_weight() {
    return {.name = "weight", .dims = {2, 12}, .layout = Layout::linear_hwc, .hwc = {2, 2, 3}};
}
Parameter<float> plain() {
    return {.name = "bias", .dims = {5}};
}

}  // namespace

class tst_Parameter : public QObject {
    Q_OBJECT

   private slots:
    void turnsOihwIntoHwio() {
        const auto parameter = conv_weight();
        std::vector<float> values(24);
        from_torch_order<float>(parameter, counted(24), values);
        // (h, w, in, out) = (1, 0, 2, 1) is PyTorch's (out, in, h, w) = (1, 2, 1, 0).
        QCOMPARE(values[((1 * 2 + 0) * 3 + 2) * 2 + 1], static_cast<float>(((1 * 3 + 2) * 2 + 1) * 2 + 0));
    }

    void turnsChwFeaturesIntoHwc() {
        const auto parameter = linear_weight();
        std::vector<float> values(24);
        from_torch_order<float>(parameter, counted(24), values);
        // Output 1, (h, w, c) = (1, 0, 2) is PyTorch's feature (c, h, w) = (2, 1, 0).
        QCOMPARE(values[12 + (1 * 2 + 0) * 3 + 2], static_cast<float>(12 + (2 * 2 + 1) * 2 + 0));
    }

    void comesBackFromPyTorchsOrder_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("plain") << 0;
        QTest::newRow("conv_hwio") << 1;
        QTest::newRow("linear_hwc") << 2;
    }
    void comesBackFromPyTorchsOrder() {
        QFETCH(int, which);
        const std::array parameters{plain(), conv_weight(), linear_weight()};
        const auto& parameter = parameters[which];
        const auto torch = counted(parameter.size());
        std::vector<float> values(torch.size());
        from_torch_order<float>(parameter, torch, values);
        QCOMPARE(to_torch_order<float>(parameter, values), torch);
    }

    void refusesAnotherNumberOfValues() {
        const auto parameter = plain();
        std::vector<float> values(5);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, from_torch_order<float>(parameter, counted(4), values));
    }

    void livesInOneArenaOnCacheLines() {
        auto first = plain(), second = conv_weight();
        ParameterArena<float> arena({&first, &second});
        QCOMPARE(first.value.size(), 5U);
        QCOMPARE(second.gradient.size(), 24U);
        QCOMPARE(first.value.data(), arena.values().data());
        QVERIFY(second.value.data() >= first.value.data() + 5);
        QVERIFY(second.value.data() + 24 <= arena.values().data() + arena.values().size());
        QCOMPARE(reinterpret_cast<std::uintptr_t>(second.value.data()) % 64, 0U);
        QCOMPARE(reinterpret_cast<std::uintptr_t>(second.gradient.data()) % 64, 0U);
    }
};

QTEST_APPLESS_MAIN(tst_Parameter)
#include "tst_Parameter.moc"
