"""Parties of a document: the parts of a page about the buyer, the receiver of goods and the seller."""

import re
from collections.abc import Sequence
from functools import cached_property

from rapidfuzz import fuzz, process

from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import value_behind
from server.fields.parties.blocks import Part, column_below
from server.fields.parties.form_lines import own_lines
from server.fields.parties.honoured import honoured
from server.fields.parties.letterhead import letterhead
from server.fields.parties.people import People
from server.fields.parties.windows import window
from server.fields.print.folding import compact, is_cjk, unaccented
from server.fields.print.page_view import Cell
from server.fields.words.headings import is_title
from server.fields.words.party_words import Role, heading_key, party_headings
from server.fields.words.query import Query, known_labels

_LEAD = re.compile(r"^[\s:：;.,\-–)\]】]+")
_SHORT = 4  # words this short announce a party only with a sign behind them
_MISREAD = 90.0
_LONGEST = 32
_HEADED_ROWS = 12  # above a line, in which its part's heading may stand
# Concepts whose labels stand within a party's block.
_OF_PARTIES = frozenset(
    {
        *(
            "company",
            "buyer",
            "name",
            "address",
            "phone",
            "mobile",
            "fax",
            "email",
            "website",
            "tax_id",
            "registration",
        ),
        *("title_name", "postcode", "account", "bank", "iban", "bic", "contact", "customer_number", "buyer_tax_id"),
        *("city", "state", "country", "buyer_address", "ship_address", "ship_to", "employee", "employer", "payee"),
    }
)


class Parties:
    """Finds the parts of one view that are about a party; made once per view."""

    def __init__(self, index: LabelIndex) -> None:
        self.index = index
        self._parts: dict[Role, Part] = {}

    def part(self, role: Role) -> Part:
        """The part under, beside or behind a heading such as `Bill to`; without one, the buyer's in a letter's window.

        The buyer is who is billed; who gets the goods is the buyer only where nobody else is named so.
        """
        if role not in self._parts:
            part = self._headed_part(role)
            if not part and role == "buyer" and not any("buyer" in roles for _, roles, _ in self._headed):
                part = self._unheaded_buyer()
            self._parts[role] = part
        return self._parts[role]

    def _unheaded_buyer(self) -> Part:
        """The buyer without a heading: who sends an order to a seller with one, or who stands in a letter's window."""
        seller = self.part("seller")
        kept = {id(cell) for cell in seller.cells}
        sender = self.letterhead
        if not seller:
            view = self.index.view
            return Part() if People(view).is_card else honoured(view) or Part.of(window(view))
        own = compact(" ".join(seller.texts))
        same = any(id(cell) in kept for cell in sender.cells) or all(compact(text) in own for text in sender.texts[:2])
        return sender if sender and not same else Part()

    @cached_property
    def letterhead(self) -> Part:
        """Who sends the first page."""
        return letterhead(self.index.view)

    def cells(self, role: Role) -> list[Cell]:
        """The cells of `part`."""
        return list(self.part(role).cells)

    def owner_above(self, cell: Cell) -> Role | None:
        """Whose heading is the last one above a cell, in its column; None where there is none, or one of others."""
        line = cell.line
        for row in reversed(self.index.view.rows[max(0, cell.row - _HEADED_ROWS) : cell.row]):
            for other in row:
                if other.page != cell.page or abs(other.line.left - line.left) > 2 * line.height:
                    continue
                found = _heading(other)
                if found is not None:
                    return next((role for role in ("buyer", "seller", "ship_to") if role in found[0]), None)
                if heading_key(other.text) in known_labels():
                    continue  # of the cell itself: `VAT number:`
                if other.text.rstrip().endswith((":", "：")) and not self.index.view.right_of(other):
                    return "ship_to"
        return None

    def _headed_part(self, role: Role) -> Part:
        chosen = [one for one in self._headed if role in one[1]]
        if not chosen and role == "buyer":
            chosen = [one for one in self._headed if "ship_to" in one[1]]
        heads = {id(cell) for cell, _, _ in self._headed}
        parts = (_part(self.index, cell, behind, heads) for cell, _, behind in chosen)
        return next((part for part in parts if part), Part())

    @cached_property
    def _headed(self) -> list[tuple[Cell, frozenset[Role], str]]:
        """The cells that begin with a party's heading, in reading order, with what stands behind it in the cell."""
        return [(cell, *found) for cell in self.index.view.cells if (found := _heading(cell)) is not None]


