"""Unlabelled values: company and address by their position, dates, currency, rates, telephone."""

import re
from collections.abc import Iterator
from functools import cached_property

from server.fields.checks.arithmetic import prove
from server.fields.labels.index import LabelIndex
from server.fields.layout.cards_and_tickets import card_value
from server.fields.layout.money_of_page import currency_values
from server.fields.layout.numbered_titles import title_dates, title_numbers
from server.fields.layout.totals import find_column_sums, find_totals, stated_totals
from server.fields.parties.blocks import Part
from server.fields.parties.people import People
from server.fields.parties.search import Parties
from server.fields.parties.seller import seller_values
from server.fields.print.dates import find_dates
from server.fields.print.folding import compact
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.print.parsing import printed_value
from server.fields.print.reach import is_plain_phone, printed_website
from server.fields.sums.breakdown import breakdown
from server.fields.sums.nets import nets_among
from server.fields.sums.page_sums import PageSums
from server.fields.words.concepts import Party
from server.fields.words.party_words import Role

OTHER_DATES = (
    "expir",
    "exp ",
    "exp.",
    "exp:",
    "dob",
    "due",
    "valid",
    "birth",
    "deliver",
    "到期",
    "有效",
    "出生",
    "失效",
    "截止",
    "print",
    *("gemäß bestellung", "ihre bestellung", "ihrer bestellung", "votre commande", "your order", "su pedido"),
)
LAYOUT_KEYS = frozenset(
    (
        *("employer", "company", "address", "date", "datetime", "time", "total", "amount_due", "amount"),
        *("currency", "tax_rate", "phone", "email", "website", "card_number", "expiry"),
    )
)
_ROLES: tuple[Role, ...] = ("buyer", "seller", "ship_to")
_TAX = re.compile(r"\b(?:vat|gst|sst|tax)\b|税", re.IGNORECASE)


