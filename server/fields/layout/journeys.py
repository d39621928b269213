"""Tickets and stays: what a property asks for on them, and the one sum and the one day that a ticket prints."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from server.fields.labels.index import LabelIndex
from server.fields.print.dates import find_dates
from server.fields.print.folding import compact
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.print.printed_number import PrintedNumber
from server.fields.print.units import units_at
from server.fields.words.all_languages import concept_labels, labels_of
from server.fields.words.concepts import concepts
from server.fields.words.query import Query, known_labels

# Of what a page of a journey prints, one must be of those that only tickets have.
_OF_TICKETS: Final = ("train", "seat", "coach", "seat_class")
_OF_JOURNEYS: Final = (*_OF_TICKETS, "origin", "destination", "departure_time", "arrival_time", "travel_date")
_ENOUGH: Final = 3
_EXACT: Final = 100.0
_FARES: Final = frozenset(("total", "price", "amount"))
_DAYS: Final = frozenset(("date", "travel_date"))
_OF_STAYS: Final = ("check_in", "check_out")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_TAX_LETTER: Final = re.compile(r"\s?[A-Z](?!\w)")
_WORD_BEHIND: Final = re.compile(r"\s?[^\W\d_]")
_SURE: Final = 0.6


def is_ticket(index: LabelIndex) -> bool:
    """Whether the labels of a page are those of a journey with a train, a coach, a seat or a class."""
    printed = {key for key in _OF_JOURNEYS if _prints(index, key)}
    return len(printed) >= _ENOUGH and not printed.isdisjoint(_OF_TICKETS)


def _prints(index: LabelIndex, key: str) -> bool:
    return any(hit.score == _EXACT and hit.start <= 1 for hit in index.find_all(labels_of(key)))


def only_value(view: PageView, key: str) -> Iterator[Candidate]:
    """The one sum of a ticket, whatever it is called, and its one day; nothing where there are two."""
    found = list(_sums(view)) if key in _FARES else list(_days(view)) if key in _DAYS else []
    if len({text for text, _ in found}) == 1:
        text, cell = found[0]
        yield Candidate(text, (cell.line,), _SURE)


def _sums(view: PageView) -> Iterator[tuple[str, Cell]]:
    for cell in view.cells:
        for number in cell.numbers():
            if number.has_currency or _may_be_fare(cell.text, number):
                yield cell.text[number.start : number.end], cell


def _may_be_fare(text: str, number: PrintedNumber) -> bool:
    """Whether a bare number may be a sum: cents without a unit, though with a letter of taxes; thousands alone."""
    if number.has_cents:
        return _TAX_LETTER.match(text, number.end) is not None or units_at(text, number.end) is None
    return bool(_GROUPED.fullmatch(number.digits)) and not _WORD_BEHIND.match(text, number.end)


def _days(view: PageView) -> Iterator[tuple[str, Cell]]:
    """Every date; the one of a birth or of the sale is a day too, so that no other is the only one."""
    for cell in view.cells:
        for date in find_dates(cell.text):
            yield ("" if _is_of_other(view, cell, date.start) else cell.text[date.start : date.end]), cell


def _is_of_other(view: PageView, cell: Cell, start: int) -> bool:
    """Whether a date stands at the label of another day than that of the journey."""
    above = (
        other.text for other in view.rows[cell.row - 1] if abs(other.line.left - cell.line.left) < cell.line.height
    )
    left = view.rows[cell.row][cell.column - 1].text if cell.column else ""
    labels = (cell.text[:start], left, *(above if cell.row else ()))
    named = (known_labels().get(compact(label)) for label in labels)
    return any(one is not None and one.kind == "date" and one.key not in _DAYS for one in named)


def of_stay(query: Query) -> Query:
    """What a property asks for on the page of a hotel: its `departure_date` is the day when the stay ends."""
    for key in _OF_STAYS:
        if query.concept is not None and query.concept.key != key and query.own[0] in labels_of(key):
            concept = concepts()[key]
            return replace(query, synonyms=concept_labels(concept), concept=concept, wider=frozenset())
    return query
