"""Bands: the cells of a page that stand at one height, however the recogniser counted its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from server.fields.print.page_view import Cell, PageView, row_text

_SAME_HEIGHT = 0.6  # of the lower print that two bands share
_MIDDLES = 0.35  # of the lower print, between their middles
_LOOK_BACK = 6
_SPECKS = frozenset("()[]{}|.,;:'`_~\\\"")  # what a recogniser makes of a ruling line


@dataclass(frozen=True)
class Band:
    """Cells beside each other, from left to right. What is asked of it again and again is worked out once."""

    cells: list[Cell]

    @property
    def page(self) -> int:
        """The page, from 0."""
        return self.cells[0].page

    @cached_property
    def top(self) -> float:
        """The typical top of its print, which is steadier than the smallest one."""
        return median(cell.line.top for cell in self.cells)

    @cached_property
    def bottom(self) -> float:
        """The typical bottom of its print."""
        return median(cell.line.bottom for cell in self.cells)

    @cached_property
    def height(self) -> float:
        """The typical height of its print."""
        return median(cell.line.height for cell in self.cells)

    @cached_property
    def text(self) -> str:
        """Its print, cells apart by a space."""
        return row_text(self.cells)

    def takes(self, other: "Band") -> bool:
        """Whether `other` stands at the same height, beside these cells."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        low = min(self.height, other.height)
        apart = abs(self.top + self.bottom - other.top - other.bottom) / 2
        if self.page != other.page or shared < _SAME_HEIGHT * low or apart > _MIDDLES * low:
            return False
        return not any(
            min(one.line.right, two.line.right) - max(one.line.left, two.line.left) > 0.3 * two.line.height
            for one in self.cells
            for two in other.cells
        )


def bands_of(view: PageView) -> list[Band]:
    """The bands of a view, page by page from the top down."""
    return [band for page in _by_page(view) for band in merged_bands(page)]


def _by_page(view: PageView) -> Iterator[list[Band]]:
    bands: list[Band] = []
    for cells in view.rows:
        row = [cell for cell in cells if not set(cell.text.strip()) <= _SPECKS]
        if not row:
            continue
        if bands and bands[-1].page != row[0].page:
            yield bands
            bands = []
        bands.append(Band(row))
    if bands:
        yield bands


def merged_bands(bands: list[Band]) -> list[Band]:
    """Bands of one page from the top down; those at one height, beside each other, are one."""
    merged: list[Band] = []
    for band in sorted(bands, key=lambda band: band.top):
        last = range(len(merged) - 1, max(-1, len(merged) - 1 - _LOOK_BACK), -1)
        home = next((at for at in last if merged[at].takes(band)), None)
        if home is None:
            merged.append(band)
        else:
            merged[home] = Band(sorted([*merged[home].cells, *band.cells], key=lambda cell: cell.line.left))
    return sorted(merged, key=lambda band: band.top)
