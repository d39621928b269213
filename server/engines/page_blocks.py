"""Blocks of a page that are read one after the other: columns of running text, tables between them, boxes beside it.

A gutter counts as a column break only where running text fills both sides; a receipt's prices or a form's values stay
in the row of what they belong to.
"""

from itertools import groupby
from math import inf
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from server.engines.page_boxes import Box, rows_of

_LONG_LINE = 8.0  # widths per height above which a box is a line of running text, not a cell
_MIN_LINES_PER_COLUMN = 4
_FILLED = 0.6  # running text fills this much of its column's width
_CROSSING = 0.25  # of the boxes may run across a gutter: headings, pictures' captions
_MOST_EDGES = 64  # left edges that are tried as the end of one column
_MAX_DEPTH = 8
_GAP = 0.3  # heights, across all columns: more parts a table from them
_CAPTION_LINES = 2
_SHORT = 0.75  # of a table's boxes are cells
_TABLE_ROWS = 2
_TABLE_CELLS = 3  # of a row that is a table's, wherever these stand
_SIDE_LINES = 3  # of a box beside running text
_SLACK = 0.25  # heights by which a cell may stand nearer to its line, or farther, than the cell before
_STEADY = 0.6  # of the cells do not

_Ends = NDArray[np.float64]


def blocks_of(boxes: list[Box], depth: int = _MAX_DEPTH) -> list[list[Box]]:
    """Cut into blocks to be read one after the other: left column before right, what spans both in between."""
    gutter = _gutter(_without_tables(boxes)) if depth else None
    if gutter is None and depth:
        gutter = _edge_of_side_box(boxes)
    if gutter is None:
        return [boxes]
    return [
        block
        for part, is_table in _parted_by_tables(boxes, gutter)
        for block in ([part] if is_table else _cut_at_gutter(part, gutter, depth))
    ]


def _cut_at_gutter(boxes: list[Box], gutter: float, depth: int) -> list[list[Box]]:
    """Cut into blocks what stands left of a gutter, right of it and across it."""
    blocks: list[list[Box]] = []
    band: list[Box] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if box.left < gutter < box.right:
            blocks.extend(_sides_of(band, gutter, depth))
            band = []
            if blocks and all(one.left < gutter < one.right for one in blocks[-1]):
                blocks[-1].append(box)
            else:
                blocks.append([box])
        else:
            band.append(box)
    blocks.extend(_sides_of(band, gutter, depth))
    return blocks


def _parted_by_tables(boxes: list[Box], gutter: float) -> list[tuple[list[Box], bool]]:
    """Part boxes into tables and what stands between them; a caption goes with the table that is nearer to it."""
    parts = _parted_by_gaps(boxes)
    are_tables = [_is_table(part, gutter) for part in parts]
    tables = are_tables.copy()
    for number, part in enumerate(parts):
        if tables[number] or len(part) > _CAPTION_LINES:
            continue
        above = _gap(parts[number - 1], part) if number else inf
        below = _gap(part, parts[number + 1]) if number + 1 < len(parts) else inf
        near = number + (1 if below < above else -1)
        tables[number] = 0 <= near < len(parts) and are_tables[near]
    return [
        ([box for part, _ in run for box in part], of_table)
        for of_table, run in groupby(zip(parts, tables, strict=True), key=itemgetter(1))
    ]


def _parted_by_gaps(boxes: list[Box]) -> list[list[Box]]:
    """Part boxes wherever a gap runs across all of them, but for gaps between rows of short cells."""
    parts: list[list[Box]] = []
    bottom = -inf
    for box in sorted(boxes, key=lambda box: box.top):
        if box.top - bottom < _GAP * box.height:
            parts[-1].append(box)
            bottom = max(bottom, box.bottom)
        else:
            parts.append([box])
            bottom = box.bottom
    runs = ((short, list(run)) for short, run in groupby(parts, key=_is_short))
    return [part for short, run in runs for part in ([[box for part in run for box in part]] if short else run)]


def _gap(upper: list[Box], lower: list[Box]) -> float:
    return min(box.top for box in lower) - max(box.bottom for box in upper)


def _is_table(boxes: list[Box], gutter: float) -> bool:
    """Whether boxes are rows of short cells that run on from one side of a gutter to the other."""
    rows = rows_of(boxes) if _is_short(boxes) else ()
    return sum(len(row) > 1 and row[0].left < gutter < row[-1].right for row in rows) >= _TABLE_ROWS


def _without_tables(boxes: list[Box]) -> list[Box]:
    """Leave out rows of so many short cells that they are a table's: they hide where the text around them breaks."""
    return [box for part in _parted_by_gaps(boxes) if not _has_rows_of_cells(part) for box in part]


