"""Merges the lines of a page's tiles, deduplicated by non-maximum suppression and in reading order.

Boxes are compared after deskewing, so that long lines of a skewed page do not overlap their neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.engines.reading_order import arrange, page_slope
from server.media.pixels.tiling import Tile
from server.values.lines import Line, Lines, Point, Quad

_SAME: Final = 0.5  # share of the smaller box: two lines that overlap so much are the same print
_LOST: Final = 0.3  # share of a line's box: below it, the tiles missed the line
_SURE: Final = 0.8  # minimum score of a line that only the first reading saw
_SLACK: Final = 0.35  # print heights by which two readings may differ about a line's middle
_EDGE: Final = 0.5  # print heights from the edge of a tile within which a line may continue beyond it

Boxes = NDArray[np.float64]
"""Left, top, right, bottom in pixels, one row a line; shape (lines, 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The lines of one tile, in pixels of the upright page; `tile` is None for a strip.

    A strip covers lines that no tile shows whole: only its lines at the places `sought` count.
    """

    lines: tuple[Line, ...]
    tile: Tile | None = None
    sought: tuple[Line, ...] = ()


def merge(seen: Sequence[Seen], whole: Lines) -> tuple[Line, ...]:
    """Return the lines of a page that was `seen` in tiles, in reading order; `whole` is its first reading.

    A line belongs to the tile that owns its middle. Of overlapping lines the larger one is kept, so a whole line wins
    over its pieces. Lines with a high score in `whole` that no tile shows are kept.
    """
    first = whole.lines
    slope = page_slope([line.box for line in first]) if whole.slope is None else whole.slope
    kept: list[Line] = []
    origin: list[int] = []
    for number, part in enumerate(seen):
        owned = _owned(part, slope)
        kept += owned
        origin += [number] * len(owned)
    kept = _once(kept, origin, slope)
    share = _covered(first, kept, slope)
    lost = [line for line, part in zip(first, share, strict=True) if part < _LOST and line.score >= _SURE]
    return arrange([*kept, *lost], slope=slope, in_columns=whole.in_columns)


def torn_lines(seen: Sequence[Seen], kept: Sequence[Line], width: int) -> tuple[Line, ...]:
    """Return the places of the lines that the left or right edge of a tile cut and that no strip has read whole.

    `kept` is the result of `merge` for `seen`, `width` the page's width. Each place spans all pieces of a line, for its
    own strip.
    """
    pieces = [line for part in seen if part.tile for line in part.lines if _is_cut(line, part.tile, width)]
    counted = {(line.box, line.text) for line in kept}
    return tuple(
        _over([line, *(piece for piece in pieces if _continues(line, piece))])
        for line in pieces
        if (line.box, line.text) in counted
    )


def placed(lines: Lines, tile: Tile) -> tuple[Line, ...]:
    """Return a tile's lines in pixels of its page, undoing the engine's own rotation of the tile."""
    return tuple(
        replace(line, box=_placed(line.box, lines.quarter_turns, lines.width, lines.height, tile))
        for line in lines.lines
    )


def scaled(lines: Sequence[Line], across: float, down: float) -> tuple[Line, ...]:
    """Return `lines` with their boxes enlarged."""
    boxes = scaled_boxes([line.box for line in lines], across, down)
    return tuple(replace(line, box=box) for line, box in zip(lines, boxes, strict=True))


def scaled_boxes(boxes: Sequence[Quad], across: float, down: float) -> tuple[Quad, ...]:
    """Return `boxes` enlarged."""
    return tuple(_quad([(x * across, y * down) for x, y in box]) for box in boxes)


def placed_boxes(lines: Lines, tile: Tile) -> tuple[Quad, ...]:
    """Return the places of a tile's unread lines in pixels of its page, as `placed` does its lines."""
    return tuple(_placed(box, lines.quarter_turns, lines.width, lines.height, tile) for box in lines.unread)


def middle_of(box: Quad) -> Point:
    """Return the mean of a box's corners."""
    return sum(x for x, _ in box) / 4, sum(y for _, y in box) / 4


def _owned(part: Seen, slope: float) -> list[Line]:
    if part.tile is None:
        share = _covered(part.lines, part.sought, slope)
        return [line for line, covered in zip(part.lines, share, strict=True) if covered >= _SAME]
    return [line for line in part.lines if part.tile.owns(*middle_of(line.box), slack=_SLACK * line.height)]


def _once(lines: Sequence[Line], origin: Sequence[int], slope: float) -> list[Line]:
    """Non-maximum suppression: drop lines that a larger line of another tile covers."""
    boxes = _boxes(lines, slope)
    areas, source = _areas(boxes), np.array(origin, dtype=np.int64)
    keep = np.zeros(len(lines), dtype=np.bool_)
    for index in np.argsort(-areas, kind="stable"):
        others = keep & (source != source[index])
        keep[index] = not bool((_shared(boxes[index], boxes[others]) >= _SAME * areas[index]).any())
    return [line for line, wanted in zip(lines, keep, strict=True) if wanted]


def _covered(lines: Sequence[Line], by: Sequence[Line], slope: float) -> list[float]:
    """For each line, the share of its box that lines of `by` cover."""
    boxes, cover = _boxes(lines, slope), _boxes(by, slope)
    return [float(_shared(box, cover).sum() / area) for box, area in zip(boxes, _areas(boxes), strict=True)]


def _boxes(lines: Sequence[Line], slope: float) -> Boxes:
    if not lines:
        return np.empty((0, 4))
    turn = np.array([[cos(slope), -sin(slope)], [sin(slope), cos(slope)]])
    points = np.asarray([line.box for line in lines], dtype=np.float64) @ turn
    return np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1)


def _areas(boxes: Boxes) -> NDArray[np.float64]:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
    return np.asarray(sides.prod(axis=1))


def _shared(box: NDArray[np.float64], others: Boxes) -> NDArray[np.float64]:
    """How many square pixels of `box` each of `others` covers."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    return np.asarray(np.maximum(sides, 0.0).prod(axis=1))


def _is_cut(line: Line, tile: Tile, width: int) -> bool:
    near = _EDGE * line.height
    left, _, right, _ = tile.box
    return (left > 0 and line.left < left + near) or (right < width and line.right > right - near)


def _continues(line: Line, piece: Line) -> bool:
    """Whether `piece` belongs to the same printed line: beside it or overlapping, at the same height on the page."""
    level = min(line.bottom, piece.bottom) - max(line.top, piece.top)
    apart = max(line.left, piece.left) - min(line.right, piece.right)
    return level > _SAME * min(line.height, piece.height) and apart < line.height


def _over(lines: Sequence[Line]) -> Line:
    left, top = min(line.left for line in lines), min(line.top for line in lines)
    right, bottom = max(line.right for line in lines), max(line.bottom for line in lines)
    return replace(lines[0], box=((left, top), (right, top), (right, bottom), (left, bottom)))


def _placed(box: Quad, turns: int, width: int, height: int, tile: Tile) -> Quad:
    left, top = tile.box[:2]
    points = []
    for x, y in box:
        wide, high = width, height
        for _ in range(turns % 4):  # one quarter turn counter-clockwise each
            x, y = y, wide - x  # noqa: PLW2901
            wide, high = high, wide
        points.append((x + left, y + top))
    return _quad(points)


def _quad(points: Sequence[Point]) -> Quad:
    a, b, c, d = points
    return a, b, c, d
