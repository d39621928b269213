"""Squares on a page: two level lines above each other, as long as they are apart, with upright lines between."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from server.reading.marks.places import Image, Place, corners, sizes, stands_free

_SQUARE: Final = 0.22  # of a side, by which the sides of a box may differ
_CROSSED: Final = 0.4  # of a side, by which a tick may seem to lengthen one
_LEVEL: Final = 0.6  # of the smallest side: ink so long is a line, and the strokes of a tick are not
_THICKEST: Final = 0.5  # of a side
_UPRIGHT: Final = 0.8  # of the upright sides is ink
_UPRIGHT_PIECE: Final = 0.45  # of one column of pixels, since a page is never quite straight
_EDGE: Final = 0.12  # of a side: where an outline may waver
_MOST_LINES: Final = 1_500  # a page of more short lines is a drawing or a screen, and each pair of them costs time
_COARSE: Final = 0.85
_CORNERS: Final = 4  # letters are round at two of them at least


def squares(ink: Image, letters: float) -> list[Place]:
    """Return the squares in the ink of a page that stand free; what is in them does not count."""
    least, most = sizes(letters)
    run = max(7, int(_LEVEL * least))
    across = _lines(ink, run, least, most)
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((run, 1), np.uint8)).astype(np.uint8, copy=False)
    found = [
        place
        for upper, lower in _pairs(across)
        if (place := _between(upper, lower, down)) is not None
        and corners(ink, place) == _CORNERS
        and stands_free(ink, place)
    ]
    return [one for one in found if not _has_bar(across, one)]


def rough_squares(ink: Image, letters: float) -> list[Place]:
    """Return what may be squares, by a look that costs little: lines above each other, with ink at both sides."""
    least, most = sizes(letters)
    lines = _lines(ink, max(5, int(_LEVEL * least)), _COARSE * least, most)
    return [
        Place(upper.left, upper.top, upper.width, lower.top + lower.height - upper.top)
        for upper, lower in _pairs(lines)
        if _has_sides(ink, upper, lower)
    ]


def _has_sides(ink: Image, upper: Place, lower: Place) -> bool:
    """Whether there is ink at the left and right between two lines."""
    left, right = max(upper.left, lower.left), min(upper.left + upper.width, lower.left + lower.width)
    edge = max(2, round(2 * _EDGE * (right - left)))
    rows = slice(upper.top, lower.top + lower.height)
    parts = (ink[rows, max(0, left - edge) : left + edge], ink[rows, max(0, right - edge) : right + edge])
    return all(bool((part.max(axis=1, initial=0) > 0).mean() >= _UPRIGHT) for part in parts)


def _lines(ink: Image, run: int, least: float, most: float) -> list[Place]:
    """Return the level lines that may be a side of a box."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    contours, _ = cv2.findContours(level, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    places = (Place(*map(int, cv2.boundingRect(contour))) for contour in contours)
    found = [one for one in places if least * 0.85 <= one.width <= most and one.height <= _THICKEST * one.width]
    return found if len(found) <= _MOST_LINES else []


def _pairs(lines: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """The lines that stand above each other as the upper and lower side of a square do."""
    ordered = sorted(lines, key=lambda one: one.left)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.left - one.left > _SQUARE * one.width:
                break
            upper, lower = sorted((one, other), key=lambda line: line.top)
            side = min(one.width, other.width)  # a tick that crosses a line makes it longer
            high = lower.top + lower.height - upper.top
            if abs(one.width - other.width) <= _CROSSED * side and abs(high - side) <= _SQUARE * side:
                yield upper, lower


def _between(upper: Place, lower: Place, down: Image) -> Place | None:
    """The square between two lines, where upright lines join their ends."""
    left, right = max(upper.left, lower.left), min(upper.left + upper.width, lower.left + lower.width)
    top, bottom = upper.top, lower.top + lower.height
    edge = max(2, round(_EDGE * (right - left)))
    start = max(0, left - edge)
    upright = down[top:bottom, start : right + edge] > 0
    tall = np.flatnonzero(upright.mean(axis=0) >= _UPRIGHT_PIECE) + start
    first, last = tall[tall < left + 3 * edge], tall[tall >= right - 3 * edge]
    if not first.size or not last.size:
        return None
    left, right = int(first.min()), int(last.max()) + 1
    for x in (left, right):
        side = down[top:bottom, max(0, x - edge) : x + edge].max(axis=1, initial=0)
        if not side.size or (side > 0).mean() < _UPRIGHT:
            return None
    fits = abs((right - left) - (bottom - top)) <= _SQUARE * (bottom - top)
    return Place(left, top, right - left, bottom - top) if fits else None


def _has_bar(lines: Sequence[Place], one: Place) -> bool:
    """Whether a level line runs through the middle of a square from side to side, as in 日 and E."""
    upper, lower = one.top + 0.25 * one.height, one.top + 0.75 * one.height
    return any(
        upper < line.top + line.height / 2 < lower
        and line.left <= one.left + _EDGE * one.side
        and line.left + line.width >= one.left + one.width - _EDGE * one.side
        and line.width < 1.2 * one.width
        and line.height < 0.3 * one.height
        for line in lines
    )
