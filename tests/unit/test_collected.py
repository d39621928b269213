"""Answers put together out of interleaved pieces, and what the request's record keeps of them."""

import asyncio
from dataclasses import replace

import pytest

from server.api.scope import note_end
from server.errors import InternalError
from server.observability.logging import RequestRecord
from server.values.chat import (
    Answer,
    Choice,
    Delta,
    PageNote,
    RepetitionNote,
    TokenChance,
    TokenLogprob,
    ToolCall,
    Usage,
)
from server.writing.collected import collect

USAGE = Usage(prompt_tokens=3, completion_tokens=4)
PAGES = (PageNote(source="part", number=1, width=20, height=10),)
CALL = ToolCall(id="call_1", name="receipt", arguments="{}")
NOTE = RepetitionNote(choice=1, unit="ab", times=9)
TOKENS = tuple(TokenLogprob(taken=TokenChance(token=text, logprob=-0.5, data=text.encode())) for text in "ab")
END = Delta(finish_reason="stop", usage=USAGE, pages=PAGES)


async def replay(deltas):
    for delta in deltas:
        yield delta


def collected(*deltas):
    return asyncio.run(collect(replay(deltas)))


def test_interleaved_pieces_go_to_their_choices_in_order():
    answer = collected(
        Delta(index=1, text="B", logprobs=TOKENS[:1]),
        Delta(text="A"),
        Delta(index=1, reasoning="Hm", logprobs=TOKENS[1:]),
        Delta(index=1, text="b", finish_reason="length", repetition=NOTE),
        Delta(text="a"),
        END,
    )
    assert answer == Answer(
        choices=(
            Choice(text="Aa", finish_reason="stop"),
            Choice(text="Bb", finish_reason="length", reasoning="Hm", logprobs=TOKENS),
        ),
        usage=USAGE,
        pages=PAGES,
        repetitions=(NOTE,),
    )


@pytest.mark.parametrize(
    ("pieces", "choice"),
    [
        ((), {"text": ""}),
        ((Delta(refusal="No "), Delta(refusal="date.")), {"text": None, "refusal": "No date."}),
        ((Delta(tool_call=CALL), Delta(tool_call=CALL)), {"text": None, "tool_calls": (CALL, CALL)}),
        ((Delta(text="See: "), Delta(tool_call=CALL)), {"text": "See: ", "tool_calls": (CALL,)}),
        ((Delta(reasoning="Hm, "), Delta(reasoning="so.")), {"text": "", "reasoning": "Hm, so."}),
    ],
    ids=["nothing", "refusal", "calls", "text and call", "reasoning"],
)
def test_text_is_none_only_where_something_stands_in_its_place(pieces, choice):
    assert collected(*pieces, END).choices == (Choice(finish_reason="stop", **choice),)


@pytest.mark.parametrize(
    "deltas",
    [
        (),
        (Delta(text="A"),),
        (Delta(finish_reason="stop"),),
        (Delta(text="A", usage=USAGE),),
        (Delta(index=1, text="B"), END),
        (Delta(index=2, text="C", finish_reason="stop"), END),
        (END, Delta(index=1, text="B", finish_reason="stop")),
    ],
    ids=["nothing", "no end", "no usage", "no finish", "other choice open", "choice left out", "usage too early"],
)
def test_pieces_that_break_off_are_an_internal_error(deltas):
    with pytest.raises(InternalError, match="without saying why"):
        collected(*deltas)


def kept(record):
    return record.finish_reason, record.pages, record.prompt_tokens, record.completion_tokens


def test_the_record_keeps_the_counts_of_a_whole_answer_and_of_a_stream():
    deltas = (Delta(text="A", finish_reason="length"), Delta(index=1, text="B"), replace(END, index=1))

    whole, streamed = (RequestRecord(request_id="r", method="POST") for _ in range(2))
    note_end(whole, collected(*deltas))
    for delta in deltas:
        note_end(streamed, delta)
    assert kept(whole) == kept(streamed) == ("stop", 1, 3, 4)
