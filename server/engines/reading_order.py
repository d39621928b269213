"""Reading order of a page's lines: columns of running text are separated, rows of tables are kept together.

Works on boxes alone, so that an engine can order its detections before it has read a single one, and stream lines as
they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, sin
from statistics import median

import numpy as np

from server.engines.page_blocks import blocks_of
from server.engines.page_boxes import Box, rows_of
from server.values.lines import Line, Quad, sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one box stands in the reading order; `index` is its position in what was given."""

    index: int
    row: int
    block: int


def arrange(lines: Sequence[Line], *, slope: float | None = None, in_columns: bool = False) -> tuple[Line, ...]:
    """Return `lines` in reading order, with `row` and `block` set; `slope` and `in_columns` are as in `Lines`."""
    quads = [line.box for line in lines]
    places = order_of_columns(quads) if in_columns else reading_order(quads, slope=slope)
    return tuple(replace(lines[place.index], row=place.row, block=place.block) for place in places)


def reading_order(quads: Sequence[Quad], *, slope: float | None = None) -> tuple[Place, ...]:
    """Order boxes (four points each, clockwise from the text's top left, pixels) as a person would read them.

    `slope` is that of the print in radians, where it was measured; otherwise the boxes tell it, and short ones badly.
    """
    if not quads:
        return ()
    places: list[Place] = []
    row = 0
    straight = _straighten(quads, page_slope(quads) if slope is None else slope)
    for block, boxes in enumerate(blocks_of(straight)):
        for cells in rows_of(boxes):
            places.extend(Place(index=cell.index, row=row, block=block) for cell in cells)
            row += 1
    return tuple(places)


def order_of_columns(quads: Sequence[Quad]) -> tuple[Place, ...]:
    """Order the boxes of vertical writing: columns from right to left, what stands across above and below them."""
    middles = [sum(y for _, y in quad) / 4 for quad in quads]
    upright = [height > width for width, height in map(sides, quads)]
    middle = median(y for y, column in zip(middles, upright, strict=True) if column) if any(upright) else 0.0
    parts: tuple[list[int], list[int], list[int]] = [], [], []
    for index, y in enumerate(middles):
        parts[1 if upright[index] else 0 if y < middle else 2].append(index)
    places: list[Place] = []
    for part in parts:
        row, block = (places[-1].row + 1, places[-1].block + 1) if places else (0, 0)
        inside = reading_order([_lying(quads[index]) if upright[index] else quads[index] for index in part])
        places += [Place(index=part[one.index], row=row + one.row, block=block + one.block) for one in inside]
    return tuple(places)


def _lying(quad: Quad) -> Quad:
    """Turn a column counter-clockwise about the origin: it lies, read from left to right, and the right one on top."""
    left_top, right_top, right_bottom, left_bottom = ((y, -x) for x, y in quad)
    return right_top, right_bottom, left_bottom, left_top


def page_slope(quads: Sequence[Quad]) -> float:
    """Slope of the print in radians: the median over the long boxes, 0 where there are none."""
    slopes = []
    for quad in quads:
        width, height = sides(quad)
        if width > 4 * height:
            slopes.append(atan2(quad[1][1] - quad[0][1], quad[1][0] - quad[0][0]))
    return median(slopes) if slopes else 0.0


def _straighten(quads: Sequence[Quad], slope: float) -> list[Box]:
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
        Box(i, float(lefts[i]), float(rights[i]), float(middles[i]), float(max(heights[i], 1.0)))
        for i in range(len(points))
    ]
