"""Raised cents: two small figures above the line behind a price, which a recogniser joins to it: `1299` for 12.99."""

import re
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_WHOLE: Final = re.compile(r"(?<![\w.,/-])\d{3,6}$")  # at least one figure and two of cents; no part of a code
_FIGURE: Final = 0.3  # of the tallest glyph; less is a dot or a blot
_SMALLER: Final = 0.8  # height of cents to that of the other figures
_RAISED: Final = 0.2  # of their height, above their base line


def may_have_cents(text: str) -> bool:
    """Whether a text ends in figures that may be a price with its cents."""
    return _WHOLE.search(text) is not None


def start_of_cents(crop: NDArray[np.uint8]) -> float | None:
    """Return where the last two figures of a line begin, as a share of its width, if they are small and raised."""
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    _, ink = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if np.count_nonzero(ink) > ink.size / 2:
        ink = 255 - ink
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    boxes = sorted((int(x), int(y), int(width), int(height)) for x, y, width, height, _ in stats[1:])
    tallest = max((height for *_, height in boxes), default=0)
    figures = [box for box in boxes if box[3] > _FIGURE * tallest]
    if len(figures) < 3:
        return None
    cents, others = figures[-2:], figures[:-2]
    height = float(np.median([box[3] for box in others[-2:]]))
    base = float(np.median([box[1] + box[3] for box in others[-2:]]))
    raised = all(box[3] < _SMALLER * height and base - (box[1] + box[3]) > _RAISED * height for box in cents)
    return cents[0][0] / crop.shape[1] if raised else None
