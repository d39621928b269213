"""Finds what is drawn on a page to be ticked, boxes and circles, and whether it is ticked, in its pixels alone.

A box is two level lines above each other, as long as they are apart, with upright lines between their ends and paper
around. Letters that look like boxes are told by the lines of print, in `chosen`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.reading.marks.states import is_ticked
from server.values.lines import Mark

_SMALL_PRINT: Final = 18  # px of small letters; smaller print is enlarged, so that outlines are lines and not dots
_LARGE_PRINT: Final = 36  # px; larger print is reduced: it costs time and shows nothing more
_DARKER: Final = 28  # shades of 255 by which ink is darker than the paper around
_LEAST: Final = 12  # px of a side, at the scale that is looked at
_SMALLEST: Final = 1.15  # sides in heights of small letters
_LARGEST: Final = 4.0
_SQUARE: Final = 0.22  # of a side, by which the sides of a box may differ
_CROSSED: Final = 0.4  # of a side, by which a tick may seem to lengthen one
_LEVEL: Final = 0.6  # of the smallest side: ink so long is a line, and the strokes of a tick are not
_THICKEST: Final = 0.5  # of a side
_UPRIGHT: Final = 0.8  # of the upright sides is ink
_UPRIGHT_PIECE: Final = 0.45  # of one column of pixels, since a page is never quite straight
_EDGE: Final = 0.12  # of a side: where an outline may waver
_CORNER_INK: Final = 0.3
_CORNERS: Final = 4  # letters are round at two of them at least
_CLEAR: Final = 0.22  # of a side, of paper around a box
_FREE: Final = 0.1  # share of ink that paper may have
_TOUCHING: Final = 0.12  # sides between boxes that are cells
_ROUND: Final = 0.785  # a quarter of pi: of the square around it, a circle fills so much
_ROUGH: Final = 0.07
_INNER: Final = 0.6  # of a ring's width is its hole
_CIRCLE_SIDES: Final = 0.12
_REACH: Final = 2.5  # sides looked at to the left and right of a box
_WAVER: Final = 0.08  # of a side: what an outline may stand out by
_SPECK: Final = 2  # px; a column with less ink is dust
_SAME_SIZE: Final = 2  # boxes that show that a black square of their size is one
_MOST: Final = 400  # boxes on a page; a drawing full of squares is no form

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


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mark with what is beside it: the paper in pixels to the next ink, and whether its tick runs over its edge."""

    mark: Mark
    before: float
    behind: float
    crossed: bool = False

    @property
    def side(self) -> float:
        """Mean side in pixels."""
        return (self.mark.right - self.mark.left + self.mark.bottom - self.mark.top) / 2


def find_boxes(gray: Image) -> tuple[Drawn, ...]:
    """Return what may be ticked on a page, (height, width) in shades of gray, from top to bottom."""
    height = _small_letters(gray)
    if height is None:
        return ()
    scale = 2.0 if height < _SMALL_PRINT else 0.5 if height > _LARGE_PRINT else 1.0
    if scale != 1:
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=way)  # type: ignore[assignment]
    ink = _ink(gray, height * scale)
    squares = _squares(ink, height * scale)
    alone = [one for one in squares if not any(_touch(one, other) for other in squares if other is not one)]
    rings = [one for one in _circles(ink, height * scale) if not any(_touch(one, other) for other in squares)]
    if not 0 < len(alone) + len(rings) <= _MOST:
        return ()
    solid = [one for one in _solid(ink, height * scale) if not any(_touch(one, other) for other in (*alone, *rings))]
    found = [(one, False) for one in (*alone, *_as_large(solid, alone))]
    found += [(one, True) for one in (*rings, *_as_large(solid, rings)) if (one, False) not in found]
    return tuple(
        _drawn(ink, one, scale, ring=ring) for one, ring in sorted(found, key=lambda it: (it[0].top, it[0].left))
    )


def _small_letters(gray: Image) -> float | None:
    """The height in pixels of most pieces of ink, which are small letters; None on a page with hardly any."""
    _, dark = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8, ltype=cv2.CV_32S)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(heights >= 5) & (heights <= 120)]  # px; specks and pictures are no letters
    return float(np.median(heights)) if heights.size >= 5 else None


def _ink(gray: Image, letters: float) -> Image:
    """Return 255 where the page is darker than the paper around, whatever its shade; 0 elsewhere."""
    around = max(25, int(5 * letters)) | 1
    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, _DARKER)  # type: ignore[return-value]


