#!/usr/bin/python3
"""Checks resources/recipes/*.json against resources/schema/recipe.schema.json. Exits with 77 where Debian's
python3-jsonschema is not installed.

    validate_recipes.py RESOURCES
"""

import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)


def main():
    resources = pathlib.Path(sys.argv[1])
    schema = json.loads((resources / "schema" / "recipe.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    recipes = sorted((resources / "recipes").glob("*.json"))
    problems = 0
    for path in recipes:
        for error in validator.iter_errors(json.loads(path.read_text())):
            print(f"{path}: {error.json_path}: {error.message}")
            problems += 1
    print(f"{len(recipes)} recipes, {problems} problems")
    return 1 if problems or not recipes else 0


sys.exit(main())
