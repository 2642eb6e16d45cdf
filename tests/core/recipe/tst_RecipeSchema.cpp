// resources/schema/recipe.schema.json says what the parser does.
#include "core/io/Json.h"
#include "core/io/ReadFile.h"
#include "core/recipe/LayerRecipeJson.h"
#include "core/recipe/RecipeFields.h"
#include "core/recipe/RecipeJson.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <map>

using namespace normscope;
using normscope::testing::error_text;
using Json = nlohmann::ordered_json;

namespace {

void collect(const Json& schema, const std::string& path, std::map<std::string, Json>& leaves) {
    if (!schema.contains("properties")) {
        leaves.emplace(path, schema);
        return;
    }
    for (const auto& [key, value] : schema["properties"].items()) collect(value, join_path(path, key), leaves);
}

/// {"data": {"source": value}} for "data.source".
std::string recipe_with(const std::string& path, const Json& value) {
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return Json{{path, value}}.dump();
    return recipe_with(path.substr(0, dot), Json{{path.substr(dot + 1), value}});
}

const Json one_layer = Json::array({Json{{"layer", "Flatten"}}});

/// With what else such a value needs: two lists as long as each other, layers for a custom network.
std::string recipe_of(const std::string& path, const Json& value) {
    if (path == "model.name" && value == "custom") {
        return recipe_with("model", {{"name", value}, {"layers", one_layer}});
    }
    if (path == "model.layers" && value != Json::array()) {
        return recipe_with("model", {{"name", "custom"}, {"layers", value}});
    }
    if (!path.starts_with("data.normalize.")) return recipe_with(path, value);
    const bool is_mean = path.ends_with("mean");
    const Json other(std::vector<double>(value.is_array() ? value.size() : 1, 0.5));
    return recipe_with("data.normalize", {{"mean", is_mean ? value : other}, {"std", is_mean ? other : value}});
}

}  // namespace

