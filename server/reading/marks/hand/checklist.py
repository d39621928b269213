"""Ticks in the cells of a checklist: its columns are headed Yes and No, or OK and Not OK, and its rows are items."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, takewhile
from math import tan
from typing import Final

import cv2
import numpy as np

from server.fields.print.word_lists import FALSE_WORDS, TRUE_WORDS
from server.reading.marks.hand.ink import ink_of, without_lines
from server.reading.marks.places import Image
from server.values.lines import Line, Mark

_HEADS: Final = frozenset({"ok", "not ok", "n/a", "na", "n.a.", "pass", "fail", "good", "poor", "i.o.", "n.i.o."})
_HIGH: Final = 0.75  # heights of print, above and below the middle of a row, that are looked at
_WIDEST: Final = 3.0  # heights of print, likewise at both sides of the middle of a column
_SHORTEST: Final = 0.45  # heights of print: a shorter stroke is dust
_DUST: Final = 0.25  # heights of print
_LONGEST: Final = 2.2  # heights of print: a longer one is a rule
_FULL: Final = 0.6  # share of its bounds that is ink in a blot, and not in a tick
_LEAST_ROWS: Final = 2
_BROAD: Final = 2.0  # heights of a stroke: letters that run together are broader
_MOST_CELLS: Final = 800  # of a page
_SIGN: Final = 2  # characters that a tick is read as at most
_FARTHEST: Final = 4.0  # heights of print from one row to the next

Row = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The heads of a checklist, with the middle and the half width of each column."""

    heads: Row
    columns: tuple[tuple[float, float], ...]

    @property
    def left(self) -> float:
        """Where the first column begins."""
        return self.columns[0][0] - self.columns[0][1]


def heads_of(row: Sequence[Line]) -> Row:
    """The cells of a row that head the columns of a checklist; none where it is no such row."""
    heads = tuple(line for line in row if line.mark is None and _is_head(line.text))
    is_level = len(heads) > 1 and len({line.text.casefold() for line in heads}) == len(heads)
    return heads if is_level and heads == tuple(row)[-len(heads) :] else ()


def _is_head(text: str) -> bool:
    word = text.casefold().strip(" .:")
    return word in _HEADS or word in TRUE_WORDS or word in FALSE_WORDS


def with_ticks(rows: Sequence[Row], gray: Image, height: float, slope: float) -> list[Row]:
    """Return the rows of a page with a mark in each ticked cell of its checklists; its print is `height` high."""
    found = list(rows)
    heads = [heads_of(row) for row in rows]
    cells = 0
    for number, head in enumerate(heads):
        if not head or any(heads[max(0, number - 1) : number]) or any(heads[number + 1 : number + 2]):
            continue  # rows of yes and no below each other are questions with their answers
        table = _table(head, height)
        items = list(takewhile(partial(_is_item, rows, table, height), range(number + 1, len(rows))))
        cells += len(items) * len(head)
        for place in items if len(items) >= _LEAST_ROWS and cells <= _MOST_CELLS else ():
            found[place] = _ticked(rows[place], table, gray, height, tan(slope))
    return found


def _is_item(rows: Sequence[Row], table: _Table, height: float, place: int) -> bool:
    """Whether a row is an item of a checklist: words before its columns, and nothing in them that is read as print."""
    row, above = rows[place], rows[place - 1]
    if _FIELD.search("  ".join(line.text for line in row)):
        return False
    near = min(line.top for line in row) - max(line.bottom for line in above) <= _FARTHEST * height
    cells = [line.text.strip() for line in row if line.right > table.left + height]
    return near and len(cells) < len(row) and all(map(_may_be_tick, cells))


_FIELD: Final = re.compile(r"[:：]\s*[^\W_]{2}")  # a label and its value: `Host: Kim Lee`


def _may_be_tick(text: str) -> bool:
    """Whether what a recogniser read may be a tick: a letter or two signs, and no word or number."""
    return len(text) <= _SIGN and not text.isdigit() and not (len(text) == _SIGN and text.isalpha())


def _table(heads: Row, height: float) -> _Table:
    middles = [(line.left + line.right) / 2 for line in heads]
    half = min(_WIDEST * height, min(right - left for left, right in pairwise(sorted(middles))) / 2)
    return _Table(heads, tuple((middle, half) for middle in middles))


def _ticked(row: Row, table: _Table, gray: Image, height: float, rise: float) -> Row:
    item = row[0]
    words = [line for line in row if line.right <= table.left + height]
    marks = []
    for head, (middle, half) in zip(table.heads, table.columns, strict=True):
        level = (item.top + item.bottom) / 2 + rise * (middle - (item.left + item.right) / 2)
        box = stroke_in(gray, (middle - half, level - _HIGH * height, middle + half, level + _HIGH * height), height)
        if box is not None:
            left, top, right, bottom = box
            quad = ((left, top), (right, top), (right, bottom), (left, bottom))
            marks.append(Mark(kind="tick", ticked=True, box=quad, words=head.text))
    if not marks:
        return row
    return (*words, *(replace(item, text=mark.sign, box=mark.box, mark=mark, score=1.0) for mark in marks))


def stroke_in(
    gray: Image, place: tuple[float, float, float, float], height: float, *, alone: bool = False
) -> tuple[float, ...] | None:
    """Return the bounds of a tick or cross at a place of the page, (left, top, right, bottom) as these; else None.

    Where it is to be `alone`, strokes side by side or run together are none: they may be a word that was not read.
    """
    room = round(height)
    left, top = max(0, round(place[0]) - room), max(0, round(place[1]) - room)
    part = gray[top : round(place[3]) + room, left : round(place[2]) + room]
    if min(part.shape, default=0) < room:
        return None
    ink = cv2.morphologyEx(without_lines(ink_of(part, height), height), cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    bounds, across_page = [], []
    for (x, y, width, high, area), (across, down) in zip(stats[1:], middles[1:], strict=True):
        inside = place[0] <= left + across <= place[2] and place[1] <= top + down <= place[3]
        long = max(width, high) >= _SHORTEST * height
        short = max(width, high) <= _LONGEST * height
        if inside and max(width, high) >= _DUST * height:
            across_page.append((x, x + width))
        if inside and long and short and min(width, high) >= 0.2 * height and area <= _FULL * width * high:
            bounds.append((left + x, top + y, left + x + width, top + y + high))
    across_page.sort()
    if not bounds:
        return None
    edges = np.array(bounds, dtype=np.float64)
    (start, upper), (end, lower) = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    apart = any(one[1] <= other[0] for one, other in pairwise(across_page))
    if alone and (apart or end - start > _BROAD * (lower - upper)):
        return None
    return float(start), float(upper), float(end), float(lower)
