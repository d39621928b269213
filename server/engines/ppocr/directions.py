"""Which way a page's print runs: across, down in columns as Chinese and Japanese do, or across a page on its side.

Most print that runs down may be any of these, or upright heads over a table. Who decides is the recogniser: what stands
across is read as it is and turned. A page of columns alone lies on its side unless they are Chinese or Japanese, whose
glyphs stand upright in vertical writing. On 32 pages of all kinds, print across was read better by 0.2 at least the
right way up, and such glyphs better by 0.4 when they lay and were turned, by 0.2 at most when they stood.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from server.engines.ppocr.line_recogniser import Reading
from server.values.lines import Quad, sides

_TALL: Final = 1.5  # height to width of print that runs down; the shape from which RapidOCR turns a crop
_SAMPLE: Final = 9  # lines across that are asked
_ENOUGH: Final = 2  # of them to tell; one may be a mark or a figure
_COLUMNS: Final = 4  # columns whose glyphs are asked
_GLYPHS: Final = 3  # of each
_CLEARER: Final = 0.1  # of the mean probability, by which print across tells
_LYING: Final = 0.25  # by which glyphs tell
_ONE_GLYPH: Final = 2.5  # height to width up to which a crop may be a single narrow glyph: 1, I

Image = NDArray[np.uint8]
Read = Callable[[Image], Reading]
"""Reads a crop."""


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
    if len(across) >= _ENOUGH:
        as_is, turned = _both_ways([straight_crop(image, quad) for quad in across], read)
        if abs(turned - as_is) > _CLEARER:
            return turned > as_is
    down = sorted((quad for quad in quads if runs_down(quad)), key=lambda quad: -sides(quad)[1])[:_COLUMNS]
    columns = [straight_crop(image, quad) for quad in down]
    text = "".join(max((read(_copy(np.rot90(crop, turn))) for turn in (1, -1)), key=_score).text for crop in columns)
    if 2 * sum(map(_may_stand, text)) < len(text):
        return True
    as_is, turned = _both_ways([glyph for crop in columns for glyph in _glyphs(crop)], read)
    return turned - as_is > _LYING


def straight_crop(image: Image, quad: Quad) -> Image:
    """Return the print of a box, its slope taken out."""
    a, b, c, d = corners = np.array(quad, dtype=np.float32)
    width = max(1, int(max(np.linalg.norm(b - a), np.linalg.norm(c - d))))
    height = max(1, int(max(np.linalg.norm(d - a), np.linalg.norm(c - b))))
    straight = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(corners, straight)
    crop = cv2.warpPerspective(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cast(Image, crop)


def ways_to_read(crop: Image, *, in_columns: bool) -> tuple[Image, ...]:
    """Return a crop in the ways in which it may be print: as it is, and turned if it is tall.

    With `in_columns` what is tall is a column of vertical writing, whose top becomes its left.
    """
    height, width = crop.shape[:2]
    if height < _TALL * width:
        return (crop,)
    if in_columns and height > _ONE_GLYPH * width:
        return (lying(crop),)
    turned = lying(crop), _copy(np.rot90(crop, -1))
    return (crop, *turned) if height < _ONE_GLYPH * width else turned


def lying(crop: Image) -> Image:
    """Return a tall crop turned counter-clockwise; another as it is."""
    height, width = crop.shape[:2]
    return _copy(np.rot90(crop)) if height >= _TALL * width else crop


def _both_ways(crops: Sequence[Image], read: Read) -> tuple[float, float]:
    as_is = [read(_copy(crop)).score for crop in crops]
    turned = [max(read(_copy(np.rot90(crop, turn))).score for turn in (1, -1)) for crop in crops]
    return (float(np.mean(as_is)), float(np.mean(turned))) if crops else (0.0, 0.0)


def _score(reading: Reading) -> float:
    return reading.score


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
