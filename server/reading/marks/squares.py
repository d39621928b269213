"""Squares on a page: two level lines above each other, as long as they are apart, with upright lines between."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from server.reading.marks.places import EDGE, Image, Place, corners, sizes, stands_free

_SQUARE: Final = 0.22  # of a side, by which the sides of a box may differ
_CROSSED: Final = 0.4  # of a side, by which a tick may seem to lengthen one
_LEVEL: Final = 0.6  # of the smallest side: ink so long is a line, and the strokes of a tick are not
_THICKEST: Final = 0.5  # of a side
_UPRIGHT: Final = 0.8  # of the upright sides is ink
_UPRIGHT_PIECE: Final = 0.45  # of one column of pixels, since a page is never quite straight
_HATCHED: Final = 40  # a line with more lines right below it is part of a hatching or of a picture
_MOST_PAIRS: Final = 10_000  # a page of dense Chinese print has a tenth of it
_SHORTER: Final = 0.85  # of the smallest side: what a worn line may have lost
_CORNERS: Final = 4  # letters are round at two of them at least
_MIDDLE: Final = 0.25  # of a square's height, above and below which a line is its own side
_BAR_WIDTH: Final = 1.2  # of a square's width; longer lines run through it
_BAR_HEIGHT: Final = 0.3  # of its height; thicker ones are a filling


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
    return _without_bar(across, found)


def rough_squares(ink: Image, letters: float) -> list[Place]:
    """Return what may be squares, by a look that costs little: lines above each other, with ink at both sides."""
    least, most = sizes(letters)
    lines = _lines(ink, max(5, int(_LEVEL * least)), _SHORTER * least, most)
    return [
        Place(upper.left, upper.top, upper.width, lower.top + lower.height - upper.top)
        for upper, lower in _pairs(lines)
        if _has_sides(ink, upper, lower)
    ]


def _has_sides(ink: Image, upper: Place, lower: Place) -> bool:
    """Whether there is ink at the left and right between two lines."""
    left, right = max(upper.left, lower.left), min(upper.left + upper.width, lower.left + lower.width)
    edge = max(2, round(2 * EDGE * (right - left)))
    rows = slice(upper.top, lower.top + lower.height)
    parts = (ink[rows, max(0, left - edge) : left + edge], ink[rows, max(0, right - edge) : right + edge])
    return all(bool((part.max(axis=1, initial=0) > 0).mean() >= _UPRIGHT) for part in parts)


def _lines(ink: Image, run: int, least: float, most: float) -> list[Place]:
    """Return the level lines that may be a side of a box."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    contours, _ = cv2.findContours(level, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    places = (Place(*map(int, cv2.boundingRect(contour))) for contour in contours)
    return [one for one in places if _SHORTER * least <= one.width <= most and one.height <= _THICKEST * one.width]


def _pairs(lines: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """The lines that stand above each other as the upper and lower side of a square do."""
    if not lines:
        return
    left, top, width, height = np.array([(one.left, one.top, one.width, one.height) for one in lines], dtype=np.int64).T
    column = int(_SQUARE * width.max()) + 1  # lines of one square stand in one such column, or in the next one
    tall = int(top.max() + (1 + _SQUARE) * width.max()) + 2
    key = left // column * tall + top
    order = np.argsort(key, kind="stable")
    pairs = 0
    for beside in (-1, 0, 1):
        first = np.searchsorted(key, key + beside * tall, side="right", sorter=order)
        last = np.searchsorted(key, key + beside * tall + np.int64((1 + _SQUARE) * width), side="right", sorter=order)
        for upper in map(int, np.flatnonzero((last > first) & (last - first <= _HATCHED))):
            lower = order[first[upper] : last[upper]]
            side = np.minimum(width[lower], width[upper])  # a tick that crosses a line makes it longer
            high = top[lower] + height[lower] - top[upper]
            fits = (abs(left[lower] - left[upper]) <= _SQUARE * side) & (abs(high - side) <= _SQUARE * side)
            for found in lower[fits & (abs(width[lower] - width[upper]) <= _CROSSED * side)]:
                yield lines[upper], lines[found]
                pairs += 1
                if pairs == _MOST_PAIRS:
                    return


def _between(upper: Place, lower: Place, down: Image) -> Place | None:
    """The square between two lines, where upright lines join their ends."""
    left, right = max(upper.left, lower.left), min(upper.left + upper.width, lower.left + lower.width)
    top, bottom = upper.top, lower.top + lower.height
    edge = max(2, round(EDGE * (right - left)))
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


def _without_bar(lines: Sequence[Place], found: Sequence[Place]) -> list[Place]:
    """The squares through whose middle no level line runs from side to side, as in 日 and E."""
    if not lines:
        return list(found)
    left, top, width, height = np.array([(one.left, one.top, one.width, one.height) for one in lines]).T
    middle, right = top + height / 2, left + width
    kept = []
    for one in found:
        edge = EDGE * one.side
        inside = (middle > one.top + _MIDDLE * one.height) & (middle < one.top + (1 - _MIDDLE) * one.height)
        across = (left <= one.left + edge) & (right >= one.left + one.width - edge)
        thin = (width < _BAR_WIDTH * one.width) & (height < _BAR_HEIGHT * one.height)
        if not (inside & across & thin).any():
            kept.append(one)
    return kept
