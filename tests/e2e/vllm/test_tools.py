"""Tool calls: named, required and left to the model; whole and streamed, always with valid arguments."""

import json

import pytest
from served_reader import part, user

LINES = ("REF: 94", "TOTAL: 6.72")
CALL, JSON = "Call record: total", "JSON: ref, total"
RIGHT = {"ref": "94", "total": "6.72"}
TEXT = {"type": "string", "maxLength": 12}
ARGUMENTS = {
    "type": "object",
    "properties": {"ref": TEXT, "total": TEXT},
    "required": ["ref", "total"],
    "additionalProperties": False,
}


def tool(name="record", parameters=ARGUMENTS):
    return {"type": "function", "function": {"name": name, "description": "Keep it.", "parameters": parameters}}


NAMED = {"type": "function", "function": {"name": "record"}}


@pytest.fixture
def call(reader):
    """Ask about the picture, whole and as a stream, which must agree; give the calls, the text and why it ended."""

    def ask(*lines, **fields):
        picture = reader.card(*lines)
        whole = reader.ask(picture, max_tokens=200, **fields).choices[0]
        calls = [(called.function.name, called.function.arguments) for called in whole.message.tool_calls or ()]
        streamed, text, finish = [], "", None
        for chunk in reader.ask(picture, max_tokens=200, stream=True, **fields):
            (choice,) = chunk.choices
            for piece in choice.delta.tool_calls or ():
                assert piece.index == len(streamed)
                assert piece.id
                streamed.append((piece.function.name, piece.function.arguments))
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        assert (streamed, text, finish) == (calls, whole.message.content or "", whole.finish_reason)
        return calls, whole.message.content, whole.finish_reason

    return ask


@pytest.mark.parametrize("choice", [NAMED, "required"], ids=["named", "required"])
def test_a_forced_tool_gets_the_fields_of_the_page(call, choice):
    ((name, arguments),), text, finish = call(*LINES, prompt=JSON, tools=[tool()], tool_choice=choice)
    assert (name, json.loads(arguments), text, finish) == ("record", RIGHT, None, "tool_calls")


def test_the_named_one_of_several(call):
    ((name, arguments),), _, _ = call(*LINES, prompt=JSON, tools=[tool("other", {}), tool()], tool_choice=NAMED)
    assert (name, json.loads(arguments)) == ("record", RIGHT)


def test_the_model_calls_by_itself(call):
    ((name, arguments),), text, finish = call(LINES[1], prompt=CALL, tools=[tool()])
    assert (name, json.loads(arguments), text, finish) == ("record", {"total": "6.72"}, None, "tool_calls")


def test_the_model_does_not_call_when_it_is_asked_to_read(call):
    assert call(*LINES, tools=[tool()], tool_choice="auto") == ([], "\n".join(LINES), "stop")


def test_no_call_where_none_is_allowed(call):
    calls, text, finish = call(LINES[1], prompt=CALL, tools=[tool()], tool_choice="none")
    assert (calls, finish) == ([], "stop")
    assert text == '<tool_call>\n{"name": "record", "arguments": {"total": "6.72"}}\n</tool_call>'


def test_one_of_several_required_tools(reader, call):
    """Which one it calls, and with what, is the reader's own affair, since it was never shown a choice.

    Without white space, which it would write for ever where it knows nothing better.
    """
    tools = [tool("record"), tool("note", {"type": "object", "properties": {"total": TEXT}, "required": ["total"]})]
    no_blanks = {str(reader.token(blank)): -100 for blank in " \n\r\t"}
    fields = {"tool_choice": "required", "parallel_tool_calls": False, "logit_bias": no_blanks}
    ((name, arguments),), text, finish = call(*LINES, prompt=CALL, tools=tools, **fields)
    assert (text, finish) == (None, "tool_calls")
    assert {"record": {"ref", "total"}, "note": {"total"}}[name] <= set(json.loads(arguments))


def test_a_call_and_its_result_are_put_back_into_the_conversation(qwen):
    called = {"id": "call_1", "type": "function", "function": {"name": "record", "arguments": json.dumps(RIGHT)}}
    messages = [
        {"role": "user", "content": [part(qwen.card(*LINES)), {"type": "text", "text": CALL}]},
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "call_1", "content": "kept"},
        user(prompt="Read the text."),
    ]
    assert qwen.ask(messages=messages, tools=[tool()], max_tokens=40).choices[0].finish_reason in {"stop", "length"}
