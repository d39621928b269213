"""The column of sums of a till slip, which whole numbers make too where the page prints no cents."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from server.fields.print.currencies import CURRENCY
from server.fields.print.folding import fold
from server.fields.print.page_view import Cell, row_text
from server.fields.print.printed_number import PrintedNumber
from server.fields.tables.head_words import sum_concepts
from server.fields.tables.item_table import is_summary
from server.fields.tables.slips.counts import Count, counts_in

# A number with nothing else but its currency and the mark of a tax: `¥1,105軽`, `380 *`, `12.000 A`.
_SUM_ALONE: Final = re.compile(
    rf"[^\w.,]{{0,3}}(?:{CURRENCY})?[^\w.,]{{0,3}}\d[\d.,' ]{{0,20}}[-*)=※]{{0,2}}"
    rf"\s?(?:円|元|{CURRENCY})?[-*)※\s]{{0,3}}(?:[A-Z]|[軽内外非税]\d{{0,2}})?[*)※\s]{{0,2}}"
)
_EDGE: Final = 2.0  # heights between the right ends of two sums in one column
_TAKEN_OFF: Final = frozenset(("discount", "savings"))
_ENDS: Final = frozenset(("total", "subtotal", "amount_due"))


@dataclass(frozen=True, slots=True)
class SlipSums:
    """Where sums end, in pixels; 0 where no row has one in a cell of its own. `whole`: the page prints no cents.

    The sums of a cell are asked of it again and again, and worked out once.
    """

    right: float
    whole: bool
    known: dict[Cell, list[PrintedNumber]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Cell]]) -> "SlipSums":
        """Learn the column from the last cells of `rows`."""
        last = [row[-1] for row in rows if len(row) > 1 and _SUM_ALONE.fullmatch(fold(row[-1].text))]
        cents = any(number.has_cents for cell in last for number in cell.numbers())
        return cls(max((cell.line.right for cell in last), default=0.0), whole=bool(last) and not cents)

    def money(self, row: Sequence[Cell]) -> list[PrintedNumber]:
        """The sums of a row, without the prices of counts such as `2 x 3.49`; none where the row ends before them."""
        if not row or (len(row) == 1 and not self._reaches(row[0])):
            return []
        found = [number for cell in row for number in self._money_of(cell)]
        if self.whole and not self._money_of(row[-1]) and self._reaches(row[-1]) and len(row) > 1:
            found += row[-1].numbers() if _SUM_ALONE.fullmatch(fold(row[-1].text)) else []
        return found

    def _money_of(self, cell: Cell) -> list[PrintedNumber]:
        if cell not in self.known:
            self.known[cell] = money_of(cell)
        return self.known[cell]

    def _reaches(self, cell: Cell) -> bool:
        return cell.line.right > self.right - _EDGE * cell.line.height

    def takes_off(self, row: Sequence[Cell]) -> bool:
        """Whether a row is a discount."""
        return bool(self.money(row) and self._concepts(row) & _TAKEN_OFF)

    def sums_up(self, row: Sequence[Cell]) -> bool:
        """Whether a row states a total or how it was paid."""
        return is_summary(row, self.money(row))

    def total(self, row: Sequence[Cell]) -> Decimal | None:
        """The sum of a row that names what all goods make."""
        money = self.money(row)
        return money[-1].value() if money and self._concepts(row) & _ENDS else None

    def _concepts(self, row: Sequence[Cell]) -> frozenset[str]:
        return sum_concepts(words_before(row, self.money(row)))


def words_before(row: Sequence[Cell], money: Sequence[PrintedNumber]) -> str:
    """The words of a row before its first sum."""
    texts = []
    for cell in row:
        own = [number for number in cell.numbers() if is_one_of(number, money)]
        texts.append(cell.text[: own[0].start] if own else cell.text)
        if own:
            break
    return fold(" ".join(texts)).strip()


def is_one_of(number: PrintedNumber, money: Sequence[PrintedNumber]) -> bool:
    """Whether a number of a cell is itself one of the sums of its row: a count may be printed as a sum is."""
    return any(number is one for one in money)


def money_of(cell: Cell) -> list[PrintedNumber]:
    """The numbers of a cell that are money by their print, and no price of a count."""
    sums = [number for number in cell.numbers() if (number.has_cents or number.has_currency) and not number.is_percent]
    counts = list(counts_in(cell.text, cell.style)) if sums else []
    return [number for number in sums if not any(one.start <= number.start < one.end for one in counts)]


def count_alone(row: Sequence[Cell]) -> Count | None:
    """The count and price of a row that has nothing else."""
    text = row_text(row)
    found: Iterator[Count] = counts_in(text, row[0].style)
    return next((one for one in found if not any(map(str.isalnum, text[: one.start] + text[one.end :]))), None)
