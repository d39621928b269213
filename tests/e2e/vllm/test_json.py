"""Answers under a JSON schema: valid, right, and the same in a stream."""

import json

import pytest
from pydantic import BaseModel
from served_reader import text_of, user

LINES = ("REF: 94", "TOTAL: 6.72")
TEXT = {"type": "string", "maxLength": 12}


def schema(*names, **rules):
    return {
        "type": "object",
        "properties": dict.fromkeys(names, TEXT | rules),
        "required": list(names),
        "additionalProperties": False,
    }


def json_schema(*names, **rules):
    return {"type": "json_schema", "json_schema": {"name": "page", "schema": schema(*names, **rules), "strict": True}}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("ref", "total"), {"ref": "94", "total": "6.72"}),
        (("total", "ref"), {"total": "6.72", "ref": "94"}),
        (("total",), {"total": "6.72"}),
    ],
)
def test_fields_are_read_under_a_schema(reader, names, found):
    fields = {"prompt": f"JSON: {', '.join(names)}", "response_format": json_schema(*names), "max_tokens": 120}
    choice = reader.ask(reader.card(*LINES), **fields).choices[0]
    assert json.loads(choice.message.content) == found
    assert choice.finish_reason == "stop"
    assert text_of(reader.ask(reader.card(*LINES), stream=True, **fields)) == choice.message.content


def test_any_object_is_the_models_own(reader):
    fields = {"prompt": "JSON: ref, total", "response_format": {"type": "json_object"}, "max_tokens": 120}
    assert json.loads(reader.read(reader.card(*LINES), **fields)) == {"ref": "94", "total": "6.72"}


class Totals(BaseModel):
    """What is wanted of the page."""

    ref: str
    total: str


def test_the_sdk_parses_into_a_model(qwen):
    completion = qwen.client.chat.completions.parse(
        model="reader",
        messages=[user(qwen.card(*LINES), prompt="JSON: ref, total")],
        response_format=Totals,
        temperature=0,
    )
    assert completion.choices[0].message.parsed == Totals(ref="94", total="6.72")


def test_the_schema_is_held_to_though_the_model_would_write_otherwise(qwen):
    """The picture says 6.72, and the pattern wants two capitals."""
    answer = qwen.read(
        qwen.card(*LINES),
        prompt="JSON: total",
        response_format=json_schema("total", pattern="^[A-Z]{2}$"),
        max_tokens=60,
    )
    assert len(json.loads(answer)["total"]) == 2
    assert json.loads(answer)["total"].isupper()


def test_structured_outputs_take_a_schema_as_well(qwen):
    fields = {"prompt": "JSON: ref", "structured_outputs": {"json": schema("ref")}, "max_tokens": 60}
    assert json.loads(qwen.read(qwen.card(*LINES), **fields)) == {"ref": "94"}


def test_json_that_is_cut_off_ends_for_its_length(qwen):
    choice = qwen.ask(
        qwen.card(*LINES), prompt="JSON: ref, total", response_format=json_schema("ref", "total"), max_tokens=6
    ).choices[0]
    assert choice.finish_reason == "length"
    assert choice.message.content.startswith("{")


def test_several_answers_are_each_held_to_the_schema(qwen):
    completion = qwen.ask(
        qwen.card(*LINES),
        prompt="JSON: ref, total",
        response_format=json_schema("ref", "total"),
        n=3,
        temperature=1,
        seed=3,
        max_tokens=120,
    )
    for choice in completion.choices:
        assert set(json.loads(choice.message.content)) == {"ref", "total"}
