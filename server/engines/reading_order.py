"""Reading order of a page's lines: columns of running text are separated, rows of tables are kept together.

Works on boxes alone, so that an engine can order its detections before it has read a single one, and stream lines as
they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, sin
from statistics import median

import numpy as np

from server.engines.page_blocks import Box, blocks_of, rows_of
from server.values.lines import Line, Point

Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one box stands in the reading order; `index` is its position in what was given."""

    index: int
    row: int
    block: int


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
    straight = _straighten(quads, page_slope(quads) if slope is None else slope)
    for block, boxes in enumerate(blocks_of(straight)):
        for cells in rows_of(boxes):
            places.extend(Place(index=cell.index, row=row, block=block) for cell in cells)
            row += 1
    return tuple(places)


def order_of_columns(quads: Sequence[Quad]) -> tuple[Place, ...]:
    """Order the boxes of vertical writing: columns from right to left, what stands across above and below them."""
    columns = [index for index, (width, height) in enumerate(map(sides, quads)) if height > width]
    across = [index for index in range(len(quads)) if index not in columns]
    middle = median(sum(y for _, y in quads[index]) / 4 for index in columns) if columns else 0.0
    head = [index for index in across if sum(y for _, y in quads[index]) / 4 < middle]
    foot = [index for index in across if index not in head]
    on_its_side = [_lying(quad) for quad in quads]
    places: list[Place] = []
    for part, boxes in ((head, quads), (columns, on_its_side), (foot, quads)):
        row, block = (places[-1].row + 1, places[-1].block + 1) if places else (0, 0)
        inside = reading_order([boxes[index] for index in part])
        places += [Place(index=part[one.index], row=row + one.row, block=block + one.block) for one in inside]
    return tuple(places)


def _lying(quad: Quad) -> Quad:
    """Turn a column counter-clockwise about the origin: it lies, read from left to right, and the right one on top."""
    left_top, right_top, right_bottom, left_bottom = ((y, -x) for x, y in quad)
    return right_top, right_bottom, left_bottom, left_top


def sides(quad: Quad) -> tuple[float, float]:
    """Return the width and the height of a box in pixels, along its own edges."""
    (ax, ay), (bx, by), _, (dx, dy) = quad
    return hypot(bx - ax, by - ay), hypot(dx - ax, dy - ay)


def page_slope(quads: Sequence[Quad]) -> float:
    """Slope of the print in radians: the median over the long boxes, 0 where there are none."""
    slopes = []
    for (ax, ay), (bx, by), _, (dx, dy) in quads:
        width, height = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, ((dx - ax) ** 2 + (dy - ay) ** 2) ** 0.5
        if width > 4 * height:
            slopes.append(atan2(by - ay, bx - ax))
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
