"""Tiling of pages larger than the recogniser's input: first a reduced copy is read, then tiles if its print is small.

The first reading gives the page's orientation, the height of its print, and the lines that run across the cuts. Memory:
the page as loaded, one copy of 4 bytes per pixel while it is reduced, the reduced copy, and the engine's own copies of
the tiles that it reads concurrently; tiles themselves are views.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from math import inf
from statistics import mean
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.engines.base import PageReader
from server.media.pixels.tiling import Box, Tile, area, fits, ink, reduced, strips, tiles, tiles_of, upright
from server.reading.page_text import merge_runs
from server.reading.tile_merge import Seen, merge, middle_of, placed, placed_boxes, scaled, scaled_boxes, torn_lines
from server.values.lines import Line, Lines, Quad
from server.values.pages import DetailBudgets, Page, PixelBudget, Pixels

_DENSE_PIXELS: Final = 24_000_000  # A3 at 300 dpi has 17.4 million
_SMALL_PRINT: Final = (
    17.5  # px of the reduced page; PP-OCR draws boxes of 17 px around print of 10 px, and misses smaller print
)
_UNREAD: Final = (
    0.5  # share of a page's ink; more than that outside the lines is print that was too small to be detected
)
_SOME_INK: Final = 0.002  # of the reduced page; a blank scan has less
_WORTH_IT: Final = 1.2  # a page hardly larger than its reduced copy shows no more detail
_OVERLAP: Final = 3  # heights of print
_LEAST_OVERLAP: Final = 48  # px
_MOST_OVERLAP: Final = 240
_TALLEST: Final = 8  # widths; the engine cuts taller pages into windows itself, where tiles gain nothing that it shows
_MOST_PARTS: Final = 0.5  # of a page that is read in parts; more of it is read as a whole
_EVERYTHING: Final = Tile(box=(0, 0, 0, 0), core=(-inf, -inf, inf, inf))
_ROOM: Final = 0.25  # heights of print that a line needs around it to be read whole


def dense_budgets(budgets: DetailBudgets) -> DetailBudgets:
    """Return budgets that keep enough pixels for tiling: up to 24 million, sides unchanged.

    `low` stays as it is, since it requests a quick reading. Pages loaded this way are for `read_whole`, which resizes
    them to the recogniser's own budget.
    """
    auto, high, original = (
        replace(budget, max_pixels=max(budget.max_pixels, _DENSE_PIXELS))
        for budget in (budgets.auto, budgets.high, budgets.original)
    )
    return DetailBudgets(low=budgets.low, auto=auto, high=high, original=original)


async def read_whole(page: Page, recognizer: PageReader, *, within: PixelBudget, at_full_size: bool = False) -> Lines:
    """Read a page of any size with an engine whose input is `within` a budget.

    Returns the lines in pixels of `page` turned upright (`Lines.width` and `height`, `quarter_turns` clockwise); its
    `tiles` are 1 if the page, or its reduced copy, was sufficient. With `at_full_size` only the page itself is.

    Raises:
        PageglassError: what `recognizer` raises.
    """
    if fits(page, within):
        return (await _read([page], recognizer))[0]
    small = replace(page, pixels=await asyncio.to_thread(reduced, page.pixels, within))
    (seen,) = await _read([small], recognizer)
    first = _enlarged(seen, page)
    if not at_full_size and max(page.width, page.height) > _TALLEST * min(page.width, page.height):
        return first
    cut, parts = await asyncio.to_thread(_cut, first, upright(small.pixels, first.quarter_turns), within, at_full_size)
    if not cut:
        return first
    reading = _Reading(page, recognizer, first, within)
    lines = await (reading.parts(cut) if parts else reading.lines(cut))
    return replace(first, lines=lines, tiles=reading.tiles, unread=reading.unread(cut, parts=parts))


class _Reading:
    """A page being read in tiles; `tiles` counts them."""

    def __init__(self, page: Page, recognizer: PageReader, first: Lines, within: PixelBudget) -> None:
        self._page = page
        self._upright = upright(page.pixels, first.quarter_turns)
        self._recognizer = recognizer
        self._first = first
        self._within = within
        self._size = first.width, first.height
        self.tiles = 0
        self._unread: list[Quad] = []

    async def lines(self, cut: Sequence[Tile]) -> tuple[Line, ...]:
        """Read the page in the tiles `cut`, then read the lines that run across them."""
        first = self._first.lines
        seen = await self._see(cut, [line for line in first if not _is_whole(line, cut, self._size)])
        lines = await asyncio.to_thread(merge, seen, self._first)
        torn = await asyncio.to_thread(torn_lines, seen, lines, self._first.width)
        if not torn:
            return lines
        return await asyncio.to_thread(merge, [*seen, *await self._see((), torn)], self._first)

    async def parts(self, cut: Sequence[Tile]) -> tuple[Line, ...]:
        """Read again what the tiles `cut` show, and keep what was read elsewhere."""
        rest = tuple(line for line in self._first.lines if not any(tile.owns(*_middle(line)) for tile in cut))
        seen = await self._see(cut, ())
        return await asyncio.to_thread(merge, [Seen(lines=rest, tile=_EVERYTHING), *seen], self._first)

    def unread(self, cut: Sequence[Tile], *, parts: bool) -> tuple[Quad, ...]:
        """Return the places of unread lines: of each tile in `cut` its own, and with `parts` the page's elsewhere."""
        others = [box for box in self._first.unread if not any(tile.owns(*middle_of(box)) for tile in cut)]
        return (*(others if parts else ()), *self._unread)

    async def _see(self, cut: Sequence[Tile], across: Sequence[Line]) -> list[Seen]:
        """Read tiles, and strips around the lines `across`."""
        own = strips([_box(line) for line in across], self._size, self._within)
        regions = [*cut, *own]
        self.tiles += len(regions)
        read = await _read([self._as_page(tile.of(self._upright)) for tile in regions], self._recognizer)
        lines = [_believed(found, tile, self._first) for tile, found in zip(regions, read, strict=True)]
        for tile, found in zip(cut, read, strict=False):
            self._unread += [box for box in placed_boxes(found, tile) if tile.owns(*middle_of(box))]
        return [
            *(Seen(lines=found, tile=tile) for tile, found in zip(cut, lines[: len(cut)], strict=True)),
            *(Seen(lines=found, sought=tuple(across)) for found in lines[len(cut) :]),
        ]

    def _as_page(self, pixels: Pixels) -> Page:
        height, width = pixels.shape[:2]
        return replace(self._page, pixels=pixels, source_width=width, source_height=height)


