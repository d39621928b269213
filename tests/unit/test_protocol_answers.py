"""Whole answers on the wire, held against the SDK's own types."""

import json

import pytest
from openai.types.chat import ChatCompletion as SDKCompletion

from server.protocol.openai.chat_answer_codec import AnswerHead, encode_answer
from server.values.chat import Answer, Choice, PageNote, RepetitionNote, TokenChance, TokenLogprob, ToolCall, Usage

HEAD = AnswerHead(model="m", fingerprint="fp_1")
USAGE = Usage(prompt_tokens=3, completion_tokens=4, cached_tokens=1, reasoning_tokens=2)
PAGES = (PageNote(source="part", number=2, width=20, height=10, quarter_turns=1, notes=("turned",)),)
CALL = ToolCall(id="call_1", name="receipt", arguments='{"total": "19.90"}')


def answer(*choices, **members):
    whole = Answer(**({"choices": choices, "usage": USAGE, "pages": PAGES} | members))
    written = json.loads(encode_answer(whole, HEAD).model_dump_json())
    SDKCompletion.model_validate(written, strict=True)
    return written


def choice(text=None, **members):
    return Choice(**({"text": text, "finish_reason": "stop"} | members))


def test_a_whole_answer_has_every_member_of_the_schema():
    written = answer(choice("INVOICE 42"))
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
                "reasoning_tokens": 2,
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
    message = answer(choice(tool_calls=(CALL,), finish_reason="tool_calls"))["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "receipt", "arguments": CALL.arguments}}
    ]
    message = answer(choice(refusal="No date."))["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No date.")
    assert "tool_calls" not in message


def test_several_choices_are_numbered_in_order():
    written = answer(choice("A"), choice("B", finish_reason="length"), choice(tool_calls=(CALL,)))
    assert [(one["index"], one["finish_reason"]) for one in written["choices"]] == [
        (0, "stop"),
        (1, "length"),
        (2, "stop"),
    ]
    assert [one["message"]["content"] for one in written["choices"]] == ["A", "B", None]
    assert ["tool_calls" in one["message"] for one in written["choices"]] == [False, False, True]


def test_reasoning_stands_beside_the_content():
    first, second = answer(choice("42", reasoning="It says 42."), choice("42"))["choices"]
    assert (first["message"]["reasoning"], first["message"]["content"]) == ("It says 42.", "42")
    assert "reasoning" not in second["message"]


def test_logprobs_carry_bytes_and_the_likeliest_tokens():
    half = TokenChance(token="é", logprob=-0.5, data="é".encode())
    other = TokenChance(token="\N{REPLACEMENT CHARACTER}", logprob=-1.25, data=b"\xc3")
    tokens = (TokenLogprob(taken=half, top=(half, other)), TokenLogprob(taken=other))
    first, second = answer(choice("é", logprobs=tokens), choice("é"))["choices"]
    taken = {"token": "é", "logprob": -0.5, "bytes": [195, 169]}
    next_best = {"token": "\N{REPLACEMENT CHARACTER}", "logprob": -1.25, "bytes": [195]}
    assert first["logprobs"] == {
        "content": [taken | {"top_logprobs": [taken, next_best]}, next_best | {"top_logprobs": []}],
        "refusal": None,
    }
    assert second["logprobs"] is None


@pytest.mark.parametrize("logprob", [float("-inf"), float("nan"), -1e12])
def test_a_chance_of_next_to_nothing_stays_a_number_of_json(logprob):
    token = TokenLogprob(taken=TokenChance(token="a", logprob=logprob, data=b"a"))
    (written,) = answer(choice("a", logprobs=(token,)))["choices"]
    assert written["logprobs"]["content"][0]["logprob"] == -9999.0


def test_a_loop_that_was_cut_off_is_noted():
    note = RepetitionNote(choice=1, unit="<td></td>", times=12, retries=1)
    written = answer(choice("A"), choice("B"), repetitions=(note,))
    assert written["pageglass"]["repetitions"] == [{"choice": 1, "unit": "<td></td>", "times": 12, "retries": 1}]
