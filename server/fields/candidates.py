"""Candidates for a schema property: the printed texts that may be its value, the most likely first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from server.fields.addresses.postal import is_street_line
from server.fields.checks.digits import check_digits
from server.fields.confidence import Features, confidence, raised
from server.fields.identity.zone_search import find_zone, settle, without_zone
from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import Found, values_near
from server.fields.labels.value_reader import ValueReader, value_is_label
from server.fields.layout.cards_and_tickets import ticket_value
from server.fields.layout.totals import tax_table_start
from server.fields.layout.unlabelled import LAYOUT_KEYS, OTHER_DATES, LayoutSearch
from server.fields.parties.blocks import Part
from server.fields.parties.people import is_bank, issuer_key, person_key
from server.fields.parties.search import hits_by_party, seller_hits
from server.fields.parties.values import party_values
from server.fields.print.dates import is_month_first
from server.fields.print.folding import compact, fold, is_cjk, is_letter
from server.fields.print.page_view import Candidate, PageView
from server.fields.print.word_lists import NEUTRAL_WORDS
from server.fields.sums.by_label import AmountReader, rank_of
from server.fields.sums.meanings import Meanings
from server.fields.sums.page_sums import PageSums
from server.fields.sums.words import TAX_NAMES
from server.fields.tables.item_table import find_head_row
from server.fields.words.query import Query, known_labels

# What a page may call its total by whatever name; other Chinese names tell one sum of a page from another.
_ANY_TOTAL = frozenset(("合计", "总计", "总额", "总金额", "合计金额", "总计金额", "金额合计", "总价", "小写"))

_TOTAL_TOO = frozenset({"amount_due", "amount"})  # of which a page may print one total alone
_AS_GOOD = 0.1  # in rank
_LONGEST_DATE = 32
Ranked = tuple[float, Candidate, Features]


class FieldSearch:
    """Searches one view; made once per request and asked per property. `own_labels` are the names of properties."""

    def __init__(
        self, view: PageView, own_labels: Sequence[str] = (), languages: tuple[str, ...] | None = None
    ) -> None:
        self.pages = {id(cell.line): cell.page for cell in view.cells}
        self.zone = find_zone(view)
        view = without_zone(view, self.zone)
        self.view = view
        self.index = LabelIndex(view, own_labels, languages)
        self.reader = ValueReader(self.index)
        language = self.index.languages[0] if self.index.languages else ""
        self.sums = PageSums(view, Meanings(language, self.index.vocabulary))
        self.layout = LayoutSearch(self.index, self.sums)
        self.month_first = is_month_first(cell.text for cell in view.cells)
        self.table_start = tax_table_start(view)
        self.amounts = AmountReader(self.sums, self.table_start, self.layout.proofs)
        self.asked = {concept.key for label in own_labels if (concept := known_labels().get(label)) is not None}
        self.head_row = find_head_row(view)
        self._parts: dict[Part, FieldSearch] = {}

    def candidates(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Yield what may answer `query`, a value of `kind` (`labels.Kind`, or boolean), and holds its check digits.

        What fails a check that has exceptions comes last.
        """
        key = query.concept.key if query.concept else ""
        doubted: list[Candidate] = []
        for candidate in settle(self.zone, query, self._candidates(query, key, kind)):
            verdict = check_digits(key, candidate.text)
            if verdict is None:
                yield candidate
            elif verdict.holds:
                yield replace(
                    candidate,
                    score=raised(candidate.score, Features(checked=1.0)),
                    checked=(*candidate.checked, verdict.name),
                )
            elif not verdict.refuses:
                doubted.append(replace(candidate, score=raised(candidate.score, Features(refuted=1.0))))
        yield from doubted

    def _candidates(self, query: Query, key: str, kind: str) -> Iterator[Candidate]:
        if key == "total":
            if any(is_cjk(label) and label not in _ANY_TOTAL for label in query.own):
                yield from self._labelled(Query(own=query.own), kind)
            yield from self._totals()
            return
        if query.party == "buyer" or (query.party == "seller" and key not in LAYOUT_KEYS):
            yield from self._of_party(query, kind)
            return
        if key in ("tax", "subtotal", "amount"):
            yield from _unlabelled(self.layout.sum_row(key))
        if (query.party == "seller" or key == "company") and (part := self.layout.parties.part("seller")):
            yield from _unlabelled(party_values(part, key))
        if key == "employer":  # who pays heads a payslip; a name below `Employee` is not its own
            yield from self._labelled(Query(own=(), synonyms=query.synonyms, concept=query.concept), kind)
            yield from _unlabelled(self.layout.find(key))
        buyers = frozenset(self.layout.of_buyer()) if query.party == "seller" else frozenset()
        yield from self._labelled(query, kind, outside=buyers)
        yield from self._shortened(query)
        if query.party == "seller" or key in ("company", "address"):
            yield from self._under_heading(query, kind)
        if key == "company" or query.party == "seller":
            yield from _unlabelled(self._by_order(query, kind))
        yield from _unlabelled(self._of_people(query, key))
        if key in LAYOUT_KEYS and not (key in _TOTAL_TOO and "total" in self.asked):
            yield from _unlabelled(self.layout.find(key, query.party))
        yield from _unlabelled(Candidate(text, (cell.line,), 0.5) for text, cell in ticket_value(self.view, key))

    def _of_people(self, query: Query, key: str) -> Iterator[Candidate]:
        """What a business card or a letter says of a person, and who gets the goods."""
        people = self.layout.people
        yield from people.values(person_key(query.own, key, card=people.is_card))
        issuer = issuer_key(query.own)
        for named in self.layout.find("company") if issuer else ():
            if issuer == "company" or is_bank(named.text):
                yield named
        if key in ("ship_to", "ship_address"):
            yield from party_values(self.layout.parties.part("ship_to"), key)

    def _totals(self) -> Iterator[Candidate]:
        """The totals by what their words, their place and the page's arithmetic say; their scores go up to 6."""
        totals = list(self.layout.totals())
        for candidate in totals:
            rivals = {other.text for other in totals if other.score > candidate.score - _AS_GOOD} - {candidate.text}
            features = Features(
                label=min(1.0, candidate.score * 1.5),
                own=1.0,
                begins=1.0,
                recognised=min(line.score for line in candidate.lines),
                checked=min(1.0, len(candidate.checked) / 2),
                rivals=min(1.0, len(rivals) / 3),
            )
            yield replace(candidate, score=confidence(features))

    def dates_of_unknown_form(self, query: Query) -> Iterator[Candidate]:
        """What stands beside the label of a date and is none that is known: `Week 12 / 2024`; it has a digit."""
        for candidate in self._labelled(query, "text"):
            if any(char.isdigit() for char in candidate.text) and len(candidate.text) <= _LONGEST_DATE:
                yield candidate

    def _labelled(self, query: Query, kind: str, outside: frozenset[int] = frozenset()) -> Iterator[Candidate]:
        hits = [hit for hit in self.index.find_all(query.labels) if id(hit.cell) not in outside]
        if kind == "address":
            hits = [hit for hit in hits if not _names_street(hit)]
        if query.concept and query.concept.key in ("company", "tax_id", "address", "phone", "account", "bank"):
            hits = seller_hits(hits)
        hits = sorted(hits, key=lambda hit: (hit.cell.row, hit.cell.column, hit.start))
        if kind == "amount":
            ranked = [(named.rank, named.candidate, named.features) for named in self.amounts.find(hits, query)]
        else:
            ranked = [found for hit in hits if (found := self._at(hit, query, kind)) is not None]
            ranked.sort(key=lambda item: -item[0])  # stable: in reading order where ranks are equal
        for rank, candidate, features in ranked:
            rivals = {other.text for place, other, _ in ranked if place > rank - _AS_GOOD} - {candidate.text}
            sure = replace(features, rivals=min(1.0, len(rivals) / 3))
            yield replace(candidate, score=confidence(sure))

    def _at(self, hit: Hit, query: Query, kind: str) -> Ranked | None:
        """The value of the label at `hit`, with its rank and what speaks for it."""
        if kind == "date" and _names_other_date(hit, query):
            return None
        box = self.reader.box_before(hit) if kind == "boolean" else None
        if box is not None:
            return 1.0, box, Features(label=hit.score / 100, own=1.0, marked=1.0, begins=1.0)
        for found in values_near(self.index, hit):
            candidate = self.reader.read(found, kind) if self._fits(found, kind) else None
            if candidate is not None:
                features = Features(
                    label=hit.score / 100,
                    own=hit.label in query.own,
                    wider=hit.label in query.wider,
                    marked=found.marked,
                    begins=hit.start <= 1,
                    below=found.place == "below",
                    recognised=min(line.score for line in candidate.lines),
                )
                return (
                    rank_of(features) + query.nearness(hit.label) - 0.5 * (hit.cell.row >= self.table_start),
                    candidate,
                    features,
                )
        return None

    def _shortened(self, query: Query) -> Iterator[Candidate]:
        """Values behind a label that leaves out the last word of the property's name; the value must be of its kind."""
        for candidate in self._labelled(Query(own=query.short), query.short_kind) if query.short else ():
            first = candidate.text.split()[0]
            set_apart = len(candidate.lines) > 1 or ":" in fold(candidate.lines[0].text)
            fitting = {"code": any(char.isdigit() for char in first), "name": set_apart}
            if fitting.get(query.short_kind, True):
                yield candidate

    def _under_heading(self, query: Query, kind: str) -> Iterator[Candidate]:
        """What stands under a heading of its own that names the seller: `From:`, `Vendor`."""
        part = self.layout.parties.part("seller")
        if part and not value_is_label(self.index, part.cells[0]):
            yield from self._in_part(part, query, kind)

    def _fits(self, found: Found, kind: str) -> bool:
        """Whether a text may be the value at all: words that merely follow a word of print are none."""
        hit, marked = found.hit, found.marked
        if hit.cell.row == self.head_row and found.place == "below" and kind != "date":
            return False  # the head of a column of goods, whose values are the goods'
        if hit.start > 1 and kind in ("company", "name", "address") and not is_cjk(hit.label):
            return False
        if hit.start > 1 and found.place == "behind" and not marked and not is_cjk(hit.cell.text):
            within = kind in ("email", "phone") or (kind in ("date", "time") and hit.start <= 24)
            return within or (kind == "code" and _closes_heading(hit, found.text))
        if found.place == "behind" and not marked and kind in ("text", "name", "company", "address", "boolean"):
            return is_cjk(hit.label) or (kind != "company" and _starts_value(found.text) and hit.start <= 1)
        return hit.start <= 1 or kind not in ("company", "address") or is_cjk(hit.label) or marked

    def _of_party(self, query: Query, kind: str) -> Iterator[Candidate]:
        """What the page says about one party: by its own label, in its part of the page, or by order on an invoice."""
        headed = self.layout.parties.part(query.party or "buyer")
        if headed and query.concept is not None:
            yield from _unlabelled(party_values(headed, query.concept.key))
        yield from self._labelled(
            Query(
                own=query.own,
                synonyms=query.synonyms if _speaks_of_party(query) else tuple(query.preferred),
                preferred=query.preferred,
            ),
            kind,
        )
        part = self.layout.parties.part(query.party or "buyer")
        if query.party == "seller" and not part:
            part = self.layout.seller_head()
        if part:
            yield from self._in_part(part, query, kind)
        yield from _unlabelled(self._by_order(query, kind))
        if query.party == "seller" or (headed and headed == self.layout.parties.letterhead):
            other = self.layout.parties.cells("seller" if query.party == "buyer" else "buyer")
            others = self._labelled(query, kind, outside=frozenset(id(cell) for cell in other))
            yield from (one for one in others if kind != "code" or sum(char.isdigit() for char in one.text) > 4)

    def _in_part(self, part: Part, query: Query, kind: str) -> Iterator[Candidate]:
        """What the cells of a party's part say: labels first, then its name and its address by their places."""
        inner = self._search_of(part)
        key = query.concept.key if query.concept else ""
        synonyms = tuple(label for label in query.synonyms if label not in query.own)
        yield from inner._labelled(Query(own=(), synonyms=synonyms), kind)
        yield from _unlabelled(party_values(part, key))

    def _search_of(self, part: Part) -> "FieldSearch":
        """The search of one part of the page; made once."""
        if part not in self._parts:
            kept = {id(cell) for cell in part.cells}
            view = self.view.select(lambda cell: id(cell) in kept)
            self._parts[part] = FieldSearch(view, languages=self.index.languages)
        return self._parts[part]

    def _by_order(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Of a label printed once for each party, the buyer's is the first and the seller's the last."""
        hits = hits_by_party(self.index, query)
        if len(hits) >= 2 or (hits and query.party != "buyer" and kind == "company"):
            hit = hits[0] if query.party == "buyer" else hits[-1]
            for found in values_near(self.index, hit):
                candidate = self.reader.read(found, kind)
                if candidate is not None:
                    yield candidate


def _unlabelled(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Candidates that the layout alone speaks for, with their scores as probabilities."""
    for candidate in found:
        features = Features(
            unlabelled=candidate.score,
            recognised=min((line.score for line in candidate.lines), default=0.0),
            checked=min(1.0, len(candidate.checked) / 2),
        )
        yield replace(candidate, score=confidence(features))


def _names_street(hit: Hit) -> bool:
    """Whether a label of addresses is the first word of one: `ul. Polna 2`, `Calle Mayor 5`."""
    return is_street_line(f"{hit.cell.text[hit.start : hit.end]} 1") and ":" not in hit.cell.text[hit.end : hit.end + 2]


def _names_other_date(hit: Hit, query: Query) -> bool:
    """Whether the label is part of another date's name, as in `Expiry Date` where a plain date was looked for."""
    before = hit.cell.text[: hit.start].casefold()
    own = query.concept.key if query.concept else ""
    return own == "date" and any(word in before for word in OTHER_DATES)


def _closes_heading(hit: Hit, text: str) -> bool:
    """Whether a number closes a heading whose other words change nothing: `TAX INVOICE 10023`."""
    before = [compact(word) for word in hit.cell.text[: hit.start].split()]
    plain = all(word in TAX_NAMES or word in NEUTRAL_WORDS for word in before)
    return plain and len(text.split()) == 1 and any(char.isdigit() for char in text)


def _starts_value(text: str) -> bool:
    return bool(text) and (text[0].isupper() or text[0].isdigit() or not is_letter(text[0])) and len(text.split()) <= 5


def _speaks_of_party(query: Query) -> bool:
    return query.concept is not None and query.concept.key == "buyer"
