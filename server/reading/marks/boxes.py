"""Finds the boxes of a page that are there to be ticked, and whether they are, in its pixels.

A box is a hole between straight lines, as large as the print beside it. What crosses its inside tells its state: a tick,
a cross or a filling has far more ink there than the paper's grain. Boxes that touch others are the cells of a table or
the places of single letters, and no boxes to tick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.values.lines import Mark, Quad

_LEAST: Final = 8  # px of a side; below it a box is a blot
_SMALLEST: Final = 0.8  # sides in heights of the page's print
_LARGEST: Final = 2.2
_SQUARE: Final = 1.35  # the longer side to the shorter
_STRAIGHT: Final = 0.55  # of the smallest side: runs of ink so long are lines, the strokes of a tick are not
_OUTLINED: Final = 0.85  # of each side of a box is ink
_CORNER: Final = 3  # px
_CORNER_INK: Final = 0.4
_CORNERS: Final = 3  # a letter is round at two of them at least
_FILLED: Final = 0.85  # of its own rectangle; the inside of a letter is round
_OUTLINE: Final = 0.15  # of a side: as thick as an outline may be
_CLEARANCE: Final = 0.2  # of a side, of paper around a box
_FREE: Final = 0.1  # share of ink that paper may have
_FREE_SIDES: Final = 3
_RIM: Final = 0.16  # of a side, on each edge of the inside, that may belong to the outline
_BARE: Final = 0.045  # share of ink inside: less is an empty box
_TICKED: Final = 0.085  # more is a ticked one; between them is neither
_TOUCHING: Final = 0.35  # sides between boxes that are cells

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Square:
    left: int
    top: int
    width: int
    height: int

    @property
    def side(self) -> float:
        return (self.width + self.height) / 2


def find_boxes(gray: Image, *, print_height: float) -> tuple[Mark, ...]:
    """Return the boxes of a page in reading direction; `gray` is (height, width), `print_height` in its pixels."""
    ink = _ink(gray, print_height)
    squares = _squares(ink, print_height)
    alone = [one for one in squares if not any(_touch(one, other) for other in squares if other is not one)]
    return tuple(_mark(ink, one) for one in sorted(alone, key=lambda one: (one.top, one.left)))


def _ink(gray: Image, print_height: float) -> Image:
    """Return 255 where the page is darker than the paper around, whatever its shade; 0 elsewhere."""
    around = max(15, int(2.5 * print_height)) | 1
    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 15)  # type: ignore[return-value]


def _squares(ink: Image, print_height: float) -> list[_Square]:
    """Return the holes between straight lines that have the shape and size of a box."""
    least, most = max(_LEAST, _SMALLEST * print_height), _LARGEST * print_height
    run = max(5, int(_STRAIGHT * least))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((run, 1), np.uint8))
    lines = cv2.morphologyEx(across | down, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    contours, tree = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, (_, _, _, parent) in zip(contours, tree[0] if tree is not None else (), strict=True):
        if parent < 0:
            continue
        square = _Square(*cv2.boundingRect(contour))
        shorter, longer = sorted((square.width, square.height))
        if not (least * 0.8 <= shorter and longer <= most and longer <= _SQUARE * shorter):
            continue
        _, (wide, high), _ = cv2.minAreaRect(contour)
        if cv2.contourArea(contour) < _FILLED * (wide * high):
            continue
        if _is_outlined(ink, square) and _has_corners(ink, square) and _stands_free(ink, square):
            found.append(square)
    return found


def _is_outlined(ink: Image, one: _Square) -> bool:
    """Whether a line runs along each of the four sides of a hole."""
    rim = max(1, int(_OUTLINE * one.side) - 1)
    left, top, right, bottom = one.left, one.top, one.left + one.width, one.top + one.height
    sides = (
        ink[max(0, top - rim) : top + 2, left:right].max(axis=0, initial=0),
        ink[bottom - 2 : bottom + rim, left:right].max(axis=0, initial=0),
        ink[top:bottom, max(0, left - rim) : left + 2].max(axis=1, initial=0),
        ink[top:bottom, right - 2 : right + rim].max(axis=1, initial=0),
    )
    return all(side.size and (side > 0).mean() >= _OUTLINED for side in sides)


def _has_corners(ink: Image, one: _Square) -> bool:
    """Whether the outline of a hole has corners."""
    # The contour of a hole runs on the innermost pixels of its outline.
    xs = (one.left - 1, one.left + one.width - 2)
    ys = (one.top - 1, one.top + one.height - 2)
    corners = (ink[max(0, y) : y + _CORNER, max(0, x) : x + _CORNER] for x in xs for y in ys)
    return sum(corner.size > 0 and (corner > 0).mean() >= _CORNER_INK for corner in corners) >= _CORNERS


def _stands_free(ink: Image, one: _Square) -> bool:
    """Whether paper lies beside a hole's outline, but for one side: a tick may cross that, or a word come near."""
    near, far = round(_OUTLINE * one.side) + 1, round((_OUTLINE + _CLEARANCE) * one.side) + 1
    left, top, right, bottom = one.left, one.top, one.left + one.width, one.top + one.height
    beside = (
        ink[max(0, top - far) : max(0, top - near), left:right],
        ink[bottom + near : bottom + far, left:right],
        ink[top:bottom, max(0, left - far) : max(0, left - near)],
        ink[top:bottom, right + near : right + far],
    )
    return sum(not part.size or (part > 0).mean() < _FREE for part in beside) >= _FREE_SIDES


def _touch(one: _Square, other: _Square) -> bool:
    across = max(one.left, other.left) - min(one.left + one.width, other.left + other.width)
    down = max(one.top, other.top) - min(one.top + one.height, other.top + other.height)
    near = _TOUCHING * min(one.side, other.side)
    return (across < near and down < 0) or (down < near and across < 0)


def _mark(ink: Image, one: _Square) -> Mark:
    rim = max(1, round(_RIM * one.side))
    inside = ink[one.top + rim : one.top + one.height - rim, one.left + rim : one.left + one.width - rim]
    share = float((inside > 0).mean()) if inside.size else 0.0
    ticked = False if share < _BARE else True if share > _TICKED else None
    left, top, right, bottom = one.left, one.top, one.left + one.width, one.top + one.height
    corners: Quad = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Mark(ticked=ticked, box=corners, ink=share)
