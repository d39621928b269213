"""What a language model is asked, and what is made of what it writes: over a generator that writes given deltas."""

import asyncio
import json
from contextlib import nullcontext

import numpy as np
import pytest

from server.engines.constraint_trial.verdict import Verdict
from server.engines.constraint_trial.verdict import refusal as constraint_refusal
from server.engines.fake import FakeGenerator
from server.errors import InternalError, InvalidAnswer, InvalidRequest
from server.profiles.base import Profile, SamplingDefaults
from server.settings.groups import FakeSettings, RepetitionSettings
from server.values.chat import (
    ChatRequest,
    Delta,
    ImagePart,
    JSONObjectFormat,
    JSONSchemaFormat,
    Message,
    TextPart,
    TokenChance,
    TokenLogprob,
    Tool,
    ToolCall,
    ToolChoice,
    Usage,
)
from server.values.pages import DetailBudgets, ImageSource, Page, PixelBudget
from server.writing.collected import collect
from server.writing.generation import generate, plan_generation

BUDGET = PixelBudget(longest_side=4096, max_pixels=1_000_000, side_multiple=32)
PROFILE = Profile(
    name="test",
    family="test",
    budgets=DetailBudgets(low=BUDGET, auto=BUDGET, high=BUDGET, original=BUDGET),
    licence="",
    description="",
    prompts={"ocr": "Read it all."},
    fields_prompt="Fields: [{fields}]",
    sampling=SamplingDefaults(temperature=0.0, top_k=1, max_tokens=500),
    template_options=frozenset({"enable_thinking"}),
)
USAGE = Usage(prompt_tokens=7, completion_tokens=3, cached_tokens=2)
IMAGE = ImagePart(source=ImageSource(content="x", path="messages[0].content[0].image_url.url"))
PAGE = Page(
    pixels=np.zeros((4, 4, 3), np.uint8), source_width=4, source_height=4, path=IMAGE.source.path, sha256="0" * 64
)
SCHEMA = {"type": "object", "properties": {"total": {"type": "string"}}, "required": ["total"]}
TOOL = Tool(name="record", parameters=SCHEMA)
OTHER = Tool(name="other", parameters={"type": "object", "properties": {"x": {"type": "integer"}}})


class Writer(FakeGenerator):
    """Writes the deltas of its scripts, one script a request; keeps what it was asked."""

    def __init__(self, *scripts):
        super().__init__(FakeSettings())
        self.scripts = list(scripts)
        self.requests = []
        self.closed = 0

    async def generate(self, request):
        self.requests.append(request)
        try:
            for delta in self.scripts[min(len(self.requests), len(self.scripts)) - 1]:
                yield delta
                await asyncio.sleep(0)
        finally:
            self.closed += 1


def chat(*parts, parameters=None, **members):
    message = Message(role="user", parts=parts or (IMAGE, TextPart(text="Read.")))
    return ChatRequest(**{"model": "m", "messages": (message,), "parameters": parameters or {}, **members})


def said(text, *, finish="stop", index=0):
    return [Delta(index=index, text=text, usage=USAGE), Delta(index=index, finish_reason=finish, usage=USAGE)]


def run(writer, request, *, profile=PROFILE, retries=0, **repetition):
    async def main():
        plan = plan_generation(request, profile)
        deltas = generate(plan, [PAGE], writer, repetition=RepetitionSettings(**repetition), retries=retries)
        return await collect(deltas)

    return asyncio.run(main())


def refusal(request, profile=PROFILE):
    with pytest.raises(InvalidRequest) as caught:
        plan_generation(request, profile)
    return caught.value


def test_text_is_given_as_it_was_written_with_usage_and_pages():
    answer = run(Writer(said("INVOICE 42")), chat())
    assert (answer.choices[0].text, answer.choices[0].finish_reason, answer.usage) == ("INVOICE 42", "stop", USAGE)
    assert [page.source for page in answer.pages] == [IMAGE.source.path]


