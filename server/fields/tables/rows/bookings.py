"""Bookings printed over several lines, each of which may begin with a date: a statement's value date under the day."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from server.fields.tables.cell_kinds import kind_of
from server.fields.tables.grid import Grid
from server.fields.tables.heads import Head
from server.fields.tables.row_roles import Roles
from server.fields.tables.table import TableCell

_MONEY: Final = frozenset(("amount", "debit", "credit", "balance", "amount_paid"))
_FEWEST: Final = 2  # second lines that show that they are none by chance

Cells = Mapping[int, TableCell]


class Bookings:
    """What the lines of one table are to each other; nothing where it has no column of dates or none of money."""

    def __init__(self, head: Head, grid: Grid, roles: Roles, lines: Sequence[Cells]) -> None:
        self.style = grid.style
        columns = range(len(head.cells))
        self.dates = frozenset(i for i in columns if grid.kind(i) == "date")
        numbers = [i for i in columns if grid.kind(i) == "number"]
        self.money = frozenset(i for i in numbers if i in roles.with_cents or _MONEY & set(head.cells[i].concepts))
        self.in_two_lines = self._in_two_lines(lines)

    def _in_two_lines(self, lines: Sequence[Cells]) -> bool:
        """Whether dated lines without money follow those with money, one by one."""
        whole = sum(self._is_dated(cells) and self._has_money(cells) for cells in lines)
        second = sum(self._has_money(one) and self._is_second(two) for one, two in pairwise(lines))
        return second >= _FEWEST and 2 * second >= whole

    def goes_on(self, cells: Cells, last: Cells) -> bool:
        """Whether a line belongs to the booking `last`: its second line, or the one with its money."""
        if not (self.dates and self.money):
            return False
        if self._has_money(last):
            return self.in_two_lines and self._is_second(cells)
        return self._is_dated(last) and self._has_money(cells) and not self._is_dated(cells)

    def _is_second(self, cells: Cells) -> bool:
        return self._is_dated(cells) and not self.money & cells.keys()

    def _is_dated(self, cells: Cells) -> bool:
        return bool(self.dates & cells.keys())

    def _has_money(self, cells: Cells) -> bool:
        return any(kind_of(cells[i].text, self.style) == "number" for i in self.money & cells.keys())
