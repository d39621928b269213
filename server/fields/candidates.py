"""Candidates for a schema property: the printed texts that may be its value, the most likely first."""

from collections.abc import Iterator, Sequence

from server.fields.identity.zone_search import find_zone, settle, without_zone
from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import Found, values_near
from server.fields.labels.value_reader import ValueReader, value_is_label
from server.fields.layout.cards_and_tickets import ticket_value
from server.fields.layout.totals import tax_table_start
from server.fields.layout.unlabelled import LAYOUT_KEYS, OTHER_DATES, LayoutSearch
from server.fields.parties.blocks import Part
from server.fields.parties.search import hits_by_party, seller_hits
from server.fields.parties.values import party_values
from server.fields.print.dates import is_month_first
from server.fields.print.folding import compact, fold, is_cjk, is_letter
from server.fields.print.page_view import Candidate, PageView
from server.fields.print.word_lists import NEUTRAL_WORDS
from server.fields.sums.by_label import AmountReader
from server.fields.sums.page_sums import PageSums
from server.fields.sums.words import TAX_NAMES
from server.fields.tables.item_table import find_head_row
from server.fields.words.query import Query

# What a page may call its total by whatever name; other Chinese names tell one sum of a page from another.
_ANY_TOTAL = frozenset(("合计", "总计", "总额", "总金额", "合计金额", "总计金额", "金额合计", "总价", "小写"))


class FieldSearch:
    """Searches one view; made once per request and asked per property."""

    def __init__(
        self, view: PageView, own_labels: Sequence[str] = (), languages: tuple[str, ...] | None = None
    ) -> None:
        self.pages = {id(cell.line): cell.page for cell in view.cells}
        self.zone = find_zone(view)
        view = without_zone(view, self.zone)
        self.view = view
        self.index = LabelIndex(view, own_labels, languages)
        self.reader = ValueReader(self.index)
        self.sums = PageSums(view)
        self.layout = LayoutSearch(self.index, self.sums)
        self.month_first = is_month_first(cell.text for cell in view.cells)
        self.table_start = tax_table_start(view)
        self.amounts = AmountReader(self.sums, self.table_start)
        self.head_row = find_head_row(view)

    def candidates(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Yield what may answer `query`, a value of `kind` (`labels.Kind`, or boolean)."""
        return settle(self.zone, query, self._candidates(query, kind))

    def _candidates(self, query: Query, kind: str) -> Iterator[Candidate]:
        key = query.concept.key if query.concept else ""
        if key == "total":
            if any(is_cjk(label) and label not in _ANY_TOTAL for label in query.own):
                yield from self._labelled(Query(own=query.own), kind)
            yield from self.layout.totals()
            return
        if query.party == "buyer" or (query.party == "seller" and key not in LAYOUT_KEYS):
            yield from self._of_party(query, kind)
            return
        if key in ("tax", "subtotal", "amount"):
            yield from self.layout.sum_row(key)
        buyers = frozenset(self.layout.of_buyer()) if query.party == "seller" else frozenset()
        yield from self._labelled(query, kind, outside=buyers)
        yield from self._shortened(query)
        if query.party == "seller" or key in ("company", "address"):
            yield from self._under_heading(query, kind)
        if key == "company" or query.party == "seller":
            yield from self._by_order(query, kind)
        if key in LAYOUT_KEYS:
            yield from self.layout.find(key, query.party)
        for text, cell in ticket_value(self.view, key):
            yield Candidate(text, (cell.line,), 0.5)

    def _labelled(self, query: Query, kind: str, outside: frozenset[int] = frozenset()) -> Iterator[Candidate]:
        ranked: list[tuple[float, int, Candidate]] = []
        hits = [hit for hit in self.index.find_all(query.labels) if id(hit.cell) not in outside]
        if query.concept and query.concept.key in ("company", "tax_id", "address", "phone", "account", "bank"):
            hits = seller_hits(hits)
        for order, hit in enumerate(sorted(hits, key=lambda hit: (hit.cell.row, hit.cell.column, hit.start))):
            if kind == "date" and _names_other_date(hit, query):
                continue
            box = self.reader.box_before(hit) if kind == "boolean" else None
            if box is not None:
                ranked.append((-1.0, order, box))
                continue
            if kind == "amount":
                ranked += [(-score, order, candidate) for score, candidate in self.amounts.at(hit, query)]
                continue
            for found in values_near(self.index, hit):
                candidate = self.reader.read(found, kind) if self._fits(found, kind) else None
                if candidate is not None:
                    ranked.append((-self._score(found, query), order, candidate))
                    break
        for score, _, candidate in sorted(ranked, key=lambda item: item[:2]):
            yield Candidate(candidate.text, candidate.lines, max(0.0, min(1.0, -score)))

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

    def _score(self, found: Found, query: Query) -> float:
        """Rank hits: the property's own words over synonyms, whole labels over words within a line, marks over none."""
        hit = found.hit
        score = hit.score / 100 * 0.5
        score += query.nearness(hit.label)
        score += 0.15 if found.marked else 0.0
        score += 0.15 if hit.start <= 1 else 0.0
        score -= 0.1 if found.place == "below" else 0.0
        score -= 0.5 if hit.cell.row >= self.table_start else 0.0
        return score

    def _fits(self, found: Found, kind: str) -> bool:
        """Whether a text may be the value at all: words that merely follow a word of print are none."""
        hit, marked = found.hit, found.marked
        if hit.cell.row == self.head_row and found.place == "below" and kind != "date":
            return False  # the head of a column of goods, whose values are the goods'
        if hit.start > 1 and kind in ("company", "name", "address") and not is_cjk(hit.label):
            return False
        if hit.start > 1 and found.place == "behind" and not marked and not is_cjk(hit.cell.text):
            within = kind in ("date", "time", "email", "phone") and hit.start <= 24
            return within or (kind == "code" and _closes_heading(hit, found.text))
        if found.place == "behind" and not marked and kind in ("text", "name", "company", "address", "boolean"):
            return is_cjk(hit.label) or (kind != "company" and _starts_value(found.text) and hit.start <= 1)
        return hit.start <= 1 or kind not in ("company", "address") or is_cjk(hit.label) or marked

    def _of_party(self, query: Query, kind: str) -> Iterator[Candidate]:
        """What the page says about one party: by its own label, in its part of the page, or by order on an invoice."""
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
        yield from self._by_order(query, kind)
        if query.party == "seller":
            others = self._labelled(query, kind, outside=frozenset(self.layout.of_buyer()))
            yield from (one for one in others if kind != "code" or sum(char.isdigit() for char in one.text) > 4)

    def _in_part(self, part: Part, query: Query, kind: str) -> Iterator[Candidate]:
        """What the cells of a party's part say: labels first, then its name and its address by their places."""
        kept = {id(cell) for cell in part.cells}
        inner = FieldSearch(self.view.select(lambda cell: id(cell) in kept), languages=self.index.languages)
        key = query.concept.key if query.concept else ""
        synonyms = tuple(label for label in query.synonyms if label not in query.own)
        yield from inner._labelled(Query(own=(), synonyms=synonyms), kind)
        yield from party_values(part, key)

    def _by_order(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Of a label printed once for each party, the buyer's is the first and the seller's the last."""
        hits = hits_by_party(self.index, query)
        if len(hits) >= 2 or (hits and query.party != "buyer" and kind == "company"):
            hit = hits[0] if query.party == "buyer" else hits[-1]
            for found in values_near(self.index, hit):
                candidate = self.reader.read(found, kind)
                if candidate is not None:
                    yield candidate


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