def _has_rows_of_cells(boxes: list[Box]) -> bool:
    """Whether boxes are rows of many short cells."""
    return _is_short(boxes) and sum(len(row) >= _TABLE_CELLS for row in rows_of(boxes)) >= _TABLE_ROWS


def _is_short(boxes: list[Box]) -> bool:
    return sum(box.width <= _LONG_LINE * box.height for box in boxes) >= _SHORT * len(boxes)


def _edge_of_side_box(boxes: list[Box]) -> float | None:
    """Find the x that parts running text from a box of short lines beside it, or None where there is no such x.

    Lines of a box have a pitch of their own. Cells belong to the lines beside them: they stand level with these, or on
    creased paper about as far above or below them as the cell before.
    """
    ordered = sorted(boxes, key=lambda box: box.left)
    lefts, rights, heights, middles = (
        np.array([getattr(box, name) for box in ordered]) for name in ("left", "right", "height", "middle")
    )
    long = (rights - lefts) > _LONG_LINE * heights
    reached = np.maximum.accumulate(rights)
    gaps = np.flatnonzero(lefts[1:] - reached[:-1] >= heights[1:]) + 1
    for number in gaps[:_MOST_EDGES]:
        sides = slice(None, number), slice(number, None)
        for text, beside in (sides, sides[::-1]):
            is_text = len(lefts[text]) >= _MIN_LINES_PER_COLUMN and _is_filled(lefts[text], rights[text], long[text])
            if (
                is_text
                and len(lefts[beside]) >= _SIDE_LINES
                and not _are_cells(middles[beside], heights, middles[text])
            ):
                return float(reached[number - 1] + lefts[number]) / 2
    return None


def _are_cells(middles: _Ends, heights: _Ends, lines: _Ends) -> bool:
    """Whether boxes with `middles` keep their distances from the nearest of the `lines` beside them."""
    middles, lines = np.sort(middles), np.sort(lines)
    after = np.clip(np.searchsorted(lines, middles), 1, len(lines) - 1)
    before = middles - lines[after - 1]
    apart = np.where(before < lines[after] - middles, before, middles - lines[after])
    return float((np.abs(np.diff(apart)) < _SLACK * np.median(heights)).mean()) >= _STEADY


def _sides_of(band: list[Box], gutter: float, depth: int) -> list[list[Box]]:
    left = [box for box in band if box.right <= gutter]
    right = [box for box in band if box.right > gutter]
    return [block for side in (left, right) if side for block in blocks_of(side, depth - 1)]


def _gutter(boxes: list[Box]) -> float | None:
    """Find the x that parts two columns of running text, or None where there is no such x."""
    if len(boxes) < 2 * _MIN_LINES_PER_COLUMN:
        return None
    lefts = np.array([box.left for box in boxes])
    rights = np.array([box.right for box in boxes])
    heights = np.array([box.height for box in boxes])
    long = (rights - lefts) > _LONG_LINE * heights
    if np.count_nonzero(long) < 2 * _MIN_LINES_PER_COLUMN:
        return None
    best: tuple[float, float] | None = None
    for edge in np.unique(lefts[long]):
        x = float(edge) - 1.0
        crossing = np.count_nonzero((lefts < x) & (rights > x))
        sides = rights <= x, lefts >= x
        if crossing > _CROSSING * len(lefts) or not all(
            _are_columns(lefts[side], rights[side], long[side]) for side in sides
        ):
            continue
        inner = rights[(rights <= x) & long]
        gap = float(edge - np.quantile(inner, 0.9)) - float(crossing)
        if best is None or gap > best[0]:
            best = (gap, (float(edge) + float(inner.max())) / 2 if inner.max() < edge else x)
    return best[1] if best else None


def _are_columns(lefts: _Ends, rights: _Ends, long: NDArray[np.bool_]) -> bool:
    """Whether running text fills a side of a gutter, in one column or in several: the third to sixth of a newspaper."""
    while not _is_filled(lefts, rights, long):
        for x in np.unique(lefts[long])[1:_MOST_EDGES] - 1.0:  # the first column that is one, then the rest
            crossing = np.count_nonzero((lefts < x) & (rights > x))
            first = rights <= x
            if crossing <= _CROSSING * len(lefts) and _is_filled(lefts[first], rights[first], long[first]):
                lefts, rights, long = (ends[lefts >= x] for ends in (lefts, rights, long))
                break
        else:
            return False
    return True


def _is_filled(lefts: _Ends, rights: _Ends, long: NDArray[np.bool_]) -> bool:
    """Whether these boxes are mostly lines of running text that fill the width of their column."""
    lines = np.count_nonzero(long)
    if lines < max(_MIN_LINES_PER_COLUMN, 0.6 * len(long)):
        return False
    return float(np.median((rights - lefts)[long])) >= _FILLED * float(rights.max() - lefts.min())
