"""Keys that stand in a prompt: what is understood of schemas, examples and lists, and how long it takes at most."""

import json
import time

import pytest

from server.fields.asked.loose_json import objects_in
from server.fields.asked.prompted_schema import prompted_schema

SCHEMA = {
    "title": "Receipt",
    "type": "object",
    "properties": {"company": {"type": "string"}, "total": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
    "required": ["company"],
}
BOTH = {"company": "string", "total": "number"}


def kinds(prompt):
    """Each key with its only kind, or its format; None where nothing is understood."""
    schema = prompted_schema(prompt)
    if schema is None:
        return None
    return {name: part.format or part.kinds[0] for name, part in schema.shape.properties.items()}


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("Return JSON with the keys total (a number) and company.", {"total": "number", "company": "string"}),
        ("JSON, with fields `total` (float) and `date` (YYYY-MM-DD)", {"total": "number", "date": "string"}),
        (
            "Respond with a JSON object with company, date and total",
            dict.fromkeys(("company", "date", "total"), "string"),
        ),
        ("Return JSON with no markdown", None),
        ("Extract it as JSON with: no, rows[{name, price}]. Only JSON.", {"no": "string", "rows": "array"}),
        ("Return no, date and total as JSON.", dict.fromkeys(("no", "date", "total"), "string")),
        ("Geef alleen JSON met keys: bedrag, jaar", dict.fromkeys(("bedrag", "jaar"), "string")),
        (
            'JSON: {"kind": "a" | "b", "sum": float or null, "rows": [{"x": number or null}]}',
            {"kind": "string", "sum": "number", "rows": "array"},
        ),
        (
            'JSON: {"sum": <number, in all>, "rows": [{"x": 1}]}. On errors: {"error": "<string>"}',
            {"sum": "number", "rows": "array"},
        ),
        (
            "JSON with keys: shop (string), kind (one of: a b c, d e f, g h i, j k l, m n o, p q r, s t u, v w x, y z)",
            {"shop": "string", "kind": "string"},
        ),
        (
            "以JSON返回以下字段（如果无法识别则返回null）：\n- number: 号码\n- total: 金额",
            {"number": "string", "total": "number"},
        ),
        ("JSON {a: 1, %%%, b: {c: 2}}", None),
        ('JSON {{"total": 1}}', {"total": "number"}),
        ("Return valid JSON with double quotes and no comments", None),
    ],
)
def test_what_stands_in_brackets_behind_a_key_is_its_kind(prompt, wanted):
    schema = prompted_schema(prompt)
    found = {name: part.kinds[0] for name, part in schema.shape.properties.items()} if schema else None
    assert found == wanted


@pytest.mark.parametrize(
    "prompt",
    [
        f"Give the object under this schema: {json.dumps(SCHEMA)}",
        f"Give the object under this schema:\n```json\n{json.dumps(SCHEMA, indent=2)}\n```\nNo other words.",
        f'For {{"properties": {{"foo": {{"type": "string"}}}}}} write {{"foo": "x"}}. Yours: {json.dumps(SCHEMA)}',
        'Answer with JSON like {"company": "…", "total": 0}',
        'Reply in this form:\n{\n  "company": "<name of the shop>",  // as printed\n  "total": 12.50,\n}',
        "Return {'company': string, 'total': number}",
        "interface Answer { company: string; total: number }",
        'The fields are: {"company": "{company}", "total": "{total}  # a single float value"}',
        "Fill in as JSON:\n- company: the name of the shop\n- total: number",
        "JSON keys wanted:\n1. `company` (string)\n2. `total` (float): what was paid",
        'Output: {"company": "...", "total": 0.0, ...}',
    ],
)
def test_keys_and_kinds(prompt):
    assert kinds(prompt) == BOTH


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("Answer as JSON with the keys company, date and total.", ["company", "date", "total"]),
        ("Return JSON with exactly the following keys: `a_b`, `c`", ["a_b", "c"]),
        ("Use the following fields: company, total. Do not add others.", ["company", "total"]),
        ("Gib JSON mit den Feldern firma, datum und summe zurück", ["firma", "datum", "summe"]),
        ("请以JSON返回，字段包括：公司、日期、合计", ["公司", "日期", "合计"]),
    ],
)
def test_lists_of_keys(prompt, names):
    assert list(kinds(prompt)) == names


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Read all the text as JSON.",
        "Return JSON.",
        "json with the fields you can find",
        "Extract the key information as JSON",
        "{}",
        "{not json at all",
        "- one point\n",
    ],
)
def test_prompts_that_name_no_keys(prompt):
    assert kinds(prompt) is None


def test_kinds_of_an_example():
    example = {
        "text": "string",
        "count": "integer",
        "paid": "true/false",
        "day": "YYYY-MM-DD",
        "sum": 1.5,
        "yes": True,
        "seller": {"name": "x", "address": "y"},
        "items": [{"name": "string", "price": 0.0}],
        "tags": ["a"],
    }
    schema = prompted_schema(json.dumps(example))
    shapes = schema.shape.properties
    assert [shapes[name].kinds for name in ("text", "count", "paid", "sum", "yes")] == [
        *(("string",), ("integer",), ("boolean",), ("number",), ("boolean",)),
    ]
    assert shapes["day"].format == "date"
    assert list(shapes["seller"].properties) == ["name", "address"]
    assert list(shapes["items"].items.properties) == ["name", "price"]
    assert shapes["tags"].items.kinds == ("string",)


def test_every_key_of_an_example_may_be_null_and_none_of_its_values_is_an_answer():
    schema = prompted_schema('{"company": "ACME Ltd", "total": 99.95}')
    assert schema.accepts({"company": None, "total": None})
    assert not schema.accepts({"company": None, "total": None, "more": 1})
    assert schema.shape.properties["company"].choices is None


def test_a_schema_that_is_not_honoured_gives_its_names():
    schema = {"type": "object", "properties": {"a": {"type": "string", "not": {}}, "b": {"type": "number"}}}
    assert kinds(json.dumps(schema)) == {"a": "string", "b": "string"}


def test_objects_in_text():
    text = 'x {"a": 1} y {bad { z {"b": {"c": "}"}} {"d": [1, 2]}'
    assert list(objects_in(text)) == [{"a": 1}]  # a brace that is never closed ends the search
    assert list(objects_in('{"a": 1} {"b": {"c": "}"}} {"d": [1, 2]}')) == [{"a": 1}, {"b": {"c": "}"}}, {"d": [1, 2]}]


@pytest.mark.parametrize(
    "piece",
    ["{", '{"a":', "{a:b},", "- a: b\n", "with the keys ", "with the keys a, ", '"', "\\", "//", "/*", "{'a': b, ...}"],
)
def test_a_prompt_cannot_keep_the_server_searching(piece):
    begun = time.process_time()
    prompted_schema((piece * 200_000)[:400_000])
    assert time.process_time() - begun < 5  # with backtracking it would not end


def test_the_instructions_of_langchains_parser_are_understood():
    from langchain_core.output_parsers import PydanticOutputParser
    from pydantic import BaseModel, Field

    class Receipt(BaseModel):
        company: str = Field(description="name of the shop")
        total: float | None

    assert kinds(PydanticOutputParser(pydantic_object=Receipt).get_format_instructions()) == BOTH
