"""Whether a ring runs around a word: an ellipse with ink all along, whatever else its ink is joined to.

A ring that a bar, the print beside it or the next row's ring touches is one piece of ink with them, so that its shape
says nothing; along an ellipse it is dark still, as print and frames around a word are not.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.reading.marks.places import Image

_WAVER: Final = 0.09  # heights of print by which ink may leave the ellipse
_WORK_HEIGHT: Final = 40.0  # px of print; larger print shows nothing more
_INK: Final = 100  # of 255, in print that was made smaller
_POINTS: Final = 48  # of an ellipse
_AROUND: Final = 0.96  # of the points that have ink; beside print and frames at most 0.93 were seen
_QUARTER: Final = 0.6  # of those on each side
_LOW: Final = 0.35  # heights of print under its middle, from which on plain print has hardly any ink
_UNDER: Final = 0.5  # of the middle of a word has ink there, where a ring runs
# Heights of print: where the middle may be, seen from that of the word, and by how much half of the ellipse is larger.
_ASIDE: Final = np.arange(-4, 5) * 0.125
_WIDER: Final = np.arange(0.05, 0.8, 0.1)
_LOWER: Final = np.arange(-3, 4) * 0.1
_HIGH: Final = np.arange(0.5, 1.15, 0.1)

_ANGLES: Final = np.arange(_POINTS) * 2 * np.pi / _POINTS
_SIDES: Final = np.array([np.cos(_ANGLES - side * np.pi / 2) >= np.sqrt(0.5) - 1e-9 for side in range(4)])


def is_ringed(
    ink: Image,
    word: tuple[float, float],
    center: float,
    height: float,
    room: tuple[float, float] = (-np.inf, np.inf),
) -> bool:
    """Whether a ring runs around what is printed from left to right of a `word`, in pixels of a strip's `ink`.

    `ink` is 255 where there is some; the middle of its print is at row `center`, and its print is `height` high.
    Between the rows of `room` no other print stands: beyond them ink may be letters.
    """
    scale = min(1.0, _WORK_HEIGHT / height)
    first, last = max(0, round(word[0] - 2 * height)), max(0, round(word[1] + 2 * height))
    part = ink[:, first:last]
    if not part.size or _is_bare(part, word[0] - first, word[1] - first, center + _LOW * height):
        return False
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    above, below = (scale * (edge - center) for edge in room)
    left, right, center, height = (scale * length for length in (word[0] - first, word[1] - first, center, height))
    wide = 2 * max(1, round(_WAVER * height)) + 1
    dark = cv2.dilate(part, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))) > _INK
    across = (left + right) / 2 + _ASIDE * height
    half = (right - left) / 2 + _WIDER * height
    xs = across[:, None, None] + half[None, :, None] * np.cos(_ANGLES)
    ys = (center + _LOWER * height)[:, None, None] + (_HIGH * height)[None, :, None] * np.sin(_ANGLES)
    ys = ys.reshape(-1, _POINTS)
    free = (ys.min(axis=1) >= center + above) & (ys.max(axis=1) <= center + below)
    return _runs_along(dark, np.round(xs).astype(np.int64), np.round(ys[free]).astype(np.int64))


def _runs_along(dark: NDArray[np.bool_], xs: NDArray[np.int64], ys: NDArray[np.int64]) -> bool:
    """Whether there is ink along one of some ellipses, and on each of its sides; outside of a strip there is none."""
    high, wide = dark.shape
    inside = ((xs >= 0) & (xs < wide))[None] & ((ys >= 0) & (ys < high))[:, None, None]
    at = dark[np.clip(ys, 0, high - 1)[:, None, None], np.clip(xs, 0, wide - 1)[None]] & inside
    around = at[at.mean(axis=-1) >= _AROUND]
    return bool(np.all([around[:, side].mean(axis=-1) >= _QUARTER for side in _SIDES], axis=0).any())


def _is_bare(part: Image, left: float, right: float, low: float) -> bool:
    """Whether there is hardly any ink from row `low` on under the middle of a word: as in plain print."""
    quarter = (right - left) / 4
    under = part[max(0, round(low)) :, max(0, round(left + quarter)) : max(0, round(right - quarter)) + 1]
    return bool(under.any(axis=0).mean() < _UNDER) if under.size else True
