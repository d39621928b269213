"""The real openai SDK against the real server on a socket, with the fake engine."""

import asyncio
import json
from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

from server.errors import EngineUnavailable

MODEL = "reader/fake-1"


def sdk(server, **options) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key="sk-none", timeout=30, **options)


@pytest.fixture
def openai_client(live) -> Iterator[OpenAI]:
    with sdk(live) as client:
        yield client


@pytest.fixture
def messages(ask):
    return ask()["messages"]


def test_models(openai_client):
    assert [model.id for model in openai_client.models.list()] == [MODEL]
    assert openai_client.models.retrieve(MODEL).owned_by == "pageglass"


def test_a_plain_answer(openai_client, messages):
    completion = openai_client.chat.completions.create(model=MODEL, messages=messages)
    (choice,) = completion.choices
    assert choice.message.content == "INVOICE 42\nTOTAL 19.90"
    assert (choice.message.role, choice.message.refusal, choice.message.tool_calls) == ("assistant", None, None)
    assert (choice.finish_reason, choice.logprobs) == ("stop", None)
    assert completion.id.startswith("chatcmpl-")
    assert completion.system_fingerprint.startswith("fp_")
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.usage.completion_tokens_details.reasoning_tokens == 0
    assert completion.model_extra["pageglass"]["pages"][0]["width"] == 200
    assert completion._request_id


def test_a_stream(openai_client, messages):
    stream = openai_client.chat.completions.create(
        model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "INVOICE 42\nTOTAL 19.90"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens > 0


def test_the_sdks_own_stream_helper(openai_client, messages):
    with openai_client.chat.completions.stream(model=MODEL, messages=messages) as stream:
        completion = stream.get_final_completion()
    assert completion.choices[0].message.content == "INVOICE 42\nTOTAL 19.90"


def test_the_async_client(live, messages):
    async def read() -> str | None:
        async with openai.AsyncOpenAI(base_url=f"{live.url}/v1", api_key="sk-none") as client:
            completion = await client.chat.completions.create(model=MODEL, messages=messages)
            return completion.choices[0].message.content

    assert asyncio.run(read()) == "INVOICE 42\nTOTAL 19.90"


class Receipt(BaseModel):
    """What is wanted of the page."""

    total: str | None
    date: str | None


def test_parse_with_a_model(openai_client, messages):
    completion = openai_client.chat.completions.parse(model=MODEL, messages=messages, response_format=Receipt)
    receipt = completion.choices[0].message.parsed
    assert receipt.date is None
    assert receipt.total == "19.90"


def test_a_forced_tool(openai_client, messages):
    tool = openai.pydantic_function_tool(Receipt, name="receipt")
    completion = openai_client.chat.completions.parse(
        model=MODEL,
        messages=messages,
        tools=[tool],
        tool_choice={"type": "function", "function": {"name": "receipt"}},
    )
    (choice,) = completion.choices
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    assert choice.message.tool_calls[0].function.parsed_arguments == Receipt(total="19.90", date=None)


class Dated(BaseModel):
    """A field that the page does not show, and that may not be null."""

    date: str


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_not_there_is_refused_not_invented(openai_client, messages, stream):
    if stream:
        with openai_client.chat.completions.stream(model=MODEL, messages=messages, response_format=Dated) as events:
            message = events.get_final_completion().choices[0].message
    else:
        message = openai_client.chat.completions.parse(model=MODEL, messages=messages, response_format=Dated)
        message = message.choices[0].message
    assert message.parsed is None
    assert "date" in message.refusal


def test_extra_body_and_headers(openai_client, messages):
    raw = openai_client.chat.completions.with_raw_response.create(
        model=MODEL, messages=messages, extra_body={"pageglass": {"cache": False}, "top_k": 1, "x_mine": 1}
    )
    assert raw.headers["x-pageglass-ignored"] == "x_mine"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError),
        ({"n": 2}, openai.BadRequestError),
        ({"extra_body": {"max_token": 5}}, openai.BadRequestError),
    ],
)
def test_errors_are_the_sdks_own(openai_client, messages, fields, kind):
    with pytest.raises(kind) as caught:
        openai_client.chat.completions.create(**({"model": MODEL, "messages": messages} | fields))
    assert caught.value.code in {"model_not_found", "unsupported_parameter", "unknown_parameter"}
    assert caught.value.request_id
    assert caught.value.param


def test_a_wrong_key(serve, messages):
    server = serve(api_keys="sk-right")
    with sdk(server) as client, pytest.raises(openai.AuthenticationError) as caught:
        client.chat.completions.create(model=MODEL, messages=messages)
    assert caught.value.code == "invalid_api_key"
    with sdk(server).with_options(api_key="sk-right") as client:
        assert client.models.list().data


