"""The ink around some print, and what of it is lines and frames to write on."""

from typing import Final

import cv2
import numpy as np

from server.reading.marks.places import Image

_DARKER: Final = 28  # shades of 255 by which ink is darker than the paper around
_AROUND: Final = 3.0  # heights of print
_RULE: Final = 2.5  # heights of print, than which pieces of a line to write on are longer
_DOTS: Final = 0.5  # heights of print between the dots of a dotted one
_THICK: Final = 0.3  # heights of print
_THIN_PIXELS: Final = 5.0  # px: on a small page no line is thinner than that, dilated


def ink_of(gray: Image, height: float) -> Image:
    """Return 255 where a part of a page with print of this `height` is darker than the paper around; 0 elsewhere."""
    around = max(25, round(_AROUND * height)) | 1
    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, _DARKER)  # type: ignore[return-value]


def lines_to_write_on(ink: Image, height: float) -> Image:
    """Level lines, whole or dotted."""
    dotted = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, max(3, round(_DOTS * height))), np.uint8))
    return np.maximum(_level_lines(ink, height), _thin(dotted.astype(np.uint8, copy=False), height))


def without_lines(ink: Image, height: float) -> Image:
    """The ink that is no line or frame; the dots of a dotted line are as small as dust."""
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((longest_stroke(height), 1), np.uint8))
    lines = np.maximum(_level_lines(ink, height), upright.astype(np.uint8, copy=False))
    return cv2.subtract(ink, cv2.dilate(lines, np.ones((3, 3), np.uint8)))  # type: ignore[return-value]


def longest_stroke(height: float) -> int:
    """How long in pixels a straight stroke of print may be."""
    return max(5, round(_RULE * height))


def _level_lines(ink: Image, height: float) -> Image:
    """Whole ones; those of a scan are not quite level."""
    return _thin(cv2.dilate(ink, np.ones((3, 1), np.uint8)).astype(np.uint8, copy=False), height)


def _thin(ink: Image, height: float) -> Image:
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, longest_stroke(height)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(level, connectivity=8, ltype=cv2.CV_32S)
    thin = stats[:, 3] <= max(_THIN_PIXELS, _THICK * height)
    thin[0] = False
    found: Image = (thin[labels] * 255).astype(np.uint8)
    return found
