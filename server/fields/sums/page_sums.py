"""Printed sums of a page, each with the words that name it: those since the sum before it, or those above it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from server.fields.print.currencies import codes_of
from server.fields.print.dates import find_dates
from server.fields.print.folding import fold
from server.fields.print.numbers import find_numbers
from server.fields.print.page_view import Cell, PageView
from server.fields.print.printed_number import PrintedNumber
from server.fields.sums.meanings import Meaning, Meanings

_WIDEST = 16  # cells of a row whose sums may stand under their names
_LONGEST_COUNT = 9  # digits of a bare whole number that may be a sum; longer ones are codes
_WORD_BEHIND = re.compile(r"\s*[^\W\d_]")
_GLUED = re.compile(r"(?<=[A-Za-z]{3})(?:RM|Rp|Rs|kr|[A-Z]{3})\s?(?=\d[\d.,]*[.,]\d\d(?!\d))")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,' ]\d{2,3})*[.,' ]\d{3}")
_GROUP_SIGN = re.compile(r"[.,' ]")


@dataclass(frozen=True, slots=True)
class Words:
    """Part of a cell's text: `cell.text[start:end]`."""

    cell: Cell
    start: int
    end: int

    @property
    def text(self) -> str:
        """The print."""
        return self.cell.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A printed sum. `label` are the words that name it; `position` counts the sums that share them, from 0.

    `place` is `row`, or `above` where the words stand over it. `counted` marks the numbers of an item: a quantity times
    a price gives its last sum.
    """

    cell: Cell
    number: PrintedNumber
    label: tuple[Words, ...]
    position: int = 0
    place: str = "row"
    counted: bool = False

    @property
    def value(self) -> Decimal | None:
        """Its value with its sign; None where the print can be read in two ways."""
        return self.number.value()

    @property
    def text(self) -> str:
        """The sum as printed."""
        return self.cell.text[self.number.start : self.number.end].strip()

    @property
    def is_money(self) -> bool:
        """Whether it has cents or a currency."""
        return self.number.has_cents or self.number.has_currency

    @property
    def is_amount(self) -> bool:
        """Whether it is money, or at least printed as large amounts are: 629,800."""
        return self.is_money or bool(_THOUSANDS.fullmatch(self.number.digits))

    @property
    def words(self) -> str:
        """The words that name it, folded, lower case."""
        return " ".join(fold(" ".join(part.text for part in self.label)).casefold().split())

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of its words, and its own."""
        return tuple(dict.fromkeys((*(part.cell for part in self.label), self.cell)))


@dataclass(slots=True)
class _Row:
    """What was met so far in one row."""

    pending: list[Words] = field(default_factory=list)
    named: tuple[Words, ...] = ()
    position: int = 0
    made: list[Sum] = field(default_factory=list)


class PageSums:
    """Every sum of one view, in reading order, and its meaning; `with_cents` says whether the page prints cents."""

    def __init__(self, view: PageView, meanings: Meanings | None = None) -> None:
        self.view = view
        self.meanings = meanings or Meanings()
        self.all: list[Sum] = [found for row in view.rows for found in _row_sums(view, row)]
        self.with_cents = any(found.number.has_cents for found in self.all)
        self._by_cell: dict[int, list[tuple[Words, Sum]]] = {}
        for found in self.all:
            for part in found.label:
                self._by_cell.setdefault(id(part.cell), []).append((part, found))

    @cached_property
    def times_named(self) -> Counter[str]:
        """How many sums go by each words."""
        return Counter(found.words for found in self.all)

    def meaning(self, found: Sum) -> Meaning | None:
        """What the words of a sum mean: all of them, or those of the cell before it where the others name nothing."""
        said = self.meanings.of(found.words) if found.label else None
        if said is None or said.is_whole or len(found.label) == 1:
            return said
        own = self.meanings.of(fold(found.label[-1].text).casefold())
        return own if own is not None and own.exact and own.is_whole and own.concept == said.concept else said

    def named_at(self, cell: Cell, start: int) -> list[Sum]:
        """The sums whose words include the place `start` of `cell`, in order: usually one."""
        return [found for part, found in self._by_cell.get(id(cell), ()) if part.start <= start < part.end]


