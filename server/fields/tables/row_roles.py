"""What a band under heads is: a row, a sum of rows, a sum carried over, words, or nothing of the table."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from server.fields.print.folding import compact
from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import is_short_day, kind_of
from server.fields.tables.grid import Grid
from server.fields.tables.head_words import sum_concepts
from server.fields.tables.heads import Head
from server.fields.tables.summaries import (
    TOTALS,
    adds_up,
    ends_in_money,
    holds_total,
    is_carried,
    value_of,
    words_of_row,
)
from server.fields.tables.table import TableCell
from server.fields.words.label_table import meanings

# Sums below goods, which are no goods even where no other column tells.
_BELOW_GOODS: Final = frozenset(("tax", "tax_base", "rounding", "cash", "change", "amount_paid", "card_payment"))
_TAKEN_OFF: Final = frozenset(("deposit", "paid_otherwise"))  # if less than 0: a voucher may be sold
_CODE: Final = re.compile(r"\d{7,}")
_TIME: Final = re.compile(r"\b\d{1,2}:\d\d\b")
_COUNTED: Final = frozenset(("quantity", "price"))
_WORDY: Final = frozenset(("description", "title_name", "name"))
_MOVES: Final = frozenset(("debit", "credit", "amount"))

Cells = Mapping[int, TableCell]


class RowRole(Enum):
    """What a band is."""

    ROW = auto()
    SUM = auto()
    CARRIED = auto()
    WORDS = auto()
    STRAY = auto()


class Roles:
    """Tells the bands of one table apart, by what most of them fill."""

    def __init__(
        self, head: Head, grid: Grid, bands: Sequence[Cells], style: NumberStyle, *, words_first: bool
    ) -> None:
        self.head, self.grid, self.style = head, grid, style
        self.after_sum = False
        self.typed = frozenset(i for i in range(len(head.cells)) if grid.kind(i) != "text")
        self.code = next((i for i, cell in enumerate(head.cells) if "item_code" in cell.concepts), None)
        self.main = self._main(bands)
        self.typical: frozenset[int] = frozenset()
        self.with_cents: frozenset[int] = frozenset()
        rows = self._plain_rows(bands)
        counts = Counter(column for cells in rows for column in cells)
        self.typical = frozenset(column for column, count in counts.items() if 10 * count >= 6 * len(rows))
        self.with_cents = frozenset(column for column in self.typed if self._has_cents(rows, column))
        worded = [cells for cells in rows if self.main in cells and self._is_text(cells[self.main])]
        self.words_above = bool(rows) and 2 * len(worded) < len(rows) and words_first

    def _main(self, bands: Sequence[Cells]) -> int:
        """The column of words that says what a row is about."""
        named = [i for i, cell in enumerate(self.head.cells) if _WORDY & set(cell.concepts) and i not in self.typed]
        if named:
            return named[0]
        texts = [i for i in range(len(self.head.cells)) if self.grid.kind(i) == "text"]
        sizes = Counter[int]()
        for cells in bands:
            for column in texts:
                sizes[column] += len(cells[column].text) if column in cells else 0
        return max(texts, key=lambda i: sizes[i], default=0)

    def _plain_rows(self, bands: Sequence[Cells]) -> list[Cells]:
        """The bands that are rows without doubt: those above the first sum."""
        rows: list[Cells] = []
        for cells in bands:
            words = words_of_row(cells, self.style)
            if sum_concepts(words) or holds_total(words) or self._is_misplaced(cells):
                if len(rows) > 1:
                    break
            elif self.is_row_like(cells) and not is_carried(words):
                rows.append(cells)
        return rows or [cells for cells in bands if self.is_row_like(cells)]

    def _has_cents(self, rows: Sequence[Cells], column: int) -> bool:
        texts = [cells[column].text for cells in rows if column in cells]
        numbers = [number for text in texts for number in find_numbers(text, self.style)]
        return 10 * sum(number.has_cents for number in numbers) > 6 * len(numbers)

    def is_row_like(self, cells: Cells) -> bool:
        """Whether cells are enough for a row: something in a column of values, or most columns of a table of words."""
        if len(cells) < 2:
            return False
        if self.typed:
            return any(column in self.typed and self._may_hold(column, cell) for column, cell in cells.items())
        return 10 * len(cells) >= 6 * len(self.head.cells) or (0 in cells and len(self.head.cells) > 2)

    def _may_hold(self, column: int, cell: TableCell) -> bool:
        """Whether a cell can be of its column: a day is no number, and a time of day no sum of money."""
        kind = kind_of(cell.text, self.style)
        day = kind == "date" or (kind == "text" and (is_short_day(cell.text) or bool(_TIME.search(cell.text))))
        return self.grid.kind(column) != "number" or not (day or (kind == "time" and column in self.with_cents))

    def fits(self, cells: Cells, *, whole: bool = False) -> bool:
        """Whether a band fills what most rows fill; `whole`: all of it, of three columns or more."""
        filled = [
            column
            for column in self.typical & cells.keys()
            if column not in self.typed or not self._is_text(cells[column])
        ]
        if whole:
            return len(self.typical) > 2 and len(filled) == len(self.typical)
        return len(filled) >= max(2, 0.6 * len(self.typical))

    def of(self, cells: Cells, band: Band, above: Sequence[Cells], *, after_sum: bool) -> RowRole:
        """The role of a band that stands in the columns."""
        if len(cells) == 1 and not self._is_text(*cells.values()) and self.main not in cells:
            return RowRole.STRAY
        words = words_of_row(cells, self.style)
        if is_carried(words) and not self._moves(cells):
            return RowRole.CARRIED
        if any(char.isdigit() for char in band.text) and self._is_sum(cells, words, above, after_sum=after_sum):
            return RowRole.SUM
        if self.is_row_like(cells):
            return RowRole.STRAY if self._is_of_another_form(cells) else RowRole.ROW
        return RowRole.SUM if ends_in_money(band.text, self.style) else RowRole.WORDS

    def _is_of_another_form(self, cells: Cells) -> bool:
        """Whether a long number without separators stands where all others are sums with cents: an account's number."""
        last = max(self.typical & self.typed, default=None)
        cell = cells.get(last) if last is not None else None
        return cell is not None and last in self.with_cents and bool(_CODE.fullmatch(cell.text.strip()))

    def closes(self, cells: Cells) -> bool:
        """Whether a sum is of the whole table."""
        keys = sum_concepts(words_of_row(cells, self.style))
        return bool(keys & TOTALS) and "subtotal" not in keys

    def _is_sum(self, cells: Cells, words: str, above: Sequence[Cells], *, after_sum: bool) -> bool:
        negative = any((value_of(cell, self.style) or 0) < 0 for cell in cells.values())
        keys = sum_concepts(words) - (frozenset() if negative else {"paid_otherwise"})
        if self._is_booking(cells):
            keys &= TOTALS if compact(words) in meanings() else frozenset()
        thin = len(self.typed & cells.keys()) < len(self.typed & self.typical)
        below = bool(above) or bool(keys & TOTALS)  # a tax that no row stands above is a row itself
        settles = bool(keys & _BELOW_GOODS or (negative and keys & _TAKEN_OFF)) and self._is_of_goods()
        if keys and below and (thin or after_sum or settles):
            return True
        if keys & TOTALS and not self._filled(cells) >= _COUNTED:
            return True
        if self._is_misplaced(cells) or (thin and holds_total(words)):
            return True
        alone = (thin or len(self.typical & self.typed) == 1) and not self._is_booking(cells)
        return alone and self._adds_up(cells, above)

    def _is_booking(self, cells: Cells) -> bool:
        """Whether a row has its own date, words and a sum: `03/05 Late fee 20.00` sums nothing up."""
        dates = [column for column in self.typed & cells.keys() if self.grid.kind(column) == "date"]
        sums = [c for c in self.typed & cells.keys() if value_of(cells[c], self.style) is not None]
        return self.main in cells and bool(sums) and any(kind_of(cells[c].text, self.style) == "date" for c in dates)

    def _is_misplaced(self, cells: Cells) -> bool:
        """Whether words stand where the other rows have values, with a sum behind them, and none where words belong."""
        if self.main in cells:
            return False
        beside = self.typed | {column for column in cells if column > self.main and self.main in self.typical}
        wordy = [column for column in cells if column in beside and self._is_text(cells[column])]
        return bool(wordy) and any(value_of(cells[c], self.style) is not None for c in cells if c > wordy[0])

    def _adds_up(self, cells: Cells, above: Sequence[Cells]) -> bool:
        last = max(cells)
        amounts = [value for row in above if (value := value_of(row.get(last), self.style)) is not None]
        amount: Decimal | None = value_of(cells[last], self.style)
        return adds_up(amount, amounts) and len(amounts) == len(above)

    def _is_of_goods(self) -> bool:
        """Whether the rows are goods, with sums below them, and no bookings of an account, day by day."""
        dated = any(self.grid.kind(column) == "date" for column in self.typed)
        return not dated and "description" in self.head.cells[self.main].concepts

    def _moves(self, cells: Cells) -> bool:
        """Whether a row of a statement moves money: it has more than a balance."""
        filled = self._filled(cells)
        sums = [c for c in self.typed & cells.keys() if value_of(cells[c], self.style) is not None]
        return ("balance" in filled and bool(filled & _MOVES)) or (len(sums) > 1 and self._is_booking(cells))

    def _filled(self, cells: Cells) -> set[str]:
        width = len(self.head.cells)
        return {key for column in cells if column < width for key in self.head.cells[column].concepts}

    def _is_text(self, cell: TableCell) -> bool:
        return kind_of(cell.text, self.style) == "text"
