"""Boxes that a document states: the fields of a PDF's form, whatever they look like.

Their states are known, and hold for what was found in the pixels at the same place. The pixels still show how much
paper lies beside them, and the outline where it is printed around a field.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from server.reading.marks.alignment import LETTERS, SIGNS
from server.reading.marks.boxes import box_at
from server.reading.marks.places import Image
from server.values.lines import Line, Lines, Mark
from server.values.pages import Widget

_AROUND: Final = 2.0  # sides of a field, of a box printed around it; what is larger is a frame
_SIGNS: Final = SIGNS | LETTERS

Box = tuple[int, int, int, int]


def with_stated(found: Sequence[Mark], widgets: Sequence[Widget], gray: Image, quarter_turns: int) -> list[Mark]:
    """Return the marks `found` in the upright page `gray`, and in place of those at `widgets` what these state."""
    if not widgets:
        return list(found)
    fields = {_turned(one.box, quarter_turns, gray): one for one in widgets}  # one of several at the same place
    rest, stated = list(found), []
    for box, widget in fields.items():
        here = [mark for mark in rest if _overlap(box, _edges(mark))]
        rest = [mark for mark in rest if mark not in here]
        side = max(box[2] - box[0], box[3] - box[1])
        whole = _around([box, *(_edges(mark) for mark in here if mark.side <= _AROUND * side)])
        seen = box_at(gray, whole, ring=widget.round)
        stated.append(replace(seen, ticked=widget.ticked, stated=True))
    return sorted([*rest, *stated], key=lambda mark: (mark.top, mark.left))


def without_signs(lines: Lines, stated: Sequence[Mark]) -> Lines:
    """Return `lines` without those that are nothing but one of the boxes `stated`, read as a sign or letter."""
    kept = tuple(
        line for line in lines.lines if line.text not in _SIGNS or not any(_is_at(line, one) for one in stated)
    )
    return replace(lines, lines=kept or lines.lines)


def _is_at(line: Line, mark: Mark) -> bool:
    x, y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    return mark.left <= x <= mark.right and mark.top <= y <= mark.bottom


def _turned(box: Box, quarter_turns: int, upright: Image) -> Box:
    """Where a box of the page is on it turned upright, clockwise by `quarter_turns`."""
    left, top, right, bottom = box
    height, width = upright.shape if quarter_turns % 2 == 0 else upright.shape[::-1]
    for _ in range(quarter_turns % 4):
        left, top, right, bottom = height - bottom, left, height - top, right
        width, height = height, width
    return left, top, right, bottom


def _edges(mark: Mark) -> Box:
    return round(mark.left), round(mark.top), round(mark.right), round(mark.bottom)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _around(boxes: Iterable[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)
