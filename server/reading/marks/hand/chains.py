"""Lines that a ring has parted: `Salutation:`, `Mr` and `Mrs / Dr` are printed as one line of words to choose among."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from server.values.lines import Line

_NEAR: Final = 1.0  # heights of print between lines that may be one
_LAPPED: Final = 0.8  # likewise by which their boxes may lie over each other: a ring counts to both
_BAR: Final = "/|／｜"
_RING: Final = re.compile(r"^[(（]+(?!.*[)）])|(?<![(（])[)）]+$")  # brackets without their other half
_QUESTION: Final = re.compile(r"[:：?？]\s*$")


def has_bar(text: str) -> bool:
    """Whether a bar between words to choose among is in a text."""
    return any(bar in text for bar in _BAR)


def chains(row: Sequence[Line], height: float) -> list[list[Line]]:
    """Return the lines of a row by those that stand so near to each other that a ring may have parted them."""
    found: list[list[Line]] = [list(row[:1])]
    for before, line in pairwise(row):
        gap = line.left - before.right
        if before.mark is None and line.mark is None and -_LAPPED * height <= gap <= _NEAR * height:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def joined(chain: Sequence[Line]) -> Line:
    """Return lines of one row as one; a bar that a ring ran over is put in, and what a ring was read as left out."""
    if len(chain) == 1:
        return chain[0]
    first, last = chain[0], chain[-1]
    left, right = min(line.left for line in chain), max(line.right for line in chain)
    texts: list[str] = []
    middles: list[float] = []
    known = True
    for number, line in enumerate(chain):
        text, own = _without_ring(line)
        known = known and bool(own)
        places = [(line.left + middle * (line.right - line.left) - left) / (right - left) for middle in own]
        if number and not _QUESTION.search(texts[-1]) and not (texts[-1][-1:] in _BAR or text[:1] in _BAR):
            texts.append("/")
            middles.append(((line.left + chain[number - 1].right) / 2 - left) / (right - left))
        texts.append(text)
        middles += places
    box = (first.box[0], last.box[1], last.box[2], first.box[3])
    score = min(line.score for line in chain)
    return Line(
        text=" ".join(texts),
        score=score,
        box=box,
        row=first.row,
        block=first.block,
        middles=tuple(middles) if known else (),
    )


def _without_ring(line: Line) -> tuple[str, tuple[float, ...]]:
    """The text of a line without brackets that are a ring, and the middles of what is left of it."""
    gone = {at for match in _RING.finditer(line.text) for at in range(*match.span())}
    if line.text[:1] in "(（" and line.text[-1:] in ")）":
        gone |= {0, len(line.text) - 1}
    printed = [at for at, char in enumerate(line.text) if char != " "]
    text = "".join(char for at, char in enumerate(line.text) if at not in gone).strip() or line.text
    if len(printed) != len(line.middles):
        return text, ()
    return text, tuple(middle for at, middle in zip(printed, line.middles, strict=True) if at not in gone)
