"""Retries of a language model's useless answers: bounded, each with another method, and noted.

The methods: the page in pieces, so that each answer is shorter; a higher temperature, as olmOCR retries (0.1 to 1.0
over 8 tries); and the page rotated by 180 and 90 degrees, for a page that was scanned so. The fault determines the
order. Parameters fixed by the caller are kept: a temperature or a token limit.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.errors import InvalidAnswer
from server.reading.read import NO_USAGE
from server.values.chat import Answer, Usage

Fault = Literal["cut", "loop", "empty", "malformed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One way to ask: of pieces, at a temperature other than the family's own, or with pages turned clockwise."""

    words: str
    pieces: int = 1
    temperature: float | None = None
    quarter_turns: int = 0

    @property
    def sampling(self) -> Mapping[str, float]:
        """The request fields that ask for it."""
        return {"temperature": self.temperature} if self.temperature else {}


FIRST: Final = Attempt(words="as asked")
_HALVED: Final = Attempt(words="in 2 pieces", pieces=2)
_QUARTERED: Final = Attempt(words="in 4 pieces", pieces=4)
_WARM: Final = Attempt(words="at temperature 0.3", temperature=0.3)
_WARMER: Final = Attempt(words="at temperature 0.7", temperature=0.7)
_OVER: Final = Attempt(words="turned by 180 degrees", quarter_turns=2)
_RIGHT: Final = Attempt(words="turned clockwise by 90 degrees", quarter_turns=1)
_LEFT: Final = Attempt(words="turned clockwise by 270 degrees", quarter_turns=3)

_ORDER: Final[Mapping[Fault, tuple[Attempt, ...]]] = {
    "cut": (_HALVED, _QUARTERED, _WARM, _OVER, _WARMER, _RIGHT, _LEFT),  # there was too much to write
    "loop": (_WARM, _HALVED, _WARMER, _QUARTERED, _OVER, _RIGHT, _LEFT),  # another choice of words may lead out of it
    "empty": (_OVER, _WARM, _RIGHT, _LEFT, _HALVED, _WARMER, _QUARTERED),  # print was not seen as print
    "malformed": (_WARM, _OVER, _WARMER, _RIGHT, _LEFT),  # JSON has no pieces
}
_FAULTS: Final[Mapping[Fault, str]] = {
    "cut": "the answer was cut off at the token limit",
    "loop": "the model repeated itself without end; its text stops at the first turn",
    "empty": "the answer was empty",
    "malformed": "the answer was not what the schema wants",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The answer that was taken, the attempt it came from, notes on all attempts, and the tokens of all of them."""

    answer: Answer
    attempt: Attempt
    notes: tuple[str, ...]
    usage: Usage


async def retry(  # noqa: PLR0913 - what may be tried
    ask: Callable[[Attempt], Awaitable[Answer]],
    *,
    retries: int,
    may_warm: bool,
    may_turn: bool,
    most_pieces: int = 1,
    limited: bool = False,
) -> Tried:
    """Ask until an answer is of use, `retries` times more at most.

    With `limited` the caller has set the token limit, so an answer that ends there is what they wanted. Where none is
    of use the last of those in the most pieces is given, an empty one only where all are, and the notes say so.

    Raises:
        InvalidAnswer: no try gave an answer that keeps to its form.
    """
    tried: list[Attempt] = []
    notes: list[str] = []
    usage = NO_USAGE
    kept: tuple[Answer, Attempt] | None = None
    refused: InvalidAnswer | None = None
    attempt: Attempt | None = FIRST
    while attempt is not None and len(tried) <= retries:
        tried.append(attempt)
        try:
            answer = await ask(attempt)
            fault, usage = fault_of(answer), usage + answer.usage
        except InvalidAnswer as error:
            refused, fault = error, "malformed"
            usage += Usage(prompt_tokens=error.prompt_tokens, completion_tokens=error.completion_tokens)
        else:
            if fault is None:
                attempts = (*notes, f"{attempt.words}: taken") if notes else ()
                return Tried(answer=answer, attempt=attempt, notes=attempts, usage=usage)
            if fault == "cut" and limited:
                attempts = (*notes, f"{attempt.words}: {_FAULTS[fault]}")
                return Tried(answer=answer, attempt=attempt, notes=attempts, usage=usage)
            kept = _better((answer, attempt), kept)
        notes.append(f"{attempt.words}: {_FAULTS[fault]}")
        left = (other for other in _ORDER[fault] if other not in tried)
        attempt = next((other for other in left if _is_allowed(other, may_warm, may_turn, most_pieces)), None)
    if kept is None:
        refused = refused or InvalidAnswer("The model gave no answer.")
        refused.prompt_tokens, refused.completion_tokens = usage.prompt_tokens, usage.completion_tokens
        raise refused
    answer, attempt = kept
    return Tried(answer=answer, attempt=attempt, notes=tuple(notes), usage=usage)


def fault_of(answer: Answer) -> Fault | None:
    """What makes an answer useless; None where nothing speaks against it."""
    choice = answer.choices[0]
    if answer.repetitions:
        return "loop"
    if choice.finish_reason == "length":
        return "cut"
    return None if (choice.text or "").strip() else "empty"


def _is_allowed(attempt: Attempt, may_warm: bool, may_turn: bool, most_pieces: int) -> bool:
    if attempt.temperature is not None and not may_warm:
        return False
    return (may_turn or not attempt.quarter_turns) and attempt.pieces <= most_pieces


def _better(new: tuple[Answer, Attempt], kept: tuple[Answer, Attempt] | None) -> tuple[Answer, Attempt]:
    """Which of two answers of no use to give: a later one only if it has text, and is of no fewer pieces."""
    if kept is None:
        return new
    (answer, attempt), (old, old_attempt) = new, kept
    if not (answer.choices[0].text or "").strip():
        return kept
    return new if attempt.pieces >= old_attempt.pieces or not (old.choices[0].text or "").strip() else kept