def test_what_the_caller_gives_stands_over_what_the_family_is_meant_for():
    def sampling(**parameters):
        return plan_generation(chat(parameters=parameters), PROFILE).request.sampling

    assert (sampling().temperature, sampling().top_k, sampling().max_tokens) == (0.0, 1, 500)
    assert (sampling(temperature=0.7).temperature, sampling(temperature=0.7).top_k) == (0.7, 1)
    assert (sampling(top_p=0.0).top_p, sampling(top_p=0.0).top_k) == (1.0, 1)
    assert sampling(logprobs=True, top_logprobs=3).logprobs == 3
    assert (sampling(logprobs=True).logprobs, sampling(logprobs=False).logprobs) == (0, None)
    assert sampling(logit_bias={"12": -100.0}).logit_bias == {12: -100.0}
    assert plan_generation(chat(max_tokens=5), PROFILE).request.sampling.max_tokens == 5


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logit_bias": {"twelve": 1.0}}, "logit_bias"),
        ({"logit_bias": {"-1": 1.0}}, "logit_bias"),
        ({"min_tokens": 9}, "min_tokens"),
        ({"repetition_detection": {"max_pattern_size": "9"}}, "repetition_detection.max_pattern_size"),
        ({"repetition_detection": {"size": 9}}, "repetition_detection.size"),
        ({"chat_template_kwargs": {"tools": []}}, "chat_template_kwargs.tools"),
        ({"mm_processor_kwargs": {"min_pixels": 1024}}, "mm_processor_kwargs.min_pixels"),
        ({"mm_processor_kwargs": {"max_pixels": "9"}}, "mm_processor_kwargs.max_pixels"),
        ({"structured_outputs": {"regex": "a", "json": {}}}, "structured_outputs"),
        ({"structured_outputs": {"backend": "x"}}, "structured_outputs"),
        ({"structured_outputs": {"regex": " "}}, "structured_outputs.regex"),
        ({"structured_outputs": {"choice": []}}, "structured_outputs.choice"),
        ({"structured_outputs": {"choice": ["a", 1]}}, "structured_outputs.choice"),
        ({"structured_outputs": {"json": "{}"}}, "structured_outputs.json"),
        ({"structured_outputs": {"json": {"type": "strange"}}}, "structured_outputs.json.type"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_place(parameters, param):
    assert refusal(chat(parameters=parameters, max_tokens=5)).param == param


def test_a_smaller_pixel_budget_may_be_asked_for_and_a_larger_one_is_not_had():
    def most(pixels):
        plan = plan_generation(chat(parameters={"mm_processor_kwargs": {"max_pixels": pixels}}), PROFILE)
        return plan.budgets.auto.max_pixels

    assert (most(4096), most(10**9)) == (4096, 1_000_000)


def test_pictures_without_words_get_the_familys_prompt_and_words_stay():
    def prompt(request):
        return plan_generation(request, PROFILE).request.messages[-1].text

    schema = JSONSchemaFormat(name="a", schema=SCHEMA)
    assert prompt(chat(IMAGE)) == "Read it all."
    assert prompt(chat(IMAGE, TextPart(text=" \n"))) == "Read it all."
    assert prompt(chat(IMAGE, TextPart(text="Line 2?"))) == "Line 2?"
    assert prompt(chat(IMAGE, answer_format=schema)) == "Fields: ['total']"
    assert "JSON" in prompt(chat(IMAGE, answer_format=JSONObjectFormat()))
    assert prompt(chat(TextPart(text=""))) == ""


def test_pictures_come_first_and_an_empty_system_message_before_all_where_the_family_wants_it():
    profile = Profile(
        **{name: getattr(PROFILE, name) for name in PROFILE.__slots__} | {"image_first": True, "empty_system": True}
    )
    messages = plan_generation(chat(TextPart(text="Read."), IMAGE), profile).request.messages
    assert [(message.role, message.text) for message in messages] == [("system", ""), ("user", "Read.")]
    assert messages[1].parts == (IMAGE, TextPart(text="Read."))
    own = chat(messages=(Message(role="system", parts=(TextPart(text="Be exact."),)), *chat().messages))
    assert [message.role for message in plan_generation(own, profile).request.messages] == ["system", "user"]


def test_an_answer_under_a_schema_is_checked_when_it_is_whole():
    request = chat(answer_format=JSONSchemaFormat(name="a", schema=SCHEMA))
    assert run(Writer(said('{"total": "1"}')), request).choices[0].text == '{"total": "1"}'
    for wrong in ('{"total": 1}', "{}", '{"total": "1"', "no JSON"):
        with pytest.raises(InvalidAnswer) as caught:
            run(Writer(said(wrong)), request)
        assert caught.value.param == "response_format.json_schema.schema"
    assert run(Writer(said('{"total": "1', finish="length")), request).choices[0].finish_reason == "length"


def test_json_object_holds_the_model_to_some_object():
    writer = Writer(said('{"a": [1]}'))
    assert run(writer, chat(answer_format=JSONObjectFormat())).choices[0].text == '{"a": [1]}'
    assert (writer.requests[0].constraint.kind, writer.requests[0].constraint.spec) == ("json", None)
    with pytest.raises(InvalidAnswer):
        run(Writer(said("[1]")), chat(answer_format=JSONObjectFormat()))


@pytest.mark.parametrize("choice", [ToolChoice(mode="named", name="record"), ToolChoice(mode="required")])
def test_a_forced_tool_is_called_with_what_was_written_under_its_schema(choice):
    writer = Writer(said('{"total": "1"}'))
    (answer,) = run(writer, chat(tools=(TOOL,), tool_choice=choice)).choices
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [("record", {"total": "1"})]
    assert (answer.text, answer.finish_reason) == (None, "tool_calls")
    assert writer.requests[0].constraint.spec["properties"]["total"] == {"type": "string"}
    assert not writer.requests[0].calls_tools


def test_some_tool_of_several_must_be_called_once_or_more():
    calls = [{"name": "record", "parameters": {"total": "1"}}, {"name": "other", "parameters": {"x": 2}}]
    request = chat(tools=(TOOL, OTHER), tool_choice=ToolChoice(mode="required"))
    (answer,) = run(Writer(said(json.dumps(calls))), request).choices
    assert [call.name for call in answer.tool_calls] == ["record", "other"]
    with pytest.raises(InvalidAnswer):
        run(Writer(said("[]")), request)
    one = chat(tools=(TOOL, OTHER), tool_choice=ToolChoice(mode="required"), parameters={"parallel_tool_calls": False})
    with pytest.raises(InvalidAnswer):
        run(Writer(said(json.dumps(calls))), one)


def test_definitions_of_tools_are_kept_apart():
    def tool(name, kind):
        return Tool(
            name=name,
            parameters={"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"type": kind}}},
        )

    same = (tool("one", "string"), tool("two", "string"))
    written = json.dumps([{"name": "two", "parameters": {"a": "x"}}])
    answer = run(Writer(said(written)), chat(tools=same, tool_choice=ToolChoice(mode="required")))
    assert answer.choices[0].tool_calls[0].name == "two"
    different = chat(tools=(tool("one", "string"), tool("two", "integer")), tool_choice=ToolChoice(mode="required"))
    assert run(Writer(said(json.dumps([{"name": "two", "parameters": {"a": 7}}]))), different).choices[0].tool_calls
    with pytest.raises(InvalidAnswer):
        run(Writer(said(written)), different)


@pytest.mark.parametrize("reference", ["#/properties/first", "#/definitions/A", "#/$defs/A"])
def test_references_of_one_tool_of_several_lead_into_that_tool(reference):
    rule = {"type": "integer"}
    schema = {
        "type": "object",
        "properties": {"first": rule, "enum": {"$ref": reference}, "kind": {"enum": ["$ref"]}},
        "required": ["enum"],
        "definitions" if "definitions" in reference else "$defs": {"A": rule},
    }
    request = chat(tools=(OTHER, Tool(name="two", parameters=schema)), tool_choice=ToolChoice(mode="required"))
    for value, right in ((7, True), ("x", False)):
        written = json.dumps([{"name": "two", "parameters": {"enum": value, "kind": "$ref"}}])
        with nullcontext() if right else pytest.raises(InvalidAnswer):
            assert run(Writer(said(written)), request).choices[0].tool_calls


def test_a_fault_of_one_tool_of_several_is_told_by_its_place_in_the_request():
    other = Tool(name="other", parameters=SCHEMA, path="tools[1].function.parameters")
    request = chat(tools=(TOOL, other), tool_choice=ToolChoice(mode="required"))
    constraint = plan_generation(request, PROFILE).form.constraint
    steps = ("items", "anyOf", 1, "properties", "parameters", "properties", "total")
    error = constraint_refusal(constraint, Verdict("unsupported", "no", steps))
    assert error.param == "tools[1].function.parameters.properties.total"
    assert constraint_refusal(constraint, Verdict("costly", "no")).param == "tools"


def test_tools_that_may_be_called_and_a_schema_are_not_joined():
    request = chat(tools=(TOOL,), answer_format=JSONSchemaFormat(name="a", schema=SCHEMA))
    assert refusal(request).param == "response_format"


def test_one_call_alone_is_given_where_calls_are_not_to_be_made_side_by_side():
    calls = [Delta(tool_call=ToolCall(id=f"call_{n}", name="record", arguments="{}"), usage=USAGE) for n in (1, 2)]
    deltas = [*calls, *said("")[1:]]
    assert len(run(Writer(deltas), chat(tools=(TOOL,))).choices[0].tool_calls) == 2
    alone = run(Writer(deltas), chat(tools=(TOOL,), parameters={"parallel_tool_calls": False}))
    assert [call.id for call in alone.choices[0].tool_calls] == ["call_1"]


def test_what_a_stop_of_the_caller_cuts_off_is_no_fault_of_the_model():
    cut = [Delta(text='{"total": "1', usage=USAGE), Delta(finish_reason="stop", stopped=True, usage=USAGE)]
    (answer,) = run(Writer(cut), chat(answer_format=JSONSchemaFormat(name="a", schema=SCHEMA))).choices
    assert (answer.text, answer.finish_reason) == ('{"total": "1', "stop")


@pytest.mark.parametrize("member", ["reasoning", "held"])
def test_a_loop_in_what_is_no_text_ends_the_answer_too(member):
    writer = Writer([Delta(**{member: "and again "}, usage=USAGE)] * 500 + said("x"))
    answer = run(writer, chat())
    assert (answer.choices[0].finish_reason, answer.repetitions[0].unit) == ("length", "and again ")
    assert writer.closed == 1


def test_reasoning_is_whole_before_text_begins():
    thoughts = [Delta(reasoning=piece, usage=USAGE) for piece in ("ababab", "ab", " so")]
    (answer,) = run(Writer([*thoughts, *said("7")]), chat()).choices
    assert (answer.reasoning, answer.text) == ("abababab so", "7")


def test_checking_a_whole_answer_is_bounded_in_time(monkeypatch):
    monkeypatch.setattr("server.writing.constraints._CHECK_S", 0.05)
    schema = {"type": "array", "items": {"oneOf": [{"const": f"{n}"} for n in range(200)]}}
    request = chat(answer_format=JSONSchemaFormat(name="a", schema=schema))
    with pytest.raises(InvalidAnswer, match="too large"):  # not the first of its errors, found after a minute
        run(Writer(said(json.dumps(["7"] * 5000))), request, guard=False)
    assert run(Writer(said(json.dumps(["7"] * 3))), request).choices[0].finish_reason == "stop"


def test_a_forced_tool_is_told_to_a_model_whose_template_knows_none():
    def prompt(choice):
        return plan_generation(chat(IMAGE, tools=(TOOL,), tool_choice=choice), PROFILE).request.messages[-1].text

    assert prompt(ToolChoice(mode="named", name="record")) == "Fields: ['total']"
    assert prompt(ToolChoice(mode="required")) == "Fields: ['total']"
    assert prompt(ToolChoice(mode="auto")) == "Read it all."


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({"min_tokens": 1, "stop_token_ids": list(range(128))}, "stop_token_ids"),
        ({"bad_words": ["x" * 100] * 6}, "bad_words"),
        ({"repetition_detection": {"max_pattern_size": 4000}}, "repetition_detection.max_pattern_size"),
    ],
)
def test_what_would_end_or_stall_the_engine_for_all_is_refused(parameters, param):
    assert refusal(chat(parameters=parameters)).param == param


