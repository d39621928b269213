"""VAT numbers of a page by their form, and whose they are.

The forms are those of the European Commission's VIES, of the United Kingdom, of Switzerland and of Norway. A number
counts where its check digits hold, or where the name of the tax stands before it.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from server.fields.checks.digits import check_digits
from server.fields.print.folding import compact, fold
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.sums.words import TAX_NAMES
from server.fields.words.all_languages import labels_of, party_words
from server.fields.words.concepts import Party
from server.fields.words.party_words import Role

# `9` is a digit, `A` a letter, `X` either; other characters stand for themselves.
_FORMS: Final = (
    *("ATU99999999", "BE9999999999", "BG999999999", "BG9999999999", "CY99999999A", "CZ99999999", "CZ999999999"),
    *("CZ9999999999", "DE999999999", "DK99999999", "EE999999999", "EL999999999", "ESX9999999X", "FI99999999"),
    *("FRXX999999999", "GB999999999", "GB999999999999", "HR99999999999", "HU99999999", "IE9999999A", "IE9999999AA"),
    *("IT99999999999", "LT999999999", "LT999999999999", "LU99999999", "LV99999999999", "MT99999999"),
    *("NL999999999B99", "NO999999999MVA", "PL9999999999", "PT999999999", "SE999999999999", "SI99999999"),
    *("SK9999999999", "XI999999999", "CHE999999999"),
)
_SIGNS: Final = {"9": r"\d", "A": "[A-Z]", "X": r"[A-Z\d]"}
_YOURS: Final = frozenset(
    {
        *("your", "ihre", "ihr", "deine", "votre", "vos", "uw", "su", "vuestro", "vostra", "vostro", "sua", "suo"),
        *("vosso", "seu", "klienta", "nabywcy", "pelanggan", "anda"),
    }
)
_NEAR: Final = 48  # characters before a number in which its label stands
_SCORE: Final = 0.8
_FOOT: Final = 0.75
_VAT: Final = "vat|ust|mwst|btw|tva|partitaiva|piva|numeroiva"
_OF_NUMBER: Final = r"id|ident\w*|nr|no|num\w*|reg\w*|code|zahl"
# A word that is the tax's or begins with it: `USt-IdNr.`, `VATNO`; no part of `customer` or `private`.
_VAT_WORD: Final = re.compile(rf"n?(?:{_VAT})(?:{_OF_NUMBER})*", re.IGNORECASE)
# The same in the name of a property, whose words are joined there: `sellervatnumber`.
_VAT_IN_NAME: Final = re.compile(rf"(?:{_VAT})(?={_OF_NUMBER}|$)|^(?:{_VAT})")
_LABEL: Final = 5  # words of a label, at most
_ASIDE: Final = 1.2  # of a line's height, between the left edges of a number and its label above


@dataclass(frozen=True, slots=True)
class VatNumber:
    """A VAT number where it stands. `owner` is whose the words around it, or the part of the page, say it is."""

    text: str
    cell: Cell
    owner: Role | None = None

    @property
    def plain(self) -> str:
        """The number without blanks and points."""
        return compact(self.text).upper()


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    forms = (
        form[:2] + "".join(r"[ .\-]?" + _SIGNS.get(sign, sign) for sign in form[2:])
        for form in sorted(_FORMS, key=len, reverse=True)
    )
    return re.compile(rf"(?<![A-Za-z\d])(?:{'|'.join(forms)})(?![ .]?\d|[A-Za-z])")


def asks_for_vat(names: Collection[str]) -> bool:
    """Whether one of the compact names of a property is that of a VAT number, and not of any tax number."""
    return any(_VAT_IN_NAME.search(name) for name in names)


def vat_numbers(view: PageView, owner_of: Callable[[Cell], Role | None]) -> list[VatNumber]:
    """The VAT numbers of a view in reading order; `owner_of` says whose part of the page a cell is in."""
    found = []
    for cell in view.cells:
        for match in _pattern().finditer(_in_capitals(cell.text)):
            before = _before(view, cell, match.start())
            verdict = check_digits("tax_id", match[0])
            if (verdict is not None and verdict.holds) or _names_tax(before):
                owner = _owner(before) or owner_of(cell)
                found.append(VatNumber(cell.text[match.start() : match.end()], cell, owner))
    return found


def _in_capitals(text: str) -> str:
    """The text folded and in capitals, of the same length: `ß` has none of its own."""
    return "".join(upper if len(upper := char.upper()) == 1 else char for char in fold(text))


def vat_values(numbers: Collection[VatNumber], party: Party) -> Iterator[Candidate]:
    """The VAT number of `party` by its words or its part; of two without an owner the seller's is in the foot."""
    own = [number for number in numbers if number.owner == party]
    theirs = {number.plain for number in numbers if number.owner not in (party, None)}
    free = [number for number in numbers if number.owner is None and number.plain not in theirs]
    if not own and len({number.plain for number in free}) <= 1:
        own = free if party == "seller" else []
    elif not own:
        bottom = max(number.cell.line.bottom for number in numbers)
        height = max(bottom, _height(free))
        foot = {number.plain for number in free if number.cell.line.top > _FOOT * height}
        own = [number for number in free if (number.plain in foot) == (party == "seller")] if len(foot) == 1 else []
    if len({number.plain for number in own}) == 1:
        yield Candidate(own[0].text, (own[0].cell.line,), _SCORE)


def _height(numbers: Collection[VatNumber]) -> float:
    """The height of a page of paper as wide as its print reaches at least."""
    return max(1.2 * number.cell.line.right for number in numbers)


def _before(view: PageView, cell: Cell, start: int) -> str:
    """The words before a number: in its cell, or in the cells to the left of it and above it."""
    before = cell.text[max(0, start - _NEAR) : start]
    if any(char.isalpha() for char in before):
        return before
    left = view.rows[cell.row][: cell.column][-1:]
    reach = _ASIDE * cell.line.height
    above = [
        one for one in (view.rows[cell.row - 1] if cell.row else ()) if abs(one.line.left - cell.line.left) < reach
    ]
    return " ".join(one.text for one in (left or above))


def _names_tax(before: str) -> bool:
    words = [plain for word in re.split(r"[\s:/.\-_()]+", before) if (plain := compact(word))]
    ends = ("".join(words[-size:]) for size in range(1, _LABEL + 1))
    known = any(len(label) > 2 and label in _labels() for label in ends)
    return known or any(word in TAX_NAMES or _VAT_WORD.fullmatch(word) for word in words)


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    return frozenset(labels_of("tax_id"))


def _owner(before: str) -> Party | None:
    words = {compact(word) for word in re.split(r"[\s_]+", before)}
    if words & _YOURS:
        return "buyer"
    folded = fold(before).casefold()
    for party in ("buyer", "seller"):
        if any(
            len(word) > 3 and re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", folded)
            for word in party_words(party)
        ):
            return party
    return None
