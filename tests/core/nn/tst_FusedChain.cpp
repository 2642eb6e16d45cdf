#include "core/kernels/Isa.h"
#include "core/nn/Models.h"
#include "tests/core/kernels/KernelTest.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <string>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

Q_DECLARE_METATYPE(normscope::ModelRecipe)
Q_DECLARE_METATYPE(normscope::Shape)

namespace {

constexpr std::int64_t classes = 10;
const ModelRecipe simple;

/// One pass forward and backward of a network from random images and a random gradient of the logits.
struct NetworkRun {
    std::vector<float> logits;
    std::map<std::string, std::vector<float>> gradients;
    std::vector<std::vector<float>> running;  ///< mean and variance by norm layer
};

template <class S>
Network<S> network_of(const ModelRecipe& recipe, const Shape& images) {
    auto network = make_network<S>(recipe, images, classes);
    network.reset(5);
    std::uint64_t seed = 30;
    for (auto* parameter : network.parameters().parameters()) {
        NormalValues normal(seed++);
        if (!parameter->of_norm) continue;
        // The same numbers in float and in double.
        for (S& value : parameter->value) value = static_cast<S>(static_cast<float>(1 + 0.3 * normal.next()));
    }
    return network;
}

template <class S>
Tensor<S> images_of(const Shape& shape) {
    const auto values = random_tensor<float>(shape, 1);
    Tensor<S> images(shape);
    std::ranges::copy(values.values(), images.data());
    return images;
}

template <class Values>
std::vector<float> in_float(const Values& values) {
    std::vector<float> result;
    for (const auto value : values) result.push_back(static_cast<float>(value));
    return result;
}

template <class S>
NetworkRun run(Network<S>& network, const Shape& images, const Pass& pass) {
    NetworkRun result;
    const Tensor<S> x = images_of<S>(images);
    result.logits = in_float(network.forward(x, pass).values());
    network.backward(images_of<S>({images.n, 1, 1, classes}), pass);
    std::int64_t index = 0;
    for (const auto* p : network.parameters().parameters()) {
        result.gradients[std::to_string(index++) + " " + p->name] = in_float(p->gradient);
    }
    for (const auto& [position, norm] : network.norm_layers()) {
        result.running.push_back(in_float(norm->running_mean()));
        result.running.push_back(in_float(norm->running_var()));
    }
    return result;
}

NetworkRun run_with(Kernels kernels, const ModelRecipe& recipe, const Shape& images, Mode mode = Mode::train,
                    int threads = 1, LayerObserver* observer = nullptr) {
    ThreadPool pool(threads);
    auto network = network_of<float>(recipe, images);
    return run(network, images, {.pool = pool, .mode = mode, .observer = observer, .kernels = kernels});
}

double norm_of(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value) * value;
    return std::sqrt(sum);
}

bool same_bits(const NetworkRun& a, const NetworkRun& b) {
    return a.logits == b.logits && a.gradients == b.gradients && a.running == b.running;
}

/// Keeps what it sees, by layer.
class Witness : public LayerObserver {
   public:
    void saw_forward(const Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) override {
        order += layer.name() + " ";
        seen[layer.name() + " x"] = in_float(x.values());
        seen[layer.name() + " y"] = in_float(y.values());
    }
    void saw_backward(const Module<float>& layer, const Tensor<float>& gradient) override {
        order += layer.name() + "' ";
        seen[layer.name() + " gradient"] = in_float(gradient.values());
    }
    std::string order;
    std::map<std::string, std::vector<float>> seen;
};

void add_networks() {
    QTest::addColumn<ModelRecipe>("recipe");
    QTest::addColumn<Shape>("images");
    const auto add = [](const char* name, const char* network, const Shape& images, auto change) {
        ModelRecipe recipe;
        recipe.name = network;
        change(recipe);
        QTest::newRow(name) << recipe << images;
    };
    const auto as_it_is = [](ModelRecipe&) {};
    add("simple", "simple", {5, 12, 12, 1}, as_it_is);
    add("simple, odd sizes", "simple", {3, 13, 15, 3}, as_it_is);
    add("simple, 17 images", "simple", {17, 8, 8, 1}, as_it_is);
    add("vgg", "vgg", {3, 12, 8, 3}, as_it_is);
    add("resnet", "resnet", {4, 12, 12, 3}, as_it_is);
    add("no bias", "simple", {5, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.conv_bias = false; });
    add("not affine", "simple", {5, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.norm.affine = false; });
    add("frozen", "simple", {5, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.norm.frozen = true; });
    add("untracked", "simple", {5, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.norm.track_running_stats = false; });
    add("cumulative", "simple", {5, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.norm.momentum.reset(); });
    add("ghost batches", "simple", {6, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.norm.ghost_batches = 2; });
    add("norm behind the activation", "simple", {5, 12, 12, 1},
        [](ModelRecipe& recipe) { recipe.norm_position = "after_activation"; });
    const auto without_norm = [](ModelRecipe& recipe) { recipe.norm.type = "none"; };
    add("no norm", "simple", {5, 12, 12, 1}, without_norm);
    add("no norm, odd sizes", "simple", {17, 13, 15, 3}, without_norm);
    add("vgg, no norm", "vgg", {3, 12, 8, 3}, without_norm);
    add("resnet, no norm", "resnet", {4, 12, 12, 3}, without_norm);
    add("no norm, no bias", "resnet", {4, 12, 12, 3}, [](ModelRecipe& recipe) {
        recipe.norm.type = "none";
        recipe.conv_bias = false;
    });
    add("group norm", "simple", {5, 12, 12, 1}, [](ModelRecipe& recipe) { recipe.norm.type = "group"; });
    add("sigmoid", "vgg", {3, 8, 8, 1}, [](ModelRecipe& recipe) { recipe.activation = "sigmoid"; });
    add("empty batch", "simple", {0, 12, 12, 1}, as_it_is);
}

}  // namespace

