"""Tuples (`prefixItems`): each position by what it is called, and none by guess."""

import pytest

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema
from server.values.lines import Line, Lines

ROWS = (("Invoice No.", "A-42"), ("Date", "2026-03-05"), ("Total", "19.90"))


def line(text, left, top):
    box = ((left, top), (left + 8 * len(text), top), (left + 8 * len(text), top + 16), (left, top + 16))
    return Line(text=text, score=0.99, box=box, row=top)


@pytest.fixture
def ask():
    lines = tuple(
        line(text, left, 30 * row)
        for row, texts in enumerate(ROWS)
        for left, text in zip((10, 200), texts, strict=True)
    )
    page = Lines(page=0, width=600, height=200, lines=lines)

    def answer(**member):
        schema = {"type": "object", "properties": {"head": {"type": "array", **member}}, "required": ["head"]}
        return answer_fields([page], compile_schema(schema, path="schema"))

    return answer


def test_positions_are_read_by_title_and_description(ask):
    positions = [{"type": "string", "title": "Invoice number"}, {"type": "number", "description": "total"}]
    found = ask(prefixItems=positions, items=False, minItems=2)
    assert found.value == {"head": ["A-42", 19.9]}
    assert set(found.evidence) == {"head[0]", "head[1]"}


def test_a_position_without_a_name_is_not_guessed(ask):
    found = ask(prefixItems=[{"type": "string"}, {"type": "number", "title": "Total"}])
    assert found.value is None
    assert found.missing == ("head[0]",)
    nullable = ask(prefixItems=[{"type": ["string", "null"]}, {"type": "number", "title": "Total"}])
    assert nullable.value == {"head": [None, 19.9]}


def test_a_tuple_that_may_be_null_is_null_where_a_position_is_not_shown(ask):
    positions = [{"type": "string", "title": "IBAN"}, {"type": "number", "title": "Total"}]
    assert ask(type=["array", "null"], prefixItems=positions).value == {"head": None}


def test_references_within_positions_are_followed(ask):
    positions = [{"$ref": "#/properties/head/prefixItems/1"}, {"type": "number", "title": "Total"}]
    assert ask(prefixItems=positions).value == {"head": [19.9, 19.9]}
