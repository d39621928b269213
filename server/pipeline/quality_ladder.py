"""Second tries for what a language model wrote of a page, when it is of no use: bounded, each another way, all told.

The rungs: warmer sampling, as olmOCR climbs (temperature 0.1 to 1.0 over 8 tries), and the page turned upside down and
on either side, for a page that was scanned so. What the caller fixed stays: a temperature or a token limit.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from server.engines.base import Answer
from server.errors import InvalidAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One way to ask: at a temperature other than the family's own, or with pages turned clockwise."""

    words: str
    temperature: float | None = None
    quarter_turns: int = 0


_CUT: Final = "the answer was cut off at the token limit"
FIRST: Final = Rung(words="as asked")
_WARMER: Final = (Rung(words="at temperature 0.3", temperature=0.3), Rung(words="at temperature 0.7", temperature=0.7))
_TURNED: Final = (
    Rung(words="turned by 180 degrees", quarter_turns=2),
    Rung(words="turned clockwise by 90 degrees", quarter_turns=1),
    Rung(words="turned clockwise by 270 degrees", quarter_turns=3),
)


async def climb(
    ask: Callable[[Rung], Awaitable[Answer]], *, retries: int, may_warm: bool, may_turn: bool, limited: bool = False
) -> tuple[Answer, Rung, tuple[str, ...]]:
    """Ask until an answer is of use, `retries` times more at most; gives it, its rung, and what was tried before.

    With `limited` the caller has set the token limit, so an answer that ends there is what they wanted. Where none is
    of use the last one that is an answer at all is given, and the notes say so.

    Raises:
        InvalidAnswer: no try gave an answer that keeps to its form.
    """
    rungs = [FIRST, *_rungs(may_warm=may_warm, may_turn=may_turn)][: retries + 1]
    notes: list[str] = []
    kept: tuple[Answer, Rung] | None = None
    refused: InvalidAnswer | None = None
    for rung in rungs:
        try:
            answer = await ask(rung)
        except InvalidAnswer as error:
            refused = error
            notes.append(f"{rung.words}: the answer was not what the schema wants")
            continue
        fault = fault_of(answer)
        if fault == _CUT and limited:
            return answer, rung, (*notes, f"{rung.words}: {fault}")
        if fault is None:
            return answer, rung, tuple([*notes, f"{rung.words}: taken"] if notes else ())
        notes.append(f"{rung.words}: {fault}")
        if kept is None or (answer.choices[0].text or "").strip():
            kept = answer, rung
    if kept is None:
        raise refused or InvalidAnswer("The model gave no answer.")
    return (*kept, tuple(notes))


def fault_of(answer: Answer) -> str | None:
    """Why an answer is of no use; None where nothing is known against it."""
    choice = answer.choices[0]
    if answer.repetitions:
        return "the model repeated itself without end; its text stops at the first turn"
    if choice.finish_reason == "length":
        return _CUT
    if not (choice.text or "").strip():
        return "the answer was empty"
    return None


def _rungs(*, may_warm: bool, may_turn: bool) -> Sequence[Rung]:
    """Warm and turned ones in turn, so that few tries see both."""
    warmer, turned = (_WARMER if may_warm else ()), (_TURNED if may_turn else ())
    mixed = [rung for pair in zip(warmer, turned, strict=False) for rung in pair]
    return [*mixed, *warmer[len(turned) :], *turned[len(warmer) :]]