def test_seeds_stay_within_what_counts_up_from_them():
    for seed in (2**63 - 1, -(2**63)):
        assert abs(plan_generation(chat(parameters={"seed": seed}), PROFILE).request.sampling.seed) <= 2**62
    assert plan_generation(chat(parameters={"seed": -7}), PROFILE).request.sampling.seed == -7


def test_a_call_that_the_model_makes_by_itself_ends_the_answer_as_one():
    call = ToolCall(id="call_1", name="record", arguments="{}")
    deltas = [Delta(text="So: ", usage=USAGE), Delta(tool_call=call, usage=USAGE), *said("")[1:]]
    writer = Writer(deltas)
    (answer,) = run(writer, chat(tools=(TOOL,))).choices
    assert (answer.tool_calls, answer.finish_reason, answer.text) == ((call,), "tool_calls", "So: ")
    assert (writer.requests[0].calls_tools, writer.requests[0].tools) == (True, (TOOL,))
    none = Writer(said("text"))
    run(none, chat(tools=(TOOL,), tool_choice=ToolChoice(mode="none")))
    assert (none.requests[0].calls_tools, none.requests[0].tools) == (False, ())


def test_several_answers_are_kept_apart():
    deltas = [Delta(index=1, text="b"), Delta(index=0, text="a"), *said("A"), *said("B", index=1, finish="length")]
    answer = run(Writer(deltas), chat(parameters={"n": 2, "temperature": 1.0}))
    assert [(choice.text, choice.finish_reason) for choice in answer.choices] == [("aA", "stop"), ("bB", "length")]


