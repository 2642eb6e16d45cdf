// A small run for the tests of plots.
#pragma once

#include "core/telemetry/SeriesStore.h"
#include "widgets/plots/Curve.h"

#include <cmath>
#include <memory>
#include <vector>

/// Series 0: loss, 1: batch mean, 2: running mean, 3: evaluation accuracy (sparse).
struct PlotFixture {
    std::shared_ptr<normscope::telemetry::SeriesStore> store;

    PlotFixture() {
        using namespace normscope;
        using telemetry::Statistic;
        auto schema = std::make_shared<telemetry::SeriesSchema>();
        schema->add(Statistic::loss);
        schema->add(Statistic::batch_mean, "bn1", LayerIndex{1}, ChannelIndex{0});
        schema->add(Statistic::running_mean, "bn1", LayerIndex{1}, ChannelIndex{0});
        schema->add(Statistic::eval_accuracy);
        store = std::make_shared<telemetry::SeriesStore>(schema);
    }

    static float batchMean(std::int64_t step) { return std::sin(float(step) * 0.1F) / 3; }

    void append(int steps, float loss = 0.5F) {
        using namespace normscope;
        for (int i = 0; i < steps; ++i) {
            const std::int64_t step = store->last_step().value + 1;
            telemetry::StepColumns columns;
            columns.steps = {{step}};
            columns.dense = {loss, batchMean(step), -0.1F * batchMean(step)};
            store->append(columns);
        }
    }

    void evaluate(float accuracy) {
        normscope::telemetry::StepColumns columns;
        columns.sparse = {{{3}, store->last_step(), accuracy}};
        store->append(columns);
    }

    static std::vector<normscope::widgets::Curve> curves() {
        using normscope::widgets::Meaning;
        return {{{1}, QStringLiteral("batch"), Meaning::Batch}, {{2}, QStringLiteral("running"), Meaning::Running}};
    }
};
