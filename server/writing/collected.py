"""Collects the deltas of a request into whole answers."""

from collections import defaultdict
from collections.abc import AsyncIterator

from server.errors import InternalError
from server.values.chat import Answer, Choice, Delta, RepetitionNote


async def collect(deltas: AsyncIterator[Delta]) -> Answer:
    """Join the deltas of all answers, in any interleaving.

    Raises:
        InternalError: the deltas ended before every answer, and the request itself, was complete.
    """
    pieces: defaultdict[int, list[Delta]] = defaultdict(list)
    repetitions: list[RepetitionNote] = []
    last = Delta()
    async for delta in deltas:
        pieces[delta.index].append(delta)
        if delta.repetition:
            repetitions.append(delta.repetition)
        last = delta
    if last.usage is None or set(pieces) != set(range(len(pieces))):
        raise _broken_off()
    return Answer(
        choices=tuple(_choice(pieces[index]) for index in range(len(pieces))),
        usage=last.usage,
        pages=last.pages,
        evidence=last.evidence,
        about=last.about,
        repetitions=tuple(repetitions),
    )


def _choice(pieces: list[Delta]) -> Choice:
    """One answer. Its text is kept beside tool calls, as in a stream; None without text."""
    finish_reason = pieces[-1].finish_reason
    if finish_reason is None:
        raise _broken_off()
    text = "".join(piece.text for piece in pieces)
    refusal = "".join(piece.refusal for piece in pieces) or None
    calls = tuple(piece.tool_call for piece in pieces if piece.tool_call)
    return Choice(
        text=None if (refusal or calls) and not text else text,
        finish_reason=finish_reason,
        refusal=refusal,
        reasoning="".join(piece.reasoning for piece in pieces) or None,
        tool_calls=calls,
        logprobs=tuple(logprob for piece in pieces for logprob in piece.logprobs),
    )


def _broken_off() -> InternalError:
    return InternalError("The engine ended its answer without saying why.")
