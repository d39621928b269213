"""Verdict of a constraint's trial, as the process reports it, and the resulting error for the caller.

The process met hostile text, so what it answers is taken apart with care: known words, short texts, few steps.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from server.errors import InvalidRequest
from server.values.chat import Constraint

Outcome = Literal["fine", "invalid", "unsupported", "costly", "barren"]
Steps = tuple[str | int, ...]

_MOST_DETAIL: Final = 400
_MOST_STEPS: Final = 64
_MOST_NAME: Final = 64
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_NOUNS: Final = {"json": "schema", "regex": "pattern", "choice": "list of choices", "grammar": "grammar"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it went; `detail` says why, and `steps` lead from a schema's root to the place at fault."""

    outcome: Outcome
    detail: str = ""
    steps: Steps = ()


def read_verdict(answer: Any) -> Verdict:
    """Take the process's answer apart; raises `ValueError` where it is none."""
    if not isinstance(answer, dict) or answer.get("outcome") not in get_args(Outcome):
        raise ValueError("no verdict")
    detail, steps = answer.get("detail", ""), answer.get("steps", [])
    if not isinstance(detail, str) or not isinstance(steps, list) or len(steps) > _MOST_STEPS:
        raise ValueError("no verdict")
    if not all(type(step) in (str, int) for step in steps):
        raise ValueError("no verdict")
    return Verdict(cast("Outcome", answer["outcome"]), _clean(detail, _MOST_DETAIL), tuple(steps))


def refusal(constraint: Constraint, verdict: Verdict) -> InvalidRequest:
    """Build the error that tells the caller what is wrong with `constraint`, where, and the cure."""
    place = _place(constraint, verdict.steps)
    noun = _NOUNS[constraint.kind]
    message = {
        "fine": "",
        "invalid": f"this {noun} cannot be used: {verdict.detail}.",
        "unsupported": f"answers cannot be held to this {noun}: {verdict.detail}. Leave that rule out, or say it in "
        "the description.",
        "costly": f"this {noun} takes too much to hold answers to: {verdict.detail}. Make it smaller: fewer repeats "
        "inside repeats, fewer optional parts and choices.",
        "barren": f"no answer can ever satisfy this {noun}: {verdict.detail}.",
    }[verdict.outcome]
    code = "invalid_value"
    if constraint.kind == "json":
        code = "invalid_schema" if verdict.outcome in {"invalid", "barren"} else "unsupported_schema"
    return InvalidRequest(f"{place}: {message}", param=place, code=code)


def _place(constraint: Constraint, steps: Steps) -> str:
    """The path in the request that `steps` into the schema lead to."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{_clean(step, _MOST_NAME)}"
    for start, place in constraint.places.items():
        if path == f".{start}" or path.startswith((f".{start}.", f".{start}[")):
            return place + path.removeprefix(f".{start}")
    return constraint.path + path


def _clean(text: str, most: int) -> str:
    """`text` on one line, of characters that may be shown, not longer than `most`, without a full stop."""
    return _UNPRINTABLE.sub(" ", text[: 4 * most])[:most].strip().rstrip(".")
