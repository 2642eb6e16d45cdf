#include "core/train/Recorder.h"

#include "core/recipe/RecipeJson.h"
#include "core/telemetry/Hyperparameter.h"

namespace normscope {

using telemetry::Statistic;

namespace {

/// γ and β of the layers that normalize each image by itself, if they are by channel.
bool records_affine(const nn::NormLayer<float>& norm) {
    return static_cast<std::int64_t>(norm.weight().size()) == norm.channels();
}

}  // namespace

telemetry::SeriesSchema make_schema(const nn::Network<float>& network) {
    telemetry::SeriesSchema schema;
    schema.add(Statistic::loss);
    schema.add(Statistic::train_accuracy);
    for (const auto& [position, norm] : network.norm_layers()) {
        const LayerIndex layer{position};
        const auto add_channels = [&, &name = network.leaves()[position]->name(),
                                   channels = norm->options().channels](Statistic statistic) {
            for (std::int64_t c = 0; c < channels; ++c) schema.add(statistic, name, layer, ChannelIndex{c});
        };
        add_channels(Statistic::batch_mean);
        add_channels(Statistic::batch_var);
        if (norm->options().track_running_stats) {
            add_channels(Statistic::running_mean);
            add_channels(Statistic::running_var);
        }
        if (norm->options().affine) {
            add_channels(Statistic::weight);
            add_channels(Statistic::bias);
        }
    }
    for (const auto& [position, norm] : network.image_norm_layers()) {
        if (!records_affine(*norm)) continue;
        for (const auto statistic : {Statistic::weight, Statistic::bias}) {
            for (std::int64_t c = 0; c < norm->channels(); ++c) {
                schema.add(statistic, network.leaves()[position]->name(), LayerIndex{position}, ChannelIndex{c});
            }
        }
    }
    schema.add(Statistic::eval_accuracy);
    schema.add(Statistic::eval_accuracy_train_mode);
    for (const auto& [position, norm] : network.norm_layers()) {
        schema.add(Statistic::mode_difference, network.leaves()[position]->name(), LayerIndex{position});
    }
    schema.add(Statistic::mode_difference, "logits");
    return schema;
}

telemetry::RunDescription describe(const Experiment& experiment, std::uint64_t run_id) {
    const Recipe& recipe = experiment.recipe();
    telemetry::RunDescription description;
    description.run_id = run_id;
    description.data_name = experiment.data().train->name();
    description.data_source = recipe.data.source;
    description.model_name = experiment.network().name();
    const Shape& image = experiment.network().image_shape();
    description.input_detail = std::to_string(image.c) + "×" + std::to_string(image.h) + "×" + std::to_string(image.w);
    description.seed = recipe.seed;
    description.train_images = experiment.data().train->size();
    description.eval_images = experiment.data().eval ? experiment.data().eval->size() : 0;
    for (const auto* layer : experiment.network().leaves()) {
        description.layers.push_back({.name = layer->name(), .kind = layer->kind(), .detail = layer->detail()});
    }
    for (const auto& [position, norm] : experiment.network().norm_layers()) {
        description.layers[position].is_norm = true;
        description.layers[position].channels = norm->options().channels;
    }
    for (const auto& [position, norm] : experiment.network().image_norm_layers()) {
        description.layers[position].is_norm = true;
        description.layers[position].channels = norm->channels();
    }
    description.schema = make_schema(experiment.network());
    for (const auto& spec : telemetry::hyperparameter_specs()) {
        description.hyperparameters.emplace(spec.key, value_of(recipe, spec.key));
    }
    description.recipe_json = to_json(recipe);
    return description;
}

void record_step(const Experiment& experiment, const StepResult& result, telemetry::StepColumns& columns) {
    columns.steps.push_back(experiment.step());
    auto& row = columns.dense;
    row.push_back(static_cast<float>(result.loss));
    row.push_back(static_cast<float>(result.accuracy));
    const auto append = [&row](const auto& values) {
        for (const auto value : values) row.push_back(static_cast<float>(value));
    };
    for (const auto& [position, layer] : experiment.network().norm_layers()) {
        const nn::BatchNorm2d<float>& norm = *layer;
        append(norm.batch_mean());
        append(norm.batch_var());
        append(norm.running_mean());
        append(norm.running_var());
        append(norm.weight());
        append(norm.bias());
    }
    for (const auto& [position, norm] : experiment.network().image_norm_layers()) {
        if (!records_affine(*norm)) continue;
        append(norm->weight());
        append(norm->bias());
    }
}

bool evaluation_due(const Experiment& experiment) {
    const RecordRecipe& record = experiment.recipe().record;
    return record.eval_every > 0 && experiment.step().value % record.eval_every == 0 && experiment.data().eval;
}

void record_evaluation(const Experiment& experiment, const telemetry::SeriesSchema& schema,
                       const Evaluation& evaluation, telemetry::StepColumns& columns) {
    const auto add = [&](std::optional<SeriesIndex> series, double value) {
        if (series) columns.sparse.push_back({*series, experiment.step(), static_cast<float>(value)});
    };
    add(schema.find(Statistic::eval_accuracy), evaluation.accuracy);
    add(schema.find(Statistic::eval_accuracy_train_mode), evaluation.accuracy_train_mode);
    const auto& norms = experiment.network().norm_layers();
    for (std::size_t i = 0; i < norms.size(); ++i) {
        add(schema.find(Statistic::mode_difference, LayerIndex{norms[i].first}), evaluation.mode_difference[i]);
    }
    add(schema.find(Statistic::mode_difference), evaluation.mode_difference.back());
}

}  // namespace normscope