def test_equal_answers_are_written_once_and_counted_as_often_as_they_are_given():
    chance = TokenLogprob(taken=TokenChance(token="A", logprob=-0.1, data=b"A"))
    writer = Writer([Delta(text="A", reasoning="hm", logprobs=(chance,), usage=USAGE), *said("B")])
    answer = run(writer, chat(parameters={"n": 3, "temperature": 0.0}))
    assert [(choice.text, choice.logprobs, choice.reasoning) for choice in answer.choices] == [
        ("AB", (chance,), "hm")
    ] * 3
    assert (writer.requests[0].sampling.n, answer.usage.completion_tokens) == (1, 9)
    silent = chat(parameters={"include_reasoning": False})
    assert run(Writer([Delta(text="A", reasoning="hm", usage=USAGE), *said("B")]), silent).choices[0].reasoning is None


def test_a_loop_ends_the_answer_at_its_first_turn_and_stops_the_engine():
    turn = "the same line\n"  # the break before it makes the turn one character earlier
    writer = Writer([Delta(text="Head\n", usage=USAGE)] + [Delta(text=turn, usage=USAGE)] * 10_000)
    answer = run(writer, chat())
    (choice,) = answer.choices
    assert (choice.text, choice.finish_reason) == ("Head\nthe same line", "length")
    assert (answer.repetitions[0].unit, answer.repetitions[0].choice) == ("\nthe same line", 0)
    assert answer.repetitions[0].times >= 8
    assert writer.closed == 1
    assert (
        len(run(Writer([Delta(text=turn, usage=USAGE)] * 300 + said("")), chat(), guard=False).choices[0].text) > 4000
    )


