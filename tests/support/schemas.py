"""What the tests of fields and schemas share: schemas in short, and fields read under them."""

import pytest
from jsonschema import Draft202012Validator

from server.errors import InvalidRequest
from server.fields.extraction import answer_fields, answer_named
from server.fields.schema.shapes import compile_schema

PATH = "response_format.json_schema.schema"
DATE = {"type": ["string", "null"], "format": "date"}
NUMBER = {"type": ["number", "null"]}
TEXT = {"type": ["string", "null"]}


def object_of(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def refusal(schema):
    with pytest.raises(InvalidRequest) as caught:
        compile_schema(schema, path=PATH)
    assert caught.value.param is not None
    assert caught.value.param.startswith(PATH)
    assert caught.value.param in caught.value.message
    return caught.value


def extract(page, properties, *, required=None, **more):
    required = list(properties) if required is None else required
    schema = {"type": "object", "properties": properties, "required": required, **more}
    extraction = answer_fields([page], compile_schema(schema, path="s"))
    if extraction.value is not None:
        assert Draft202012Validator(schema).is_valid(extraction.value)
    return extraction


def value_of(page, schema, name="total"):
    return extract(page, {name: schema}).value[name]


def fields(page, **properties):
    extraction = extract(page, properties, additionalProperties=False)
    assert extraction.value is not None, extraction.missing
    return extraction.value


def named(page, *names):
    return answer_named([page], names).value


def items_of(page, **columns):
    """The extraction of an array `items` whose rows have these columns."""
    schema = {"type": "object", "properties": {"items": {"type": "array", "items": object_of(**columns)}}}
    return answer_fields([page], compile_schema(schema, path="s"))
