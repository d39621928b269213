"""The slope of a page's print, measured from its ink.

A row's print is dense and the gap below it is empty: where the page is sheared by its true slope, the sums of ink along
its rows change most from one row to the next. Short cells tell the slope as well as long lines do, where a detector's
boxes of short words do not. The measure is the differential square sum of Bloomberg, Kopec and Dasari, "Measuring
document image skew and orientation" (1995).
"""

from collections.abc import Sequence
from math import radians
from statistics import median
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from server.engines.reading_order import page_slope
from server.values.lines import Quad, sides

_PIXELS: Final = 600_000  # of the reduced copy; print of 10 points keeps 8 px of an A4 page
_STRIPS: Final = 48  # of a page; each is shifted as a whole: 14 px wide, it leans by a pixel at 4 degrees
_FARTHEST: Final = radians(8)  # print on a page that was fed into a scanner slopes less
_COARSE: Final = radians(0.5)
_FINE: Final = radians(0.05)
_FAINT: Final = 20  # levels of 255 between neighbours; below, the grain of a scan
_DARK: Final = 120  # above, print all the same
_LONG: Final = 8.0  # widths to height of a line of running text
_LONG_LINES: Final = 8
_WIDE: Final = 4.0  # as `page_slope` counts them
_SOME_WIDE: Final = 6
_NEAR: Final = radians(0.75)
_BAND: Final = 0.25  # heights of print
_CLEAR: Final = 1.05  # how much the best shear must stand out from the mean of all

Ink = NDArray[np.float32]
"""Ink by row and strip, (height, strips)."""


def print_slope(image: NDArray[np.uint8], quads: Sequence[Quad]) -> float:
    """Return the slope in radians, positive where print falls to the right.

    `image` is BGR, (height, width, 3); only the ink within `quads`, the detected lines, counts. Print that slopes more
    than 8 degrees, running text, and a page whose ink shows no rows are judged by their boxes. Where some boxes are
    wide, the slope is looked for near theirs: blocks side by side may share base lines at another.
    """
    by_boxes = page_slope(quads)
    if not quads or abs(by_boxes) > _FARTHEST or _is_running_text(quads):
        return by_boxes
    scale = min(1.0, float(np.sqrt(_PIXELS / (image.shape[0] * image.shape[1]))))
    ink = _ink_by_strip(image, quads, scale)
    # Strokes of few characters agree by chance at many a slope, and bands of print again where cells meet the row
    # below their own; both together agree at the true one.
    bands = cast(Ink, cv2.blur(ink, (1, max(1, round(_BAND * scale * _print_height(quads))))))
    width = scale * image.shape[1]
    wide = sum(width > _WIDE * height for width, height in map(sides, quads)) >= _SOME_WIDE
    low, high = (by_boxes - _NEAR, by_boxes + _NEAR) if wide else (-_FARTHEST, _FARTHEST)
    coarse = np.arange(low, high + _COARSE / 2, _COARSE)
    scores = [_contrast(bands, width, slope) * _contrast(ink, width, slope) for slope in coarse]
    if max(scores) <= _CLEAR * float(np.mean(scores)):
        return by_boxes
    best = coarse[int(np.argmax(scores))]
    fine = np.arange(best - _COARSE, best + _COARSE, _FINE)
    return float(fine[int(np.argmax([_contrast(ink, width, slope) for slope in fine]))])


def _is_running_text(quads: Sequence[Quad]) -> bool:
    """Whether a page has many long lines: their boxes tell its slope, and columns of them share no base lines."""
    long = sum(width > _LONG * height for width, height in map(sides, quads))
    return long >= max(_LONG_LINES, len(quads) / 2)


def _print_height(quads: Sequence[Quad]) -> float:
    return median(sides(quad)[1] for quad in quads)


def _ink_by_strip(image: NDArray[np.uint8], quads: Sequence[Quad], scale: float) -> Ink:
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    edges = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))  # dark print and light print alike
    ink = np.clip(edges, _FAINT, _DARK) - _FAINT
    lines = np.zeros_like(gray)
    for quad in quads:
        cv2.fillConvexPoly(lines, np.round(np.array(quad) * scale).astype(np.int32), 1)
    strips = np.linspace(0, gray.shape[1], _STRIPS, endpoint=False).astype(np.int64)
    return np.asfortranarray(np.add.reduceat(np.where(lines, ink, 0).astype(np.float32), strips, axis=1))


def _contrast(ink: Ink, width: float, slope: float) -> float:
    """Return how much the ink of neighbouring rows differs, the strips of a page `width` wide shifted by `slope`."""
    height, strips = ink.shape
    middles = (np.arange(strips) + 0.5) * (width / strips) - width / 2
    shifts = np.round(middles * np.tan(slope)).astype(np.int64)
    room = int(np.abs(shifts).max())
    sums = np.zeros(height + 2 * room, dtype=np.float32)
    for strip, shift in zip(ink.T, shifts, strict=True):
        sums[room - shift : room - shift + height] += strip
    return float(np.square(np.diff(sums)).sum())
