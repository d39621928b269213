"""Which way a page's print runs: across, down in columns as Chinese and Japanese do, or across a page on its side.

Most print that runs down may be any of these, or upright heads over a table. Who decides is the recogniser: what stands
across is read as it is and turned. A page of columns alone lies on its side unless they are Chinese or Japanese, whose
glyphs stand upright in vertical writing. On 32 pages of all kinds, print across was read better by 0.2 at least the
right way up, and such glyphs better by 0.4 when they lay and were turned, by 0.2 at most when they stood.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from rapidocr.utils.process_img import get_rotate_crop_image

from server.engines.reading_order import Quad, sides

_TALL: Final = 1.5  # height to width of print that runs down; the shape from which RapidOCR turns a crop
_SAMPLE: Final = 9  # lines across that are asked
_COLUMNS: Final = 4  # columns whose glyphs are asked
_GLYPHS: Final = 3  # of each
_CLEARER: Final = 0.1  # of the mean probability, by which print across tells
_LYING: Final = 0.25  # by which glyphs tell
_ONE_GLYPH: Final = 2.5  # height to width up to which a crop may be a single narrow glyph: 1, I

Image = NDArray[np.uint8]
Read = Callable[[Image], tuple[str, float]]
"""Reads a crop; returns its text and the mean probability of its characters, 0 to 1."""


def runs_down(quad: Quad) -> bool:
    """Whether a box is so tall that its print runs down."""
    width, height = sides(quad)
    return height > _TALL * width


def mostly_down(quads: Sequence[Quad]) -> bool:
    """Whether most print, by length, runs down the page."""
    down = sum(sides(quad)[1] for quad in quads if runs_down(quad))
    across = sum(width for width, height in map(sides, quads) if width > _TALL * height)
    return down > across


def lies_on_its_side(image: Image, quads: Sequence[Quad], read: Read) -> bool:
    """Whether a page whose print runs mostly down has to be turned by a quarter to be read."""
    across = sorted((quad for quad in quads if not runs_down(quad)), key=lambda quad: -max(sides(quad)))[:_SAMPLE]
    if across:
        as_is, turned = _both_ways([straight_crop(image, quad) for quad in across], read)
        if abs(turned - as_is) > _CLEARER:
            return turned > as_is
    down = sorted((quad for quad in quads if runs_down(quad)), key=lambda quad: -sides(quad)[1])[:_COLUMNS]
    columns = [straight_crop(image, quad) for quad in down]
    text = "".join(max((read(_copy(np.rot90(crop, turn))) for turn in (1, -1)), key=_score)[0] for crop in columns)
    if 2 * sum(map(_may_stand, text)) < len(text):
        return True
    as_is, turned = _both_ways([glyph for crop in columns for glyph in _glyphs(crop)], read)
    return turned - as_is > _LYING


def straight_crop(image: Image, quad: Quad) -> Image:
    """Return the print of a box, its slope taken out, not turned."""
    crop = get_rotate_crop_image(image, np.array(quad, dtype=np.float32))
    width, height = map(int, sides(quad))
    return cast(Image, np.rot90(crop, -1) if height / max(1, width) >= _TALL else crop)


def ways_to_read(crop: Image) -> tuple[Image, ...]:
    """Return a crop in the ways in which it may be print: as it is, and turned if it is tall."""
    height, width = crop.shape[:2]
    if height < _TALL * width:
        return (crop,)
    turned = _copy(np.rot90(crop)), _copy(np.rot90(crop, -1))
    return (crop, *turned) if height < _ONE_GLYPH * width else turned


def _both_ways(crops: Sequence[Image], read: Read) -> tuple[float, float]:
    as_is = [read(_copy(crop))[1] for crop in crops]
    turned = [max(read(_copy(np.rot90(crop, turn)))[1] for turn in (1, -1)) for crop in crops]
    return (float(np.mean(as_is)), float(np.mean(turned))) if crops else (0.0, 0.0)


def _score(read: tuple[str, float]) -> float:
    return read[1]


def _may_stand(char: str) -> bool:
    """Whether a character is of a script that is written in columns: kana, Chinese."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


def _glyphs(column: Image) -> list[Image]:
    """Return squares from a column of print, as its glyphs are."""
    height, width = column.shape[:2]
    count = min(_GLYPHS, height // max(1, width))
    tops = (round(height * (2 * number + 1) / (2 * count) - width / 2) for number in range(count))
    return [column[max(0, top) : max(0, top) + width] for top in tops]


def _copy(crop: NDArray[Any]) -> Image:
    return np.ascontiguousarray(crop)