def _heading(cell: Cell) -> tuple[frozenset[Role], str] | None:
    """The roles of the heading that `cell` begins with, and the text behind; None where it is none."""
    text, plain = cell.text, unaccented(cell.folded.compact)
    table = party_headings()
    for size in range(min(len(plain), _LONGEST), 0, -1):
        roles = table.get(plain[:size])
        if roles is None:
            continue
        rest = text[cell.folded.end_of(size) :]
        value = _LEAD.sub("", rest)
        marked = rest.lstrip()[:1] in (":", "：")
        if value and marked and not any(char.isalpha() for char in value):
            return None  # a number of the party: `Customer: 2`
        if not marked and text.lstrip()[:1].islower():
            return None  # the last word of a sentence
        if (not value and (marked or size >= _SHORT or is_cjk(text))) or (value and marked):
            return roles, value
        return _joined_heading(text) if rest.lstrip()[:1] == "/" else None
    heads = text.lstrip()[:1].isupper() and 2 * _SHORT < len(plain) <= _LONGEST and plain.isalpha()
    return _misread(plain) if heads else None


def _joined_heading(text: str) -> tuple[frozenset[Role], str] | None:
    """The roles of several headings for one party: `Buyer/Recipient of services:`."""
    words, _, value = text.partition(":")
    roles = [party_headings().get(heading_key(word)) for word in words.split("/")]
    known = [one for one in roles if one is not None]
    return (frozenset().union(*known), value.strip()) if len(known) == len(roles) else None


def _misread(plain: str) -> tuple[frozenset[Role], str] | None:
    match = process.extractOne(plain, list(party_headings()), scorer=fuzz.ratio, score_cutoff=_MISREAD)
    return (party_headings()[match[0]], "") if match is not None and plain not in known_labels() else None


def _part(index: LabelIndex, head: Cell, behind: str, heads: set[int]) -> Part:
    """The lines of one party: from behind its heading, from beside it, or from below."""

    def ends(cell: Cell) -> bool:
        return id(cell) in heads or _is_other(index, cell)

    below = own_lines(index.view, column_below(index.view, head, ends=ends))
    if behind:
        return Part((head, *below.cells), (behind, *below.texts))
    if below:
        return below
    beside = next(iter(index.view.right_of(head)), None)
    if beside is None or ends(beside):
        return Part()
    return own_lines(index.view, [beside, *column_below(index.view, beside, ends=ends)])


def _is_other(index: LabelIndex, cell: Cell) -> bool:
    """Whether a cell begins something else than a party: another label, a title, the head of a table."""
    plain = cell.folded.compact
    if is_title(cell.text) or (cell.text.rstrip().endswith(":") and not index.view.right_of(cell)):
        return True
    for size in range(min(len(plain), _LONGEST), 1, -1):
        concept = known_labels().get(plain[:size])
        if concept is None:
            continue
        rest = cell.text[cell.folded.end_of(size) :]
        stands_alone = not rest.strip(" :：.#")
        if rest.lstrip()[:1] in (":", "：", "#") or (stands_alone and len(index.view.rows[cell.row]) > 1):
            return concept.key not in _OF_PARTIES
    return False


def hits_by_party(index: LabelIndex, query: Query) -> list[Hit]:
    """Marked labels that an invoice prints once for the buyer and once for the seller."""
    labels: Sequence[str] = query.synonyms
    if query.concept is not None and query.concept.kind == "company":
        labels = ("名称",)
    return [hit for hit in index.find_all(labels) if is_cjk(hit.label) and _is_marked(index, hit)]


def seller_hits(hits: list[Hit]) -> list[Hit]:
    """The seller's hit of a label that an invoice prints for buyer and seller, which comes last."""
    chinese = [hit for hit in hits if hit.label in ("名称", "纳税人识别号", "统一社会信用代码纳税人识别号")]
    return [hit for hit in hits if hit not in chinese[:-1]]


def _is_marked(index: LabelIndex, hit: Hit) -> bool:
    behind = value_behind(index, hit)
    return behind is not None and (behind[1] or bool(behind[0]))
