"""Which of the boxes found in pixels are no letters, by the lines of print that they stand in and by each other."""

from collections.abc import Sequence
from typing import Final

from server.reading.marks.alignment import LETTERS, SIGNS, tokens
from server.reading.marks.boxes import Drawn
from server.values.lines import Line, Mark

_LIKE: Final = 0.15  # boxes of one page differ in size by less
_WORD_GAP: Final = 0.25  # of a side: letters of one word are nearer
_PAUSE: Final = 0.45
_INSIDE: Final = 0.5  # of a side, from the ends of a line
_SMALL: Final = 0.45  # of the height of a line's box, which is half as high again as its print: small letters are lower
_GROUP: Final = 2


def chosen(drawn: Sequence[Drawn], lines: Sequence[Line]) -> tuple[Drawn, ...]:
    """Return those of `drawn` that are boxes to tick on a page with these `lines`."""
    places = {id(one): line_of(one.mark, lines) for one in drawn}
    fitting = [one for one in drawn if _fits(one, places[id(one)])]
    plain = [one for one in fitting if not _may_be_letter(one, places[id(one)])]
    kept = [one for one in plain if not _is_within(one, places[id(one)]) or _like(one, plain)]
    # What may be a letter is a box where most of its size, and there are some, are boxes without a doubt.
    for one in fitting:
        like, certain = _like(one, fitting), _like(one, kept)
        rings = one.mark.round and len(like) >= _GROUP
        if one not in kept and like and (2 * len(certain) >= len(like) or rings):
            kept.append(one)
    # Where none is empty and none was read as a sign, they are more likely letters with strokes inside.
    shown = any(one.mark.ticked is False or _has_sign(places[id(one)]) for one in kept)
    return tuple(one for one in drawn if one in kept) if shown else ()


def _like(one: Drawn, others: Sequence[Drawn]) -> list[Drawn]:
    """Those of the same form and size."""
    return [other for other in others if other is not one and _alike(one, other)]


def line_of(mark: Mark, lines: Sequence[Line]) -> Line | None:
    """The line of print that a mark stands in."""
    x, y = (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2
    within = (line for line in lines if line.left <= x <= line.right and line.top <= y <= line.bottom)
    return min(within, key=lambda line: abs((line.top + line.bottom) / 2 - y), default=None)


def _fits(one: Drawn, line: Line | None) -> bool:
    """Whether a box is no smaller than capitals, and has paper beside it as letters of a word do not have."""
    if line is None or _has_sign(line):
        return line is None or one.side >= _SMALL * line.height
    return one.side >= _SMALL * line.height and (one.crossed or max(one.before, one.behind) >= _PAUSE * one.side)


def _has_sign(line: Line | None) -> bool:
    """Whether a box was read as one."""
    return line is not None and any(sign in line.text for sign in SIGNS)


def _may_be_letter(one: Drawn, line: Line | None) -> bool:
    """Whether the print where a box stands has a letter by itself, or the box has print close to it."""
    if line is None or _has_sign(line):
        return False
    close = min(one.before, one.behind) < _WORD_GAP * one.side
    return close or any(part in LETTERS for part in tokens(line.text))


def _is_within(one: Drawn, line: Line | None) -> bool:
    """Whether print of a line without a sign stands on both sides of a box."""
    if line is None or _has_sign(line):
        return False
    room = _INSIDE * one.side
    return one.mark.left > line.left + room and one.mark.right < line.right - room


def _alike(one: Drawn, other: Drawn) -> bool:
    return one.mark.round == other.mark.round and abs(one.side - other.side) <= _LIKE * max(one.side, other.side)
