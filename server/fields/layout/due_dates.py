"""The date by which to pay, out of a sentence: `Zahlbar bis 04.04.2024`, `Please remit until 2024-12-12`."""

import re
from collections.abc import Iterator
from typing import Final

from server.fields.layout.payment_words import is_about_paying, is_of_discount, names_last_day
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Candidate, Cell, PageView

_SCORE: Final = 0.6
_NEAR: Final = 30  # characters before a date in which the word for `until` stands
_LONGEST: Final = 400
# Chinese and Japanese say it behind the date, and to pay after that.
_UNTIL_BEHIND = re.compile(r"^\s?(?:まで|迄|之?前|以前)[^。]{0,12}?(?:支払|振込|納付|納入|入金|付|缴|繳|支付|还|還)")
_CLAUSE = re.compile(r"[,;](?=\s)|\.(?=\s+[A-Z\u00c0-\u00de])")


def due_dates(view: PageView) -> Iterator[Candidate]:
    """Yield the dates that a sentence about paying says to pay by; not those of a discount for paying early."""
    for cell in view.cells:
        if len(cell.text) > _LONGEST or not any(char.isdigit() for char in cell.text):
            continue
        if is_cjk(cell.text):
            yield from _before_until(cell)
        if not is_about_paying(cell.text):
            continue
        for clause in _CLAUSE.split(cell.text):
            if is_of_discount(clause):
                continue
            for date in find_dates(clause):
                if names_last_day(clause[: date.start][-_NEAR:]):
                    yield Candidate(clause[date.start : date.end].strip(), (cell.line,), _SCORE)


def _before_until(cell: Cell) -> Iterator[Candidate]:
    """The date of `2024年4月30日までにお振込ください`, `请于2024年4月30日前付清`."""
    for date in find_dates(cell.text):
        if _UNTIL_BEHIND.search(cell.text[date.end :]):
            yield Candidate(cell.text[date.start : date.end].strip(), (cell.line,), _SCORE)
