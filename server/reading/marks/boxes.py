"""Finds what is drawn on a page to be ticked, boxes and circles, and whether it is ticked, in its pixels alone.

Letters that look like boxes are known by the lines of print, in `chosen`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from server.reading.marks.circles import as_large, circles, solid_places
from server.reading.marks.places import Image, Place, apart, sizes
from server.reading.marks.squares import rough_squares, squares
from server.reading.marks.states import is_ticked
from server.values.lines import Mark

_SMALL_PRINT: Final = 18  # px of small letters; smaller print is enlarged, so that outlines are lines and not dots
_LARGE_PRINT: Final = 36  # px; larger print is reduced: it costs time and shows nothing more
_DARKER: Final = 28  # shades of 255 by which ink is darker than the paper around
_REACH: Final = 2.5  # sides looked at to the left and right of a box
_WAVER: Final = 0.08  # of a side: what an outline may stand out by
_SPECK: Final = 2  # px; a column with less ink is dust
_MANY: Final = 60  # places that are looked at one by one
_ASIDE: Final = 3  # sides around a place that is looked at alone
_ALIKE: Final = 0.15  # of a side
_FEW: Final = 3  # boxes; where there are more, others may have been overlooked at first
_EDGES: Final = 0.2  # of the pixels are edges in a picture that is grain all over; in dense print hardly a tenth
_MOST_EDGES: Final = 1_500_000  # an A3 page of small print at 300 dpi has about as many
_BAND: Final = 4_000_000  # px of a page that are looked at closely at once
_BY: Final = (-1, 0, 1)
_MOST: Final = 400  # boxes on a page; a drawing full of squares is no form


def find_boxes(gray: Image) -> tuple[Mark, ...]:
    """Return what may be ticked on a page, (height, width) in shades of gray, from top to bottom."""
    letters = _small_letters(gray)
    rough = _ink(gray, letters) if letters is not None else None
    if letters is None or rough is None or _is_grain(rough):
        return ()
    places = [*rough_squares(rough, letters), *circles(rough, letters)]
    found = _one_by_one(gray, places, letters) if len(places) <= _MANY else []
    if len(places) > _MANY or len(found) > _FEW or (found and _has_solid(rough, letters, found[0].side)):
        found = _page(gray, letters)
    return tuple(sorted(found, key=lambda mark: (mark.top, mark.left))) if len(found) <= _MOST else ()


def box_at(gray: Image, box: tuple[int, int, int, int], *, ring: bool) -> Mark:
    """Return what stands in a place that is known to be a box or circle, left, top, right and bottom."""
    left, top, right, bottom = box
    side = max(right - left, bottom - top)
    reach = round((_REACH + 1) * side)
    x, y = max(0, left - reach), max(0, top - side)
    ink = _ink(np.ascontiguousarray(gray[y : bottom + side, x : right + reach]), side / 2)
    return _moved(_marked(ink, Place(left - x, top - y, right - left, bottom - top), 1.0, ring=ring), x, y)


def _has_solid(ink: Image, letters: float, side: float) -> bool:
    """Whether a black square or disc is as large as a box: a box that is filled to its edge."""
    return any(abs(one.side - side) <= _ALIKE * side for one in solid_places(ink, letters))


def _one_by_one(gray: Image, places: Sequence[Place], letters: float) -> list[Mark]:
    """Look closely at a few places alone: most pages have no boxes, and a look at all of them costs more."""
    parts = []
    for one in places:
        across, down = round(_ASIDE * one.side), round(one.side)
        left, top = max(0, one.left - across), max(0, one.top - down)
        parts.append((left, top, one.left + one.width + across, one.top + one.height + down))
    return _looks(gray, parts, letters)


def _page(gray: Image, letters: float) -> list[Mark]:
    """Look closely at a whole page, a band at a time: enlarged, all of a large page would take too much memory."""
    height, width = gray.shape
    overlap = 2 * round(sizes(letters)[1])
    step = max(2 * overlap, _BAND // width)
    bands = [(0, top, width, top + step + overlap) for top in range(0, max(1, height - overlap), step)]
    return _looks(gray, bands, letters)


def _looks(gray: Image, parts: Sequence[tuple[int, int, int, int]], letters: float) -> list[Mark]:
    """What is found in parts of a page, each (left, top, right, bottom); parts may overlap."""
    found: dict[tuple[int, int], Mark] = {}
    for left, top, right, bottom in parts:
        for seen in _look(gray[top:bottom, left:right], letters):
            mark = _moved(seen, left, top)
            near = max(1.0, mark.side)
            x, y = round(mark.left / near), round(mark.top / near)
            if not any((x + i, y + j) in found and _same(found[x + i, y + j], mark) for i in _BY for j in _BY):
                found[x, y] = mark
        if len(found) > _MOST:
            break
    return list(found.values())


def _moved(mark: Mark, left: int, top: int) -> Mark:
    a, b, c, d = ((x + left, y + top) for x, y in mark.box)
    return replace(mark, box=(a, b, c, d))


def _same(one: Mark, other: Mark) -> bool:
    return abs(one.left - other.left) + abs(one.top - other.top) < one.side


def _look(gray: Image, letters: float) -> list[Mark]:
    """Return the boxes of a page, or of a part of it, in its pixels."""
    scale = 2.0 if letters < _SMALL_PRINT else 0.5 if letters > _LARGE_PRINT else 1.0
    height = letters * scale
    ink = _ink(_scaled(gray, scale), height)
    outlined = squares(ink, height)
    alone = apart(outlined, outlined)
    rings = apart(circles(ink, height), outlined)
    if not 0 < len(alone) + len(rings) <= _MOST:
        return []
    solid = apart(solid_places(ink, height), [*alone, *rings])
    boxes = [*alone, *as_large(solid, alone)]
    rings += [one for one in as_large(solid, rings) if one not in boxes]
    found = [*((one, False) for one in boxes), *((one, True) for one in rings)]
    return [_marked(ink, one, scale, ring=ring) for one, ring in found]


def _scaled(gray: Image, scale: float) -> Image:
    if scale == 1:
        return gray
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return cv2.resize(gray, None, fx=scale, fy=scale, interpolation=way)  # type: ignore[return-value]


def _small_letters(gray: Image) -> float | None:
    """The height in pixels of most pieces of ink, which are small letters; None on a page with hardly any."""
    _, dark = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if _is_grain(dark.astype(np.uint8, copy=False)):
        return None
    contours, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    heights = np.array([cv2.boundingRect(contour)[3] for contour in contours])
    heights = heights[(heights >= 5) & (heights <= 120)]  # px; specks and pictures are no letters
    return float(np.median(heights)) if heights.size >= 5 else None


def _is_grain(ink: Image) -> bool:
    """Whether a picture has more edges than a page of print has: each piece of its ink would cost time and memory."""
    edges = np.count_nonzero(ink[:, 1:] != ink[:, :-1])
    return bool(edges > min(_MOST_EDGES, _EDGES * ink.size))


def _ink(gray: Image, letters: float) -> Image:
    """Return 255 where the page is darker than the paper around, whatever its shade; 0 elsewhere."""
    around = max(25, int(5 * letters)) | 1
    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, _DARKER)  # type: ignore[return-value]


def _marked(ink: Image, one: Place, scale: float, *, ring: bool) -> Mark:
    inside = ink[one.top : one.top + one.height, one.left : one.left + one.width]
    ticked = is_ticked(inside, ring=ring)
    left, top = one.left / scale, one.top / scale
    right, bottom = (one.left + one.width) / scale, (one.top + one.height) / scale
    rows = slice(one.top + one.height // 6, one.top + one.height - one.height // 6)
    reach = round(_REACH * one.side)
    edge = max(1, round(_WAVER * one.side))
    before = ink[rows, max(0, one.left - reach) : max(0, one.left - edge)][:, ::-1]
    behind = ink[rows, one.left + one.width + edge : one.left + one.width + reach]
    return Mark(
        ticked=ticked,
        box=((left, top), (right, top), (right, bottom), (left, bottom)),
        kind="circle" if ring else "box",
        before=_paper(before, reach) / scale,
        behind=_paper(behind, reach) / scale,
        crossed=bool(ticked) and _is_crossed(ink, one),
    )


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