class LayoutSearch:
    """Searches one page view for values without a label."""

    def __init__(self, index: LabelIndex, sums: PageSums) -> None:
        self.index = index
        self.view = index.view
        self.parties = Parties(index)
        self.people = People(self.view)
        self.sums = sums
        self.proofs = prove(sums, [total.sum for total in stated_totals(sums)])

    def find(self, key: str, party: Party | None = None) -> Iterator[Candidate]:
        """Yield candidates for the concept `key`, one of `LAYOUT_KEYS`; nothing of the buyer's for the seller."""
        view = self._without_buyer() if party == "seller" else self.view
        if key in ("company", "address", "employer"):
            yield from self._of_seller(key)
        elif key in ("date", "datetime"):
            yield from self._any_date(key)
        elif key in ("amount_due", "amount"):
            yield from self.totals()
        elif key == "currency":
            yield from currency_values(self.view)
        elif key == "tax_rate":
            yield from self._tax_rate()
        elif key in ("card_number", "expiry"):
            yield from (Candidate(text, (cell.line,), 0.6) for text, cell in card_value(self.view, key))
        elif key == "website":
            yield from self._website(view)
        else:
            yield from self._of_kind(key, view)

    def _of_seller(self, key: str) -> Iterator[Candidate]:
        """The seller's name or address by rows and letterhead; no name on a card, whose largest print is a person."""
        if key != "company" or not self.people.is_card:
            for found in seller_values(self._without_buyer(), self.seller_head(), key):
                if compact(found.text) not in self.index.vocabulary:
                    yield found

    def _of_kind(self, key: str, view: PageView) -> Iterator[Candidate]:
        """Times, mail addresses, and telephone numbers that have a line of their own."""
        for cell in view.cells:
            printed = printed_value(key, cell.text)
            if printed is not None and (key != "phone" or self._is_phone_line(cell, printed)):
                yield Candidate(printed, (cell.line,), 0.5)

    def _is_phone_line(self, cell: Cell, printed: str) -> bool:
        """Whether a telephone number has a line of its own, and no label beside or above that says otherwise."""
        text = cell.text.strip()
        if find_dates(text) or not is_plain_phone(printed):
            return False
        if not text.startswith("+") and len(printed) <= 0.8 * len(text):
            return False
        left = self.view.rows[cell.row][cell.column - 1] if cell.column else None
        above = self.view.rows[cell.row - 1] if cell.row else []
        labels = [other for other in above if abs(other.line.left - cell.line.left) < 2 * cell.line.height]
        return not any(self.index.is_label(other) for other in (*labels, *([left] if left else [])))

    def _website(self, view: PageView) -> Iterator[Candidate]:
        """Anything that looks like an address on the web."""
        for cell in view.cells:
            printed = printed_website(cell.text)
            if printed is not None:
                yield Candidate(printed, (cell.line,), 0.6)

    def _tax_rate(self) -> Iterator[Candidate]:
        """A percentage in a line that mentions a tax."""
        for cell in self.view.cells:
            for number in cell.numbers():
                if number.is_percent and _TAX.search(cell.text):
                    yield Candidate(cell.text[number.start : number.end].strip() + "%", (cell.line,), 0.5)

    def _any_date(self, key: str) -> Iterator[Candidate]:
        """Dates without a label: one with a time beside it first, then in reading order; none of another meaning."""
        found: list[tuple[int, Candidate]] = []
        for row in self.view.rows:
            text = " ".join(cell.text for cell in row)
            if any(word in text.casefold() for word in OTHER_DATES):
                continue
            for cell in row:
                printed = printed_value(key, cell.text) if find_dates(cell.text) else None
                if printed:
                    timed = printed_value("time", text) is not None
                    found.append((0 if timed else 1, Candidate(printed, (cell.line,), 0.6)))
        yield from (candidate for _, candidate in sorted(found, key=lambda item: item[0]))

    def _without_buyer(self) -> PageView:
        """The view without the parts of the buyer and of whom the goods go to."""
        part = self.of_buyer() | {id(cell) for cell in self.parties.cells("ship_to")}
        return self.view.select(lambda cell: id(cell) not in part) if part else self.view

    def seller_head(self) -> Part:
        """The letterhead, where it is not the buyer's."""
        head = self.parties.letterhead
        return head if not {id(cell) for cell in head.cells} & self.of_buyer() else Part()

    def of_buyer(self) -> set[int]:
        """The identities of the buyer's cells."""
        return {id(cell) for cell in self.parties.cells("buyer")}

    def owner_of(self, cell: Cell) -> Role | None:
        """Whose part of the page a cell stands in."""
        for role in _ROLES:
            if any(cell is other for other in self.parties.cells(role)):
                return role
        return self.parties.owner_above(cell)

    def sum_row(self, key: str) -> Iterator[Candidate]:
        """The sums under a table of goods with a column of taxes, in one row: 合计 ¥350.00 ¥45.50."""
        sums = find_column_sums(self.view)
        if sums is not None:
            cell, number = sums[1] if key == "tax" else sums[0]
            yield Candidate(cell.text[number.start : number.end].strip(), (cell.line,), 0.8)

    def sure(self, key: str) -> Iterator[Candidate]:
        """The sums that the arithmetic of the page confirms by column or by name; the date in an invoice's title."""
        if key == "date":
            yield from title_dates(self.view)
        if key == "invoice_number":
            yield from title_numbers(self.view)
        if key == "subtotal":
            for one in nets_among([total.sum for total in stated_totals(self.sums)], self.sums):
                yield Candidate(one.text, tuple(cell.line for cell in one.cells), 0.8, ("subtotal + tax = total",))
        if key in ("tax", "subtotal", "total") and key in self._breakdown:
            yield self._breakdown[key]

    @cached_property
    def _breakdown(self) -> dict[str, Candidate]:
        printed = {one.value for one in self.sums.all if one.value is not None}
        return breakdown(self.view, self.sums.meanings, printed)

    def totals(self) -> Iterator[Candidate]:
        """Amounts that may be the total, best first."""
        for total in find_totals(self.sums, self.proofs):
            lines = tuple(cell.line for cell in total.sum.cells)
            yield Candidate(total.sum.text, lines, min(1.0, total.score / 6), self.proofs.get(total.sum, ()))
