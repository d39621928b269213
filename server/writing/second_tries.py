"""Second tries for what a language model wrote of a page, when it is of no use: bounded, each another way, all told.

The rungs: the page in pieces, so that less is to be written at once; warmer sampling, as olmOCR climbs (temperature 0.1
to 1.0 over 8 tries); and the page turned upside down and on either side, for a page that was scanned so. Which comes
next depends on what was wrong. What the caller fixed stays: a temperature or a token limit.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.errors import InvalidAnswer
from server.values.chat import Answer

Fault = Literal["cut", "loop", "empty", "malformed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One way to ask: of pieces, at a temperature other than the family's own, or with pages turned clockwise."""

    words: str
    pieces: int = 1
    temperature: float | None = None
    quarter_turns: int = 0


FIRST: Final = Rung(words="as asked")
_HALVED: Final = Rung(words="in 2 pieces", pieces=2)
_QUARTERED: Final = Rung(words="in 4 pieces", pieces=4)
_WARM: Final = Rung(words="at temperature 0.3", temperature=0.3)
_WARMER: Final = Rung(words="at temperature 0.7", temperature=0.7)
_OVER: Final = Rung(words="turned by 180 degrees", quarter_turns=2)
_RIGHT: Final = Rung(words="turned clockwise by 90 degrees", quarter_turns=1)
_LEFT: Final = Rung(words="turned clockwise by 270 degrees", quarter_turns=3)

_ORDER: Final[Mapping[Fault, tuple[Rung, ...]]] = {
    "cut": (_HALVED, _QUARTERED, _WARM, _OVER, _WARMER, _RIGHT, _LEFT),  # there was too much to write
    "loop": (_WARM, _HALVED, _WARMER, _QUARTERED, _OVER, _RIGHT, _LEFT),  # another choice of words may lead out of it
    "empty": (_OVER, _WARM, _RIGHT, _LEFT, _HALVED, _WARMER, _QUARTERED),  # print was not seen as print
    "malformed": (_WARM, _OVER, _WARMER, _RIGHT, _LEFT),  # JSON has no pieces
}
_TOLD: Final[Mapping[Fault, str]] = {
    "cut": "the answer was cut off at the token limit",
    "loop": "the model repeated itself without end; its text stops at the first turn",
    "empty": "the answer was empty",
    "malformed": "the answer was not what the schema wants",
}


async def climb(  # noqa: PLR0913 - what may be tried
    ask: Callable[[Rung], Awaitable[Answer]],
    *,
    retries: int,
    may_warm: bool,
    may_turn: bool,
    most_pieces: int = 1,
    limited: bool = False,
) -> tuple[Answer, Rung, tuple[str, ...]]:
    """Ask until an answer is of use, `retries` times more at most; gives it, its rung, and what was tried before.

    With `limited` the caller has set the token limit, so an answer that ends there is what they wanted. Where none is
    of use the last of those in the most pieces is given, an empty one only where all are, and the notes say so.

    Raises:
        InvalidAnswer: no try gave an answer that keeps to its form.
    """
    tried: list[Rung] = []
    notes: list[str] = []
    kept: tuple[Answer, Rung] | None = None
    refused: InvalidAnswer | None = None
    rung: Rung | None = FIRST
    while rung is not None and len(tried) <= retries:
        tried.append(rung)
        try:
            answer = await ask(rung)
            fault = fault_of(answer)
        except InvalidAnswer as error:
            refused, fault = error, "malformed"
        else:
            if fault is None:
                return answer, rung, tuple([*notes, f"{rung.words}: taken"] if notes else ())
            if fault == "cut" and limited:
                return answer, rung, (*notes, f"{rung.words}: {_TOLD[fault]}")
            kept = _better((answer, rung), kept)
        notes.append(f"{rung.words}: {_TOLD[fault]}")
        left = (other for other in _ORDER[fault] if other not in tried)
        rung = next((other for other in left if _is_allowed(other, may_warm, may_turn, most_pieces)), None)
    if kept is None:
        raise refused or InvalidAnswer("The model gave no answer.")
    return (*kept, tuple(notes))


def fault_of(answer: Answer) -> Fault | None:
    """What makes an answer be of no use; None where nothing is known against it."""
    choice = answer.choices[0]
    if answer.repetitions:
        return "loop"
    if choice.finish_reason == "length":
        return "cut"
    return None if (choice.text or "").strip() else "empty"


def _is_allowed(rung: Rung, may_warm: bool, may_turn: bool, most_pieces: int) -> bool:
    if rung.temperature is not None and not may_warm:
        return False
    return (may_turn or not rung.quarter_turns) and rung.pieces <= most_pieces


def _better(new: tuple[Answer, Rung], kept: tuple[Answer, Rung] | None) -> tuple[Answer, Rung]:
    """Which of two answers of no use to give: a later one only if it has text, and is of no fewer pieces."""
    if kept is None:
        return new
    (answer, rung), (old, old_rung) = new, kept
    if not (answer.choices[0].text or "").strip():
        return kept
    return new if rung.pieces >= old_rung.pieces or not (old.choices[0].text or "").strip() else kept