def _row_sums(view: PageView, row: Sequence[Cell]) -> list[Sum]:
    met = _Row()
    for cell in row:
        at = 0
        for number in _sums_in(cell):
            _take_words(met, cell, at, number.start)
            _take_sum(met, cell, number)
            at = number.end
        _take_words(met, cell, at, len(cell.text))
    if not met.named and len(row) <= _WIDEST:
        return [_named_above(view, found) for found in met.made]
    return _counted(met.made)


def _take_words(met: _Row, cell: Cell, start: int, end: int) -> None:
    if any(char.isalpha() for char in cell.text[start:end]):
        met.pending.append(Words(cell, start, end))


def _take_sum(met: _Row, cell: Cell, number: PrintedNumber) -> None:
    if met.pending:
        met.named, met.position, met.pending = tuple(met.pending), 0, []
    else:
        met.position += bool(met.made)
    met.made.append(Sum(cell, number, met.named, met.position))


def _sums_in(cell: Cell) -> Iterator[PrintedNumber]:
    """The numbers of a cell that may be sums: no percentage, no part of a date, no count within words."""
    numbers = [number for number in (*cell.numbers(), *_glued(cell)) if not number.parts]
    dates = find_dates(cell.text) if numbers and len(cell.text) > 4 else []
    for number in sorted(numbers, key=lambda number: number.start):
        if number.join not in ("", "times"):  # one end of a range; what is multiplied counts an item
            continue
        if any(date.start < number.end and number.start < date.end for date in dates):
            continue
        if number.has_cents or number.has_currency or _may_be_sum(cell.text, number):
            yield number


def _glued(cell: Cell) -> Iterator[PrintedNumber]:
    """Sums with a code of a currency that a word runs into: `Grand TotalRM14.20`."""
    for match in _GLUED.finditer(cell.text):
        found = next(iter(find_numbers(cell.text[match.start() :], cell.style)), None)
        if found is not None and found.start == 0 and found.has_currency:
            yield replace(found, start=match.start(), end=match.start() + found.end)


def _may_be_sum(text: str, number: PrintedNumber) -> bool:
    """Whether a bare number may be a sum: no words behind it in its cell, and not as long as a code."""
    grouped = bool(_GROUP_SIGN.search(number.digits))
    return (grouped or len(number.digits) <= _LONGEST_COUNT) and not _WORD_BEHIND.match(text, number.end)


def _named_above(view: PageView, found: Sum) -> Sum:
    """A sum without words in its row goes by the words above it."""
    for row in reversed(view.rows[max(0, found.cell.row - 2) : found.cell.row]):
        over = [cell for cell in row if cell.page == found.cell.page and any(c is found.cell for c in view.below(cell))]
        if over:
            worded = any(char.isalpha() for char in over[0].text) and not any(True for _ in _sums_in(over[0]))
            if worded and (("%" in over[0].text and not found.is_amount) or _goes_on(view, found)):
                return found  # a rate, or the first of a column: a part, not the whole
            words = (Words(over[0], 0, len(over[0].text)),) if worded else ()
            return Sum(found.cell, found.number, words, 0, "above")
    return found


def _goes_on(view: PageView, found: Sum) -> bool:
    """Whether more sums without words stand below one, as in a column with a row for each rate of a tax."""
    for row in view.rows[found.cell.row + 1 : found.cell.row + 2]:
        named = any(char.isalpha() for cell in row for char in cell.text if not codes_of(cell.text))
        below = [cell for cell in view.below(found.cell, rows=1) if any(number.has_cents for number in _sums_in(cell))]
        return bool(below) and found.number.has_cents and not named and len(row) > 1
    return False


def _counted(row: list[Sum]) -> list[Sum]:
    """Mark the sums of an item: one of two numbers before it times the other gives its last sum."""
    values = [found.value for found in row]
    for last in range(2, len(row)):
        amount = values[last]
        for first in range(last - 1):
            one, other = values[first], values[first + 1]
            if amount and one and other and one != 1 and abs(one * other - amount) <= Decimal("0.01"):
                return [
                    Sum(f.cell, f.number, f.label, f.position, f.place, counted=number <= last)
                    for number, f in enumerate(row)
                ]
    return row
