"""Crosses drawn over a printed word: two strokes of a pen that meet near its middle and leave its letters."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

# Lengths are heights of a line, print with the paper that belongs to it.
_SCALE: Final = 24.0  # px of such a height, in which crosses are looked for
_DARK: Final = 0.5  # of the way from paper to ink
_WAVER: Final = 0.04  # by which a stroke may leave its way
_RISE: Final = 0.36  # from the middle of a cross up and down: letters are lower
_NARROWEST: Final = 0.3  # half of a cross
_OF_WORD: Final = 0.2  # half of the narrowest cross over a long word, of its width
_BEYOND: Final = 0.4  # a cross may be wider than its word at each side
_MIDDLE: Final = 0.2  # of a word's width, around its middle, where the strokes meet
_UNEVEN: Final = 1.67  # times the other is one stroke of a cross as wide
_CROSSED: Final = 0.95  # of the poorer stroke is dark
_PLAIN: Final = 0.9  # is dark at best in plain print; between both it cannot be known


def is_crossed(shades: NDArray[np.float32], left: float, right: float, center: float, height: float) -> bool | None:
    """Return whether a cross is drawn over a word; None where letters may look like one.

    `shades` (rows, columns) go from 0, paper, to 1, ink; the word stands from `left` to `right`, the middle of its
    line, `height` high, at `center`, all in pixels of `shades`.
    """
    scale = min(1.0, _SCALE / height)
    start = max(0, round(left - height))
    part = shades[:, start : round(right + height)]
    if min(part.shape, default=0) < _NARROWEST * height:
        return None
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    place = ((left - start) * scale, (right - start) * scale)
    share = _darker_strokes(part, place, center * scale, height * scale)
    return True if share >= _CROSSED else False if share <= _PLAIN else None


def _darker_strokes(shades: NDArray[np.float32], place: tuple[float, float], center: float, height: float) -> float:
    """The dark share of the poorer stroke of the best cross."""
    side = 1 + 2 * round(_WAVER * height)
    dark = cv2.dilate((shades >= _DARK).view(np.uint8), np.ones((side, side), np.uint8))
    width, middle = place[1] - place[0], (place[0] + place[1]) / 2
    narrowest = max(_NARROWEST * height, _OF_WORD * width)
    halves = np.arange(narrowest, width / 2 + _BEYOND * height, 0.08 * height)
    if not len(halves):
        return 0.0
    room = _MIDDLE * width + 0.05 * height
    middles = np.arange(middle - room, middle + room, 0.08 * height)
    levels = np.arange(center - 0.12 * height, center + 0.13 * height, 0.06 * height)
    way = np.linspace(-1, 1, 2 * round(max(_RISE * height, float(halves[-1]))) + 1)
    across = np.rint(middles[:, None, None] + halves[None, :, None] * way).astype(np.int64).clip(0, dark.shape[1] - 1)
    best: list[NDArray[np.float64]] = []
    for direction in (1, -1):
        downs = np.rint(levels[:, None] + direction * _RISE * height * way).astype(np.int64).clip(0, len(dark) - 1)
        best.append(np.max([dark[down, across].mean(axis=2).max(axis=0) for down in downs], axis=0))
    falling, rising = best
    even = np.maximum(halves[:, None], halves) <= _UNEVEN * np.minimum(halves[:, None], halves)
    return float((np.minimum(falling[:, None], rising) * even).max())
