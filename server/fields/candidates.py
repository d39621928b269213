"""Candidates for a schema property: the printed texts that may be its value, the most likely first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from server.fields.checks.held import held
from server.fields.credit_notes import asks_for_corrected, asks_for_note, number_of_note, of_corrected, of_note
from server.fields.free_dates import free_dates
from server.fields.identity.zone_search import find_zone, settle, without_zone
from server.fields.labelled import LabelledSearch
from server.fields.labels.asides import is_legible
from server.fields.labels.index import LabelIndex
from server.fields.layout.anywhere import found_anywhere
from server.fields.layout.cards_and_tickets import ticket_value
from server.fields.layout.journeys import is_ticket, of_stay, only_value
from server.fields.layout.money_of_page import currency_in
from server.fields.layout.numbered_titles import names_invoice
from server.fields.layout.totals import tax_table_start
from server.fields.layout.unlabelled import LAYOUT_KEYS, LayoutSearch
from server.fields.parties.honoured import honoured
from server.fields.parties.issuers import issuer_key, may_issue, trade_of
from server.fields.parties.persons import is_bank, lets_for_others, person_key
from server.fields.parties.values import party_values
from server.fields.parties.vat_numbers import asks_for_vat
from server.fields.party_search import PartySearch, plain_concept
from server.fields.print.dates import is_month_first
from server.fields.print.folding import fold, is_cjk
from server.fields.print.page_view import Candidate, PageView
from server.fields.print.periods import ends_of_period
from server.fields.scored import totals_of, unlabelled
from server.fields.shared_labels import own_parts
from server.fields.sums.by_label import AmountReader
from server.fields.sums.meanings import Meanings
from server.fields.sums.page_sums import PageSums
from server.fields.tables.item_table import find_head_row
from server.fields.words.all_languages import concept_labels
from server.fields.words.concepts import concepts
from server.fields.words.query import Query, known_labels

# What a page may call its total by whatever name; other Chinese names tell one sum of a page from another.
_ANY_TOTAL = frozenset(("合计", "总计", "总额", "总金额", "合计金额", "总计金额", "金额合计", "总价", "小写"))

_LETTING = frozenset({"lessor", "property_manager"})
_TOTAL_TOO = frozenset({"amount_due", "amount"})  # of which a page may print one total alone


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
        language = self.index.languages[0] if self.index.languages else ""
        self.sums = PageSums(view, Meanings(language, self.index.vocabulary))
        self.layout = LayoutSearch(self.index, self.sums)
        self._trades: dict[str, bool] = {}
        self._unlabelled: dict[str, Sequence[Candidate]] = {}
        self.month_first = is_month_first(cell.text for cell in view.cells)
        self.table_start = tax_table_start(view)
        self.amounts = AmountReader(self.sums, self.table_start, self.layout.proofs)
        self.asked = {concept.key for label in own_labels if (concept := known_labels().get(label)) is not None}
        self.labelled = LabelledSearch(self.index, self.amounts, find_head_row(view), self.table_start)
        self.parties = PartySearch(
            self.index,
            self.labelled,
            self.layout,
            lambda part: FieldSearch(part, languages=self.index.languages).labelled,
        )

    def candidates(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Yield what may answer `query`, a value of `kind` (`labels.Kind`, or boolean), and holds its check digits.

        What fails a check that has exceptions comes last.
        """
        key = query.concept.key if query.concept else ""
        find = self._of_somebody if query.role in ("subject", "other") else self._candidates
        if key == "invoice_number" and asks_for_note(query):
            found = of_note(find(number_of_note(query), key, kind))
        elif key == "invoice_number" and asks_for_corrected(query, self.index):
            found = of_corrected(find(replace(query, wider=frozenset()), key, kind), self.labelled)
        else:
            found = find(query, key, kind)
        if key == "tax_id" and asks_for_vat(query.own):
            found = self.parties.vat_numbers(query, found)
        if key == "currency":
            found = (replace(one, text=sign) for one in found if (sign := currency_in(one.text)))
        found = (one for one in found if is_legible(one))
        yield from held(key, settle(self.zone, query, own_parts(key, found)))

    def _candidates(self, query: Query, key: str, kind: str) -> Iterator[Candidate]:
        """What stands at labels that the caller says are printed; without them what answers the property's words."""
        given = tuple(label for label in query.given if self.index.is_printed(label))
        if given:
            yield from self.parties.at_given(replace(query, own=given, synonyms=(), wider=frozenset()), kind)
        else:
            yield from self._of_meaning(query, key, kind)

    def _of_meaning(self, query: Query, key: str, kind: str) -> Iterator[Candidate]:
        if self._is_stay and (stay := of_stay(query)) is not query and stay.concept is not None:
            query, key, kind = stay, stay.concept.key, stay.concept.kind
        yield from self._of_document(query, key, kind)
        if self._is_ticket:
            yield from unlabelled(only_value(self.view, key))

    @cached_property
    def _is_ticket(self) -> bool:
        return is_ticket(self.index)

    @cached_property
    def _is_stay(self) -> bool:
        return not self._is_ticket and self._may_issue("hotel")

    def _may_issue(self, trade: str) -> bool:
        if trade not in self._trades:
            self._trades[trade] = may_issue(trade, self.view)
        return self._trades[trade]

    def _anywhere(self, key: str) -> Sequence[Candidate]:
        """What stands without a label of `key`, looked for once."""
        if key not in self._unlabelled:
            self._unlabelled[key] = tuple(found_anywhere(self.view, key))
        return self._unlabelled[key]

    def _of_document(self, query: Query, key: str, kind: str) -> Iterator[Candidate]:
        trade = query.issuer or trade_of(query.own, key)
        if not self._may_issue(trade):
            names = query.own[:1] if query.issuer else query.own
            synonyms = () if key == "company" or query.issuer else query.synonyms
            yield from self.labelled.find(
                Query(own=names, synonyms=synonyms, concept=plain_concept(query.concept)), kind
            )
        elif key == "employer":
            yield from self._of_employer(query, kind)
        elif key == "total":
            if any(is_cjk(label) and label not in _ANY_TOTAL for label in query.own):
                yield from self.labelled.find(Query(own=query.own), kind)
            yield from totals_of(self.layout)
            yield from unlabelled(self.layout.sure(key))
        elif query.party == "buyer" or (query.party == "seller" and key not in LAYOUT_KEYS):
            yield from self.parties.find(query, kind)
        else:
            yield from self._of_page(query, key, kind)

    def _of_page(self, query: Query, key: str, kind: str) -> Iterator[Candidate]:
        """What stands beside labels of its own, and what needs none."""
        yield from unlabelled(self.layout.sure(key))
        if key in ("tax", "subtotal", "amount"):
            yield from unlabelled(self.layout.sum_row(key))
        if (query.party == "seller" or key == "company") and (part := self.layout.parties.part("seller")):
            yield from unlabelled(party_values(part, key))
        if key == "invoice_number" and (named := self._anywhere(key)):
            invoices = tuple(filter(names_invoice, query.synonyms))
            yield from self.labelled.find(replace(query, synonyms=invoices, wider=frozenset()), kind)
            yield from unlabelled(named)
        buyers = frozenset(self.layout.of_buyer()) if query.party == "seller" else frozenset()
        yield from self.labelled.find(query, kind, outside=buyers)
        yield from self._shortened(query)
        if key in ("period_start", "period_end"):
            yield from self._of_period(last=key == "period_end")
        if query.party == "seller" or key in ("company", "address"):
            yield from self.parties.under_heading(query, kind)
        if key == "company" or query.party == "seller":
            yield from unlabelled(self.parties.by_order(query, kind))
        yield from unlabelled(self._of_people(query, key))
        if key in LAYOUT_KEYS and not (key in _TOTAL_TOO and "total" in self.asked):
            yield from unlabelled(self._of_layout(query, key))
        yield from unlabelled(Candidate(text, (cell.line,), 0.5) for text, cell in ticket_value(self.view, key))
        yield from unlabelled(self._anywhere(key))

    def _of_employer(self, query: Query, kind: str) -> Iterator[Candidate]:
        """Who pays heads a payslip; a name below `Employee` is not its own."""
        yield from self.labelled.find(Query(own=(), synonyms=query.synonyms, concept=query.concept), kind)
        yield from unlabelled(self.layout.find("employer"))
        yield from self.labelled.find(query, kind)

    def _of_somebody(self, query: Query, key: str, kind: str) -> Iterator[Candidate]:
        """What stands at a label: of the subject of the page not above the subject's own, nor in the letterhead.

        Where the page names no such subject, what stands at plain labels is somebody else's.
        """
        named = [hit.cell.row for hit in self.index.find_all(query.whose)]
        if query.role == "subject" and not named:
            yield from self.labelled.find(Query(own=query.own[:1], concept=plain_concept(query.concept)), kind)
            return
        above = (cell for row in self.view.rows[: min(named, default=0)] for cell in row)
        head = above if named or query.role != "subject" else self.layout.seller_head().cells
        yield from self.labelled.find(query, kind, outside=frozenset(map(id, head)))
        if query.role == "subject" and key in ("address", "phone", "email"):
            yield from unlabelled(party_values(self.layout.parties.part("buyer"), key))

    def _of_people(self, query: Query, key: str) -> Iterator[Candidate]:
        """What a business card or a letter says of a person, and who gets the goods."""
        people = self.layout.people
        yield from people.values(person_key(query.own, key, card=people.is_card))
        issuer = issuer_key(query.own, key)
        for named in self.layout.find("company") if issuer else ():
            if is_bank(named.text) if issuer == "bank" else _lets_as(key, named.text):
                yield named
        if key in ("lessee", "policyholder"):
            yield from party_values(honoured(self.view), "name")
        if key in ("ship_to", "ship_address"):
            yield from party_values(self.layout.parties.part("ship_to"), key)

    def dates_of_unknown_form(self, query: Query) -> Iterator[Candidate]:
        """What stands beside the label of a date and is none that is known: `Week 12 / 2024`."""
        return self.labelled.dates_of_unknown_form(query)

    def _of_layout(self, query: Query, key: str) -> Iterator[Candidate]:
        """What needs no label; a date only where none is printed at a label."""
        found = self.layout.find(key, query.party)
        if key not in ("date", "datetime"):
            return found
        labelled = next(self.labelled.dates_of_unknown_form(query), None) is not None
        issue = any("issue" in own or "invoice" in own for own in query.own)  # a date of issue is not any date
        return iter(()) if labelled else free_dates(self.view, self.sums.meanings, found, strict=issue)

    def _shortened(self, query: Query) -> Iterator[Candidate]:
        """Values behind a label that leaves out the last word of the property's name; the value must be of its kind."""
        for candidate in self.labelled.find(Query(own=query.short), query.short_kind) if query.short else ():
            first = candidate.text.split()[0]
            set_apart = len(candidate.lines) > 1 or ":" in fold(candidate.lines[0].text)
            fitting = {"code": any(char.isdigit() for char in first), "name": set_apart}
            if fitting.get(query.short_kind, True):
                yield candidate

    def _of_period(self, *, last: bool) -> Iterator[Candidate]:
        """The first or the last day of the period that stands at a label of its own: `Period: 1 May to 31 May 2024`."""
        period = concepts()["period"]
        for candidate in self.labelled.find(Query(own=(), synonyms=concept_labels(period), concept=period), "text"):
            ends = ends_of_period(candidate.text)
            if ends is not None:
                yield replace(candidate, text=ends[last])


def _lets_as(key: str, name: str) -> bool:
    """Whether a letterhead may name the landlord, or who manages property for one; it may name any other issuer."""
    return key not in _LETTING or lets_for_others(name) == (key == "property_manager")
