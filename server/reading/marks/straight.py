"""Turns a sloping page level, so that boxes, rings and rows are, and what is found there back."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final

import cv2
import numpy as np

from server.reading.marks.places import Image
from server.values.lines import Point, Quad

_LEVEL: Final = radians(0.9)  # a page that slopes less shows its marks as it is
_STEEPEST: Final = 0.6  # radians; print that runs down the page is no slope


@dataclass(frozen=True, slots=True)
class Turn:
    """The way from a page whose print slopes by so many radians to the level page, about its middle, and back."""

    slope: float
    about: Point

    @classmethod
    def of(cls, gray: Image, slope: float | None) -> "Turn":
        """The turn that a page of gray, (height, width), needs; 0 where it is level enough."""
        height, width = gray.shape
        return cls(slope if slope and _LEVEL < abs(slope) < _STEEPEST else 0.0, (width / 2, height / 2))

    def page(self, gray: Image) -> Image:
        """The page, level."""
        if not self.slope:
            return gray
        (x, y), c, s = self.about, cos(self.slope), sin(self.slope)
        turn = np.array([[c, s, x - x * c - y * s], [-s, c, y + x * s - y * c]])
        height, width = gray.shape
        return cv2.warpAffine(gray, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]

    def level(self, box: Quad) -> Quad:
        """Where a box of the page is on the level page."""
        return self._turned(box, -self.slope)

    def back(self, box: Quad) -> Quad:
        """Where a box of the level page is on the page."""
        return self._turned(box, self.slope)

    def _turned(self, box: Quad, slope: float) -> Quad:
        if not slope:
            return box
        (x, y), c, s = self.about, cos(slope), sin(slope)
        p, q, r, t = ((x + (u - x) * c - (v - y) * s, y + (u - x) * s + (v - y) * c) for u, v in box)
        return p, q, r, t
