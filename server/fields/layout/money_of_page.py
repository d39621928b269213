"""The currency of a page: of most of its sums, or the one that its words name; an account number wherever it stands."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from server.fields.print.accounts import account_numbers
from server.fields.print.currencies import SIGNS, codes_of
from server.fields.print.numbers import currency_of
from server.fields.print.page_view import Candidate, Cell, PageView

_SCORE: Final = 0.6
_ALONE: Final = 0.5
_WORD = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W_])|[€£¥₹₩₫₺₽₴₦₱฿]")


def currency_values(view: PageView) -> Iterator[Candidate]:
    """The sign that stands with most sums of money; where none has one, the code or sign that stands most often."""
    found = [(sign, cell) for cell in view.cells for sign in _signs(cell)]
    score = _SCORE
    if not found:
        found = [(word, cell) for cell in view.cells for word in _WORD.findall(cell.text) if _is_currency(word)]
        score = _ALONE
    counted = Counter(sign.rstrip(".") for sign, _ in found)
    if not counted:
        return
    best = counted.most_common(1)[0][0]
    sign, cell = next(one for one in found if one[0].rstrip(".") == best)
    yield Candidate(sign, (cell.line,), score)


def _signs(cell: Cell) -> Iterator[str]:
    for number in cell.numbers():
        sign = currency_of(cell.text[number.start : number.end]) if number.has_currency else None
        if sign:
            yield sign


def _is_currency(word: str) -> bool:
    return word in SIGNS or (not word.isalpha() and bool(codes_of(word)))


def currency_in(text: str) -> str | None:
    """A currency alone: the text itself, its code, or the sign of the sum that it is."""
    plain = text.strip(" :.,;()[]*")
    codes: list[str] = [word for word in _WORD.findall(plain) if _is_currency(word)]
    if len(codes) == 1 and not codes_of(plain):
        return codes[0]
    if codes_of(plain) or not any(char.isdigit() for char in plain):
        return text
    return currency_of(plain)


def account_values(view: PageView) -> Iterator[Candidate]:
    """The only account number of a page whose check digits hold, with or without a label."""
    found: dict[str, Candidate] = {}
    for cell in view.cells:
        for printed in account_numbers(cell.text):
            found.setdefault("".join(printed.split()), Candidate(printed, (cell.line,), _SCORE))
    if len(found) == 1:
        yield from found.values()
