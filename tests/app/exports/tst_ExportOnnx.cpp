// ONNX files of every network and norm: ONNX's full check, and OpenCV's answers against the engine's.
#include "app/exports/ExportOnnx.h"
#include "app/exports/OnnxCheck.h"
#include "app/exports/OnnxRun.h"
#include "app/exports/OnnxWriter.h"
#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "tests/app/exports/ExportCases.h"
#include "tests/core/io/ErrorText.h"

#include <QTemporaryDir>
#include <QTest>

#include <onnx/onnx_pb.h>

#include <cmath>
#include <set>

using namespace normscope;
using namespace normscope::exports;
using namespace normscope::testing;

namespace {

onnx::ModelProto parsed(const std::string& bytes) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) throw std::runtime_error("not ONNX");
    return model;
}

const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name) {
    for (const auto& attribute : node.attribute()) {
        if (attribute.name() == name) return &attribute;
    }
    return nullptr;
}

std::string metadata(const onnx::ModelProto& model, const std::string& key) {
    for (const auto& entry : model.metadata_props()) {
        if (entry.key() == key) return entry.value();
    }
    return "missing";
}

std::vector<float> floats(const onnx::TensorProto& tensor) {
    std::vector<float> values(tensor.raw_data().size() / sizeof(float));
    std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
    return values;
}

const NetworkCase& network_case(const std::string& name) {
    return *std::ranges::find(network_cases(), name, &NetworkCase::name);
}
const NormCase& norm_case(const std::string& name) {
    return *std::ranges::find(norm_cases(), name, &NormCase::name);
}
NoiseImages images_for(const NetworkCase& network, std::int64_t count = 9) {
    return {count, network.height, network.width, export_channels};
}

}  // namespace

class tst_ExportOnnx : public QObject {
    Q_OBJECT

   private slots:
    void answersAsTheEngine_data();
    void answersAsTheEngine();
    void keepsWhatPyTorchNames_data();
    void keepsWhatPyTorchNames();
    void saysWhereItComesFrom();
    void foldsOnRequest();
    void refusesLayersWithoutRunningStatistics();
    void refusesWhatCannotBeChecked();
    void noticesAWrongModel();
    void keepsTheOldFile();
    void canBeCancelled();
    void isTheSameTwice();

