"""The Responses API through the real openai SDK, on a real server; answers and events are those of OpenAI's schema."""

import base64
import json

import openai
import pytest
from openai import OpenAI
from openai.types.responses import Response, ResponseStreamEvent
from pdfs import pages_pdf
from pydantic import BaseModel, TypeAdapter

MODEL = "reader/fake-1"
TEXT = "INVOICE 42\nTOTAL 19.90"
EVENTS = TypeAdapter(ResponseStreamEvent)
TOOL = {
    "type": "function",
    "name": "save",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"total": {"type": "string"}},
        "required": ["total"],
        "additionalProperties": False,
    },
}
MESSAGE_EVENTS = [
    *("response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"),
    *("response.output_text.delta", "response.output_text.done", "response.content_part.done"),
    *("response.output_item.done", "response.completed"),
]


class Receipt(BaseModel):
    """What is wanted of the page."""

    total: str | None
    date: str | None


class Dated(BaseModel):
    """A field that the page does not show, and that may not be null."""

    date: str


@pytest.fixture
def sdk(live):
    with OpenAI(base_url=f"{live.url}/v1", api_key="sk-none", timeout=30, max_retries=0) as client:
        yield client


@pytest.fixture
def asked(picture):
    content = [{"type": "input_text", "text": "Read it."}, {"type": "input_image", "image_url": picture}]
    return [{"role": "user", "content": content}]


@pytest.fixture
def create(sdk, asked):
    """Ask; the answer is held to OpenAI's types, members and all."""

    def ask(**fields):
        raw = sdk.responses.with_raw_response.create(**{"model": MODEL, "input": asked} | fields)
        return Response.model_validate_json(raw.http_response.read(), strict=False)

    return ask


@pytest.fixture
def events(client, asked):
    """The events of a stream, each held to OpenAI's types; names and numbers are checked."""

    def ask(**fields):
        body = {"model": MODEL, "input": asked, "stream": True} | fields
        with client.stream("POST", "/v1/responses", json=body) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            text = answer.read().decode()
        frames = [frame.split("\n") for frame in text.strip().split("\n\n") if not frame.startswith(":")]
        found = [EVENTS.validate_json(data.removeprefix("data: ")) for _, data in frames]
        assert [name for name, _ in frames] == [f"event: {event.type}" for event in found]
        assert [event.sequence_number for event in found] == list(range(len(found)))
        return found

    return ask


def without_repeats(events):
    kinds = [event.type for event in events]
    return [kind for index, kind in enumerate(kinds) if kind != kinds[index - 1] or not index]


def test_text(create):
    response = create()
    assert response.output_text == TEXT
    (message,) = response.output
    assert (message.type, message.role, message.status) == ("message", "assistant", "completed")
    assert response.id.startswith("resp_")
    assert (response.status, response.error, response.incomplete_details) == ("completed", None, None)
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0
    assert response.model_extra["pageglass"]["pages"][0]["source"] == "input[0].content[1].image_url"


def test_a_string_and_instructions(sdk, create):
    with pytest.raises(openai.BadRequestError) as caught:
        create(input="hello", instructions="Be kind.")
    assert (caught.value.code, caught.value.param) == ("no_image", "input")
    assert "input_image" in caught.value.message


def test_what_was_asked_is_repeated(create):
    response = create(
        instructions="Read.",
        metadata={"a": "b"},
        max_output_tokens=500,
        temperature=0.5,
        top_p=0.9,
        tools=[TOOL],
        tool_choice="none",
        parallel_tool_calls=False,
        user="me",
        store=True,
        truncation="auto",
        include=["reasoning.encrypted_content"],
        reasoning={"effort": "low"},
    )
    assert (response.instructions, response.metadata, response.max_output_tokens) == ("Read.", {"a": "b"}, 500)
    assert (response.temperature, response.top_p, response.user) == (0.5, 0.9, "me")
    assert (response.tools[0].name, response.tool_choice, response.parallel_tool_calls) == ("save", "none", False)
    assert response.reasoning.effort == "low"
    assert response.model_extra["store"] is False  # nothing is kept, and the answer says so


def test_a_schema(sdk, asked, create):
    parsed = sdk.responses.parse(model=MODEL, input=asked, text_format=Receipt).output_parsed
    assert parsed == Receipt(total="19.90", date=None)
    spec = {"type": "json_schema", "name": "receipt", "schema": Receipt.model_json_schema(), "strict": True}
    response = create(text={"format": spec})
    assert response.text.format.name == "receipt"
    assert Receipt.model_validate_json(response.output_text) == parsed


def test_evidence(create):
    spec = {"type": "json_schema", "name": "receipt", "schema": Receipt.model_json_schema()}
    response = create(text={"format": spec}, extra_body={"pageglass": {"ground": True}})
    assert response.model_extra["pageglass"]["evidence"]["total"]["grounded"] is True


