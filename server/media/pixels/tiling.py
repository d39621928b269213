"""Tiling: cuts pages larger than a model's input into overlapping tiles.

Cuts run where there is least ink, so between lines and columns where there is such a place. A tile is a view of its
page, never a copy. Every point of a page is in the core of exactly one tile, whatever the sizes asked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.media.pixels.page_sizes import fit
from server.values.pages import Page, PixelBudget, Pixels, Size

_WIDEST: Final = 4.0  # width to height of a tile; an A4 page at 300 dpi is not cut between its sides
_TALLEST: Final = 2.0  # height to width
_REACH_ACROSS: Final = 0.25  # how far, in widths of a core, a cut between columns moves to find a gap
_REACH_DOWN: Final = 0.1  # one between lines need not go far, as what it cuts is whole in the overlap
_EDGE: Final = 32  # levels of 255 between neighbours that print has, even blurred, and the grain of a scan has not
_GAP: Final = 5  # px of the reduced page over which a gap is looked for
_TIE: Final = 0.1  # how much more ink (of the mean) the nominal place may have and still be taken
_FILTER: Final = Image.Resampling.BICUBIC
_SHRINK_FIRST: Final = 1.4  # whole-number averaging down to this many times the target, as at intake

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A piece of an upright page: `box` is what is seen of it, `core` the part that belongs to no other tile.

    A core that ends where the page ends goes on for ever there, so that a box that sticks out has an owner as well.
    """

    box: tuple[int, int, int, int]
    core: Box

    def owns(self, x: float, y: float, slack: float = 0.0) -> bool:
        """Whether a point of the page is in the core, grown by `slack` px on each side."""
        left, top, right, bottom = self.core
        return left - slack <= x < right + slack and top - slack <= y < bottom + slack

    def holds(self, box: Box) -> bool:
        """Whether all of `box` is seen."""
        return self.box[0] <= box[0] and self.box[1] <= box[1] and box[2] <= self.box[2] and box[3] <= self.box[3]

    def of(self, pixels: Pixels) -> Pixels:
        """Return this piece of a page's `pixels`, (height, width, 3), as a view."""
        left, top, right, bottom = self.box
        return pixels[top:bottom, left:right]


def fits(page: Page, within: PixelBudget) -> bool:
    """Whether `page` is no larger than `within` allows."""
    width, height = fit((page.width, page.height), within)
    return width >= page.width and height >= page.height


def reduced(pixels: Pixels, within: PixelBudget) -> Pixels:
    """Return `pixels`, (height, width, 3), resized into `within`; Pillow's copy of 4 bytes a pixel is let go."""
    image = Image.fromarray(pixels)
    small = np.asarray(image.resize(fit(image.size, within), _FILTER, reducing_gap=_SHRINK_FIRST))
    small.setflags(write=False)
    return small


def upright(pixels: Pixels, quarter_turns: int) -> Pixels:
    """Return a view of `pixels` turned clockwise by `quarter_turns`."""
    return np.rot90(pixels, -quarter_turns)


def ink(pixels: Pixels) -> NDArray[np.bool_]:
    """Return where print is, (height, width): where a pixel is much darker or lighter than the one before it."""
    gray = pixels[:, :, 1].astype(np.int16)
    marks = np.zeros(gray.shape, dtype=np.bool_)
    marks[:, 1:] |= np.abs(np.diff(gray, axis=1)) > _EDGE
    marks[1:] |= np.abs(np.diff(gray, axis=0)) > _EDGE
    return marks


def tiles(  # noqa: PLR0913 - the page, and what is fixed of its tiles
    size: Size,
    marks: NDArray[np.bool_],
    within: PixelBudget,
    *,
    overlap: int,
    columns: int | None = None,
    bands: int | None = None,
) -> tuple[Tile, ...]:
    """Cut a page of `size` (width, height) into bands and each band into tiles that fit `within`.

    `marks` is the `ink` of the page, at any scale. Neighbours share `overlap` px. `bands` and `columns`, the number of
    tiles in a band, are chosen here where they are not given.
    """
    width, height = size
    longest = min(within.longest_side, math.sqrt(_WIDEST * within.max_pixels))  # a longer tile is a mere ribbon
    across = columns or _count(width, longest, overlap, _REACH_ACROSS)
    widest = _most(width, across, overlap, _REACH_ACROSS)
    tallest = min(within.max_pixels / widest, within.longest_side, _TALLEST * widest)
    down = bands or _count(height, tallest, overlap, _REACH_DOWN)
    rows = marks.shape[0] / height
    found = []
    for top, bottom in pairwise(_cuts(marks.sum(axis=1), height, down, reach=_REACH_DOWN)):
        band = marks[round(top * rows) : max(round(bottom * rows), round(top * rows) + 1)].sum(axis=0)
        for left, right in pairwise(_cuts(band, width, across, reach=_REACH_ACROSS)):
            found.append(_tile((left, top, right, bottom), size, overlap))
    return tuple(found)


