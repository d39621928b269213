"""Numbers of credit notes: the note's own, and that of the invoice which it corrects, each at labels of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from server.fields.labelled import LabelledSearch
from server.fields.labels.index import LabelIndex
from server.fields.layout.numbered_titles import names_invoice
from server.fields.print.folding import compact
from server.fields.print.page_view import Candidate
from server.fields.words.all_languages import labels_of
from server.fields.words.query import Query

_OWN = "invoice_number/credit_note"


@lru_cache(maxsize=1)
def _names_of_notes() -> frozenset[str]:
    return frozenset(labels_of(_OWN))


def asks_for_note(query: Query) -> bool:
    """Whether a property asks for the number of a credit note itself."""
    return not _names_of_notes().isdisjoint(query.own)


def asks_for_corrected(query: Query, index: LabelIndex) -> bool:
    """Whether a property asks for the number of an invoice, on a page that corrects one and prints its number."""
    named = not frozenset(query.own).isdisjoint(labels_of("invoice_number"))
    return named and not asks_for_note(query) and any(map(index.is_printed, labels_of("original_invoice")))


def number_of_note(query: Query) -> Query:
    """`query` for a credit note's number, without the labels of an invoice's."""
    return replace(query, synonyms=labels_of(_OWN), preferred=_names_of_notes())


def of_note(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """`found` without the numbers of invoices."""
    return (one for one in found if _is_of_note(one) or not names_invoice(compact(one.lines[0].text)))


def of_corrected(found: Iterable[Candidate], search: LabelledSearch) -> Iterator[Candidate]:
    """`found` without the number of the note itself; then the number of the invoice that it corrects."""
    yield from (one for one in found if not _is_of_note(one))
    yield from search.find(Query(own=labels_of("original_invoice")), "code")


def _is_of_note(candidate: Candidate) -> bool:
    """Whether the line of a number names a credit note: `Credit note No. 77`."""
    text = compact(candidate.lines[0].text)
    return any(label in text for label in _names_of_notes())
