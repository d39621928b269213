"""Streamed answers on the wire, held against the SDK's own types and put together by its own stream helper."""

import asyncio
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk as SDKChunk

from server.protocol.openai import chat_completion as wire
from server.protocol.openai.chat_answer_codec import AnswerHead, StreamWriter, encode_answer
from server.values.chat import Delta, PageNote, RepetitionNote, TokenChance, TokenLogprob, ToolCall, Usage
from server.writing.collected import collect

HEAD = AnswerHead(model="m", fingerprint="fp_1")
USAGE = Usage(prompt_tokens=3, completion_tokens=4, cached_tokens=1, reasoning_tokens=2)
PAGES = (PageNote(source="part", number=2, width=20, height=10, quarter_turns=1, notes=("turned",)),)
CALLS = tuple(ToolCall(id=f"call_{n}", name="receipt", arguments=f'{{"total": {n}}}') for n in range(4))
NOTES = tuple(RepetitionNote(choice=choice, unit="ab", times=9) for choice in (1, 0))


async def replay(deltas):
    for delta in deltas:
        yield delta


def texts(*deltas, include_usage=False):
    writer = StreamWriter(HEAD, include_usage=include_usage)
    return [*writer.open(), *(text for delta in deltas for text in writer.write(delta))]


def chunks(*deltas, include_usage=False):
    written = [json.loads(text) for text in texts(*deltas, include_usage=include_usage)]
    for chunk in written:
        SDKChunk.model_validate(chunk, strict=True)
    return written


def pieces(written):
    """(index, delta) of every chunk that has a choice."""
    return [(choice["index"], choice["delta"]) for chunk in written for choice in chunk["choices"]]


def token(text):
    chance = TokenChance(token=text, logprob=-0.5, data=text.encode())
    return TokenLogprob(taken=chance, top=(chance,))


ROLE = {"role": "assistant", "content": "", "refusal": None}


def test_a_stream_has_role_pieces_and_an_end():
    first, second, third, last = chunks(
        Delta(text="INVOICE "), Delta(text="42"), Delta(finish_reason="stop", usage=USAGE, pages=PAGES)
    )
    assert first["choices"] == [{"index": 0, "delta": ROLE, "logprobs": None, "finish_reason": None}]
    assert [chunk["choices"][0]["delta"] for chunk in (second, third)] == [{"content": "INVOICE "}, {"content": "42"}]
    assert last["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    assert last["pageglass"]["pages"][0]["quarter_turns"] == 1
    assert "repetitions" not in last["pageglass"]
    assert all("usage" not in chunk for chunk in (first, second, third, last))
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in (first, second, third, last)}) == 1


@pytest.mark.parametrize("include_usage", [True, False])
@given(text=st.text(min_size=1))
@example(text="\x00\x1f\x7f\x80\u2028\ufeff\b\f\n\r\t\"\\/<>&'🧾票")
def test_text_alone_is_written_as_pydantic_writes_it(text, include_usage):
    _, written = texts(Delta(text=text), include_usage=include_usage)
    members = {"usage": None} if include_usage else {}
    chunk = wire.ChatCompletionChunk(
        id=HEAD.id,
        object="chat.completion.chunk",
        created=HEAD.created,
        model=HEAD.model,
        system_fingerprint=HEAD.fingerprint,
        choices=(wire.ChunkChoice(index=0, delta=wire.ChunkDelta(content=text), logprobs=None, finish_reason=None),),
        **members,
    )
    assert written == chunk.model_dump_json(exclude_unset=True)


def test_a_model_s_name_may_look_like_a_chunk():
    writer = StreamWriter(AnswerHead(model='{"content":""}', fingerprint="fp_1"), include_usage=False)
    written = [json.loads(text) for text in (*writer.open(), *writer.write(Delta(text="a")))]
    assert [(chunk["model"], chunk["choices"][0]["delta"]) for chunk in written] == [
        ('{"content":""}', ROLE),
        ('{"content":""}', {"content": "a"}),
    ]


def test_usage_comes_in_a_chunk_of_its_own_and_is_null_before():
    *before, usage = chunks(Delta(text="a"), Delta(finish_reason="length", usage=USAGE), include_usage=True)
    assert [chunk["usage"] for chunk in before] == [None, None, None]
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] == 7
    assert usage["usage"]["completion_tokens_details"]["reasoning_tokens"] == 2


