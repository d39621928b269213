"""Maps coordinates from the engine's input back to the page as a viewer shows it: rotation, padding, scale."""

from collections.abc import Iterable
from dataclasses import replace

from server.media.pixels.page_sizes import fit
from server.values.lines import Line, Point, Quad
from server.values.pages import Page, PixelBudget


class PageGeometry:
    """Maps boxes of one upright page back: undoes our own quarter turns, padding and scale."""

    def __init__(self, page: Page, budget: PixelBudget, quarter_turns: int) -> None:
        """Take the `page` as loaded into `budget`, and the clockwise quarter turns applied after that."""
        self._turns = quarter_turns % 4
        self._loaded = page.width, page.height
        width, height = fit((page.source_width, page.source_height), budget)
        self._scale = page.source_width / width, page.source_height / height
        self._size = page.source_width, page.source_height

    def box(self, box: Quad) -> Quad:
        """Return `box` in pixels of the source, its first point still the top left of the text."""
        a, b, c, d = (self._point(point) for point in box)
        return a, b, c, d

    def lines(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Return `lines` with their boxes in pixels of the source; a mark is left to the sign in its line's text."""
        return tuple(replace(line, box=self.box(line.box), mark=None) for line in lines)

    def _point(self, point: Point) -> Point:
        x, y = point
        wide, high = self._loaded if self._turns % 2 == 0 else self._loaded[::-1]
        for _ in range(self._turns):  # one quarter turn counter-clockwise each
            x, y = y, wide - x
            wide, high = high, wide
        across, down = self._scale
        return _within(x * across, self._size[0]), _within(y * down, self._size[1])


def _within(value: float, most: int) -> float:
    return round(min(max(value, 0.0), float(most)), 1)