def test_a_loop_is_written_anew_as_often_as_the_settings_say():
    loop = [Delta(text="the same line\n", usage=USAGE)] * 2000
    writer = Writer(loop, loop, said("Better."))
    answer = run(writer, chat(), retries=2)
    assert (answer.choices[0].text, answer.repetitions) == ("Better.", ())
    assert [request.sampling.temperature for request in writer.requests] == [0.0, 0.2, 0.4]
    assert (writer.requests[1].sampling.top_k, writer.requests[1].sampling.repetition_penalty) == (None, 1.05)
    worse = run(Writer(loop), chat(), retries=1)
    assert (worse.repetitions[0].retries, worse.choices[0].finish_reason) == (1, "length")


def test_white_space_without_end_in_json_is_a_loop():
    blanks = [Delta(text=text, usage=USAGE) for text in ['{"total":', *([" \n", "\n  ", "\t"] * 200)]]
    answer = run(Writer(blanks), chat(answer_format=JSONObjectFormat()))
    assert (answer.choices[0].finish_reason, answer.repetitions[0].unit) == ("length", " ")


def test_a_loop_that_the_engine_saw_itself_is_told_of():
    answer = run(
        Writer([Delta(text="abab", usage=USAGE), Delta(finish_reason="length", looped=True, usage=USAGE)]), chat()
    )
    assert (answer.choices[0].finish_reason, len(answer.repetitions)) == ("length", 1)


