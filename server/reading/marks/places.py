"""Places of boxes in the ink of a page: their sizes, their corners and the paper around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LEAST: Final = 12  # px of a side, at the scale that is looked at
_SMALLEST: Final = 1.15  # sides in heights of small letters
_LARGEST: Final = 4.0
EDGE: Final = 0.12  # of a side: where an outline may waver
_CORNER_INK: Final = 0.3
_CLEAR: Final = 0.22  # of a side, of paper around a box
_BESIDE: Final = 0.06  # of a side, from an outline to where its paper begins
_FREE: Final = 0.1  # share of ink that paper may have
_TOUCHING: Final = 0.12  # sides between boxes that are cells

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box or circle is, outline included, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def side(self) -> float:
        """Its mean side."""
        return (self.width + self.height) / 2


def sizes(letters: float) -> tuple[float, float]:
    """The least and the largest side of a box in pixels, where small letters are so many pixels high."""
    return max(_LEAST, _SMALLEST * letters), _LARGEST * letters


def corners(ink: Image, one: Place) -> int:
    """How many corners an outline has; letters are round at two of them at least."""
    size = max(2, round(EDGE * one.side))
    xs = (one.left, one.left + one.width - size)
    ys = (one.top, one.top + one.height - size)
    parts = [ink[y : y + size, x : x + size] for x in xs for y in ys]
    return sum(bool(part.size and (part > 0).mean() >= _CORNER_INK) for part in parts)


def stands_free(ink: Image, one: Place, sides: int = 3) -> bool:
    """Whether paper lies on so many sides of an outline: a tick may cross one, or a word come near."""
    near = max(2, round(_BESIDE * one.side))
    far = near + max(2, round(_CLEAR * one.side))
    left, top, right, bottom = one.left, one.top, one.left + one.width, one.top + one.height
    beside = (
        ink[max(0, top - far) : max(0, top - near), left:right],
        ink[bottom + near : bottom + far, left:right],
        ink[top:bottom, max(0, left - far) : max(0, left - near)],
        ink[top:bottom, right + near : right + far],
    )
    return sum(not part.size or bool((part > 0).mean() < _FREE) for part in beside) >= sides


def apart(places: Sequence[Place], others: Sequence[Place]) -> list[Place]:
    """Those of `places` that touch none of `others`, as cells of one table do."""
    if not places or not others:
        return list(places)
    left, top, width, height = np.array([(one.left, one.top, one.width, one.height) for one in others]).T
    side = (width + height) / 2
    kept = []
    for one in places:
        across = np.maximum(left, one.left) - np.minimum(left + width, one.left + one.width)
        down = np.maximum(top, one.top) - np.minimum(top + height, one.top + one.height)
        near = _TOUCHING * np.minimum(side, one.side)
        touching = ((across < near) & (down < 0)) | ((down < near) & (across < 0))
        itself = (left == one.left) & (top == one.top) & (width == one.width) & (height == one.height)
        if not (touching & ~itself).any():
            kept.append(one)
    return kept
