"""Values beside the labels of a property, the most likely first, with the probability that each is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.fields.confidence import Features, confidence
from server.fields.found_words import (
    Ranked,
    asks,
    begins_value,
    closes_heading,
    ends_name,
    goes_on,
    heads_page,
    is_word_for,
    names_other_date,
    names_street,
    only_resembles,
    starts_value,
)
from server.fields.labels.asides import is_aside
from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import Found, is_alone, values_near
from server.fields.labels.value_reader import ValueReader
from server.fields.parties.persons import is_bank
from server.fields.parties.search import seller_hits
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Candidate
from server.fields.sums.by_label import AmountReader, rank_of
from server.fields.words.label_table import meanings
from server.fields.words.query import Query

AS_GOOD = 0.1  # in rank
_LIKE_NAMES = frozenset({"laboratory", "insurer", "airline", "school"})  # whose labels are words of their names
_EXACT = 100.0
_SENTENCE = 6  # words
_LONGEST_DATE = 32
_SELLER_HAS = frozenset(("company", "tax_id", "address", "phone", "account", "bank"))
_PAIR = 2  # cells of a form's row
_RECORDS = 4  # of one form on a document; parties, pages and periods come in twos and threes
_SAME_RANK = 0.01
_BETWEEN = 2  # rows from one date of a column to the next


@dataclass(frozen=True, slots=True)
class LabelledSearch:
    """Searches the labels of one view.

    `head_row` is the row of the heads of goods, `table_start` the one where a table of taxes begins.
    """

    index: LabelIndex
    amounts: AmountReader
    head_row: int | None
    table_start: int

    def find(self, query: Query, kind: str, outside: frozenset[int] = frozenset()) -> Iterator[Candidate]:
        """What stands beside the labels of `query`, a value of `kind`; nothing at labels in the cells `outside`."""
        hits = [hit for hit in self._hits(query, kind) if id(hit.cell) not in outside]
        ranked = self._amounts(hits, query) if kind == "amount" else self._ranked(hits, query, kind)
        if _differ(ranked, query) if kind == "amount" else self._repeated(ranked):
            return
        ranked = _without_wider(ranked, hits, query)
        for rank, candidate, features in ranked:
            rivals = {other.text for place, other, _ in ranked if place > rank - AS_GOOD} - {candidate.text}
            sure = replace(features, rivals=min(1.0, len(rivals) / 3))
            yield replace(candidate, score=confidence(sure))

    def _hits(self, query: Query, kind: str) -> list[Hit]:
        """The places of the labels of `query` in reading order, without words that are no label there."""
        labels = [label for label in query.labels if label in query.own or not self._means_other(label, query)]
        hits = self.index.find_all(labels)
        key = query.concept.key if query.concept else ""
        if key in _LIKE_NAMES:
            hits = [hit for hit in hits if hit.score == _EXACT]
        if kind == "address":
            hits = [hit for hit in hits if not names_street(hit)]
        if key in ("bank", "branch"):
            hits = [hit for hit in hits if not ends_name(hit)]
        if key == "branch":
            hits = [hit for hit in hits if self._is_of_bank(hit)]
        if key in _SELLER_HAS:
            hits = seller_hits(hits)
        return sorted(hits, key=lambda hit: (hit.cell.row, hit.cell.column, hit.start))

    def _amounts(self, hits: Sequence[Hit], query: Query) -> list[Ranked]:
        ranked = [(named.rank, named.candidate, named.features) for named in self.amounts.find(hits, query)]
        if ranked or (query.concept is not None and query.concept.kind == "amount"):
            return ranked
        return self._ranked([hit for hit in hits if is_alone(hit)], query, "quantity")

    def _ranked(self, hits: Sequence[Hit], query: Query, kind: str) -> list[Ranked]:
        """What stands at the labels, the likeliest first, in reading order where ranks are equal."""
        found = [one for hit in hits if (one := self._at(hit, query, kind)) is not None]
        return sorted((one for one in found if not begins_value(one[1], found)), key=lambda item: -item[0])

    def _repeated(self, ranked: Sequence[Ranked]) -> bool:
        """Whether one label stands again and again at one place of its rows, each time with another value.

        Then the values are those of records, none of them the document's: ten parcels, each with its `Parcel no.`.
        """
        best = [candidate for rank, candidate, _ in ranked if rank >= ranked[0][0] - _SAME_RANK] if ranked else []
        labels = [
            candidate.lines[0] for candidate in best if len(candidate.lines) > 1 or ":" in candidate.lines[0].text
        ]
        first = labels[0] if labels else None
        alike = [line for line in labels if first is not None and abs(line.left - first.left) <= first.height]
        return len(alike) >= _RECORDS and len({candidate.text for candidate in best}) >= _RECORDS

    def _is_of_bank(self, hit: Hit) -> bool:
        """Whether a word for branch stands by itself or next to a bank's name: many a company is called `Agence`."""
        near = self.index.view.rows[max(0, hit.cell.row - 1) : hit.cell.row + 2]
        return is_cjk(hit.label) or is_alone(hit) or any(is_bank(cell.text) for row in near for cell in row)

    def _means_other(self, label: str, query: Query) -> bool:
        """Whether a synonym from another language is a word for something else in the page's: `No. Polisi` in Malay."""
        if query.concept is None or not self.index.languages:
            return False
        here = [key for code, key in meanings().get(label, ()) if code == self.index.languages[0]]
        return bool(here) and not {query.concept.key, query.concept.falls_back, *query.concept.includes} & {*here}

    def _at(self, hit: Hit, query: Query, kind: str) -> Ranked | None:
        """The value of the label at `hit`, with its rank and what speaks for it."""
        if names_other_date(hit, query) or _is_of_sentence(hit):
            return None
        box = ValueReader(self.index).box_before(hit) if kind == "boolean" else None
        if box is not None:
            return 1.0, box, Features(label=hit.score / 100, own=1.0, marked=1.0, begins=1.0)
        for found in values_near(self.index, hit):
            if only_resembles(found) or is_aside(found):
                continue
            candidate = ValueReader(self.index).read(found, kind) if self._fits(found, kind) else None
            if candidate is not None and (goes_on(found, candidate) or is_word_for(found, candidate.text, kind, query)):
                return None
            if candidate is not None and heads_page(found, query):
                candidate = replace(candidate, text=hit.cell.text.strip())
            if candidate is not None:
                features = Features(
                    label=hit.score / 100,
                    own=hit.label in query.own,
                    wider=hit.label in query.wider,
                    marked=found.marked,
                    begins=hit.start <= 1,
                    below=found.place in ("below", "above"),
                    recognised=min(line.score for line in candidate.lines),
                )
                return (
                    rank_of(features) + query.nearness(hit.label) - 0.5 * (hit.cell.row >= self.table_start),
                    candidate,
                    features,
                )
        return None

    def dates_of_unknown_form(self, query: Query) -> Iterator[Candidate]:
        """What stands beside the label of a date and is none that is known: `Week 12 / 2024`; it has a digit."""
        for candidate in self.find(query, "text"):
            if any(char.isdigit() for char in candidate.text) and len(candidate.text) <= _LONGEST_DATE:
                yield candidate

    def _fits(self, found: Found, kind: str) -> bool:
        """Whether a text may be the value at all: words that merely follow a word of print are none."""
        hit, marked = found.hit, found.marked
        heads = self._heads_dates(found) if kind == "date" else hit.cell.row == self.head_row
        heads = heads or self._heads_rows(found)
        if heads and found.place == "below":
            return False  # the head of a column, whose values are the rows'
        if kind in ("company", "name") and not marked and hit.cell.text[:1].islower() and found.place == "below":
            return False  # the last word of a sentence
        if hit.start > 1 and kind in ("company", "name", "address") and not is_cjk(hit.label):
            return False
        if hit.start > 1 and found.place == "behind" and not marked and not is_cjk(hit.cell.text):
            within = kind in ("email", "phone") or (kind in ("date", "time") and hit.start <= 24)
            return within or (kind == "code" and closes_heading(hit, found.text))
        if found.place == "behind" and not marked and kind in ("text", "name", "company", "address", "boolean"):
            heading = kind == "name" and len(found.text.split()) == 1  # `Employee Handbook`
            fits = kind != "company" and not heading and hit.start <= 1
            return is_cjk(hit.label) or (fits and starts_value(found.text))
        return hit.start <= 1 or kind not in ("company", "address") or is_cjk(hit.label) or marked

    def _heads_rows(self, found: Found) -> bool:
        """Whether a label among others heads a column of two rows or more, whose cells are no fields of the page."""
        view, cell = self.index.view, found.hit.cell
        rows = [view.rows[cell.row], *view.rows[cell.row + 1 : cell.row + 1 + _BETWEEN]]
        if found.place != "below" or len(rows) <= _BETWEEN or any(len(row) <= _BETWEEN for row in rows):
            return False
        under = {other.row for other in view.below(cell)}
        return len(under) == _BETWEEN and not any(self.index.is_label(other) for row in rows[1:] for other in row)

    def _heads_dates(self, found: Found) -> bool:
        """Whether a label stands above a column of dates, row by row."""
        view = self.index.view
        cell = found.hit.cell
        below = [other for other in view.below(cell, rows=4) if any(map(str.isdigit, other.text))]
        dated = [other for other in below if find_dates(other.text)]
        form = len(view.rows[cell.row]) <= _PAIR and any(map(self.index.is_label, below[: len(dated)]))
        return not form and len(dated) > 1 and dated[1].row - dated[0].row <= _BETWEEN


def _is_of_sentence(hit: Hit) -> bool:
    """Whether a misread label is rather a word of a sentence that is like one; a colon behind it shows a label."""
    return hit.score < _EXACT and len(hit.cell.text.split()) > _SENTENCE and not is_alone(hit)


def _differ(ranked: Sequence[Ranked], query: Query) -> bool:
    """Whether a price or an amount stands at equal labels with different values, none of them the document's."""
    if query.concept is not None and query.concept.key not in ("price", "amount"):
        return False
    best = [one for rank, one, _ in ranked if rank >= ranked[0][0] - _SAME_RANK]
    return len({one.text for one in best}) > 1


def _without_wider(ranked: list[Ranked], hits: Sequence[Hit], query: Query) -> list[Ranked]:
    """`ranked` without what stands at wider labels where a narrower one is printed and left empty."""
    empty = any(hit.label not in query.wider and asks(hit) for hit in hits)
    answered = any(not features.wider for _, _, features in ranked)
    return [one for one in ranked if not one[2].wider] if empty and not answered else ranked
