// resources/schema/recipe.schema.json says what the parser does.
#include "core/io/Json.h"
#include "core/io/ReadFile.h"
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

/// The two lists must be as long as each other.
std::string recipe_of(const std::string& path, const Json& value) {
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
            if (schema.contains("items")) {
                check_range(schema["items"],
                            [&](const Json& value, bool accepted) { check(Json::array({value}), accepted); });
                check(Json::array(), false);
                check(Json(std::vector<double>(schema["maxItems"].get<std::size_t>(), 0.5)), true);
                check(Json(std::vector<double>(schema["maxItems"].get<std::size_t>() + 1, 0.5)), false);
            }
            const bool may_be_null = schema.value("type", Json()).is_array();
            check(nullptr, may_be_null);
            check(Json::object(), false);
            if (schema.value("minLength", 0) == 1) check("", false), check("x", true);
        }
    }

   private:
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
