"""Puts the marks of a page into its lines: a box parts the line that it stands in, and begins a line of its own.

`Smoker Yes No` with two boxes becomes `Smoker`, `☐ Yes`, `☒ No`; so text, boxes and fields all show what is ticked.
"""

from collections.abc import Sequence
from dataclasses import replace

from server.reading.marks.alignment import parted
from server.values.lines import Line, Mark, part_of


def with_signs(row: Sequence[Line], marks: Sequence[Mark]) -> tuple[Line, ...]:
    """Return the lines of one row with the `marks` in and beside them."""
    if not marks:
        return tuple(row)
    found: list[Line] = []
    waiting = sorted(marks, key=lambda mark: mark.left)
    for line in sorted(row, key=lambda line: line.left):
        here = [one for one in waiting if (one.left + one.right) / 2 < line.right]
        waiting = waiting[len(here) :]
        found += _pieces(line, here)
    return (*found, *(_marked(row[-1], one, "", 0.0) for one in waiting))


def _pieces(line: Line, marks: Sequence[Mark]) -> list[Line]:
    """A line parted at the marks before and in it."""
    if not marks:
        return [line]
    outside = [one for one in marks if one.right + one.behind <= line.left or one.right <= line.left]
    inside = [one for one in marks if one not in outside]
    lone = [_marked(line, one, "", 0.0) for one in outside[:-1]]
    if outside:
        inside = [outside[-1], *inside]
    ends = [line.left, *(one.right + one.behind for one in inside)]
    stops = [*(one.left - one.before for one in inside), line.right]
    widths = [max(0.0, stop - end) for end, stop in zip(ends, stops, strict=True)]
    texts = parted(_without_cut_sign(line.text), widths)
    if texts is None:  # which words stand between them is in doubt, so they belong to none
        return sorted([line, *(_marked(line, mark, "", 0.0) for mark in marks)], key=lambda piece: piece.left)
    pieces = []
    if texts[0]:
        pieces.append(replace(line, text=texts[0], box=part_of(line.box, ends[0], max(stops[0], ends[0] + 1))))
    pieces += [_marked(line, mark, text, stop) for mark, text, stop in zip(inside, texts[1:], stops[1:], strict=True)]
    return [*lone, *pieces]


def _without_cut_sign(text: str) -> str:
    return text.replace("[ ]", "☐").replace("[]", "☐")


def _marked(line: Line, mark: Mark, text: str, right: float) -> Line:
    """A mark and the words behind it as a line, which slopes as `line` does."""
    a, b, c, d = part_of(line.box, mark.left, max(right, mark.right))
    middle = (mark.left + mark.right) / 2
    (_, top), _, _, (_, bottom) = part_of(line.box, middle, middle + 1)
    up, down = min(0.0, mark.top - top), max(0.0, mark.bottom - bottom)
    box = ((a[0], a[1] + up), (b[0], b[1] + up), (c[0], c[1] + down), (d[0], d[1] + down))
    return replace(line, text=f"{mark.sign} {text}".rstrip(), box=box, mark=mark)
