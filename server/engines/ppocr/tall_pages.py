"""Tiling of pages too tall for the detector, such as long receipts: overlapping windows, so that no line is cut."""

import math
from dataclasses import dataclass

from server.values.lines import Quad

_TALLEST = 8.0  # height to width; taller ones would be too small to read in what the detector sees


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
    """Cut a page of `height` x `width` px into windows no taller than `_TALLEST` widths, which overlap."""
    tallest, overlap = math.ceil(_TALLEST * width), math.ceil(width / 2)
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
