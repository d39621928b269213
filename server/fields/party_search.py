"""Candidates for what a page says of one party: at labels of its own, in its part of the page, or by order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from server.fields.labelled import LabelledSearch
from server.fields.labels.index import LabelIndex
from server.fields.labels.neighbours import values_near
from server.fields.labels.value_reader import ValueReader, value_is_label
from server.fields.layout.unlabelled import LayoutSearch
from server.fields.parties.blocks import Part
from server.fields.parties.search import hits_by_party
from server.fields.parties.values import party_values
from server.fields.parties.vat_numbers import VatNumber, vat_numbers, vat_values
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.scored import unlabelled
from server.fields.words.concepts import Concept, Party
from server.fields.words.query import Query


class PartySearch:
    """Searches a page for what it says of its parties; `search_of` searches a part of it by labels."""

    def __init__(
        self,
        index: LabelIndex,
        labelled: LabelledSearch,
        layout: LayoutSearch,
        search_of: Callable[[PageView], LabelledSearch],
    ) -> None:
        self.index = index
        self.labelled = labelled
        self.layout = layout
        self._search_of = search_of
        self._reader = ValueReader(index)
        self._parts: dict[Part, LabelledSearch] = {}

    def at_given(self, asked: Query, kind: str) -> Iterator[Candidate]:
        """What stands at the caller's labels: of a party in its own part of the page, then where no other party is."""
        query = Query(own=asked.own, concept=plain_concept(asked.concept))
        others: list[Cell] = []
        if asked.party and asked.preferred.isdisjoint(asked.own):
            part = self.layout.parties.part(asked.party)
            yield from self._within(part).find(query, kind) if part else ()
            others = [hit.cell for hit in self.index.find_all(query.own) if self._is_of_other(hit.cell, asked.party)]
        yield from self.labelled.find(query, kind, outside=frozenset(map(id, others)))

    def _is_of_other(self, cell: Cell, party: Party) -> bool:
        """Whether a cell says something of another party: in its part, its letterhead, or above `party`."""
        owner = self.layout.owner_of(cell)
        head = party == "buyer" and any(cell is other for other in self.layout.seller_head().cells)
        own = self.layout.parties.cells(party)
        above = party == "buyer" and owner is None and cell.row < min((each.row for each in own), default=0)
        return head or above or owner not in (None, party)

    def find(self, query: Query, kind: str) -> Iterator[Candidate]:
        """What the page says about one party: by its own label, in its part of the page, or by order on an invoice."""
        if not _speaks_of_party(query):  # a label that says nothing of the party is any party's
            own = tuple(label for label in query.own if label not in query.synonyms or label in query.preferred)
            query = replace(query, own=own)
        headed = self.layout.parties.part(query.party or "buyer")
        if headed and query.concept is not None:
            yield from unlabelled(party_values(headed, query.concept.key))
        yield from self.labelled.find(
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
        yield from unlabelled(self.by_order(query, kind))
        if query.party == "seller" or (headed and headed == self.layout.parties.letterhead):
            other = self.layout.parties.cells("seller" if query.party == "buyer" else "buyer")
            others = self.labelled.find(query, kind, outside=frozenset(id(cell) for cell in other))
            yield from (one for one in others if kind != "code" or sum(char.isdigit() for char in one.text) > 4)

    def under_heading(self, query: Query, kind: str) -> Iterator[Candidate]:
        """What stands under a heading of its own that names the seller: `From:`, `Vendor`."""
        part = self.layout.parties.part("seller")
        if part and not value_is_label(self.index, part.cells[0]):
            yield from self._in_part(part, query, kind)

    @cached_property
    def _vat(self) -> list[VatNumber]:
        return vat_numbers(self.index.view, self.layout.owner_of)

    def vat_numbers(self, query: Query, found: Iterable[Candidate]) -> Iterator[Candidate]:
        """The VAT number of the party that is asked for; what labels `found` where the page has no such number."""
        party = query.party or "seller"
        numbers = self._vat
        own = list(unlabelled(vat_values(numbers, party)))
        yield from own if own or (numbers and query.party) else (one for one in found if "/" not in one.text)

    def _in_part(self, part: Part, query: Query, kind: str) -> Iterator[Candidate]:
        """What the cells of a party's part say: labels first, then its name and its address by their places."""
        key = query.concept.key if query.concept else ""
        synonyms = tuple(label for label in query.synonyms if label not in query.own)
        yield from self._within(part).find(Query(own=(), synonyms=synonyms), kind)
        yield from unlabelled(party_values(part, key))

    def _within(self, part: Part) -> LabelledSearch:
        """The search of one part of the page; made once."""
        if part not in self._parts:
            kept = {id(cell) for cell in part.cells}
            self._parts[part] = self._search_of(self.index.view.select(lambda cell: id(cell) in kept))
        return self._parts[part]

    def by_order(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Of a label printed once for each party, the buyer's is the first and the seller's the last."""
        hits = hits_by_party(self.index, query)
        if len(hits) >= 2 or (hits and query.party != "buyer" and kind == "company"):
            hit = hits[0] if query.party == "buyer" else hits[-1]
            for found in values_near(self.index, hit):
                candidate = self._reader.read(found, kind)
                if candidate is not None:
                    yield candidate


def plain_concept(concept: Concept | None) -> Concept | None:
    """The concept where its values are read in a way of their own; a sum is what its label says."""
    return None if concept is None or concept.kind == "amount" else concept


def _speaks_of_party(query: Query) -> bool:
    return query.concept is not None and query.concept.key == "buyer"
