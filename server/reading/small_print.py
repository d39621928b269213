"""The parts of a page whose print is small, or was not read, in its reduced copy: they deserve a look of their own."""

from collections.abc import Iterable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.media.pixels.tiling import Box
from server.values.lines import Line, Lines
from server.values.pages import Pixels

_CELL: Final = 16  # px of the reduced copy
_EDGE: Final = 32  # levels of 255 between neighbours that print has, even blurred, and the grain of a scan has not
_PRINT: Final = 6  # px of a cell with an edge across, and as many with one down; a rule has edges of one kind
_FEWEST: Final = 6  # cells of a part
_GROWN: Final = 2  # cells around it
_MOST: Final = 12  # parts; a page with more is a pattern

Grid = NDArray[np.bool_]
"""Cells of a reduced copy, (rows, columns)."""


def small_parts(first: Lines, small: Pixels, *, below: float) -> tuple[Box, ...]:
    """Return boxes, in pixels of the page, around print that is unread or lower than `below` in a reduced copy.

    `first` are the page's lines as read in `small`, the upright reduced copy, (height, width, 3); `below` is in pixels
    of it, and infinite for all print. No box cuts a line. Empty where there are too many parts to be print.
    """
    scale = small.shape[1] / first.width
    read = _covered(first.lines, small, scale)
    wanted = _print(small) & ~read | _covered((x for x in first.lines if scale * x.height < below), small, scale)
    around = cv2.dilate(wanted.astype(np.uint8), np.ones((2 * _GROWN + 1, 2 * _GROWN + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(around)
    cells = np.bincount(labels[wanted], minlength=len(stats))
    found = [stats[label, :4] * _CELL / scale for label in range(1, len(stats)) if cells[label] >= _FEWEST]
    if len(found) > _MOST:
        return ()
    boxes = _apart([], [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h in found])
    lines = [(line.left, line.top, line.right, line.bottom) for line in first.lines]
    return tuple(_apart(boxes, [line for line in lines if any(_meet(line, box) for box in boxes)]))


def where_print_may_be(small: Pixels) -> NDArray[np.bool_]:
    """Return which pixels of a reduced copy, (height, width, 3), stand in cells with edges as print has them."""
    height, width = small.shape[:2]
    return _print(small).repeat(_CELL, axis=0).repeat(_CELL, axis=1)[:height, :width]


def _print(small: Pixels) -> Grid:
    """Return the cells that have edges as print has."""
    gray = small[:, :, 1].astype(np.int16)
    across = np.abs(np.diff(gray, axis=1, prepend=gray[:, :1])) > _EDGE
    down = np.abs(np.diff(gray, axis=0, prepend=gray[:1])) > _EDGE
    return (_count(across) >= _PRINT) & (_count(down) >= _PRINT)


def _count(pixels: NDArray[np.bool_]) -> NDArray[np.int64]:
    rows, columns = (-(-side // _CELL) for side in pixels.shape)
    padded = np.zeros((rows * _CELL, columns * _CELL), dtype=np.bool_)
    padded[: pixels.shape[0], : pixels.shape[1]] = pixels
    return np.asarray(padded.reshape(rows, _CELL, columns, _CELL).sum(axis=(1, 3)))


def _covered(lines: Iterable[Line], small: Pixels, scale: float) -> Grid:
    """Return the cells that `lines`, in pixels of the page, touch in a copy reduced by `scale`."""
    grid = np.zeros((-(-small.shape[0] // _CELL), -(-small.shape[1] // _CELL)), dtype=np.uint8)
    for line in lines:
        corners = np.floor(np.array(line.box) * (scale / _CELL)).astype(np.int32)
        cv2.fillConvexPoly(grid, corners, 1)
    return grid.astype(np.bool_)


def _apart(apart: Sequence[Box], boxes: Iterable[Box]) -> list[Box]:
    """Add `boxes` to those that are apart, joining what meets."""
    found = list(apart)
    for box in boxes:
        joined = box
        while met := [one for one in found if _meet(one, joined)]:
            found = [one for one in found if one not in met]
            left, top, right, bottom = zip(joined, *met, strict=True)
            joined = min(left), min(top), max(right), max(bottom)
        found.append(joined)
    return found


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
