"""Reading order of a page's lines: columns of running text are separated, rows of tables are kept together.

Works on boxes alone, so that an engine can order its detections before it has read a single one, and stream lines as
they come. A gutter counts as a column break only where running text fills both sides; a receipt's prices or a form's
values stay in the row of what they belong to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, sin
from statistics import median

import numpy as np
from numpy.typing import NDArray

from server.values.lines import Line, Point

Quad = tuple[Point, Point, Point, Point]

_LONG_LINE = 8.0  # widths per height above which a box is a line of running text, not a cell
_MIN_LINES_PER_COLUMN = 4
_FILLED = 0.6  # running text fills this much of its column's width
_CROSSING = 0.25  # of the boxes may run across a gutter: headings, pictures' captions
_MOST_EDGES = 64  # left edges that are tried as the end of one column
_MAX_DEPTH = 8

_Ends = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one box stands in the reading order; `index` is its position in what was given."""

    index: int
    row: int
    block: int


@dataclass(frozen=True, slots=True)
class _Box:
    """A box in the page's own frame, the slope of its print taken out."""

    index: int
    left: float
    right: float
    middle: float
    height: float

    @property
    def width(self) -> float:
        return self.right - self.left


def arrange(lines: Sequence[Line], *, slope: float | None = None) -> tuple[Line, ...]:
    """Return `lines` in reading order, with `row` and `block` set; `slope` is as in `reading_order`."""
    places = reading_order([line.box for line in lines], slope=slope)
    return tuple(replace(lines[place.index], row=place.row, block=place.block) for place in places)


def reading_order(quads: Sequence[Quad], *, slope: float | None = None) -> tuple[Place, ...]:
    """Order boxes (four points each, clockwise from the text's top left, pixels) as a person would read them.

    `slope` is that of the print in radians, where it was measured; otherwise the boxes tell it, and short ones badly.
    """
    if not quads:
        return ()
    places: list[Place] = []
    row = 0
    for block, boxes in enumerate(
        _blocks(_straighten(quads, page_slope(quads) if slope is None else slope), _MAX_DEPTH)
    ):
        for cells in _rows(boxes):
            places.extend(Place(index=cell.index, row=row, block=block) for cell in cells)
            row += 1
    return tuple(places)


def page_slope(quads: Sequence[Quad]) -> float:
    """Slope of the print in radians: the median over the long boxes, 0 where there are none."""
    slopes = []
    for (ax, ay), (bx, by), _, (dx, dy) in quads:
        width, height = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, ((dx - ax) ** 2 + (dy - ay) ** 2) ** 0.5
        if width > 4 * height:
            slopes.append(atan2(by - ay, bx - ax))
    return median(slopes) if slopes else 0.0


def _straighten(quads: Sequence[Quad], slope: float) -> list[_Box]:
    """Turn the page back by its slope and take each box's extent there."""
    if abs(slope) > 0.6:  # print that runs down the page is a page to be turned, not a slope
        slope = 0.0
    points = np.asarray(quads, dtype=np.float64)
    turn = np.array([[cos(slope), -sin(slope)], [sin(slope), cos(slope)]])
    points = points @ turn
    heights = (
        np.linalg.norm(points[:, 0] - points[:, 3], axis=1) + np.linalg.norm(points[:, 1] - points[:, 2], axis=1)
    ) / 2
    lefts, rights = points[:, :, 0].min(axis=1), points[:, :, 0].max(axis=1)
    middles = points[:, :, 1].mean(axis=1)
    return [
        _Box(i, float(lefts[i]), float(rights[i]), float(middles[i]), float(max(heights[i], 1.0)))
        for i in range(len(points))
    ]


def _blocks(boxes: list[_Box], depth: int) -> list[list[_Box]]:
    """Cut into blocks to be read one after the other: left column before right, what spans both in between."""
    gutter = _gutter(boxes) if depth else None
    if gutter is None:
        return [boxes]
    blocks: list[list[_Box]] = []
    band: list[_Box] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if box.left < gutter < box.right:
            blocks.extend(_columns(band, gutter, depth))
            band = []
            if blocks and all(one.left < gutter < one.right for one in blocks[-1]):
                blocks[-1].append(box)
            else:
                blocks.append([box])
        else:
            band.append(box)
    blocks.extend(_columns(band, gutter, depth))
    return blocks


def _columns(band: list[_Box], gutter: float, depth: int) -> list[list[_Box]]:
    left = [box for box in band if box.right <= gutter]
    right = [box for box in band if box.right > gutter]
    return [block for side in (left, right) if side for block in _blocks(side, depth - 1)]


def _gutter(boxes: list[_Box]) -> float | None:
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


def _rows(boxes: list[_Box]) -> list[list[_Box]]:
    """Group boxes that stand side by side; rows from top to bottom, cells from left to right."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        near = [row for row in rows[-12:] if _belongs(box, row)]
        if near:
            min(near, key=lambda row: abs(_neighbour(box, row).middle - box.middle)).append(box)
        else:
            rows.append([box])
    rows.sort(key=lambda row: sum(box.middle for box in row) / len(row))
    return [sorted(row, key=lambda box: box.left) for row in rows]


def _neighbour(box: _Box, row: list[_Box]) -> _Box:
    """The cell of `row` next to `box`: on creased paper a row is straight only from one cell to the next."""
    return min(row, key=lambda cell: max(cell.left - box.right, box.left - cell.right))


def _belongs(box: _Box, row: list[_Box]) -> bool:
    cell = _neighbour(box, row)
    if abs(cell.middle - box.middle) > 0.5 * min(cell.height, box.height):
        return False
    return all(
        min(box.right, other.right) - max(box.left, other.left) < 0.3 * min(box.width, other.width) for other in row
    )