def test_refusals_and_tool_calls_stream():
    written = chunks(Delta(refusal="No."), Delta(tool_call=CALLS[1]), Delta(finish_reason="tool_calls", usage=USAGE))
    call = {"name": "receipt", "arguments": CALLS[1].arguments}
    assert pieces(written)[1:3] == [
        (0, {"refusal": "No."}),
        (0, {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": call}]}),
    ]
    assert written[3]["choices"][0]["finish_reason"] == "tool_calls"


def test_interleaved_answers_have_a_role_and_an_end_each_and_the_notes_come_last():
    written = chunks(
        Delta(text="A"),
        Delta(index=1, text="B"),
        Delta(text="a"),
        Delta(index=1, finish_reason="length", repetition=NOTES[0], pages=PAGES),
        Delta(finish_reason="stop", repetition=NOTES[1], usage=USAGE, pages=PAGES),
        include_usage=True,
    )
    assert pieces(written) == [
        (0, ROLE),
        (0, {"content": "A"}),
        (1, ROLE),
        (1, {"content": "B"}),
        (0, {"content": "a"}),
        (1, {}),
        (0, {}),
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in written[5:7]] == ["length", "stop"]
    assert ["pageglass" in chunk for chunk in written] == [False] * 6 + [True, False]
    assert [note["choice"] for note in written[6]["pageglass"]["repetitions"]] == [1, 0]
    assert len(written[6]["pageglass"]["pages"]) == 1
    assert written[7]["usage"]["completion_tokens"] == 4


def test_an_answer_that_begins_early_does_not_overtake_the_one_before():
    ends = (Delta(index=index, finish_reason="stop", usage=USAGE if index == 1 else None) for index in (0, 2, 1))
    written = chunks(Delta(index=2, text="C"), Delta(index=1, text="B"), *ends)
    assert pieces(written)[:5] == [(0, ROLE), (1, ROLE), (2, ROLE), (2, {"content": "C"}), (1, {"content": "B"})]


def test_logprobs_stand_beside_their_text_and_are_kept_where_there_is_none():
    written = chunks(
        Delta(text="A", logprobs=(token("A"),)), Delta(logprobs=(token("b"),)), Delta(finish_reason="stop", usage=USAGE)
    )
    seen = [(choice["delta"], choice["logprobs"]) for chunk in written for choice in chunk["choices"]]
    chance = {"token": "A", "logprob": -0.5, "bytes": [65]}
    assert seen[1] == ({"content": "A"}, {"content": [chance | {"top_logprobs": [chance]}], "refusal": None})
    assert (seen[2][0], seen[2][1]["content"][0]["token"]) == ({}, "b")
    assert (seen[0][1], seen[3][1]) == (None, None)


TEXTS = (
    Delta(text="A", logprobs=(token("A"),)),
    Delta(index=1, reasoning="Hm, ", logprobs=(token("Hm"),)),
    Delta(index=1, reasoning="B?", text="B"),
    Delta(text="a", logprobs=(token("a"),), finish_reason="stop"),
    Delta(index=1, finish_reason="stop", repetition=NOTES[0], usage=USAGE, pages=PAGES),
)
CALLED = (
    Delta(index=1, tool_call=CALLS[0]),
    Delta(text="Let me see.", tool_call=CALLS[1]),
    Delta(index=1, tool_call=CALLS[2]),
    Delta(index=2, refusal="No."),
    Delta(index=2, finish_reason="stop"),
    Delta(tool_call=CALLS[3], finish_reason="tool_calls"),
    Delta(index=1, finish_reason="tool_calls", usage=USAGE),
)


def substance(choice):
    """What a choice says, without members that are null or empty, and without the SDK's own."""
    message = {name: choice["message"].get(name) or None for name in ("content", "refusal", "reasoning")}
    calls = [
        (call["id"], call["type"], call["function"]["name"], call["function"]["arguments"])
        for call in choice["message"].get("tool_calls", ())
    ]
    logprobs = (choice.get("logprobs") or {}).get("content")
    return choice["index"], choice["finish_reason"], message, calls, logprobs


@pytest.mark.parametrize("deltas", [TEXTS, CALLED], ids=["texts", "calls"])
def test_the_sdk_puts_a_stream_together_to_its_whole_twin(deltas):
    state = ChatCompletionStreamState()
    for chunk in chunks(*deltas, include_usage=True):
        list(state.handle_chunk(SDKChunk.model_validate(chunk)))
    streamed = state.get_final_completion().model_dump(mode="json", exclude_none=True)
    whole = json.loads(encode_answer(asyncio.run(collect(replay(deltas))), HEAD).model_dump_json())
    assert [substance(choice) for choice in streamed["choices"]] == [substance(choice) for choice in whole["choices"]]
    assert streamed["usage"] == whole["usage"]
    noted = [chunk["pageglass"] for chunk in chunks(*deltas) if "pageglass" in chunk]
    assert noted == [whole["pageglass"]]
