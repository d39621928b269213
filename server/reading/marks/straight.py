"""Turns a sloping page level, so that the sides of its boxes are, and the marks found there back."""

from collections.abc import Callable
from dataclasses import replace
from math import cos, radians, sin
from typing import Final

import cv2
import numpy as np

from server.reading.marks.places import Image
from server.values.lines import Mark, Point

_LEVEL: Final = radians(0.9)  # a page that slopes less shows its boxes as it is
_STEEPEST: Final = 0.6  # radians; print that runs down the page is no slope


def straightened(gray: Image, slope: float) -> tuple[Image, Callable[[Mark], Mark]]:
    """Return a page of gray, (height, width), whose print slopes by so many radians, level; and the way back."""
    if not _LEVEL < abs(slope) < _STEEPEST:
        return gray, lambda mark: mark
    height, width = gray.shape
    x, y = width / 2, height / 2
    turn = np.array(
        [
            [cos(slope), sin(slope), x - x * cos(slope) - y * sin(slope)],
            [-sin(slope), cos(slope), y + x * sin(slope) - y * cos(slope)],
        ]
    )
    level = cv2.warpAffine(gray, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def back(mark: Mark) -> Mark:
        a, b, c, d = (_turned(point, (x, y), slope) for point in mark.box)
        return replace(mark, box=(a, b, c, d))

    return level, back  # type: ignore[return-value]


def _turned(point: Point, about: Point, slope: float) -> Point:
    x, y = point[0] - about[0], point[1] - about[1]
    return about[0] + x * cos(slope) - y * sin(slope), about[1] + x * sin(slope) + y * cos(slope)