async def _read(pages: Sequence[Page], recognizer: PageReader) -> tuple[Lines, ...]:
    """Read `pages`, as many concurrently as the engine allows, each whole."""
    async with aclosing(recognizer.recognise(pages)) as runs:
        return merge_runs([run async for run in runs])


def _enlarged(seen: Lines, page: Page) -> Lines:
    """The lines of the reduced copy, in pixels of `page` turned upright."""
    sideways = seen.quarter_turns % 2
    width, height = (page.height, page.width) if sideways else (page.width, page.height)
    across, down = width / seen.width, height / seen.height
    lines, unread = scaled(seen.lines, across, down), scaled_boxes(seen.unread, across, down)
    return replace(seen, page=0, width=width, height=height, lines=lines, unread=unread)


def _is_worth_tiling(first: Lines, small: Pixels, marks: NDArray[np.bool_]) -> bool:
    """Whether the upright reduced copy has small print, or more print outside the lines read than in them.

    Print is ink with edges across and down, so rules and stripes are none.
    """
    from server.reading.small_print import where_print_may_be  # noqa: PLC0415 - OpenCV, which other engines do without

    height, width = small.shape[:2]
    scale = width / first.width
    if scale * _WORTH_IT > 1:
        return False
    if first.lines and scale * _print_height(first) < _SMALL_PRINT:
        return True
    unread = marks.copy()
    for left, top, right, bottom in (_box(line) for line in first.lines):
        unread[int(top * scale) : int(bottom * scale) + 1, int(left * scale) : int(right * scale) + 1] = False
    enough = max(_UNREAD * marks.sum(), _SOME_INK * height * width)
    return bool(unread.sum() > enough and (unread & where_print_may_be(small)).sum() > enough)


def _cut(first: Lines, small: Pixels, within: PixelBudget, at_full_size: bool) -> tuple[tuple[Tile, ...], bool]:
    """Cut a page by its `first` reading and the upright reduced copy; empty if that copy was sufficient.

    Returns the tiles, and whether they show only parts of the page: where all small print is in some.
    """
    from server.reading.small_print import small_parts  # noqa: PLC0415 - OpenCV, which other engines do without

    marks = ink(small)
    overlap = round(min(max(_OVERLAP * _print_height(first), _LEAST_OVERLAP), _MOST_OVERLAP))
    size, worth = (first.width, first.height), at_full_size or _is_worth_tiling(first, small, marks)
    if not at_full_size and small.shape[1] * _WORTH_IT < first.width:
        parts = small_parts(first, small, below=inf if worth else _SMALL_PRINT)
        if parts and sum(map(area, parts)) < _MOST_PARTS * first.width * first.height:
            return tuple(tile for part in parts for tile in tiles_of(part, size, marks, within, overlap=overlap)), True
    return (tiles(size, marks, within, overlap=overlap), False) if worth else ((), False)


def _print_height(lines: Lines) -> float:
    """The print height of a page in px: the interquartile mean, since a detector's heights come in steps."""
    heights = sorted(line.height for line in lines.lines)
    quarter = len(heights) // 4
    return mean(heights[quarter : len(heights) - quarter]) if heights else 0.0


def _is_whole(line: Line, cut: Sequence[Tile], size: tuple[int, int]) -> bool:
    """Whether the tile that owns the middle of `line` shows all of it, with some margin."""
    left, top, right, bottom = _box(line)
    room = _ROOM * line.height
    box = max(0.0, left - room), max(0.0, top - room), min(size[0], right + room), min(size[1], bottom + room)
    return any(tile.owns((left + right) / 2, (top + bottom) / 2) and tile.holds(box) for tile in cut)


def _believed(lines: Lines, tile: Tile, first: Lines) -> tuple[Line, ...]:
    """The lines of a tile in pixels of its page.

    The page is already upright. If the engine still turned a tile, which a picture or a few odd marks can cause, the
    tile counts only if its score is as high as that of the same place in the first reading.
    """
    if lines.quarter_turns:
        there = [line.score for line in first.lines if tile.holds(_box(line))]
        here = [line.score for line in lines.lines]
        if there and (not here or mean(here) < mean(there)):
            return ()
    return placed(lines, tile)


def _middle(line: Line) -> tuple[float, float]:
    return middle_of(line.box)


def _box(line: Line) -> Box:
    return line.left, line.top, line.right, line.bottom
