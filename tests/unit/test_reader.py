"""Answers built from lines, over the scripted recogniser."""

import asyncio
import json
from contextlib import aclosing

import numpy as np
import pytest

from server.engines.fake import FakeRecognizer
from server.errors import InvalidRequest
from server.pipeline.line_answer import LineAnswer
from server.pipeline.reading_plan import plan_reading
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.settings.groups import FakeSettings
from server.values.chat import (
    ChatRequest,
    ImagePart,
    JSONObjectFormat,
    JSONSchemaFormat,
    Message,
    TextFormat,
    TextPart,
    Tool,
    ToolChoice,
)
from server.values.pages import ImageSource, Page

RECEIPT = "GREEN LEAF MARKET\nDate: 05/11/2026\nTotal: 15.55"
SCHEMA = {
    "type": "object",
    "properties": {"total": {"type": "number"}, "phone": {"type": ["string", "null"]}},
    "required": ["total", "phone"],
    "additionalProperties": False,
}
TOOL = Tool(name="keep", parameters=SCHEMA)
PAGE = Page(
    pixels=np.zeros((100, 64, 3), dtype=np.uint8),
    source_width=128,
    source_height=200,
    path="messages[0].content[0]",
    sha256="0",
)


def user(text="Read it.", pictures=1):
    images = [
        ImagePart(source=ImageSource(content=f"data:,{n}", path=f"messages[0].content[{n}]")) for n in range(pictures)
    ]
    return Message(role="user", parts=(*images, TextPart(text=text)))


def request(*messages, **kwargs):
    return ChatRequest(model="m", messages=messages or (user(),), **kwargs)


def deltas(asked, text=RECEIPT, pages=(PAGE,)):
    async def main():
        engine = FakeRecognizer(FakeSettings(text=text))
        await engine.start()
        budgets = PP_OCRV6_SMALL.budgets
        answer = LineAnswer(asked, plan_reading(asked), engine, loaded=budgets, within=budgets)
        async with aclosing(answer.read(pages)) as read, aclosing(answer.end()) as end:
            return [delta for part in (read, end) async for delta in part], engine

    got, engine = asyncio.run(main())
    assert engine.pages_in_work == 0
    return got


def content(got):
    return "".join(delta.text for delta in got)


def test_plain_text_comes_line_by_line_with_its_usage():
    got = deltas(request())
    assert [delta.text for delta in got] == ["GREEN LEAF MARKET", "\nDate: 05/11/2026", "\nTotal: 15.55", ""]
    assert got[-1].finish_reason == "stop"
    assert got[-1].usage.prompt_tokens == 2 * 4 + 2  # 64 x 100 pixels, and "Read it."
    assert got[-1].usage.completion_tokens == 5 + 5 + 4
    assert (got[-1].pages[0].width, got[-1].pages[0].height) == (128, 200)


def test_several_pictures_come_in_order_with_an_empty_line_between():
    assert content(deltas(request(user(pictures=2)), text="A\nB", pages=(PAGE, PAGE))) == "A\nB\n\nA\nB"


def test_a_page_without_print_is_an_empty_answer():
    got = deltas(request(), text="")
    assert (content(got), got[-1].finish_reason, got[-1].usage.completion_tokens) == ("", "stop", 0)


def test_max_tokens_ends_the_reading_early():
    got = deltas(request(max_tokens=4))
    assert content(got) == "GREEN LEAF MARK"
    assert (got[-1].finish_reason, got[-1].usage.completion_tokens) == ("length", 4)


def test_stop_ends_the_reading_and_is_left_out():
    got = deltas(request(stop=("Total",)))
    assert (content(got), got[-1].finish_reason) == ("GREEN LEAF MARKET\nDate: 05/11/2026\n", "stop")


def test_a_schema_is_answered_with_an_object_that_fits_it():
    got = deltas(request(answer_format=JSONSchemaFormat(name="r", schema=SCHEMA)))
    assert json.loads(content(got)) == {"total": 15.55, "phone": None}
    assert got[-1].finish_reason == "stop"


def test_a_required_field_the_page_does_not_show_is_a_refusal_that_names_it():
    schema = {**SCHEMA, "properties": {"total": {"type": "number"}, "phone": {"type": "string"}}}
    for asked in (
        request(answer_format=JSONSchemaFormat(name="r", schema=schema)),
        request(tools=(Tool(name="keep", parameters=schema),)),
    ):
        got = deltas(asked)
        assert "phone" in got[0].refusal
        assert "total" not in got[0].refusal
        assert (content(got), got[0].tool_call, got[-1].finish_reason) == ("", None, "stop")
        assert got[-1].usage.completion_tokens > 0


@pytest.mark.parametrize(
    "choice", [ToolChoice(), ToolChoice(mode="required"), ToolChoice(mode="named", name="keep")], ids=lambda c: c.mode
)
def test_a_tool_is_called_with_the_fields_as_arguments(choice):
    got = deltas(request(tools=(TOOL,), tool_choice=choice))
    call = got[0].tool_call
    assert (call.name, json.loads(call.arguments)) == ("keep", {"total": 15.55, "phone": None})
    assert call.id.startswith("call_")
    assert (content(got), got[-1].finish_reason) == ("", "tool_calls")


