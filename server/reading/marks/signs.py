"""Puts the marks of a page into its lines: a box parts the line that it stands in, and begins a line of its own.

`Smoker Yes No` with two boxes becomes `Smoker`, `☐ Yes`, `☒ No`; so text, boxes and fields all show what is ticked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.reading.marks.alignment import parted
from server.reading.marks.boxes import Drawn
from server.values.lines import Line, Mark, Quad

TICKED: Final = "☒"
EMPTY: Final = "☐"
UNCLEAR: Final = "[?]"
_LEVEL: Final = 0.5  # of a mark's height, by which it may stand above or below a line


def sign_of(mark: Mark) -> str:
    """How a text shows a mark."""
    return UNCLEAR if mark.ticked is None else TICKED if mark.ticked else EMPTY


def places_of(marks: Sequence[Drawn], lines: Sequence[Line]) -> Mapping[int, list[Drawn]]:
    """The marks of each line, by its id: those in it, and those at its height that are nearer to no other line."""
    places: dict[int, list[Drawn]] = {}
    for one in marks:
        level = [line for line in lines if _is_level(one.mark, line)]
        near = min(
            level, key=lambda line: max(line.left - one.mark.right, one.mark.left - line.right, 0.0), default=None
        )
        if near is not None:
            places.setdefault(id(near), []).append(one)
    return places


def with_signs(row: Sequence[Line], marks: Sequence[Drawn]) -> tuple[Line, ...]:
    """Return the lines of one row with the `marks` in and beside them."""
    if not marks:
        return tuple(row)
    found: list[Line] = []
    waiting = sorted(marks, key=lambda one: one.mark.left)
    for line in sorted(row, key=lambda line: line.left):
        here = [one for one in waiting if (one.mark.left + one.mark.right) / 2 < line.right]
        waiting = waiting[len(here) :]
        found += _pieces(line, here)
    return (*found, *(_marked(row[-1], one.mark, "", 0.0) for one in waiting))


def _is_level(mark: Mark, line: Line) -> bool:
    """Whether a mark stands at the height of a line."""
    apart = abs((line.top + line.bottom) / 2 - (mark.top + mark.bottom) / 2)
    return apart <= max(_LEVEL * (mark.bottom - mark.top), 0.4 * line.height)


def _pieces(line: Line, marks: Sequence[Drawn]) -> list[Line]:
    """A line parted at the marks before and in it."""
    if not marks:
        return [line]
    outside = [one for one in marks if one.mark.right + one.behind <= line.left or one.mark.right <= line.left]
    inside = [one for one in marks if one not in outside]
    lone = [_marked(line, one.mark, "", 0.0) for one in outside[:-1]]
    if outside:
        inside = [outside[-1], *inside]
    ends = [line.left, *(one.mark.right + one.behind for one in inside)]
    stops = [*(one.mark.left - one.before for one in inside), line.right]
    widths = [max(0.0, stop - end) for end, stop in zip(ends, stops, strict=True)]
    texts = parted(_without_cut_sign(line.text), widths)
    if texts is None:
        return [*lone, line]
    pieces = []
    if texts[0]:
        pieces.append(replace(line, text=texts[0], box=_box(line, ends[0], stops[0])))
    pieces += [
        _marked(line, one.mark, text, stop) for one, text, stop in zip(inside, texts[1:], stops[1:], strict=True)
    ]
    return [*lone, *pieces]


def _without_cut_sign(text: str) -> str:
    return text.replace("[ ]", "☐").replace("[]", "☐")


def _marked(line: Line, mark: Mark, text: str, right: float) -> Line:
    """A mark and the words behind it as a line."""
    right = max(right, mark.right)
    top, bottom = min(line.top, mark.top), max(line.bottom, mark.bottom)
    box: Quad = ((mark.left, top), (right, top), (right, bottom), (mark.left, bottom))
    return replace(line, text=f"{sign_of(mark)} {text}".rstrip(), box=box)


def _box(line: Line, left: float, right: float) -> Quad:
    """The part of a line's box from `left` to `right`, which slopes as the line does."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.box
    width = max(1.0, line.right - line.left)
    first, last = (
        (max(left, line.left) - line.left) / width,
        (min(max(right, left + 1), line.right) - line.left) / width,
    )

    def between(one: float, other: float, share: float) -> float:
        return one + (other - one) * share

    return (
        (between(ax, bx, first), between(ay, by, first)),
        (between(ax, bx, last), between(ay, by, last)),
        (between(dx, cx, last), between(dy, cy, last)),
        (between(dx, cx, first), between(dy, cy, first)),
    )