def test_a_permanent_fault_is_tried_once_and_a_passing_one_again(serve, messages):
    server = serve(failures=[ValueError("broken"), None])
    with sdk(server) as client:
        with pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(model=MODEL, messages=messages)
        assert caught.value.code == "internal_error"
        assert next(server.engine._failures, "none left") is None


def test_a_passing_fault_is_tried_again_by_the_sdk(serve, messages):
    server = serve(failures=[EngineUnavailable("The engine is restarting.", retry_after_s=1)])
    with sdk(server) as client:
        completion = client.chat.completions.create(model=MODEL, messages=messages)
    assert completion.choices[0].message.content == "INVOICE 42\nTOTAL 19.90"


def test_an_error_in_a_stream_is_raised_by_the_sdk(serve, messages):
    server = serve(failures=[ValueError("broken")])
    with sdk(server) as client:
        stream = client.chat.completions.create(model=MODEL, messages=messages, stream=True)
        with pytest.raises(openai.APIError) as caught:
            list(stream)
    assert caught.value.code == "internal_error"
    assert "broken" not in caught.value.message


def test_a_schema_beside_json_object_is_kept_to(openai_client, messages):
    wanted = {"type": "json_object", "schema": Receipt.model_json_schema()}
    completion = openai_client.chat.completions.create(model=MODEL, messages=messages, response_format=wanted)
    assert Receipt.model_validate_json(completion.choices[0].message.content) == Receipt(total="19.90", date=None)


def test_a_refusal_does_not_say_that_what_is_printed_is_absent(openai_client, messages):
    schema = {"type": "object", "properties": {"total": {"type": "number", "maximum": 1}}, "required": ["total"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    completion = openai_client.chat.completions.create(model=MODEL, messages=messages, response_format=wanted)
    refusal = completion.choices[0].message.refusal
    assert "`total` is printed as `19.90`" in refusal
    assert "does not show" not in refusal


@pytest.mark.parametrize("form", [{"type": "json_object"}, {"type": "text"}])
def test_keys_that_stand_in_the_prompt(openai_client, picture, form):
    content = [
        {"type": "text", "text": 'Answer with JSON like {"total": 0, "date": "string"}'},
        {"type": "image_url", "image_url": {"url": picture}},
    ]
    completion = openai_client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": content}], response_format=form
    )
    assert json.loads(completion.choices[0].message.content) == {"total": 19.9, "date": None}
    assert completion.model_extra["pageglass"]["asked"] == ["total", "date"]


def test_keys_that_stand_in_a_system_message(openai_client, messages):
    told = {"role": "system", "content": "Reply as JSON with the keys total and date."}
    completion = openai_client.chat.completions.create(
        model=MODEL, messages=[told, *messages], response_format={"type": "json_object"}
    )
    assert json.loads(completion.choices[0].message.content) == {"total": "19.90", "date": None}


def ask_in_words(openai_client, picture, words, **fields):
    content = [{"type": "text", "text": words}, {"type": "image_url", "image_url": {"url": picture}}]
    return openai_client.chat.completions.with_raw_response.create(
        model=MODEL, messages=[{"role": "user", "content": content}], **fields
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("What is the total? Answer with the number only.", "19.90"),
        ("合计是多少？", "19.90"),
        ("What is the due date?", "not shown"),
        ("What are the total and the due date?", "total: 19.90\ndue date: not shown"),
        ("Please transcribe this page.", "INVOICE 42\nTOTAL 19.90"),
    ],
)
def test_questions_and_wishes_that_are_followed(openai_client, picture, words, answer):
    raw = ask_in_words(openai_client, picture, words)
    assert raw.parse().choices[0].message.content == answer
    assert "x-pageglass-note" not in raw.headers
    assert "notes" not in raw.parse().model_extra["pageglass"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_wish_that_is_not_followed_is_noted_where_a_program_sees_it(serve, picture, stream):
    server = serve()
    with sdk(server) as client:
        raw = ask_in_words(client, picture, "Convert this page to Markdown", stream=stream)
        last = list(raw.parse())[-1] if stream else raw.parse()
    assert raw.headers["x-pageglass-note"] == "prompt_not_followed"
    assert last.model_extra["pageglass"]["notes"] == ["prompt_not_followed: markdown"]
    with server.client() as client:
        assert (
            'pageglass_notes_total{key="",model="reader/fake-1",note="prompt_not_followed"} 1.0'
            in client.get("/metrics").text
        )