def test_the_named_tool_is_called_among_several():
    other = Tool(name="other", parameters={"type": "object", "properties": {}})
    got = deltas(request(tools=(other, TOOL), tool_choice=ToolChoice(mode="named", name="keep")))
    assert got[0].tool_call.name == "keep"


def of(name, *required, **kinds):
    """A tool with these required parameters, texts unless another kind is given."""
    properties = {one: {"type": kinds.get(one, "string")} for one in (*required, *kinds)}
    return Tool(name=name, parameters={"type": "object", "properties": properties, "required": list(required)})


PASSPORT = of("keep_passport", "passport_number", "surname")
RECEIPT_TOOL = of("keep_receipt", "total", "date")
FINAL = of("final_answer", "answer")


@pytest.mark.parametrize("mode", ["auto", "required"])
@pytest.mark.parametrize("order", [1, -1])
def test_of_several_tools_the_one_whose_parameters_the_page_shows_is_called(mode, order):
    tools = (PASSPORT, RECEIPT_TOOL, FINAL)[::order]
    call = deltas(request(tools=tools, tool_choice=ToolChoice(mode=mode)))[0].tool_call
    assert (call.name, set(json.loads(call.arguments))) == ("keep_receipt", {"total", "date"})


def test_there_are_only_so_many_tools_to_choose_among():
    many = tuple(of(f"keep_{number}", "total") for number in range(17))
    assert plan_reading(request(tools=many[:16])).kind == "tool"
    with pytest.raises(InvalidRequest, match="at most 16 tools") as refused:
        plan_reading(request(tools=many))
    assert refused.value.param == "tools"
    assert plan_reading(request(tools=many, tool_choice=ToolChoice(mode="named", name="keep_3"))).kind == "tool"


def test_where_the_page_answers_none_of_several_the_answer_is_its_text():
    got = deltas(request(tools=(PASSPORT, of("keep_visa", "visa_number"))))
    assert (content(got), got[0].tool_call, got[-1].finish_reason) == (RECEIPT, None, "stop")


def test_a_tool_that_must_be_called_and_that_the_page_does_not_answer_is_refused_with_what_is_missing():
    got = deltas(request(tools=(PASSPORT, of("keep_visa", "visa_number")), tool_choice=ToolChoice(mode="required")))
    assert "passport_number" in got[0].refusal


def test_a_tool_for_the_final_answer_takes_the_text():
    call = deltas(request(tools=(PASSPORT, FINAL)))[0].tool_call
    assert (call.name, json.loads(call.arguments)) == ("final_answer", {"answer": RECEIPT})


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_after_a_result_the_final_answer_is_the_only_tool_left(mode):
    result = Message(role="tool", parts=(TextPart(text="kept"),), tool_call_id="call_1")
    tools = (RECEIPT_TOOL, of("final_result", "total", "date"))
    got = deltas(request(user(), result, tools=tools, tool_choice=ToolChoice(mode=mode)))
    assert got[0].tool_call.name == "final_result"
    assert content(deltas(request(user(), result, tools=(RECEIPT_TOOL, PASSPORT)))) == RECEIPT


def test_tool_choice_none_and_a_tool_result_are_answered_with_text():
    assert content(deltas(request(tools=(TOOL,), tool_choice=ToolChoice(mode="none")))) == RECEIPT
    result = Message(role="tool", parts=(TextPart(text="kept"),), tool_call_id="call_1")
    assert content(deltas(request(user(), result, tools=(TOOL,)))) == RECEIPT


@pytest.mark.parametrize(
    "prompt",
    [
        "Extract the content of the fields: ['total','phone'] from the image and return it in JSON format.",
        "提取图片中的: ['total', 'phone'] 的字段内容，并按照 JSON 格式返回。",
    ],
)
@pytest.mark.parametrize("answer_format", [TextFormat(), JSONObjectFormat()], ids=["text", "json_object"])
def test_a_field_list_prompt_is_answered_with_those_fields(prompt, answer_format):
    got = deltas(request(user(prompt), answer_format=answer_format))
    assert json.loads(content(got)) == {"total": "15.55", "phone": None}


def test_json_object_without_a_list_gives_the_pairs_of_the_page():
    pairs = json.loads(content(deltas(request(answer_format=JSONObjectFormat()))))
    assert pairs["Total"] == "15.55"


def test_the_pictures_of_the_last_user_message_that_has_any_are_read():
    first, last = user(), Message(role="user", parts=(TextPart(text="and now?"),))
    assert plan_reading(request(first, last)).images == first.images


def test_a_request_without_a_picture_says_what_this_model_is():
    with pytest.raises(InvalidRequest, match=r"no picture to read.*image_url") as refused:
        plan_reading(request(Message(role="user", parts=(TextPart(text="Hello"),))))
    assert refused.value.code == "no_image"


@pytest.mark.parametrize(("prompt", "noted"), [("Return all data as JSON", False), ("JSON with a ticket array", True)])
def test_pairs_in_place_of_keys_that_were_not_understood_are_noted(prompt, noted):
    notes = deltas(request(user(prompt), answer_format=JSONObjectFormat()))[-1].about.notes
    assert any("no keys were understood" in note for note in notes) is noted
