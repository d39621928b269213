"""JSON bodies, names in headers, and the shape of answers, held against the SDK's own types."""

import asyncio
import json

import pytest
from openai.types.chat import ChatCompletion as SDKCompletion
from openai.types.chat import ChatCompletionChunk as SDKChunk

from server.engines.base import Answer, Delta, PageNote, ToolCall, Usage
from server.errors import InvalidRequest
from server.protocol.chat_codec import AnswerHead, encode_answer, encode_stream
from server.protocol.field_names import ignored_header
from server.protocol.json_body import parse_json_object
from server.protocol.validation import render_path

HEAD = AnswerHead(model="m", fingerprint="fp_1")
USAGE = Usage(prompt_tokens=3, completion_tokens=4, cached_tokens=1)
PAGES = (PageNote(source="part", number=2, width=20, height=10, quarter_turns=1, notes=("turned",)),)
CALL = ToolCall(id="call_1", name="receipt", arguments='{"total": "19.90"}')


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"", "invalid_json", "empty"),
        (b" \n", "invalid_json", "empty"),
        (b'{"a": 1,}', "invalid_json", "line 1 column 9"),
        (b'{\n  "a": tru\n}', "invalid_json", "line 2 column 11"),
        (b'{"a": "x\ny"}', "invalid_json", "line 1 column 9"),
        (b'{"a": NaN}', "invalid_json", "line 1"),
        (b'{"a": Infinity}', "invalid_json", "line 1"),
        (b'{"a":' * 10_000, "invalid_json", "recursion limit"),
        (b'{"a": "\\ud800"}', "invalid_json", "line 1"),
        (b'{"a": "\xff"}', "invalid_json", "line 1"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "invalid_json", "out of range"),
        (b"[1]", "invalid_type", "an array"),
        (b'"text"', "invalid_type", "a string"),
        (b"null", "invalid_type", "null"),
        (b"1.5", "invalid_type", "a number"),
    ],
)
def test_bodies_that_are_no_json_object(body, code, says):
    with pytest.raises(InvalidRequest) as caught:
        parse_json_object(body)
    assert caught.value.code == code
    assert says in caught.value.message


def test_bodies_that_are():
    assert parse_json_object(b"\xef\xbb\xbf" + '{"a": "é", "a": "合计"}'.encode()) == {"a": "合计"}


@pytest.mark.parametrize(
    ("names", "header"),
    [
        ([], ""),
        (["a", "b.c-d_e"], "a, b.c-d_e"),
        (["a", "b\r\nset-cookie: x", "温度", "x" * 65, ""], "a, +4 more"),
        ([f"f{number}" for number in range(13)], "f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, +3 more"),
        (["\n"], "+1 more"),
    ],
)
def test_only_plain_names_reach_the_header(names, header):
    assert ignored_header(names) == header


def test_paths_are_written_as_openai_writes_them():
    assert render_path(["messages", 0, "content", 1, "image_url", "url"]) == "messages[0].content[1].image_url.url"
    assert render_path(["metadata", "a b"]) == "metadata['a b']"


def answer(**members):
    whole = Answer(**({"text": None, "finish_reason": "stop", "usage": USAGE, "pages": PAGES} | members))
    written = json.loads(encode_answer(whole, HEAD).model_dump_json())
    SDKCompletion.model_validate(written, strict=True)
    return written


def test_a_whole_answer_has_every_member_of_the_schema():
    written = answer(text="INVOICE 42")
    assert written.pop("id").startswith("chatcmpl-")
    assert written.pop("created") > 1_700_000_000
    assert written == {
        "object": "chat.completion",
        "model": "m",
        "system_fingerprint": "fp_1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "INVOICE 42", "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 3,
            "completion_tokens": 4,
            "total_tokens": 7,
            "prompt_tokens_details": {"cached_tokens": 1, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "pageglass": {
            "pages": [
                {"source": "part", "number": 2, "width": 20, "height": 10, "quarter_turns": 1, "notes": ["turned"]}
            ]
        },
    }


def test_a_tool_call_and_a_refusal_stand_in_the_contents_place():
    message = answer(tool_calls=(CALL,), finish_reason="tool_calls")["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "receipt", "arguments": CALL.arguments}}
    ]
    message = answer(refusal="No date.")["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No date.")
    assert "tool_calls" not in message


def chunks(*deltas, include_usage=False):
    async def source():
        for delta in deltas:
            yield delta

    async def collect():
        return [
            chunk.model_dump_json(exclude_unset=True)
            async for chunk in encode_stream(source(), HEAD, include_usage=include_usage)
        ]

    written = [json.loads(text) for text in asyncio.run(collect())]
    for chunk in written:
        SDKChunk.model_validate(chunk, strict=True)
    return written


def test_a_stream_has_role_pieces_and_an_end():
    first, second, third, last = chunks(
        Delta(text="INVOICE "), Delta(text="42"), Delta(finish_reason="stop", usage=USAGE, pages=PAGES)
    )
    assert first["choices"] == [
        {
            "index": 0,
            "delta": {"role": "assistant", "content": "", "refusal": None},
            "logprobs": None,
            "finish_reason": None,
        }
    ]
    assert [chunk["choices"][0]["delta"] for chunk in (second, third)] == [{"content": "INVOICE "}, {"content": "42"}]
    assert last["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    assert last["pageglass"]["pages"][0]["quarter_turns"] == 1
    assert all("usage" not in chunk for chunk in (first, second, third, last))
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in (first, second, third, last)}) == 1


def test_usage_comes_in_a_chunk_of_its_own_and_is_null_before():
    *before, usage = chunks(Delta(text="a"), Delta(finish_reason="length", usage=USAGE), include_usage=True)
    assert [chunk["usage"] for chunk in before] == [None, None, None]
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] == 7
    assert usage["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0


def test_refusals_and_tool_calls_stream():
    written = chunks(Delta(refusal="No."), Delta(tool_call=CALL), Delta(finish_reason="tool_calls", usage=USAGE))
    assert written[1]["choices"][0]["delta"] == {"refusal": "No."}
    assert written[2]["choices"][0]["delta"] == {
        "tool_calls": [
            {
                "index": 0,
                "id": "call_1",
                "type": "function",
                "function": {"name": "receipt", "arguments": CALL.arguments},
            }
        ]
    }
    assert written[3]["choices"][0]["finish_reason"] == "tool_calls"
