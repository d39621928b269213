"""Tiling of pages too tall for the detector, such as long receipts: overlapping windows, so that no line is cut."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.values.lines import Quad

_TALLEST: Final = 8.0  # height to width; taller ones would be too small to read in what the detector sees
_SHORT: Final = 2048  # px that the detector sees at its largest scale however narrow a page is
_INK: Final = 24  # levels of 255 from the darkest to the lightest pixel; less is paper, or its grain


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows `top` to `bottom` of a page; the lines whose middle stands in `first` to `end` are this window's."""

    top: int
    bottom: int
    first: float
    end: float

    def owns(self, quad: Quad) -> bool:
        """Whether the middle of `quad` is this window's, and no other's."""
        return self.first <= sum(y for _, y in quad) / 4 < self.end


def windows(height: int, width: int) -> list[Window]:
    """Cut a page of `height` x `width` px into windows that overlap, no taller than `_TALLEST` widths or `_SHORT` px.

    A page of one pixel's width and 100,000 pixels' height has 49 of them.
    """
    tallest, overlap = max(_SHORT, math.ceil(_TALLEST * width)), math.ceil(width / 2)
    count = 1 if height <= tallest else math.ceil((height - overlap) / (tallest - overlap))
    step = (height - overlap) / count
    return [
        Window(
            top=round(number * step),
            bottom=min(height, round((number + 1) * step) + overlap),
            first=-math.inf if number == 0 else number * step + overlap / 2,
            end=math.inf if number == count - 1 else (number + 1) * step + overlap / 2,
        )
        for number in range(count)
    ]


def is_blank(image: NDArray[np.uint8]) -> bool:
    """Return whether a window, (height, width, 3), has no ink, so that no line can stand in it."""
    return int(image.max()) - int(image.min()) < _INK if image.size else True
