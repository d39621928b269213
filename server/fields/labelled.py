"""Values beside the labels of a property, the most likely first, with the probability that each is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.fields.addresses.postal import is_street_line
from server.fields.confidence import Features, confidence
from server.fields.labels.asides import is_aside
from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import Found, is_alone, values_near
from server.fields.labels.value_reader import ValueReader
from server.fields.layout.due_dates import is_of_discount
from server.fields.layout.numbered_titles import has_number_word
from server.fields.layout.unlabelled import OTHER_DATES
from server.fields.parties.persons import is_bank, is_only_job
from server.fields.parties.search import seller_hits
from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, is_cjk, is_letter
from server.fields.print.page_view import Candidate
from server.fields.print.word_lists import NEUTRAL_WORDS
from server.fields.sums.by_label import AmountReader, rank_of
from server.fields.sums.words import FUNCTION_WORDS, TAX_NAMES
from server.fields.words.headings import is_title
from server.fields.words.label_table import meanings
from server.fields.words.query import Query

AS_GOOD = 0.1  # in rank
_HEAD_ROWS = 3  # of a letterhead
_NAMED = frozenset({"bank", "company", "carrier", "employer", "payer", "laboratory", "insurer", "airline", "school"})
_LIKE_NAMES = frozenset({"laboratory", "insurer", "airline", "school"})  # whose labels are words of their names
_BY_SOMEBODY = frozenset({"cashier", "salesperson", "drawer", "reviewer", "signature"})  # who did it, by name
_EXACT = 100.0
_SENTENCE = 6  # words
_LONGEST_DATE = 32
_SELLER_HAS = frozenset(("company", "tax_id", "address", "phone", "account", "bank"))
Ranked = tuple[float, Candidate, Features]

_LIKE = 7  # letters of a word that stands for a label although one of them is misread
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
            hits = [hit for hit in hits if not _names_street(hit)]
        if key in ("bank", "branch"):
            hits = [hit for hit in hits if not _ends_name(hit)]
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
        return sorted((one for one in found if not _begins_value(one[1], found)), key=lambda item: -item[0])

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
        if _names_other_date(hit, query) or (hit.score < _EXACT and len(hit.cell.text.split()) > _SENTENCE):
            return None  # a word of a sentence that is like a label
        box = ValueReader(self.index).box_before(hit) if kind == "boolean" else None
        if box is not None:
            return 1.0, box, Features(label=hit.score / 100, own=1.0, marked=1.0, begins=1.0)
        for found in values_near(self.index, hit):
            if _only_resembles(found) or is_aside(found.text):
                continue
            candidate = ValueReader(self.index).read(found, kind) if self._fits(found, kind) else None
            if candidate is not None and (_goes_on(found, candidate) or _is_word_for(candidate.text, kind, query)):
                return None
            if candidate is not None and _heads_page(found, query):
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
            return within or (kind == "code" and _closes_heading(hit, found.text))
        if found.place == "behind" and not marked and kind in ("text", "name", "company", "address", "boolean"):
            heading = kind == "name" and len(found.text.split()) == 1  # `Employee Handbook`
            fits = kind != "company" and not heading and hit.start <= 1
            return is_cjk(hit.label) or (fits and _starts_value(found.text))
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


def _differ(ranked: Sequence[Ranked], query: Query) -> bool:
    """Whether a price or an amount stands at equal labels with different values, none of them the document's."""
    if query.concept is not None and query.concept.key not in ("price", "amount"):
        return False
    best = [one for rank, one, _ in ranked if rank >= ranked[0][0] - _SAME_RANK]
    return len({one.text for one in best}) > 1


def _without_wider(ranked: list[Ranked], hits: Sequence[Hit], query: Query) -> list[Ranked]:
    """`ranked` without what stands at wider labels where a narrower one is printed and left empty."""
    empty = any(hit.label not in query.wider and _asks(hit) for hit in hits)
    answered = any(not features.wider for _, _, features in ranked)
    return [one for one in ranked if not one[2].wider] if empty and not answered else ranked


