"""Decoding of a chat request's fields: limits, formats, tools, parameters, and names nobody knows."""

import pytest

from server.engines.parameters import READER_PARAMETERS
from server.errors import InvalidRequest
from server.protocol.field_names import ignored_header
from server.protocol.openai.chat_codec import FIELDS, PARAMETERS, decode_request
from server.values.chat import JSONObjectFormat, JSONSchemaFormat, TextFormat, ToolChoice

TOOL = {"type": "function", "function": {"name": "receipt", "parameters": {"type": "object"}}}


def body(**fields):
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}]} | fields


def refusal(payload):
    with pytest.raises(InvalidRequest) as caught:
        decode_request(payload)
    return caught.value


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"temperature": 3}, "invalid_value", "temperature"),
        ({"temperature": -0.1}, "invalid_value", "temperature"),
        ({"temperature": "0"}, "invalid_type", "temperature"),
        ({"temperature": True}, "invalid_type", "temperature"),
        ({"temperature": float("inf")}, "invalid_value", "temperature"),
        ({"length_penalty": float("inf")}, "invalid_value", "length_penalty"),
        ({"top_p": 1.5}, "invalid_value", "top_p"),
        ({"n": 0}, "invalid_value", "n"),
        ({"n": 1.5}, "invalid_type", "n"),
        ({"n": 129}, "invalid_value", "n"),
        ({"best_of": 129}, "invalid_value", "best_of"),
        ({"presence_penalty": 2.1}, "invalid_value", "presence_penalty"),
        ({"frequency_penalty": -2.1}, "invalid_value", "frequency_penalty"),
        ({"top_logprobs": 21}, "invalid_value", "top_logprobs"),
        ({"logit_bias": {"50256": 101}}, "invalid_value", "logit_bias['50256']"),
        ({"metadata": {"a": {"b": 1}}}, "invalid_type", "metadata.a"),
        ({"metadata": {str(number): "" for number in range(17)}}, "invalid_value", "metadata"),
        ({"modalities": ["text", "smell"]}, "invalid_value", "modalities[1]"),
        ({"seed": 2**63}, "invalid_value", "seed"),
        ({"seed": 10**4000}, "invalid_value", "seed"),
        ({"max_tokens": 0}, "invalid_value", "max_tokens"),
        ({"max_completion_tokens": 0}, "invalid_value", "max_completion_tokens"),
        ({"max_tokens": "9"}, "invalid_type", "max_tokens"),
        ({"max_tokens": 2**63}, "invalid_value", "max_tokens"),
        ({"min_tokens": 2**63}, "invalid_value", "min_tokens"),
        ({"thinking_token_budget": -2}, "invalid_value", "thinking_token_budget"),
        ({"truncate_prompt_tokens": 2**63}, "invalid_value", "truncate_prompt_tokens"),
        ({"truncation_side": "middle"}, "invalid_value", "truncation_side"),
        ({"repetition_detection": 5}, "invalid_type", "repetition_detection"),
        ({"cache_salt": "x" * 129}, "invalid_value", "cache_salt"),
        ({"stop_token_ids": [0, -1]}, "invalid_value", "stop_token_ids[1]"),
        ({"allowed_token_ids": [2**31]}, "invalid_value", "allowed_token_ids[0]"),
        ({"logprob_token_ids": list(range(129))}, "invalid_value", "logprob_token_ids"),
        ({"stop_token_ids": list(range(1025))}, "invalid_value", "stop_token_ids"),
        ({"allowed_token_ids": list(range(65_537))}, "invalid_value", "allowed_token_ids"),
        ({"bad_words": ["a"] * 129}, "invalid_value", "bad_words"),
        ({"bad_words": ["a" * 1025]}, "invalid_value", "bad_words[0]"),
        ({"stream": "yes"}, "invalid_type", "stream"),
        ({"stream_options": {"include_usage": True}}, "invalid_value", "stream_options"),
        ({"stream": False, "stream_options": {}}, "invalid_value", "stream_options"),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "invalid_type", "stream_options.include_usage"),
        ({"stop": ["a"] * 17}, "invalid_value", "stop"),
        ({"stop": ["a", 5]}, "invalid_type", "stop[1]"),
        ({"stop": ["a", ""]}, "invalid_value", "stop"),
        ({"stop": 5}, "invalid_type", "stop"),
        ({"functions": [{"name": "f"}]}, "unsupported_parameter", "functions"),
        ({"function_call": "auto"}, "unsupported_parameter", "function_call"),
        ({"response_format": "json"}, "invalid_type", "response_format"),
        ({"response_format": {"type": "xml"}}, "invalid_value", "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "missing_required_parameter", "response_format.json_schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
            "missing_required_parameter",
            "response_format.json_schema.schema",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
            "missing_required_parameter",
            "response_format.json_schema.name",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}},
            "invalid_value",
            "response_format.json_schema.name",
        ),
        ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "unsupported_value", "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].function"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "invalid_value", "tools[0].function.name"),
        ({"tools": [TOOL, TOOL]}, "invalid_value", "tools[1].function.name"),
        ({"tool_choice": "any"}, "invalid_value", "tool_choice"),
        ({"tool_choice": "required"}, "invalid_value", "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "custom"}}, "unsupported_value", "tool_choice.type"),
        ({"tools": [TOOL], "tool_choice": {"type": "function"}}, "missing_required_parameter", "tool_choice.function"),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "bill"}}},
            "invalid_value",
            "tool_choice.function.name",
        ),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": 5}}},
            "invalid_type",
            "tool_choice.function.name",
        ),
        ({"pageglass": {"ground": True}}, "unsupported_parameter", "pageglass.ground"),
        (
            {"pageglass": {"ground": True}, "tools": [TOOL], "tool_choice": "none"},
            "unsupported_parameter",
            "pageglass.ground",
        ),
        (
            {"pageglass": {"strict_grounding": True}, "response_format": {"type": "json_object"}, "n": 2},
            "unsupported_parameter",
            "pageglass.strict_grounding",
        ),
        ({"pageglass": {"strict_grounding": True}}, "unsupported_parameter", "pageglass.strict_grounding"),
        ({"pageglass": {"ground": "yes"}}, "invalid_type", "pageglass.ground"),
        ({"pageglass": {"grond": True}}, "unknown_parameter", "pageglass.grond"),
        ({"pageglass": {"pages": 3}}, "unknown_parameter", "pageglass.pages"),
        ({"pageglass": True}, "invalid_type", "pageglass"),
    ],
)
def test_faults_in_fields_are_named_by_path(fields, code, param):
    error = refusal(body(**fields))
    assert (error.code, error.param) == (code, param)
    assert param.split("[")[0] in error.message


