"""Which line of a page a mark stands in or beside, where lines slope as the page does."""

from collections.abc import Sequence
from math import tan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.engines.reading_order import page_slope
from server.values.lines import Line, Lines, Mark, sides

_LEVEL: Final = 0.5  # of a mark's side, by which it may stand above or below a line
_LEVEL_OF_LINE: Final = 0.4  # of a line's height, likewise


class Levels:
    """The lines of a page, to be searched by the height of a mark along their slope."""

    def __init__(self, page: Lines) -> None:
        self.lines = page.lines
        slope = page_slope([line.box for line in page.lines]) if page.slope is None else page.slope
        self._rise = 0.0 if page.in_columns else tan(slope)
        places = [_place(line) for line in page.lines]
        self._left, self._right, self._x, self._y, self._high = np.array(places, dtype=np.float64).reshape(-1, 5).T

    def line_of(self, mark: Mark) -> Line | None:
        """The line of print that a mark stands in."""
        x = (mark.left + mark.right) / 2
        apart = self._apart(mark)
        return self._nearest(apart, (self._left <= x) & (x <= self._right) & (apart <= self._high / 2))

    def line_beside(self, mark: Mark) -> Line | None:
        """The line that a mark stands in, or at whose height it stands, if it is nearer to no other."""
        level = self._apart(mark) <= np.maximum(_LEVEL * mark.side, _LEVEL_OF_LINE * self._high)
        aside = np.maximum(np.maximum(self._left - mark.right, mark.left - self._right), 0.0)
        return self._nearest(aside, level)

    def _apart(self, mark: Mark) -> NDArray[np.float64]:
        """How far below or above the middle of each line a mark is, where the line would come to it."""
        x, y = (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2
        return np.abs(self._y + (x - self._x) * self._rise - y)

    def _nearest(self, distance: NDArray[np.float64], fits: NDArray[np.bool_]) -> Line | None:
        if not fits.any():
            return None
        return self.lines[int(np.where(fits, distance, np.inf).argmin())]


def _place(line: Line) -> tuple[float, float, float, float, float]:
    return line.left, line.right, (line.left + line.right) / 2, (line.top + line.bottom) / 2, sides(line.box)[1]


def lines_with_marks(marks: Sequence[Mark], levels: Levels) -> dict[int, list[Mark]]:
    """The marks of each line, by its id."""
    places: dict[int, list[Mark]] = {}
    for mark in marks:
        line = levels.line_beside(mark)
        if line is not None:
            places.setdefault(id(line), []).append(mark)
    return places