/// Networks computed with kernels, blocks of layers at once, against the layers one by one in double.
class tst_FusedChain : public QObject {
    Q_OBJECT

   private slots:
    void agreesWithTheLayers_data() { add_networks(); }
    void agreesWithTheLayers() {
        QFETCH(ModelRecipe, recipe);
        QFETCH(Shape, images);
        for (const Mode mode : {Mode::train, Mode::eval}) {
            ThreadPool pool(1);
            auto exact_network = network_of<double>(recipe, images);
            const NetworkRun exact = run(exact_network, images, {.pool = pool, .mode = mode});
            for (const std::string& isa : kernels::available_isas()) {
                const WithIsa use(QString::fromStdString(isa));
                verify_agreement(run_with(Kernels::direct, recipe, images, mode), exact, 1e-5);
                verify_agreement(run_with(Kernels::winograd, recipe, images, mode), exact, 1e-4);
            }
        }
    }

    void givesTheSameBitsWithAnyNumberOfThreads_data() { add_networks(); }
    void givesTheSameBitsWithAnyNumberOfThreads() {
        QFETCH(ModelRecipe, recipe);
        QFETCH(Shape, images);
        const NetworkRun one = run_with(Kernels::winograd, recipe, images);
        for (const int threads : {2, 4}) {
            QVERIFY(same_bits(run_with(Kernels::winograd, recipe, images, Mode::train, threads), one));
        }
    }

    void isNotChangedByAnObserver_data() { add_networks(); }
    void isNotChangedByAnObserver() {
        QFETCH(ModelRecipe, recipe);
        QFETCH(Shape, images);
        Witness witness;
        const NetworkRun watched = run_with(Kernels::winograd, recipe, images, Mode::train, 1, &witness);
        QVERIFY(same_bits(watched, run_with(Kernels::winograd, recipe, images)));
    }

    void showsWhatTheLayersWouldShow_data() { add_networks(); }
    void showsWhatTheLayersWouldShow() {
        QFETCH(ModelRecipe, recipe);
        QFETCH(Shape, images);
        Witness layers, chain;
        run_with(Kernels::reference, recipe, images, Mode::train, 1, &layers);
        run_with(Kernels::direct, recipe, images, Mode::train, 1, &chain);
        QCOMPARE(chain.order, layers.order);
        QCOMPARE(chain.seen.size(), layers.seen.size());
        for (const auto& [what, values] : layers.seen) {
            verify_close(what.c_str(), chain.seen[what], in_double(values), 1e-5);
        }
    }

    /// The next pass may have another shape, setting or number of threads.
    void startsAfreshWithEachPass() {
        auto network = network_of<float>(simple, {0, 12, 12, 1});
        for (const std::int64_t n : {5, 2, 7}) {
            for (const Kernels kernels : {Kernels::winograd, Kernels::reference, Kernels::direct}) {
                const Shape images{n, 12, 12, 1};
                ThreadPool pool(static_cast<int>(n));
                const NetworkRun found =
                    run(network, images, {.pool = pool, .update_buffers = false, .kernels = kernels});
                auto fresh = network_of<float>(simple, images);
                QVERIFY(
                    same_bits(found, run(fresh, images, {.pool = pool, .update_buffers = false, .kernels = kernels})));
            }
        }
    }

    void hasNoGradientForABiasInFrontOfANorm() {
        const NetworkRun found = run_with(Kernels::direct, simple, {5, 12, 12, 1});
        for (const float g : found.gradients.at("1 bias")) QCOMPARE(g, 0.0F);
    }

   private:
    static void verify_agreement(const NetworkRun& found, const NetworkRun& exact, double tolerance) {
        verify_close("logits", found.logits, in_double(exact.logits), tolerance);
        for (const auto& [name, values] : exact.gradients) {
            const std::vector<float>& gradient = found.gradients.at(name);
            // A bias in front of a norm has none; what is found there is rounding.
            if (norm_of(values) < 1e-9) {
                QVERIFY2(norm_of(gradient) < 1e-4, name.c_str());
            } else {
                verify_close(name.c_str(), gradient, in_double(values), tolerance);
            }
        }
        for (std::size_t i = 0; i < exact.running.size(); ++i) {
            verify_close("running statistics", found.running[i], in_double(exact.running[i]), tolerance);
        }
    }
};

QTEST_APPLESS_MAIN(tst_FusedChain)
#include "tst_FusedChain.moc"
