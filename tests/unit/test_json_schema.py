"""Which schemas are taken, and what they say."""

from pathlib import Path

import pytest
from schemas import PATH, extract, object_of, refusal

from server.fields.schema import check
from server.fields.schema.keywords import FORMATS
from server.fields.schema.shapes import compile_schema


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("minLenght", 3),
        ("patternProperties", {"^a": {}}),
        ("not", {}),
        ("if", {}),
        ("contains", {}),
        ("$dynamicRef", "#a"),
        ("$anchor", "a"),
        ("$id", "https://example.com/a"),
        ("unevaluatedProperties", False),
    ],
)
def test_a_keyword_that_is_not_honoured_is_refused_with_its_path(keyword, value):
    error = refusal(object_of(total={"type": "string", keyword: value}))
    assert error.code == "unsupported_schema"
    assert error.param == f"{PATH}.properties.total.{keyword}"


@pytest.mark.parametrize(
    ("schema", "place", "cure"),
    [
        ({"type": "array", "prefixItems": [{"no": 1}]}, "prefixItems[0].no", "leave it out"),
        ({"type": "object", "patternProperties": {"^a": {}}}, "patternProperties", "name the properties"),
        ({"type": "array", "contains": {}}, "contains", "state it in the description"),
        ({"type": "string", "pattern": "(["}, "pattern", "missing ]: [); mend it"),
        ({"type": "string", "pattern": "(?=a)b"}, "pattern", "without lookaheads"),
        ({"$ref": "#/properties/total"}, "", "give one of them a type"),
    ],
)
def test_a_refused_schema_is_answered_with_the_place_and_the_cure(schema, place, cure):
    error = refusal(object_of(total=schema))
    assert error.param == f"{PATH}.properties.total{place and '.'}{place}"
    assert cure in error.message


def test_what_is_nested_too_deeply_is_named_by_the_property_that_holds_it():
    schema = {"type": "string"}
    for _ in range(50):
        schema = object_of(a=schema)
    assert refusal(object_of(total={"type": "string"}, buyer=schema)).param == f"{PATH}.properties.buyer"


def test_a_misspelt_keyword_is_answered_with_the_right_one():
    assert "did you mean 'minLength'" in refusal(object_of(total={"minLenght": 3})).message


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "strin"}, "type"),
        ({"type": []}, "type"),
        ({"enum": []}, "enum"),
        ({"enum": [{}]}, "enum"),
        ({"anyOf": []}, "anyOf"),
        ({"items": [{"type": "string"}]}, "items"),
        ({"required": "a"}, "required"),
        ({"minimum": "1"}, "minimum"),
        ({"minimum": float("nan")}, "minimum"),
        ({"multipleOf": 0}, "multipleOf"),
        ({"maxLength": -1}, "maxLength"),
        ({"maxLength": True}, "maxLength"),
        ({"properties": []}, "properties"),
        ({"$ref": "#/$defs/nothing"}, "$ref"),
        ({"pattern": 3}, "pattern"),
        ({"const": []}, "const"),
    ],
)
def test_a_keyword_of_the_wrong_shape_is_an_invalid_schema(schema, place):
    error = refusal(object_of(a={"anyOf": [schema, {"type": "null"}]}))
    assert error.code == "invalid_schema"
    assert error.param == f"{PATH}.properties.a.anyOf[0].{place}"


def test_metadata_changes_nothing():
    schema = object_of(
        a={
            "type": "string",
            "title": "A",
            "description": "b",
            "default": 3,
            "examples": ["x"],
            "x-order": 1,
            "deprecated": True,
        }
    )
    compiled = compile_schema(
        {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "urn:x", **schema}, path=PATH
    )
    assert compiled.accepts({"a": "x"})
    assert not compiled.accepts({"a": 3})


@pytest.mark.parametrize("root", [{"type": "array", "items": {}}, {"type": "string"}, {"enum": ["a"]}])
def test_the_root_must_be_an_object(root):
    assert refusal(root).param == PATH


def test_a_root_that_is_a_reference_or_a_choice_is_followed():
    item = object_of(a={"type": "string"})
    assert compile_schema({"$ref": "#/$defs/I", "$defs": {"I": item}}, path=PATH).shape.properties["a"].kinds == (
        "string",
    )
    assert compile_schema({"anyOf": [item, {"type": "null"}]}, path=PATH).shape.properties["a"].kinds == ("string",)


def test_optional_as_pydantic_writes_it():
    shape = compile_schema(
        object_of(a={"anyOf": [{"type": "number"}, {"type": "null"}], "title": "A"}), path=PATH
    ).shape
    assert shape.properties["a"].nullable
    assert shape.properties["a"].kinds == ("number",)
    assert shape.properties["a"].title == "A"


def test_references_within_the_schema_carry_their_own_words():
    schema = {
        **object_of(a={"$ref": "#/$defs/Money", "description": "amount to pay"}),
        "$defs": {"Money": {"type": "number", "description": "any sum", "minimum": 0}},
    }
    compiled = compile_schema(schema, path=PATH)
    assert compiled.shape.properties["a"].description == "amount to pay"
    assert not compiled.accepts(-1, compiled.shape.properties["a"])
    assert compiled.accepts(1, compiled.shape.properties["a"])


def test_a_reference_to_what_is_no_schema_is_refused():
    schema = object_of(a={"$ref": "#/properties/b/default"}, b={"type": "string", "default": {"type": "string"}})
    assert refusal(schema).param == f"{PATH}.properties.a.$ref"


