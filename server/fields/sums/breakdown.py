"""Sums in columns: net, tax and gross under their heads, a row for each rate, and last the row of the whole.

Invoices in Europe print it below their items: EN 16931-1 has a breakdown of taxes (BG-23) with a basis and a tax for
each rate. Only a row that its own arithmetic confirms is taken: net and tax make the gross sum.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.fields.print.currencies import codes_of
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.print.printed_number import PrintedNumber
from server.fields.sums.meanings import Meanings

_KEYS: Final = {
    "subtotal": "subtotal",
    "tax_base": "subtotal",
    "tax": "tax",
    "total": "total",
    "amount_due": "total",
    "amount": "total",
}
_CENT: Final = Decimal("0.011")
_MOST_ROWS: Final = 60
_GAP: Final = 12.0  # in line heights, from one row of a breakdown to the next
_PROOF: Final = "subtotal + tax = total"
_SCORE: Final = 0.9
_FEWEST: Final = 2  # columns whose heads are known
_LONGEST: Final = 40  # characters of a head


@dataclass(frozen=True, slots=True)
class _Money:
    """A sum in a column."""

    cell: Cell
    number: PrintedNumber
    value: Decimal

    def candidate(self) -> Candidate:
        text = self.cell.text[self.number.start : self.number.end].strip()
        return Candidate(text, (self.cell.line,), _SCORE, (_PROOF,))


_Row = Mapping[str, _Money]


def breakdown(view: PageView, meanings: Meanings, printed: Collection[Decimal]) -> dict[str, Candidate]:
    """The net sum, the tax and the gross sum of the last breakdown on the page that its arithmetic confirms.

    `printed` are the sums of the page, among which the gross one may stand alone.
    """
    found: dict[str, Candidate] = {}
    for place, row in enumerate(view.rows):
        heads = _heads(row, meanings)
        if "tax" not in heads or len(heads) < _FEWEST:
            continue
        whole = _whole(list(_rows_below(view, place, heads)), printed)
        if whole is not None:
            found = {key: money.candidate() for key, money in whole.items()}
    return found


def _heads(row: Sequence[Cell], meanings: Meanings) -> dict[str, Cell]:
    """The cells of a row that head columns of net sums, taxes and gross sums; of two for one concept the last."""
    heads: dict[str, Cell] = {}
    for cell in row:
        text = cell.text.strip(" :*")
        if any(char.isdigit() for char in text) or len(text) > _LONGEST or "%" in text:
            continue
        words = " ".join(word for word in text.split() if not codes_of(word.strip("()[]")))
        said = meanings.of(words.casefold())
        key = _KEYS.get(said.concept.key) if said is not None and said.exact else None
        if key is not None:
            heads[key] = cell
    return heads


def _rows_below(view: PageView, place: int, heads: Mapping[str, Cell]) -> Iterator[_Row]:
    """The rows below the heads that have a sum in every column."""
    last = max(cell.line.bottom for cell in heads.values())
    height = max(cell.line.height for cell in heads.values())
    page = view.rows[place][0].page
    for row in view.rows[place + 1 : place + 1 + _MOST_ROWS]:
        if row and (row[0].page != page or row[0].line.top - last > _GAP * height):
            return
        found = _columns(row, heads)
        if found:
            last = max(money.cell.line.bottom for money in found.values())
            yield found


def _columns(row: Sequence[Cell], heads: Mapping[str, Cell]) -> _Row:
    """The sums of a row by the column that they stand in; nothing where one is missing.

    A column whose head is not known is the one that the arithmetic of the row shows.
    """
    moneys = [
        _Money(cell, number, value)
        for cell in row
        for number in cell.numbers()
        if not number.is_percent and number.has_cents and (value := number.value()) is not None
    ]
    found: dict[str, _Money] = {}
    for key, head in heads.items():
        under = [money for money in moneys if _under(head, money.cell)]
        if len(under) != 1:
            return {}
        found[key] = under[0]
    if len({id(money.cell) for money in found.values()}) < len(found):
        return {}
    rest = [money for money in moneys if money not in found.values()]
    for key in ("subtotal", "total"):
        shown = [money for money in rest if key not in found and _adds_up({**found, key: money})]
        if shown:
            found[key] = shown[0]
    return found


def _under(head: Cell, cell: Cell) -> bool:
    """Whether a sum stands below a head: most of its width, or at its right edge."""
    upper, lower = head.line, cell.line
    overlap = min(upper.right, lower.right) - max(upper.left, lower.left)
    return overlap > 0.5 * (lower.right - lower.left) or abs(upper.right - lower.right) < 1.2 * upper.height


def _whole(rows: Sequence[_Row], printed: Collection[Decimal]) -> _Row | None:
    """The row of the whole: the only one, or the last that is the sum of those above it."""
    for place in range(len(rows) - 1, -1, -1):
        row, parts = rows[place], rows[:place]
        if _holds(row, printed) and (len(rows) == 1 if not parts else _is_sum(row, parts)):
            return row
    return None


def _is_sum(row: _Row, parts: Sequence[_Row]) -> bool:
    sums = {key: sum((part[key].value for part in parts if key in part), Decimal(0)) for key in row}
    return all(abs(sums[key] - money.value) < _CENT for key, money in row.items())


def _holds(row: _Row, printed: Collection[Decimal]) -> bool:
    """Whether net and tax make the gross sum, in the row or elsewhere on the page."""
    if "subtotal" not in row:
        return False
    if "total" in row:
        return _adds_up(row)
    return row["subtotal"].value + row["tax"].value in printed


def _adds_up(row: _Row) -> bool:
    keys = ("subtotal", "tax", "total")
    if not all(key in row for key in keys):
        return False
    net, tax, gross = (row[key].value for key in keys)
    return bool(gross) and abs(net + tax - gross) < _CENT
