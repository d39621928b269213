"""Words under a row: the next line of its texts, a row of their own that leaves cells empty, or neither."""

from collections.abc import Mapping
from enum import Enum, auto

from server.fields.tables.grid import Grid
from server.fields.tables.row_roles import Roles
from server.fields.tables.table import TableCell


class LinePlace(Enum):
    """Where a line of words belongs."""

    ABOVE = auto()
    ROW = auto()
    NOWHERE = auto()


class Wrapping:
    """Places lines of words below the row `above`, of the table that `roles` and `grid` describe."""

    def __init__(self, roles: Roles, grid: Grid, above: Mapping[int, TableCell]) -> None:
        self.roles, self.grid, self.above = roles, grid, above

    def place(self, lines: Mapping[int, TableCell], *, apart: bool) -> LinePlace:
        """Where `lines`, by column, belong; `apart`: they stand as far below as rows do.

        A text goes on only below itself: nothing under a cell that the row above leaves empty can be its next line.
        """
        if not apart:
            return LinePlace.ABOVE
        empty = lines.keys() - self.above.keys()
        begins = self.roles.main in lines or (0 in lines and not self.roles.typed)
        if begins and (len(lines) > 1 or not self.roles.typed):
            ends = any(self._had_room(column, cell) for column, cell in lines.items() if column in self.above)
            return LinePlace.ROW if empty or ends else LinePlace.ABOVE
        usual = empty & self.roles.typical if self.roles.typed else empty
        return LinePlace.NOWHERE if usual else LinePlace.ABOVE

    def _had_room(self, column: int, cell: TableCell) -> bool:
        """Whether the first word of a line would have stood behind the text above it, within the column."""
        words = cell.text.split()
        line, before = cell.lines[0], self.above[column].lines[-1]
        width = (line.right - line.left) / max(1, len(line.text))
        return before.right + width * (len(words[0]) + 1 if words else 1) < self.grid.edge(column)