def _squares(ink: Image, letters: float) -> list[Place]:
    least, most = max(_LEAST, _SMALLEST * letters), _LARGEST * letters
    run = max(7, int(_LEVEL * least))
    across = _lines(ink, run, least, most)
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((run, 1), np.uint8))
    found = [
        place
        for upper, lower in _pairs(across)
        if (place := _between(upper, lower, down)) is not None and _has_corners(ink, place) and _stands_free(ink, place)
    ]
    return [one for one in found if not _has_bar(across, one)]


def _lines(ink: Image, run: int, least: float, most: float) -> list[Place]:
    """Return the level lines that may be a side of a box."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(level, connectivity=8, ltype=cv2.CV_32S)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    kept = stats[1:][(wide >= least * 0.85) & (wide <= most) & (high <= _THICKEST * wide)]
    return [Place(*map(int, row[:4])) for row in kept]


def _pairs(lines: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """The lines that stand above each other as the upper and lower side of a square do."""
    ordered = sorted(lines, key=lambda one: one.left)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.left - one.left > _SQUARE * one.width:
                break
            upper, lower = sorted((one, other), key=lambda line: line.top)
            side = min(one.width, other.width)  # a tick that crosses a line makes it longer
            high = lower.top + lower.height - upper.top
            if abs(one.width - other.width) <= _CROSSED * side and abs(high - side) <= _SQUARE * side:
                yield upper, lower


def _between(upper: Place, lower: Place, down: Image) -> Place | None:
    """The square between two lines, where upright lines join their ends."""
    left, right = max(upper.left, lower.left), min(upper.left + upper.width, lower.left + lower.width)
    top, bottom = upper.top, lower.top + lower.height
    edge = max(2, round(_EDGE * (right - left)))
    start = max(0, left - edge)
    upright = down[top:bottom, start : right + edge] > 0
    tall = np.flatnonzero(upright.mean(axis=0) >= _UPRIGHT_PIECE) + start
    first, last = tall[tall < left + 3 * edge], tall[tall >= right - 3 * edge]
    if not first.size or not last.size:
        return None
    left, right = int(first.min()), int(last.max()) + 1
    for x in (left, right):
        side = down[top:bottom, max(0, x - edge) : x + edge].max(axis=1, initial=0)
        if not side.size or (side > 0).mean() < _UPRIGHT:
            return None
    fits = abs((right - left) - (bottom - top)) <= _SQUARE * (bottom - top)
    return Place(left, top, right - left, bottom - top) if fits else None


def _has_corners(ink: Image, one: Place) -> bool:
    """Whether the outline has corners, and is not round there as letters are."""
    size = max(2, round(_EDGE * one.side))
    xs = (one.left, one.left + one.width - size)
    ys = (one.top, one.top + one.height - size)
    corners = [ink[y : y + size, x : x + size] for x in xs for y in ys]
    return sum(bool(corner.size and (corner > 0).mean() >= _CORNER_INK) for corner in corners) >= _CORNERS


def _stands_free(ink: Image, one: Place, sides: int = 3) -> bool:
    """Whether paper lies on so many sides of an outline: a tick may cross one, or a word come near."""
    near = max(2, round(0.06 * one.side))
    far = near + max(2, round(_CLEAR * one.side))
    left, top, right, bottom = one.left, one.top, one.left + one.width, one.top + one.height
    beside = (
        ink[max(0, top - far) : max(0, top - near), left:right],
        ink[bottom + near : bottom + far, left:right],
        ink[top:bottom, max(0, left - far) : max(0, left - near)],
        ink[top:bottom, right + near : right + far],
    )
    return sum(not part.size or bool((part > 0).mean() < _FREE) for part in beside) >= sides


def _has_bar(lines: Sequence[Place], one: Place) -> bool:
    """Whether a level line runs through the middle of a square from side to side, as in 日 and E."""
    upper, lower = one.top + 0.25 * one.height, one.top + 0.75 * one.height
    return any(
        upper < line.top + line.height / 2 < lower
        and line.left <= one.left + _EDGE * one.side
        and line.left + line.width >= one.left + one.width - _EDGE * one.side
        and line.width < 1.2 * one.width
        and line.height < 0.3 * one.height
        for line in lines
    )


def _circles(ink: Image, letters: float) -> list[Place]:
    """The rings of a page: round holes in ink, with paper around the ring."""
    least, most = max(_LEAST, _SMALLEST * letters), _LARGEST * letters
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour, (_, _, _, parent) in zip(contours, tree[0] if tree is not None else (), strict=True):
        if parent < 0 or len(contour) < 2 * least:
            continue
        x, y, width, height = cv2.boundingRect(contours[parent])
        if not (least <= width <= most and abs(width - height) <= _CIRCLE_SIDES * max(width, height)):
            continue
        one = Place(int(x), int(y), int(width), int(height))
        _, _, inner_width, inner_height = cv2.boundingRect(contour)
        share = cv2.contourArea(contour) / max(1, (inner_width - 1) * (inner_height - 1))
        is_thin = min(inner_width, inner_height) >= _INNER * one.side
        if (
            is_thin
            and abs(share - _ROUND) <= _ROUGH
            and not _has_any_corner(ink, one)
            and _stands_free(ink, one, sides=4)
        ):
            found.append(one)
    return found


def _solid(ink: Image, letters: float) -> list[Place]:
    """Squares and discs that are black all over: boxes and circles filled to the edge, if others show their size."""
    least, most = max(_LEAST, _SMALLEST * letters), _LARGEST * letters
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    wide, high, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    even = (wide >= least) & (wide <= most) & (abs(wide - high) <= _CIRCLE_SIDES * wide)
    full = even & (area >= (_ROUND - _ROUGH) * wide * high)
    places = (Place(*map(int, row[:4])) for row in stats[1:][full])
    return [one for one in places if _stands_free(ink, one, sides=4)]


def _as_large(solid: Sequence[Place], others: Sequence[Place]) -> list[Place]:
    """Those of `solid` that are as large as two of `others`."""
    return [
        one
        for one in solid
        if sum(abs(one.side - other.side) <= _CIRCLE_SIDES * other.side for other in others) >= _SAME_SIZE
    ]


def _has_any_corner(ink: Image, one: Place) -> bool:
    size = max(2, round(_EDGE * one.side))
    xs = (one.left, one.left + one.width - size)
    ys = (one.top, one.top + one.height - size)
    return any(bool((ink[y : y + size, x : x + size] > 0).mean() >= _CORNER_INK) for x in xs for y in ys)


def _touch(one: Place, other: Place) -> bool:
    across = max(one.left, other.left) - min(one.left + one.width, other.left + other.width)
    down = max(one.top, other.top) - min(one.top + one.height, other.top + other.height)
    near = _TOUCHING * min(one.side, other.side)
    return (across < near and down < 0) or (down < near and across < 0)


def _drawn(ink: Image, one: Place, scale: float, *, ring: bool) -> Drawn:
    inside = ink[one.top : one.top + one.height, one.left : one.left + one.width]
    ticked = is_ticked(inside, ring=ring)
    left, top = one.left / scale, one.top / scale
    right, bottom = (one.left + one.width) / scale, (one.top + one.height) / scale
    mark = Mark(ticked=ticked, box=((left, top), (right, top), (right, bottom), (left, bottom)), round=ring)
    rows = slice(one.top + one.height // 6, one.top + one.height - one.height // 6)
    reach = round(_REACH * one.side)
    edge = max(1, round(_WAVER * one.side))
    before = ink[rows, max(0, one.left - reach) : max(0, one.left - edge)][:, ::-1]
    behind = ink[rows, one.left + one.width + edge : one.left + one.width + reach]
    crossed = bool(ticked) and _is_crossed(ink, one)
    near, far = _paper(before, reach) / scale, _paper(behind, reach) / scale
    return Drawn(mark if crossed else replace(mark, before=near, behind=far), near, far, crossed)


def _paper(strip: Image, reach: int) -> float:
    """How many columns of a strip are bare from its first on; `reach` where all are."""
    inked = (strip > 0).sum(axis=0) >= _SPECK
    return float(inked.argmax()) if inked.any() else float(reach)


def _is_crossed(ink: Image, one: Place) -> bool:
    """Whether a stroke runs from a box over its left or right edge."""
    half = max(3, round(one.side / 4))
    top, left = max(0, one.top - half), max(0, one.left - half)
    part = ink[top : one.top + one.height, left : one.left + one.width + half]
    _, labels = cv2.connectedComponents(part)
    inner = labels[one.top - top : one.top - top + one.height, one.left - left : one.left - left + one.width]
    own = int(np.bincount(inner[inner > 0].ravel(), minlength=1).argmax()) if (inner > 0).any() else 0
    beyond = (labels[:, : max(0, one.left - left - 2)], labels[:, one.left - left + one.width + 2 :])
    return own > 0 and any(bool((side == own).any()) for side in beyond)