def test_escaped_reference():
    schema = {**object_of(a={"$ref": "#/$defs/a~1b%20c"}), "$defs": {"a/b c": {"type": "integer"}}}
    assert compile_schema(schema, path=PATH).shape.properties["a"].kinds == ("integer",)


def test_a_schema_may_contain_itself():
    node = object_of(name={"type": "string"}, parts={"type": "array", "items": {"$ref": "#/$defs/Node"}})
    compiled = compile_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}}, path=PATH)
    assert compiled.shape.properties["parts"].items.recursive
    assert compiled.accepts({"name": "a", "parts": [{"name": "b", "parts": []}]})
    assert not compiled.accepts({"name": "a", "parts": [{"name": 1, "parts": []}]})


def test_unicode_escapes_of_ecma_patterns():
    compiled = compile_schema(object_of(a={"type": "string", "pattern": r"^[\u4e00-\u9fa5]+$"}), path=PATH)
    assert compiled.accepts({"a": "合计"})
    assert not compiled.accepts({"a": "total"})


def test_pydantic_decimal_is_honoured_though_it_has_a_lookahead():
    decimal = r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"
    compiled = compile_schema(
        object_of(a={"anyOf": [{"type": "number"}, {"type": "string", "pattern": decimal}]}), path=PATH
    )
    assert compiled.accepts({"a": "12.50"})
    assert not compiled.accepts({"a": "+."})


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date", "2024-02-29", "2023-02-29"),
        ("email", "a@b.example", "a.b"),
        ("ipv4", "10.0.0.1", "10.0.0.300"),
        ("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8"),
        ("uri", "https://a.example/b", "not a uri"),
    ],
)
def test_formats_are_checked(name, good, bad):
    compiled = compile_schema(object_of(a={"type": "string", "format": name}), path=PATH)
    assert compiled.accepts({"a": good})
    assert not compiled.accepts({"a": bad})


def test_an_unknown_format_is_refused():
    assert refusal(object_of(a={"type": "string", "format": "regex"})).param == f"{PATH}.properties.a.format"


def test_not_an_object_at_all():
    assert refusal([]).code == "invalid_schema"
    assert refusal(object_of(a=False)).param == f"{PATH}.properties.a"


@pytest.mark.parametrize(
    ("rule", "keyword"),
    [
        ({"type": "integer", "minimum": 90}, "minimum"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "pattern"),
        ({"type": "string", "enum": ["north", "south"]}, "enum"),
        ({"type": "string", "const": "north"}, "const"),
    ],
)
def test_a_printed_value_that_the_schema_does_not_admit_is_named_with_the_keyword(printed_page, rule, keyword):
    found = extract(printed_page("Harbour pass\nZulfort: 42\nPlace: Sines"), {"zulfort": rule})
    assert (found.value, found.missing) == (None, ("zulfort",))
    assert found.about.notes == (f"`zulfort` is printed as `42`, which does not satisfy its `{keyword}`",)


def test_the_limits_of_a_schema_stand_in_the_documentation():
    page = (
        (Path(__file__).parents[2] / "docs/fields.md")
        .read_text("utf-8")
        .partition("## What a schema may hold")[2]
        .partition("\n## ")[0]
    )
    limits = [value for name, value in vars(check).items() if name.startswith("MAX_")]
    assert limits
    assert [limit for limit in limits if f"{limit:,}" not in page] == []
    assert [name for name in FORMATS if f"`{name}`" not in page] == []


def test_a_printed_value_that_is_refused_is_not_said_to_be_absent(printed_page):
    found = extract(printed_page("Harbour pass\nZulfort: 42"), {"zulfort": {"type": "integer", "minimum": 90}})
    assert found.refused == ("zulfort",)
    absent = extract(printed_page("Harbour pass\nPlace: Sines"), {"zulfort": {"type": "integer"}})
    assert (absent.missing, absent.refused) == (("zulfort",), ())


@pytest.mark.parametrize(
    ("printed", "rule", "value"),
    [
        ("Date: 05/03/2024", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, "2024-03-05"),
        ("Date: 05/03/2024", {"type": "string", "pattern": r"^\d{2}/\d{2}/\d{4}$"}, "05/03/2024"),
        ("Date: 05/03/2024 14:22", {"type": "string", "format": "date-time"}, "2024-03-05T14:22:00"),
        ("Date: 05/03/2024", {"type": ["string", "null"], "format": "date-time"}, None),
        ("Date: 05/03/2024", {"type": ["string", "null"], "pattern": "^[a-z]+$"}, None),
    ],
)
def test_the_form_that_a_pattern_or_a_format_asks_for(printed_page, printed, rule, value):
    found = extract(printed_page(f"Corner Shop\n{printed}\nTOTAL: 4.11"), {"date": rule})
    assert found.value == {"date": value}


def test_a_moment_without_a_zone_is_said_to_be_local(printed_page):
    rule = {"type": "string", "format": "date-time"}
    found = extract(printed_page("Corner Shop\nDate: 05/03/2024 14:22\nTOTAL: 4.11"), {"date": rule})
    assert any("no zone is printed" in note for note in found.about.notes)


@pytest.mark.parametrize(
    ("rule", "takes_null"),
    [
        ({"type": "string", "nullable": True}, True),
        ({"type": "string", "enum": ["a"], "nullable": True}, True),
        ({"type": "string", "nullable": False}, False),
        ({"type": ["string", "null"], "nullable": True}, True),
    ],
)
def test_nullable_of_openapi_is_understood(rule, takes_null):
    schema = compile_schema(object_of(total=rule) | {"required": ["total"]}, path=PATH)
    assert schema.accepts({"total": None}) is takes_null
    assert schema.shape.properties["total"].nullable is takes_null