class tst_RecipeSchema : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() {
        const auto bytes = io::read_file(NORMSCOPE_RECIPE_SCHEMA, 1U << 20);
        m_schema = io::parse_json(io::as_text(bytes), "recipe.schema.json");
        collect(m_schema, "", m_leaves);
    }

    void hasTheKeysOfTheParser() {
        std::vector<std::string> in_schema;
        for (const auto& [path, schema] : m_leaves) in_schema.push_back(path);
        std::vector<std::string> in_parser{"schema"};
        for (const auto& field : recipe_fields()) in_parser.emplace_back(field.path);
        std::sort(in_parser.begin(), in_parser.end());
        QCOMPARE(in_schema, in_parser);
    }

    void hasTheDefaultsOfTheParser() {
        const Json defaults = Json::parse(to_json(Recipe()));
        for (const auto& [path, schema] : m_leaves) {
            const Json::json_pointer pointer('/' + QString::fromStdString(path).replace('.', '/').toStdString());
            QVERIFY2(schema.contains("default") && defaults.at(pointer) == schema["default"], path.c_str());
        }
    }

    void leavesNoOtherKeys() { check_closed(m_schema, "recipe"); }

    void agreesOnValues() {
        for (const auto& [path, schema] : m_leaves) {
            const auto check = [&, &key = path](const Json& value, bool accepted) {
                const auto text = error_text([&] { parse_recipe(recipe_of(key, value), "r.json"); });
                QVERIFY2(text.empty() == accepted, (key + " = " + value.dump() + ": " + text).c_str());
            };
            for (const Json& value : schema.value("enum", Json::array())) check(value, true);
            if (schema.contains("enum")) check("something else", false);
            if (schema.contains("const")) check(schema["const"], true);
            if (schema.value("const", Json()) == false) check(true, false);
            if (schema.value("type", Json()) == "boolean") check(true, true), check(false, true), check(1, false);
            check_range(schema, check);
            if (schema.contains("items")) check_lengths(schema, check);
            const bool may_be_null = schema.value("type", Json()).is_array();
            check(nullptr, may_be_null);
            check(Json::object(), false);
            if (schema.value("minLength", 0) == 1) check("", false), check("x", true);
        }
    }

    void hasTheLayersOfTheParser() {
        std::vector<std::string> in_schema;
        for (const Json& word : layer_schemas()) {
            in_schema.push_back(word["properties"]["layer"]["const"]);
            check_closed(word, in_schema.back());
        }
        const auto words = layer_words();
        QVERIFY(std::ranges::equal(in_schema, words));
    }

    void agreesOnLayers() {
        for (const Json& word : layer_schemas()) {
            const Json least = least_layer(word);
            const auto accepts = [&](const Json& layer, bool accepted) {
                const auto text =
                    error_text([&] { parse_recipe(recipe_of("model.layers", Json::array({layer})), "r.json"); });
                QVERIFY2(text.empty() == accepted, (layer.dump() + ": " + text).c_str());
            };
            accepts(least, true);
            for (const Json& key : word["required"]) {
                Json layer = least;
                layer.erase(key.get<std::string>());
                accepts(layer, false);
            }
            for (const auto& [key, property] : word["properties"].items()) {
                const Json schema = property.contains("$ref") ? at_reference(property["$ref"]) : property;
                const auto check = [&, &name = key](const Json& value, bool accepted) {
                    Json layer = least;
                    layer[name] = value;
                    accepts(layer, accepted);
                };
                if (key == "padding" && least.contains("kernel_size") && least["layer"] != "Conv2d") {
                    check(0, true), check(-1, false), check(1025, false);  // no more than half a window
                    continue;
                }
                check_range(schema, check);
                check(nullptr, schema.value("type", Json()).is_array());
                if (schema.value("type", Json()) == "boolean") check(true, true), check(false, true), check(1, false);
                if (schema.value("type", Json()) == "array") check(one_layer, true), check(Json::object(), false);
                if (schema.contains("pattern")) check("a_1", true), check("a.b", false), check("", false);
                if (schema.contains("const")) check("Something", false);
                check(Json::object(), false);
            }
            Json unknown = least;
            unknown["something"] = 1;
            accepts(unknown, false);
        }
    }

    /// What is written has the defaults of the schema.
    void agreesOnDefaultsOfLayers() {
        for (const Json& word : layer_schemas()) {
            const auto recipe = parse_recipe(recipe_of("model.layers", Json::array({least_layer(word)})), "r.json");
            const Json written = Json::parse(to_json(recipe))["model"]["layers"][0];
            QCOMPARE(written.size(), word["properties"].size());
            for (const auto& [key, property] : word["properties"].items()) {
                const Json schema = property.contains("$ref") ? at_reference(property["$ref"]) : property;
                if (schema.contains("default")) QVERIFY2(written[key] == schema["default"], written.dump().c_str());
            }
        }
    }

   private:
    const Json& layer_schemas() const { return m_schema["$defs"]["layer"]["oneOf"]; }
    /// "#/$defs/name"
    const Json& at_reference(const std::string& reference) const {
        return m_schema.at(Json::json_pointer(reference.substr(1)));
    }

    /// A layer with the keys it needs and no others.
    static Json least_layer(const Json& word) {
        Json layer;
        for (const Json& key : word["required"]) {
            const Json& schema = word["properties"][key.get<std::string>()];
            layer[key.get<std::string>()] =
                schema.contains("const") ? schema["const"] : (schema.contains("$ref") ? one_layer : schema["minimum"]);
        }
        return layer;
    }

    template <class Check>
    static void check_lengths(const Json& schema, const Check& check) {
        const auto least = schema["minItems"].get<std::size_t>(), most = schema["maxItems"].get<std::size_t>();
        const Json item = schema["items"]["type"] == "integer" ? Json(1) : Json(0.5);
        check_range(schema["items"], [&](const Json& value, bool accepted) {
            Json values = Json::array({value});
            while (values.size() < least) values.push_back(item);
            check(values, accepted);
        });
        const auto of_length = [&](std::size_t length) { return Json(Json::array_t(length, item)); };
        check(of_length(most), true);
        check(of_length(most + 1), false);
        if (least > 0) check(of_length(least - 1), false);
        check(of_length(least), true);
    }

    template <class Check>
    static void check_range(const Json& schema, const Check& check) {
        if (schema.contains("minimum")) {
            const Json& minimum = schema["minimum"];
            check(minimum, true);
            check(minimum.get<double>() > 0 && minimum.get<double>() < 1 ? Json(0) : Json(minimum.get<double>() - 1),
                  false);
        }
        if (schema.contains("maximum")) {
            check(schema["maximum"], true);
            check(schema["maximum"].get<double>() * 2, false);
        }
        if (schema.contains("exclusiveMaximum")) check(schema["exclusiveMaximum"], false);
        if (schema.value("type", Json()) == "integer") check(1.5, false), check("1", false);
    }

    static void check_closed(const Json& schema, const std::string& path) {
        if (!schema.contains("properties")) return;
        QVERIFY2(schema.value("additionalProperties", true) == false, path.c_str());
        for (const auto& [key, value] : schema["properties"].items()) check_closed(value, join_path(path, key));
    }

    Json m_schema;
    std::map<std::string, Json> m_leaves;
};

QTEST_APPLESS_MAIN(tst_RecipeSchema)
#include "tst_RecipeSchema.moc"
