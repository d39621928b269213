"""Completes a match where heads are in unknown words: by arithmetic, by what cells are, by type, by order.

Each step gives a property the only column that can be meant; where two can be, it gives none.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.columns.differences import by_difference
from server.fields.tables.columns.meanings import (
    CODES,
    COUNTS,
    ENDS,
    PRICES,
    SERVES,
    STARTS,
    SUMS,
    WORDS,
    happens,
    share_of,
)
from server.fields.tables.columns.natures import counts_rows, holds_codes, holds_percents, holds_units, rises
from server.fields.tables.summaries import value_of
from server.fields.tables.table import Column, Relation, Table
from server.fields.tables.wanted import Wanted

# Heads so general that a property in other words may mean their column, and those that no other property means.
_OPEN: Final = (WORDS - {"description", "name", "title_name"}) | {"date", "value_date", "amount", "total"}
_SPECIFIC: Final = frozenset(
    (
        *("unit", "item_code", "quantity", "price", "tax", "tax_rate", "discount", "balance", "debit", "credit"),
        *("position", "description", "name", "title_name", "hours"),
    )
)
_CLEARLY: Final = 0.3  # more cells with cents, of a price than of a count
_SIDES: Final = (frozenset(("debit", "price", "rent")), frozenset(("credit", "amount_paid")))
_NAMES: Final = frozenset(("description", "name", "title_name"))


@dataclass
class Completion:
    """The properties `wanted` of a table; `columns` are those known so far, to be added to."""

    table: Table
    wanted: Mapping[str, Wanted]
    columns: MutableMapping[str, int]
    signed: Mapping[str, tuple[int, int]]
    style: NumberStyle

    def run(self) -> None:
        """Give properties the columns that can alone be meant."""
        known = bool(self.columns or self.signed)
        known |= self._by_arithmetic()
        self.columns.update(by_difference(self.table, self._left(), self._free(), self.style))
        self._by_order_of_times()
        self._by_other_side()
        self._by_nature(holds_percents, lambda one: bool(share_of(one)))
        self._by_nature(holds_units, lambda one: one.key == "unit")
        self._by_nature(holds_codes, lambda one: one.key in CODES and not one.is_number)
        self._by_type()
        self._by_order()
        if not known and len(self.columns) < len(self._shown()):
            self.columns.clear()  # kinds alone tell only what a table is as a whole

    def _left(self) -> dict[str, Wanted]:
        return {path: one for path, one in self.wanted.items() if path not in self.columns and path not in self.signed}

    def _shown(self) -> list[int]:
        """The columns but for one that only numbers the rows."""
        return [i for i in range(len(self.table.columns)) if not counts_rows(self.table, i)]

    def _free(self) -> list[int]:
        used = {*self.columns.values(), *(side for sides in self.signed.values() for side in sides)}
        return [i for i in range(len(self.table.columns)) if i not in used]

    def _give(self, path: str, column: int) -> bool:
        fits = path not in self.columns and column in self._free() and may_mean(self.wanted[path], self._column(column))
        if fits:
            self.columns[path] = column
        return fits

    def _column(self, column: int) -> Column:
        return self.table.columns[column]

    def _by_arithmetic(self) -> bool:
        """Give quantity, price, amount, and percentages by the one product that the rows follow."""
        products = [one for one in self.table.relations if one.kind == "product"]
        counted = self._counted(products[0]) if len(products) == 1 else None
        given = [self._give_only(keys, column) for keys, column in counted or ()]
        for rate, sign in products[0].rates.items() if len(products) == 1 else ():
            given.append(self._give_share("discount" if sign < 0 else "tax_rate", rate))
        for one in self.table.relations:
            if one.kind == "share":
                given += [self._give_share("tax_rate", one.factors[1]), self._give_only({"tax"}, one.whole)]
        return sum(given) > 1

    def _counted(self, product: Relation) -> list[tuple[frozenset[str], int]] | None:
        """The columns of a product by what they may be called; None where its factors can be either."""
        one, two = product.factors
        if self._counts_first(two, one):
            one, two = two, one
        elif not self._counts_first(one, two):
            return [(SUMS, product.whole)]
        return [(COUNTS, one), (PRICES, two), (SUMS, product.whole)]

    def _counts_first(self, one: int, two: int) -> bool:
        """Whether of two factors `one` is the count: by a head, by cents, or by its place with smaller numbers."""
        named = [set(self._column(i).concepts) for i in (one, two)]
        if named[0] & COUNTS or named[1] & PRICES:
            return not (named[0] & PRICES or named[1] & COUNTS)
        money = [self._share_of_money(i) for i in (one, two)]
        if abs(money[0] - money[1]) >= _CLEARLY:
            return money[0] < money[1]
        return one < two and self._typical(one) <= self._typical(two) and not (named[0] | named[1])

    def _share_of_money(self, column: int) -> float:
        cells = [cell.text for row in self.table.rows if (cell := row.cells.get(column))]
        numbers = [number for text in cells for number in find_numbers(text, self.style)]
        return sum(number.has_cents or number.has_currency for number in numbers) / max(1, len(numbers))

    def _typical(self, column: int) -> float:
        values = [value_of(row.cells.get(column), self.style) for row in self.table.rows]
        return median([float(abs(value)) for value in values if value is not None] or [0.0])

    def _give_only(self, keys: frozenset[str] | set[str], column: int) -> bool:
        """Give the only property of these meanings a column; what a named count is taken times is its price."""
        paths = [path for path, one in self._left().items() if one.key in keys]
        if len(paths) == 1 and keys == PRICES and column in self._free() and self._has_named_count():
            self.columns[paths[0]] = column
            return True
        return len(paths) == 1 and self._give(paths[0], column)

    def _has_named_count(self) -> bool:
        return any(COUNTS & set(column.concepts) for column in self.table.columns)

    def _give_share(self, key: str, column: int) -> bool:
        paths = [path for path, one in self._left().items() if key in (one.key, share_of(one))]
        return len(paths) == 1 and self._give(paths[0], column)

    def _by_nature(self, holds: Callable[[Table, int], bool], is_meant: Callable[[Wanted], bool]) -> None:
        """Give the only property of a kind the only column whose cells are of that kind."""
        paths = [path for path, one in self._left().items() if is_meant(one)]
        columns = [i for i in self._free() if holds(self.table, i)] if len(paths) == 1 else []
        if len(columns) == 1 and not self._contradicts(self.wanted[paths[0]], columns[0]):
            self._give(paths[0], columns[0])

    def _contradicts(self, wanted: Wanted, column: int) -> bool:
        """Whether a column of percentages is that of another concept: what multiplies with it is no discount."""
        meant, concepts = share_of(wanted), set(self._column(column).concepts)
        products = [one for one in self.table.relations if one.kind == "product"]
        if not meant or {meant, wanted.key} & concepts:
            return False
        if meant == "discount":
            return not any(one.rates.get(column) == -1 for one in products)
        return any(one.rates.get(column) == -1 for one in products) or not products

    def _by_order_of_times(self) -> None:
        """Of two columns of times the first is the start and the second the end, if that holds in every row."""
        times = [i for i, column in enumerate(self.table.columns) if column.kind == "time"]
        if len(times) != 2 or not self.columns or not rises(self.table, times):
            return
        for keys, column in zip((STARTS, ENDS), times, strict=True):
            paths = [path for path, one in self._left().items() if one.key in keys]
            if len(paths) == 1 and column in self._free():
                self.columns[paths[0]] = column

    def _by_other_side(self) -> None:
        """Beside a balance, what is owed and what is paid: a row fills the column of one or of the other."""
        balanced = any(one.key == "balance" and path in self.columns for path, one in self.wanted.items())
        if not (balanced or any("balance" in column.concepts for column in self.table.columns)):
            return
        for mine, other in (_SIDES, _SIDES[::-1]):
            paths = [path for path, one in self._left().items() if one.key in mine]
            known = [
                self.columns[path] for path, one in self.wanted.items() if one.key in other and path in self.columns
            ]
            apart = [i for i in self._free() if self._column(i).kind == "number" and self._is_apart(i, known)]
            if len(paths) == 1 == len(known) == len(apart):
                self.columns[paths[0]] = apart[0]

    def _is_apart(self, column: int, others: Sequence[int]) -> bool:
        """Whether no row fills a column and one of `others`, and some row fills it."""
        filled = [row.cells.keys() for row in self.table.rows if column in row.cells]
        return bool(filled) and not any(keys & set(others) for keys in filled)

    def _by_type(self) -> None:
        """Give the only property of a type the only column left that holds it."""
        left = self._left()
        free = [i for i in self._free() if len(self.columns) > 1 or _is_open(self._column(i))]
        for kind in ("date", "number", "text"):
            paths = [path for path, one in left.items() if _may_hold(one, kind)]
            fitting = [i for i in free if self._column(i).kind == kind]
            sure = kind != "text" or (bool(paths) and self.wanted[paths[0]].key in WORDS - {"specification"})
            alone = sure or len(self.columns) + len(self.signed) + 1 == len(self.wanted)
            if len(fitting) == 1 == len(paths) and alone and (kind != "number" or self._is_last_sum(fitting[0])):
                self.columns[paths[0]] = fitting[0]

    def _is_last_sum(self, column: int) -> bool:
        """Whether a column is the last one of numbers, and of no percentages."""
        numbers = [i for i, other in enumerate(self.table.columns) if other.kind == "number"]
        return numbers[-1:] == [column] and not holds_percents(self.table, column)

    def _by_order(self) -> None:
        """Give what is left its columns in order, where schema and table have as many of each type in one order."""
        shown = self._shown()
        if len(shown) != len(self.wanted) or self.signed:
            return
        pairs = list(zip(self.wanted, shown, strict=True))
        if any(self.columns.get(path, column) != column for path, column in pairs):
            return
        if all(_holds(self.wanted[path], self._column(i)) for path, i in pairs):
            for path, column in pairs:
                self._give(path, column)


def may_mean(wanted: Wanted, column: Column) -> bool:
    """Whether a property can mean a column: not if both have meanings that have nothing to do with each other."""
    if not wanted.key or not column.concepts:
        return True
    serving = {wanted.key, *SERVES.get(wanted.key, ()), *(CODES if wanted.key in CODES else ())}
    coded = wanted.key in CODES and bool(_NAMES & set(column.concepts))
    shared = share_of(wanted) in ("discount", "tax_rate") and bool({"discount", "tax"} & set(column.concepts))
    return bool(serving & set(column.concepts)) or coded or shared


def _holds(wanted: Wanted, column: Column) -> bool:
    """Whether a column holds what the type of a property asks for."""
    kinds: Sequence[str] = ("number",) if wanted.is_number else ("date",) if happens(wanted) else ("text", "time")
    return column.kind in kinds and may_mean(wanted, column)


def _is_open(column: Column) -> bool:
    """Whether the head of a column is unknown, or so general that a property in other words may mean it."""
    return not column.concepts or column.concepts[0] in _OPEN or column.concepts[0] not in _SPECIFIC


def _may_hold(wanted: Wanted, kind: str) -> bool:
    """Whether a property of no better column may be what a column of `kind` under an unknown head holds."""
    date = happens(wanted)
    if kind == "date":
        return date
    if kind == "number":
        return wanted.is_number and wanted.key in ("", *SUMS)
    return not date and not wanted.is_number and wanted.key in ("", *WORDS)
