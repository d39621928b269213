"""Print that the detector overlooks: lone figures and short words in a row of print, such as a quantity of 1.

The detector needs some length to be sure. What is left of the page's ink once its lines are taken away is looked
through for shapes as high as the print of a row, in that row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from server.values.lines import Quad, sides

_FEWEST: Final = 4  # lines by which to tell what rows are
_MOST: Final = 24  # places; where there are more, it is not print but dirt, a picture or a pattern
_MOST_SHAPES: Final = 1000  # that are looked at; a page with more of the size of glyphs is dirty or a pattern
_MOST_GLYPHS: Final = 5 * _MOST
_WORK_HEIGHT: Final = 24.0  # px of a line's box in the picture in which ink is looked for
_DARKER: Final = 18  # levels of 255 than what is around
_LOW, _HIGH = 0.4, 0.95  # heights of the row's boxes between which print is
_FULL: Final = 0.12  # of its rectangle that a glyph fills
_WIDEST: Final = 1.3  # heights of a glyph
_IN_ROW: Final = 0.3  # heights from the middle of the row
_NEXT: Final = 0.6  # heights between the glyphs of a word
_ROOM: Final = 0.3  # heights beside the print in its box
_GLYPH: Final = 0.9  # heights; what is narrower may be one glyph, or dirt
_SHORT: Final = 3.0  # heights; what is no wider may be a cell of a column

Boxes = NDArray[np.float64]
"""One a row: left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """The lines of a page: middles, widths, heights and slopes of their boxes."""

    x: Boxes
    y: Boxes
    width: Boxes
    height: Boxes
    slope: Boxes


def lone_print(image: NDArray[np.uint8], quads: Sequence[Quad]) -> list[Quad]:
    """Return where there may be print in the rows of `quads`, the detected lines of `image`, outside all of them.

    `image` is BGR, (height, width, 3). What is as narrow as a scratch has to stand under or over a short line.
    """
    rows = _rows(quads)
    if len(quads) < _FEWEST:
        return []
    scale = min(1.0, _WORK_HEIGHT / float(np.median(rows.height)))
    glyphs = _glyphs(image, quads, scale) / scale
    if len(glyphs) > _MOST_SHAPES:
        return []
    glyphs = glyphs[_row_heights(glyphs, rows) > 0]
    if len(glyphs) > _MOST_GLYPHS:
        return []
    words = _words(glyphs)
    heights = _row_heights(words, rows)
    kept = (heights > 0) & ((words[:, 2] - words[:, 0] > _GLYPH * heights) | _in_columns(words, rows))
    return [_quad(box, height) for box, height in zip(words[kept], heights[kept], strict=True)][:_MOST]


def _rows(quads: Sequence[Quad]) -> _Rows:
    corners = np.array(quads, dtype=np.float64).reshape(-1, 4, 2)
    across = corners[:, 1] - corners[:, 0]
    width, height = np.array([sides(quad) for quad in quads], dtype=np.float64).reshape(-1, 2).T
    middle = corners.mean(axis=1)
    return _Rows(middle[:, 0], middle[:, 1], width, height, across[:, 1] / np.maximum(1, across[:, 0]))


def _glyphs(image: NDArray[np.uint8], quads: Sequence[Quad], scale: float) -> Boxes:
    """Return boxes, in a picture smaller by `scale`, of ink outside of `quads` that has the size of a glyph."""
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    height = scale * float(np.median([sides(quad)[1] for quad in quads]))
    ink = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 2 * int(height) + 3, _DARKER
    )
    for quad in quads:
        cv2.fillConvexPoly(ink, np.round(np.array(quad) * scale).astype(np.int32), 0)
    left, top, wide, high, area = cv2.connectedComponentsWithStats(ink)[2][1:].T.astype(np.float64)
    right, bottom = left + wide, top + high
    inside = (left > 0) & (top > 0) & (right < gray.shape[1]) & (bottom < gray.shape[0])
    sized = (high >= _LOW * height) & (high <= 2 * height) & (wide <= _WIDEST * height) & (area >= _FULL * wide * high)
    return cast(Boxes, np.stack([left, top, right, bottom], axis=1)[inside & sized])


def _words(glyphs: Boxes) -> Boxes:
    """Join glyphs that stand beside each other."""
    words: list[list[float]] = []
    for box in sorted(glyphs.tolist()):
        left, top, right, bottom = box
        for word in words:
            low, high = max(top, word[1]), min(bottom, word[3])
            if left - word[2] < _NEXT * (word[3] - word[1]) and high - low > (bottom - top) / 2:
                word[1:] = min(top, word[1]), max(right, word[2]), max(bottom, word[3])
                break
        else:
            words.append(box)
    return np.array(words, dtype=np.float64).reshape(-1, 4)


def _row_heights(boxes: Boxes, rows: _Rows) -> Boxes:
    """Return, for each of `boxes`, the height of the lines in whose row it stands; 0 if it stands in none."""
    x, y, high = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2, boxes[:, 3] - boxes[:, 1]
    middle = rows.y + rows.slope * (x[:, None] - rows.x)
    share = high[:, None] / rows.height
    across = rows.width > rows.height
    level = across & (np.abs(middle - y[:, None]) < _IN_ROW * rows.height) & (share > _LOW) & (share < _HIGH)
    heights = np.where(level, rows.height, np.nan)
    return np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else 0.0 for row in heights])


def _in_columns(boxes: Boxes, rows: _Rows) -> NDArray[np.bool_]:
    """Whether each of `boxes` stands over or under a short line."""
    middle = (boxes[:, 0] + boxes[:, 2])[:, None] / 2
    below = (np.abs(rows.x - middle) < rows.width / 2) & (rows.width < _SHORT * rows.height)
    return cast(NDArray[np.bool_], below.any(axis=1))


def _quad(box: Boxes, height: float) -> Quad:
    middle, room = (box[1] + box[3]) / 2, _ROOM * height
    left, right = float(max(0, box[0] - room)), float(box[2] + room)
    top, bottom = float(max(0, middle - height / 2)), float(middle + height / 2)
    return (left, top), (right, top), (right, bottom), (left, bottom)