def _asks(hit: Hit) -> bool:
    """Whether a label with a colon or a word for number asks for a value: a title, such as `Passport`, does not."""
    marked = hit.cell.text[hit.end :].lstrip(" .")[:1] in (":", "：")
    numbered = has_number_word(hit.cell.text[hit.start : hit.end])
    return hit.score == _EXACT and is_alone(hit) and (marked or numbered)


def _only_resembles(found: Found) -> bool:
    """Whether a value follows a single word that is merely like a label, with no sign between: `Bath BA2 4TT`."""
    hit = found.hit
    word = hit.cell.text[hit.start : hit.end].strip()
    return hit.score < _EXACT and found.place == "behind" and not found.marked and word.isalpha() and len(word) < _LIKE


def _begins_value(candidate: Candidate, ranked: Sequence[Ranked]) -> bool:
    """Whether the label of `candidate` begins what stands at another label: `Authority | HARBOUR OFFICE`."""
    line = candidate.lines[0]
    return any(
        line in other.lines[1:] and len(other.text) > len(candidate.text) and other.text.endswith(candidate.text)
        for _, other, _ in ranked
    )


def _is_word_for(text: str, kind: str, query: Query) -> bool:
    """Whether what stands where a name should is a label or a job itself: `Landlord | Property Manager`."""
    named = kind in ("name", "company", "address") or (query.concept is not None and query.concept.key in _BY_SOMEBODY)
    return named and (compact(text) in meanings() or is_only_job(text))


def _goes_on(found: Found, candidate: Candidate) -> bool:
    """Whether unknown words follow a label and its value stands in the next cell: `Date of next service | 7 Nov`."""
    if found.place != "behind" or found.marked or candidate.text[:4] in found.text or is_cjk(found.hit.label):
        return False
    words = [compact(word) for word in found.text.split() if any(char.isalpha() for char in word)]
    return any(word not in FUNCTION_WORDS and word not in NEUTRAL_WORDS for word in words)


def _heads_page(found: Found, query: Query) -> bool:
    """Whether a label is the first word of a name in a letterhead: `Bank of Oakham`, `Hotel Larch`."""
    hit = found.hit
    unmarked = found.place == "behind" and not found.marked and not is_cjk(hit.label)
    named = query.concept.key in _NAMED if query.concept else hit.label in query.own
    plain = not any(char.isdigit() for char in hit.cell.text) and " " not in hit.cell.text[: hit.end]
    return unmarked and named and plain and hit.cell.row < _HEAD_ROWS and hit.start == 0


def _ends_name(hit: Hit) -> bool:
    """Whether a Japanese or Chinese word closes a name (`みどり銀行 梅田支店`, no colon behind) or begins a title."""
    text = hit.cell.text
    if is_title(text):  # `银行对账单`
        return True
    return hit.start > 0 and is_cjk(text[hit.start - 1]) and text[hit.end :].lstrip()[:1] not in (":", "：")


def _names_street(hit: Hit) -> bool:
    """Whether a label of addresses is the first word of one: `ul. Polna 2`, `Calle Mayor 5`."""
    text = hit.cell.text
    return is_street_line(f"{text[hit.start : hit.end]} 1") and ":" not in text[hit.end : hit.end + 2]


def _names_other_date(hit: Hit, query: Query) -> bool:
    """Whether the label is part of another date's name, as in `Expiry Date` where a plain date was looked for."""
    before = hit.cell.text[: hit.start].casefold()
    own = query.concept.key if query.concept else ""
    if own == "due_date" and is_of_discount(hit.cell.text):
        return True
    return own == "date" and any(word in before for word in OTHER_DATES)


def _closes_heading(hit: Hit, text: str) -> bool:
    """Whether a number closes a heading whose other words change nothing: `TAX INVOICE 10023`."""
    before = [compact(word) for word in hit.cell.text[: hit.start].split()]
    plain = all(word in TAX_NAMES or word in NEUTRAL_WORDS for word in before)
    return plain and len(text.split()) == 1 and any(char.isdigit() for char in text)


def _starts_value(text: str) -> bool:
    return bool(text) and (text[0].isupper() or text[0].isdigit() or not is_letter(text[0])) and len(text.split()) <= 5