   private:
    std::filesystem::path file(const char* name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    QTemporaryDir m_folder;
};

void tst_ExportOnnx::answersAsTheEngine_data() {
    QTest::addColumn<QString>("network");
    for (const auto& network : network_cases()) QTest::addRow("%s", network.name.c_str()) << network.name.c_str();
}

void tst_ExportOnnx::answersAsTheEngine() {
    QFETCH(QString, network);
    const NetworkCase& of = network_case(network.toStdString());
    double largest = 0;
    for (const auto& norm : norm_cases()) {
        if (!can_be_built(of, norm)) continue;
        for (const bool fold : {false, true}) {
            std::vector<double> shares;
            const instruments::Watch watch{{}, [&](double share) { shares.push_back(share); }};
            try {
                const auto report =
                    export_onnx(export_case(of, norm), images_for(of), {fold}, file("network.onnx"), watch);
                largest = std::max(largest, report.difference);
                QCOMPARE(report.images, 7);
                QCOMPARE(report.bytes, std::filesystem::file_size(file("network.onnx")));
            } catch (const std::exception& error) {
                QFAIL(qPrintable(QString("%1, %2: %3").arg(norm.name.c_str(), fold ? "folded" : "kept", error.what())));
            }
            QVERIFY(std::ranges::is_sorted(shares));
            QCOMPARE(shares.back(), 1.0);
        }
    }
    qInfo("largest difference %.1e of the logits' scale", largest);
    QVERIFY(largest > 0);
}

void tst_ExportOnnx::keepsWhatPyTorchNames_data() {
    QTest::addColumn<QString>("network");
    QTest::addColumn<QString>("norm");
    QTest::addColumn<double>("epsilon");
    QTest::addColumn<double>("momentum");
    QTest::newRow("simple") << "simple"
                            << "default" << 1e-5 << 0.9;
    QTest::newRow("large eps") << "resnet"
                               << "large eps" << 0.03 << 0.7;
    QTest::newRow("mlp") << "mlp, deep"
                         << "large eps" << 0.03 << 0.7;
    QTest::newRow("not affine") << "vgg"
                                << "not affine" << 1e-5 << 0.9;
    QTest::newRow("cumulative") << "simple"
                                << "cumulative" << 1e-5 << -1.0;
    QTest::newRow("custom") << "custom"
                            << "default" << 1e-5 << 0.9;
}

void tst_ExportOnnx::keepsWhatPyTorchNames() {
    QFETCH(QString, network);
    QFETCH(QString, norm);
    QFETCH(double, epsilon);
    QFETCH(double, momentum);
    const auto source = export_case(network_case(network.toStdString()), norm_case(norm.toStdString()));
    const auto model = parsed(onnx_bytes(source));
    QCOMPARE(model.ir_version(), 8);
    QCOMPARE(model.opset_import_size(), 1);
    QCOMPARE(model.opset_import(0).version(), 15);

    std::map<std::string, const onnx::TensorProto*> constants;
    for (const auto& tensor : model.graph().initializer()) constants[tensor.name()] = &tensor;
    for (const auto& tensor : source.network.state()) {
        if (tensor.is_count) continue;
        QVERIFY2(constants.contains(tensor.name), tensor.name.c_str());
        QCOMPARE(floats(*constants.at(tensor.name)), tensor.values);
    }
    std::size_t norms = 0;
    for (const auto& node : model.graph().node()) {
        if (node.op_type() != "BatchNormalization") continue;
        ++norms;
        QCOMPARE(node.input_size(), 5);
        QCOMPARE(node.output_size(), 1);
        const char* const names[] = {"weight", "bias", "running_mean", "running_var"};
        for (int i = 0; i < 4; ++i) QCOMPARE(node.input(i + 1), node.name() + "." + names[i]);
        QCOMPARE(attribute(node, "epsilon")->f(), static_cast<float>(epsilon));
        QCOMPARE(attribute(node, "training_mode")->i(), 0);
        QCOMPARE(attribute(node, "momentum") != nullptr, momentum >= 0);
        if (momentum >= 0) QCOMPARE(attribute(node, "momentum")->f(), static_cast<float>(momentum));
        if (norm == "not affine") {
            for (const float one : floats(*constants.at(node.name() + ".weight"))) QCOMPARE(one, 1.0F);
            for (const float zero : floats(*constants.at(node.name() + ".bias"))) QCOMPARE(zero, 0.0F);
        }
    }
    QCOMPARE(norms, source.network.norm_layers().size());
}

void tst_ExportOnnx::saysWhereItComesFrom() {
    const auto source = export_case(network_case("simple, not square"), norm_case("default"));
    const auto model = parsed(onnx_bytes(source));
    QCOMPARE(model.producer_name(), "NormScope");
    QVERIFY(!model.producer_version().empty());
    QCOMPARE(metadata(model, "normscope.version"), model.producer_version());
    QCOMPARE(metadata(model, "normscope.recipe"), to_json(source.recipe));
    QCOMPARE(metadata(model, "normscope.step"), "12");
    QCOMPARE(metadata(model, "normscope.mean"), "[0.3,0.4]");
    QCOMPARE(metadata(model, "normscope.std"), "[0.25,0.3]");
    QCOMPARE(metadata(model, "normscope.classes"), R"(["class 0","class 1","class 2","class 3","class 4"])");
    QCOMPARE(metadata(model, "normscope.folded"), "[]");
    QVERIFY(parse_data_description(metadata(model, "normscope.data"), "metadata") == source.data);
    QCOMPARE(model.graph().input_size(), 1);
    const auto& input = model.graph().input(0);
    QCOMPARE(input.name(), "input");
    const auto& dims = input.type().tensor_type().shape().dim();
    QCOMPARE(dims.size(), 4);
    QVERIFY(dims[0].has_dim_param());
    QCOMPARE(dims[1].dim_value(), 2);
    QCOMPARE(dims[2].dim_value(), 13);
    QCOMPARE(dims[3].dim_value(), 10);
    QCOMPARE(model.graph().output_size(), 1);
    QCOMPARE(model.graph().output(0).name(), "logits");
    QVERIFY(model.graph().output(0).type().tensor_type().shape().dim(0).has_dim_param());
    QCOMPARE(model.graph().output(0).type().tensor_type().shape().dim(1).dim_value(), export_classes);
}

void tst_ExportOnnx::foldsOnRequest() {
    const auto nodes_of = [this](const char* norm) {
        const NetworkCase& network = network_case("resnet");
        const auto report =
            export_onnx(export_case(network, norm_case(norm)), images_for(network), {true}, file("folded.onnx"));
        const auto bytes = io::read_file(file("folded.onnx"), 1U << 24);
        std::multiset<std::string> operations;
        const auto model = parsed(std::string(io::as_text(bytes)));
        for (const auto& node : model.graph().node()) operations.insert(node.op_type());
        return std::tuple{report, operations, metadata(model, "normscope.folded")};
    };
    const auto [report, operations, folded] = nodes_of("no convolution bias");
    QCOMPARE(operations.count("BatchNormalization"), 0U);
    QCOMPARE(report.folds.size(), 9U);
    for (const auto& record : report.folds) QVERIFY(record.is_folded());
    QVERIFY(folded.find(R"("layer2.downsample.1")") != std::string::npos);
    const auto [kept, kept_operations, none] = nodes_of("after activation");
    QCOMPARE(kept_operations.count("BatchNormalization"), 7U);  // two follow the shortcuts' convolutions
    QCOMPARE(std::ranges::count_if(kept.folds, &instruments::FoldRecord::is_folded), 2);
    QCOMPARE(none, R"(["layer2.downsample.1","layer3.downsample.1"])");
}

void tst_ExportOnnx::refusesLayersWithoutRunningStatistics() {
    const NormCase not_tracking{"", [](ModelRecipe& m) { m.norm.track_running_stats = false; }};
    const NetworkCase& network = network_case("resnet");
    const auto text = error_text(
        [&] { export_onnx(export_case(network, not_tracking), images_for(network), {}, file("none.onnx")); });
    QVERIFY2(text.find("'bn1'") != text.npos && text.find("track_running_stats") != text.npos, text.c_str());
    QVERIFY(!std::filesystem::exists(file("none.onnx")));
}

void tst_ExportOnnx::refusesWhatCannotBeChecked() {
    const NetworkCase& network = network_case("simple");
    const auto attempt = [&](const Dataset& images, float weight, const std::filesystem::path& path) {
        auto source = export_case(network, norm_case("default"));
        if (!std::isfinite(weight)) source.network.parameters().values()[3] = weight;
        return error_text([&] { export_onnx(source, images, {}, path); });
    };
    const auto path = file("refused.onnx");
    const auto other_size = attempt(NoiseImages(4, 12, 13, 2), 0, path);
    QVERIFY2(other_size.find("12×12") != other_size.npos && other_size.find("13×12") != other_size.npos,
             other_size.c_str());
    QVERIFY(!attempt(NoiseImages(4, 12, 12, 1), 0, path).empty());
    QVERIFY(attempt(NoiseImages(0, 12, 12, 2), 0, path).find("no image") != std::string::npos);
    QVERIFY(attempt(images_for(network), NAN, path).find("not finite") != std::string::npos);
    QVERIFY(attempt(images_for(network), 0, "/nowhere/at/all.onnx").find("/nowhere/at") != std::string::npos);
    QVERIFY(attempt(images_for(network), 0, m_folder.path().toStdString()).find("folder") != std::string::npos);
    QVERIFY(!std::filesystem::exists(path));
}

void tst_ExportOnnx::noticesAWrongModel() {
    const auto source = export_case(network_case("simple"), norm_case("default"));
    const std::string bytes = onnx_bytes(source);
    check_onnx(bytes);
    // ONNX's check: an operator that does not exist, a wrong shape, bytes that are no model.
    auto unknown = parsed(bytes);
    unknown.mutable_graph()->mutable_node(0)->set_op_type("Convolution");
    QVERIFY(!error_text<WorkError>([&] { check_onnx(unknown.SerializeAsString()); }).empty());
    auto misshaped = parsed(bytes);
    misshaped.mutable_graph()
        ->mutable_output(0)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(1)
        ->set_dim_value(7);
    QVERIFY(!error_text<WorkError>([&] { check_onnx(misshaped.SerializeAsString()); }).empty());
    QVERIFY(!error_text<WorkError>([&] { check_onnx("no model"); }).empty());
    // OpenCV's.
    Tensor<float> images({2, 12, 12, 2});
    images.fill(0.5F);
    QCOMPARE(run_in_opencv(bytes, images).size(), 10U);
    QVERIFY(!error_text<WorkError>([&] { run_in_opencv(unknown.SerializeAsString(), images); }).empty());
}

void tst_ExportOnnx::keepsTheOldFile() {
    const NormCase not_tracking{"", [](ModelRecipe& m) { m.norm.track_running_stats = false; }};
    const NetworkCase& network = network_case("simple");
    io::write_file(file("old.onnx"), "old");
    QVERIFY(!error_text([&] {
                 export_onnx(export_case(network, not_tracking), images_for(network), {}, file("old.onnx"));
             }).empty());
    const auto bytes = io::read_file(file("old.onnx"), 100);
    QCOMPARE(io::as_text(bytes), "old");
}

void tst_ExportOnnx::canBeCancelled() {
    const NetworkCase& network = network_case("simple");
    for (const double at : {0.0, 0.25, 0.5}) {
        std::stop_source stop;
        const instruments::Watch watch{stop.get_token(), [&](double share) {
                                           if (share >= at) stop.request_stop();
                                       }};
        QVERIFY_THROWS_EXCEPTION(instruments::Cancelled,
                                 export_onnx(export_case(network, norm_case("default")), images_for(network), {},
                                             file("cancelled.onnx"), watch));
        QVERIFY(!std::filesystem::exists(file("cancelled.onnx")));
    }
}

void tst_ExportOnnx::isTheSameTwice() {
    const auto bytes = [] { return onnx_bytes(export_case(network_case("resnet"), norm_case("layer"))); };
    QVERIFY(bytes() == bytes());
}

QTEST_APPLESS_MAIN(tst_ExportOnnx)
#include "tst_ExportOnnx.moc"
