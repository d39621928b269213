"""Places labels on a drawn page: beside their boxes where the page is blank, else in a margin on the right.

No label covers print, a box or another label. What finds no room near its box stands in the margin, at about its
height. A dotted line leads to what is not beside its box.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.values.pages import Pixels

_FARTHEST: Final = 12  # heights of a label from its box
_GAP: Final = 4  # px between a box and its label, and between labels
_EDGE: Final = 24  # levels of 255 between neighbours that print has and the grain of paper has not

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in px."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label's upper left corner stands, whether that is in the margin, and whether a line has to lead there."""

    x: float
    y: float
    in_margin: bool
    is_far: bool


def place_labels(pixels: Pixels, boxes: Sequence[Box], sizes: Sequence[tuple[float, float]]) -> list[Placed]:
    """Return the place of a label for each of `boxes` on the page `pixels`, (height, width, 3), RGB.

    `sizes` are the widths and heights of the labels. The margin is as wide as `margin_width` says.
    """
    height, width = pixels.shape[:2]
    taken = _Taken(pixels, boxes)
    margin = _Margin(left=width + _GAP, height=height)
    places = []
    for box, (wide, high) in zip(boxes, sizes, strict=True):
        free = (place for place in _beside(box, wide, high) if taken.has_room(*place, wide, high))
        place = next(free, None)
        if place is None:
            x, y = margin.take((box[1] + box[3] - high) / 2, wide, high)
            places.append(Placed(x, y, in_margin=True, is_far=True))
            continue
        taken.take((place[0], place[1], place[0] + wide, place[1] + high))
        away = max(place[0] - box[2], box[0] - place[0] - wide)
        places.append(Placed(*place, in_margin=False, is_far=away > high))
    return places


def margin_width(places: Sequence[Placed], sizes: Sequence[tuple[float, float]], page_width: int) -> int:
    """Return how many px the page has to grow to the right for the labels in its margin; 0 if there are none."""
    ends = [place.x + wide for place, (wide, _) in zip(places, sizes, strict=True) if place.in_margin]
    return int(max(ends)) + 2 * _GAP - page_width if ends else 0


def _beside(box: Box, wide: float, high: float) -> Iterator[tuple[float, float]]:
    """Places beside a box, the best first: right of it, left of it, above and below it, and further away in its row."""
    left, top, right, bottom = box
    middle = (top + bottom - high) / 2
    yield right + _GAP, middle
    yield left - _GAP - wide, middle
    for x in (left, right - wide):
        yield x, top - _GAP - high
        yield x, bottom + _GAP
    for steps in range(1, _FARTHEST + 1):
        yield right + _GAP + steps * high, middle
        yield left - _GAP - wide - steps * high, middle


class _Taken:
    """What of a page is not free for labels: its print, the boxes, and labels that have a place."""

    def __init__(self, pixels: Pixels, boxes: Sequence[Box]) -> None:
        ink = _ink(pixels)
        self._height, self._width = ink.shape
        self._sums = np.pad(ink.astype(np.int64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        self._boxes = list(boxes)

    def has_room(self, x: float, y: float, wide: float, high: float) -> bool:
        """Whether a label of this size may stand there."""
        left, top, right, bottom = int(x) - 1, int(y) - 1, int(x + wide) + 2, int(y + high) + 2
        if left < 0 or top < 0 or right > self._width or bottom > self._height:
            return False
        sums = self._sums
        if sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]:
            return False
        return not any(box[0] < right and left < box[2] and box[1] < bottom and top < box[3] for box in self._boxes)

    def take(self, box: Box) -> None:
        """Give a place away."""
        self._boxes.append(box)


class _Margin:
    """The margin right of a page: columns of labels, filled from left to right."""

    def __init__(self, *, left: float, height: int) -> None:
        self._left = left
        self._height = height
        self._taken: list[Box] = []

    def take(self, y: float, wide: float, high: float) -> tuple[float, float]:
        """Give away the place nearest to the height `y` in the first column that has one."""
        x, y = self._left, min(max(0.0, y), max(0.0, self._height - high))
        while True:
            column = sorted(box for box in self._taken if box[0] < x + wide + _GAP and x < box[2] + _GAP)
            wanted = [y, *(box[3] + 1 for box in column), *(box[1] - high - 1 for box in column)]
            for place in sorted(wanted, key=lambda one: abs(one - y)):
                inside = 0 <= place <= max(0.0, self._height - high)
                if inside and not any(box[1] < place + high and place < box[3] for box in column):
                    self._taken.append((x, place, x + wide, place + high))
                    return x, place
            x = max(box[2] for box in column) + 2 * _GAP


def _ink(pixels: Pixels) -> NDArray[np.bool_]:
    """Return where a page is not blank, (height, width): at both sides of every edge."""
    gray = pixels.astype(np.int16).max(axis=2), pixels.astype(np.int16).min(axis=2)
    ink = np.zeros(pixels.shape[:2], dtype=np.bool_)
    for level in gray:
        across, down = np.abs(np.diff(level, axis=1)) > _EDGE, np.abs(np.diff(level, axis=0)) > _EDGE
        ink[:, 1:] |= across
        ink[:, :-1] |= across
        ink[1:] |= down
        ink[:-1] |= down
    return ink