def test_what_is_not_there_is_refused(sdk, asked, create, events):
    spec = {"type": "json_schema", "name": "dated", "schema": Dated.model_json_schema()}
    (message,) = create(text={"format": spec}).output
    assert message.content[0].type == "refusal"
    assert "date" in message.content[0].refusal
    found = events(text={"format": spec})
    assert without_repeats(found)[3:7] == [
        *("response.content_part.added", "response.refusal.delta"),
        *("response.refusal.done", "response.content_part.done"),
    ]
    assert found[-1].response.output[0].content[0].type == "refusal"


def test_a_stream(events):
    found = events()
    assert without_repeats(found) == MESSAGE_EVENTS
    assert "".join(event.delta for event in found if event.type == "response.output_text.delta") == TEXT
    done = next(event for event in found if event.type == "response.output_text.done")
    assert done.text == TEXT
    last = found[-1].response
    assert (last.output_text, last.status, last.usage.output_tokens > 0) == (TEXT, "completed", True)
    assert {event.item_id for event in found if hasattr(event, "item_id")} == {last.output[0].id}


def test_the_sdks_own_stream_helper(sdk, asked):
    with sdk.responses.stream(model=MODEL, input=asked, text_format=Receipt) as stream:
        assert stream.get_final_response().output_parsed == Receipt(total="19.90", date=None)


def test_a_tool_and_its_result(create, asked):
    called = create(tools=[TOOL])
    (call,) = called.output
    assert (call.type, call.name, call.arguments, call.status) == (
        "function_call",
        "save",
        '{"total": "19.90"}',
        "completed",
    )
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "saved"}
    again = create(tools=[TOOL], input=[*asked, call.to_dict(), result])
    assert again.output_text == TEXT  # and no second call


def test_a_tool_in_a_stream(events):
    found = events(tools=[TOOL])
    assert [event.type for event in found] == [
        *("response.created", "response.in_progress", "response.output_item.added"),
        *("response.function_call_arguments.delta", "response.function_call_arguments.done"),
        *("response.output_item.done", "response.completed"),
    ]
    assert found[-1].response.output[0].arguments == found[3].delta


def test_a_picture_that_a_tool_gives_is_read(create, picture):
    call = {"type": "function_call", "call_id": "call_1", "name": "fetch", "arguments": "{}"}
    output = [{"type": "input_text", "text": "here"}, {"type": "input_image", "image_url": picture}]
    result = {"type": "function_call_output", "call_id": "call_1", "output": output}
    fetch = TOOL | {"name": "fetch"}
    response = create(tools=[fetch], input=[{"role": "user", "content": "Read the page."}, call, result])
    assert response.output_text == TEXT
    assert response.model_extra["pageglass"]["pages"][0]["source"] == "input[2].output[1].image_url"


def test_an_earlier_answer_can_be_sent_back(create, asked):
    response = create()
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
    again = create(input=[*asked, thought, *(item.to_dict() for item in response.output), *asked])
    assert again.output_text == TEXT


def test_allowed_tools_leave_the_others_out(create):
    other = TOOL | {"name": "other"}
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "save"}]}
    assert create(tools=[other, TOOL], tool_choice=choice).output[0].name == "save"
    assert create(tools=[other, TOOL], tool_choice={"type": "function", "name": "other"}).output[0].name == "other"


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_that_is_cut_short_is_incomplete(create, events, stream):
    fields = {"tools": [TOOL], "tool_choice": "required", "max_output_tokens": 1}
    response = events(**fields)[-1].response if stream else create(**fields)
    assert (response.status, response.output[0].type, response.output[0].status) == (
        *("incomplete", "function_call", "incomplete"),
    )


def test_a_schema_beside_json_object_is_kept_to(create):
    wanted = {"type": "json_object", "schema": TOOL["parameters"]}
    assert json.loads(create(extra_body={"text": {"format": wanted}}).output_text) == {"total": "19.90"}


@pytest.mark.parametrize("stream", [False, True])
def test_half_a_surrogate_in_a_key_of_the_prompt_is_no_fault_of_ours(client, picture, stream):
    said = {"type": "input_text", "text": 'Return JSON {"\\ud800": 1, "total": 0}'}
    content = [said, {"type": "input_image", "image_url": picture}]
    body = {"model": MODEL, "input": [{"role": "user", "content": content}], "stream": stream}
    answer = client.post("/v1/responses", json=body)
    assert answer.status_code == 200
    assert "response.failed" not in answer.text


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_cut_short(create, events, stream):
    response = events(max_output_tokens=2)[-1].response if stream else create(max_output_tokens=2)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert response.output[0].status == "incomplete"
    assert TEXT.startswith(response.output_text)