def test_neutral_options_are_accepted():
    decode_request(body(pageglass={"ground": False, "strict_grounding": None, "cache": True}))


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"max_tokens": 5, "max_completion_tokens": 7}, 7),
        ({"max_tokens": None}, None),
    ],
)
def test_max_completion_tokens_wins(fields, limit):
    assert decode_request(body(**fields)).request.max_tokens == limit


@pytest.mark.parametrize(
    ("stop", "sequences"),
    [(None, ()), ("END", ("END",)), (["a", "b"], ("a", "b")), ([], ()), (["x"] * 16, ("x",) * 16)],
)
def test_stop_is_a_string_or_several(stop, sequences):
    assert decode_request(body(stop=stop)).request.stop == sequences


def test_answer_formats():
    def given(**answer_format):
        return decode_request(body(response_format=answer_format)).request.answer_format

    assert given(type="text") == TextFormat()
    assert given(type="json_object") == JSONObjectFormat()
    schema = {"type": "object", "properties": {"total": {"type": "string"}}}
    spec = {"name": "receipt", "schema": schema, "strict": True, "description": "x"}
    assert given(type="json_schema", json_schema=spec) == JSONSchemaFormat(name="receipt", schema=schema)


def test_tools_and_their_choice():
    request = decode_request(body(tools=[TOOL], tool_choice="required")).request
    assert request.tools[0].path == "tools[0].function.parameters"
    assert request.tool_choice == ToolChoice(mode="required")
    named = {"type": "function", "function": {"name": "receipt"}}
    assert decode_request(body(tools=[TOOL], tool_choice=named)).request.tool_choice == ToolChoice(
        mode="named", name="receipt"
    )
    assert decode_request(body(tools=[TOOL])).request.tool_choice.mode == "auto"


def test_other_fields_go_to_the_engines_rules_by_wire_name():
    request = decode_request(
        body(temperature=0, top_k=5, seed=None, guided_json={"a": 1}, store=False, stream=True, mm_processor_kwargs={})
    ).request
    assert request.parameters == {
        "temperature": 0,
        "top_k": 5,
        "guided_json": {"a": 1},
        "store": False,
        "mm_processor_kwargs": {},
    }


def test_the_readers_table_has_a_rule_for_every_known_field_and_no_other():
    assert set(READER_PARAMETERS) - {"functions", "function_call"} == FIELDS - {"functions", "function_call"}
    assert "messages" not in PARAMETERS


def test_the_sdks_own_parameters_are_all_known():
    from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

    assert set(CompletionCreateParamsNonStreaming.__annotations__) <= FIELDS


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("max_token", "max_tokens"),
        ("temprature", "temperature"),
        ("temperatur", "temperature"),
        ("maxTokens", "max_tokens"),
        ("max-tokens", "max_tokens"),
        ("respose_format", "response_format"),
        ("tool", "tools"),
        ("sotp", "stop"),
        ("stram", "stream"),
        ("message", "messages"),
    ],
)
def test_a_near_miss_is_refused_with_the_name_that_was_meant(name, meant):
    error = refusal(body(**{name: 1}))
    assert (error.code, error.param) == ("unknown_parameter", name)
    assert f"Did you mean '{meant}'?" in error.message


@pytest.mark.parametrize(
    "name", ["top_a", "min_k", "tfs", "x", "", "mirostat", "typical_p", "extra_body", "my_trace_id", "t" * 5000, "温度"]
)
def test_any_other_unknown_field_is_left_aside(name):
    assert decode_request(body(**{name: 1})).request.parameters == {}


def test_the_message_says_that_it_is_not_the_only_fault():
    assert "More was found" in refusal(body(temperature=9, top_p=9)).message


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": [0] * 300_000}, "messages"),
        ({"messages": [{"role": "user", "content": [0] * 300_000}]}, "messages"),
        ({"messages": [{"role": "assistant", "tool_calls": [0] * 300_000}]}, "messages"),
        ({"bad_words": [0] * 300_000}, "bad_words[0]"),
        ({"metadata": dict.fromkeys(map(str, range(300_000)), 0)}, "metadata"),
        ({"logit_bias": dict.fromkeys(map(str, range(300_000)), "x")}, "logit_bias"),
        ({"tools": [{}] * 300_000}, "tools[0].type"),
    ],
)
def test_a_crowd_of_faults_is_not_counted_to_its_end(fields, param):
    error = refusal(body(**fields))
    assert error.param == param
    assert "More was found" not in error.message


def test_a_crowd_of_unknown_fields_is_left_aside_unread():
    names = {f"q{number}_{number}": 0 for number in range(100_000)}
    assert ignored_header(body(**names), FIELDS).endswith("+99990 more")
    decode_request(body(**names, temprature=1))
    assert refusal(body(temprature=1, **names)).param == "temprature"