def test_json_in_a_fence_is_taken_out_of_it_for_a_family_that_fences():
    profile = Profile(**{name: getattr(PROFILE, name) for name in PROFILE.__slots__} | {"unwraps_fences": True})
    fenced = '```json\n{"total": "1"}\n```'
    assert run(Writer(said(fenced)), chat(answer_format=JSONObjectFormat()), profile=profile).choices[
        0
    ].text.strip() == ('{"total": "1"}')
    assert run(Writer(said(fenced)), chat(), profile=profile).choices[0].text == fenced
    listed = chat(IMAGE, TextPart(text="提取图片中的: ['total'] 的字段内容，并按照 JSON 格式返回。"))
    assert run(Writer(said(fenced)), listed, profile=profile).choices[0].text == '{"total": "1"}'


@pytest.mark.parametrize("deltas", [[], [Delta(text="a", usage=USAGE)], [Delta(text="a"), Delta(finish_reason="stop")]])
def test_an_engine_that_ends_without_a_reason_is_a_fault_of_ours(deltas):
    with pytest.raises(InternalError):
        run(Writer(deltas), chat())


def test_a_tools_arguments_are_taken_out_of_their_fence_and_are_no_text():
    profile = Profile(**{name: getattr(PROFILE, name) for name in PROFILE.__slots__} | {"unwraps_fences": True})
    request = chat(tools=(TOOL,), tool_choice=ToolChoice(mode="required"))
    (answer,) = run(Writer(said('```json\n{"total": "1"}\n```')), request, profile=profile).choices
    assert (answer.text, [json.loads(call.arguments) for call in answer.tool_calls]) == (None, [{"total": "1"}])


def test_a_list_of_calls_that_was_cut_off_is_given_as_text():
    request = chat(tools=(TOOL, OTHER), tool_choice=ToolChoice(mode="required"))
    (answer,) = run(Writer(said('[{"name": "rec', finish="length")), request).choices
    assert (answer.text, answer.tool_calls, answer.finish_reason) == ('[{"name": "rec', (), "length")