def tiles_of(part: Box, size: Size, marks: NDArray[np.bool_], within: PixelBudget, *, overlap: int) -> tuple[Tile, ...]:
    """Cut a part of a page of `size` into tiles that fit `within`, each with its own part as its core; see `tiles`."""
    left, top, right, bottom = _whole((max(0, part[0]), max(0, part[1]), min(size[0], part[2]), min(size[1], part[3])))
    scale = marks.shape[1] / size[0]
    own = marks[int(top * scale) : int(bottom * scale) + 1, int(left * scale) : int(right * scale) + 1]
    return tuple(
        Tile(
            box=(left + tile.box[0], top + tile.box[1], left + tile.box[2], top + tile.box[3]),
            core=(
                max(left, left + tile.core[0]),
                max(top, top + tile.core[1]),
                min(right, left + tile.core[2]),
                min(bottom, top + tile.core[3]),
            ),
        )
        for tile in tiles((right - left, bottom - top), own, within, overlap=overlap)
    )


def strips(boxes: Sequence[Box], size: Size, within: PixelBudget) -> tuple[Tile, ...]:
    """Return tiles that each hold some of `boxes` and what stands around them; near ones share a tile that fits."""
    joined: list[Box] = []
    for box in sorted((_grown(box, size) for box in boxes), key=lambda box: box[1]):
        last = joined[-1] if joined else None
        if last and _meet(last, box) and area(_union(last, box)) <= within.max_pixels:
            joined[-1] = _union(last, box)
        else:
            joined.append(box)
    return tuple(Tile(box=_whole(box), core=box) for box in joined)


def _most(length: int, count: int, overlap: int, reach: float) -> float:
    """How long the longest of `count` tiles may become, with its cuts as far out as they move."""
    cut = min(count - 1, 2)  # its ends that are not the page's
    return length / count * (1 + cut * reach) + cut * (overlap / 2 + 1)


def _count(length: int, longest: float, overlap: int, reach: float) -> int:
    """How many tiles it takes for none to be longer than `longest`; never so many that they are all overlap."""
    most = max(1, length // max(overlap, 1))
    return next((count for count in range(1, most) if _most(length, count, overlap, reach) <= longest), most)


def _cuts(profile: NDArray[np.int_], length: int, count: int, *, reach: float) -> list[float]:
    """Return the ends and `count` - 1 cuts of a side of `length` px, each within `reach` of its nominal place.

    `profile` says how much ink each step of that side has, at any scale.
    """
    step, scale = length / count, length / len(profile)
    smooth = np.convolve(profile, np.ones(_GAP) / _GAP, mode="same")
    places = (np.arange(len(profile)) + 0.5) * scale
    cuts = [0.0]
    for number in range(1, count):
        distance = np.abs(places - number * step) / (reach * step)
        cost = np.where(distance <= 1, smooth + _TIE * max(float(smooth.mean()), 1e-6) * distance, np.inf)
        best = int(cost.argmin())
        cuts.append(float(places[best]) if np.isfinite(cost[best]) else number * step)
    return [*cuts, float(length)]


def _tile(core: Box, size: Size, overlap: int) -> Tile:
    left, top, right, bottom = core
    width, height = size
    half = overlap / 2
    return Tile(
        box=(
            max(0, math.floor(left - half)),
            max(0, math.floor(top - half)),
            min(width, math.ceil(right + half)),
            min(height, math.ceil(bottom + half)),
        ),
        core=(
            left if left > 0 else -math.inf,
            top if top > 0 else -math.inf,
            right if right < width else math.inf,
            bottom if bottom < height else math.inf,
        ),
    )


def _grown(box: Box, size: Size) -> Box:
    """`box` with as much room on every side as its print is high."""
    left, top, right, bottom = box
    room = bottom - top
    return max(0.0, left - room), max(0.0, top - room), min(size[0], right + room), min(size[1], bottom + room)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _union(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def area(box: Box) -> float:
    """Return the square pixels of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def _whole(box: Box) -> tuple[int, int, int, int]:
    return math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