def test_a_page_of_a_document(create):
    document = base64.b64encode(pages_pdf(2)).decode()
    content = [{"type": "input_file", "filename": "a.pdf", "file_data": document, "pages": "2"}]
    response = create(input=[{"role": "user", "content": content}])
    assert response.output_text == TEXT
    assert [page["number"] for page in response.model_extra["pageglass"]["pages"]] == [2]


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"model": "gpt-4o"}, "model_not_found", "model"),
        ({"previous_response_id": "resp_1"}, "response_not_found", "previous_response_id"),
        ({"conversation": "conv_1"}, "unsupported_parameter", "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "unsupported_parameter", "prompt"),
        ({"background": True}, "unsupported_parameter", "background"),
        ({"tools": [{"type": "web_search"}]}, "unsupported_value", "tools[0].type"),
        ({"tools": [TOOL, TOOL]}, "invalid_value", "tools[1].name"),
        ({"tool_choice": "required"}, "invalid_value", "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "name": "x"}}, "invalid_value", "tool_choice.name"),
        (
            {"text": {"format": {"type": "json_schema", "name": "x"}}},
            "missing_required_parameter",
            "text.format.schema",
        ),
        ({"top_logprobs": 3}, "unsupported_parameter", "top_logprobs"),
        ({"extra_body": {"max_output_token": 3}}, "unknown_parameter", "max_output_token"),
        ({"extra_body": {"pageglass": {"grund": True}}}, "unknown_parameter", "pageglass.grund"),
        ({"input": []}, "invalid_value", "input"),
        ({"include": ["message.output_text.logprobs"]}, "unsupported_parameter", "include"),
        ({"text": {"verbosity": "x"}}, "invalid_value", "text.verbosity"),
        ({"reasoning": {"effort": "x"}}, "invalid_value", "reasoning.effort"),
        ({"reasoning": {"summary": "x"}}, "invalid_value", "reasoning.summary"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "unsupported_value", "input[0].type"),
        ({"input": [{"role": "user", "content": [{"type": {}}]}]}, "invalid_type", "input[0].content[0].type"),
        ({"input": [{"role": "user", "content": [7]}]}, "invalid_type", "input[0].content[0]"),
        ({"input": [{"role": "user"}]}, "missing_required_parameter", "input[0].content"),
        ({"input": [{"role": "tool", "content": "x"}]}, "unsupported_value", "input[0].role"),
        ({"input": [{"type": "function_call", "name": "x"}]}, "missing_required_parameter", "input[0].call_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_refusals_are_the_sdks_own_errors_and_name_the_part(create, fields, code, param):
    with pytest.raises(openai.APIStatusError) as caught:
        create(**fields)
    assert (caught.value.code, caught.value.param) == (code, param)


@pytest.mark.parametrize(
    ("part", "code", "param"),
    [
        ({"type": "input_image"}, "missing_required_parameter", "image_url"),
        ({"type": "input_image", "file_id": "file-1"}, "store_off", "file_id"),
        ({"type": "input_image", "image_ur": "x"}, "unknown_parameter", "image_ur"),
        ({"type": "input_image", "image_url": "data:image/png;base64,AAAA"}, "unsupported_image_format", "image_url"),
        ({"type": "input_file", "file_data": "x", "file_url": "y"}, "invalid_value", "file_url"),
        ({"type": "image_url", "image_url": "x"}, "unsupported_content_part", None),
        ({"type": "input_audio"}, "unsupported_content_part", None),
    ],
)
def test_parts_that_cannot_be_taken_are_named(create, part, code, param):
    with pytest.raises(openai.BadRequestError) as caught:
        create(input=[{"role": "user", "content": [part]}])
    place = "input[0].content[0]"
    assert (caught.value.code, caught.value.param) == (code, f"{place}.{param}" if param else place)


@pytest.mark.parametrize("ask", ["retrieve", "delete"])
def test_nothing_is_kept(sdk, ask):
    with pytest.raises(openai.NotFoundError) as caught:
        getattr(sdk.responses, ask)("resp_1")
    assert caught.value.code == "response_not_found"


def test_an_error_in_a_stream_is_raised_by_the_sdk(serve, asked):
    server = serve(failures=[ValueError("broken")])
    with OpenAI(base_url=f"{server.url}/v1", api_key="sk-none", max_retries=0) as client:
        stream = client.responses.create(model=MODEL, input=asked, stream=True)
        kinds = []
        with pytest.raises(openai.APIError) as caught:
            kinds.extend(event.type for event in stream)
    assert "broken" not in caught.value.message
    assert caught.value.code == "internal_error"


def test_reasons_of_a_failure_are_events_of_openais_schema(serve, asked):
    server = serve(failures=[ValueError("broken")])
    with server.client() as client:
        body = {"model": MODEL, "input": asked, "stream": True}
        frames = client.post("/v1/responses", json=body).text.strip().split("\n\n")
    found = [EVENTS.validate_json(frame.split("data: ", 1)[1]) for frame in frames]
    assert [event.type for event in found][-2:] == ["response.failed", "error"]
    assert found[-2].response.error.code == "server_error"
