"""The date by which to pay, out of a sentence: `Zahlbar bis 04.04.2024`, `Please remit until 2024-12-12`."""

import re
from collections.abc import Iterator
from typing import Final

from server.fields.print.dates import find_dates
from server.fields.print.folding import fold, unaccented
from server.fields.print.page_view import Candidate, PageView

_SCORE: Final = 0.6
_NEAR: Final = 14  # characters between the word for `until` and the date
_LONGEST: Final = 400
# Stems of words for paying, words for `until`, and words of a clause about a discount, in the languages of labels.
_PAYING = re.compile(
    r"\b(?:pay|paid|remit|settle|transfer|due|zahl|uberweis|begleich|fallig|einzug|eingezogen|abgebucht|lastschrift"
    r"|regl|paie|paye|verse|virement|prelev|echeance|pag(?:ar|ue|a|o|u|h)|abon|transfer|liquid|saldar|bonific|versa"
    r"|betal|voldoe|overmak|zaplac|zaplat|platn|przelew|bayar)"
)
_UNTIL = re.compile(
    r"\b(?:until|by|before|on or before|no later than|not later than|bis(?: zum| spatestens(?: zum)?)?|spatestens(?: am| zum)?"
    r"|am|zum|avant le|au plus tard le|jusqu'?au|le|antes del?|hasta el|el|entro il|entro|entro e non oltre il|il"
    r"|ate(?: ao dia| a| o dia)?|antes de|uiterlijk(?: op)?|voor|vóór|tot|do|do dnia|sebelum|selambat-lambatnya)[\s:]{1,3}$"
)
_DISCOUNT = re.compile(r"skonto|discount|escompte|sconto|descuento|desconto|korting|rabat|%")
_CLAUSE = re.compile(r"[,;](?=\s)|\.(?=\s+[A-Z\u00c0-\u00de])")


def due_dates(view: PageView) -> Iterator[Candidate]:
    """Yield the dates that a sentence about paying says to pay by; not those of a discount for paying early."""
    for cell in view.cells:
        if len(cell.text) > _LONGEST or not any(char.isdigit() for char in cell.text):
            continue
        if not _PAYING.search(unaccented(fold(cell.text)).casefold()):
            continue
        for start, clause in _clauses(cell.text):
            if _DISCOUNT.search(clause.casefold()):
                continue
            for date in find_dates(clause):
                before = unaccented(fold(clause[: date.start])).casefold()
                if _UNTIL.search(before[-_NEAR - 16 :]):
                    yield Candidate(clause[date.start : date.end].strip(), (cell.line,), _SCORE)


def _clauses(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for mark in _CLAUSE.finditer(text):
        yield start, text[start : mark.start()]
        start = mark.end()
    yield start, text[start:]
