"""The date by which to pay, out of a sentence: `Zahlbar bis 04.04.2024`, `Please remit until 2024-12-12`."""

import re
from collections.abc import Iterator
from typing import Final

from server.fields.print.dates import find_dates
from server.fields.print.folding import fold, is_cjk, unaccented
from server.fields.print.page_view import Candidate, Cell, PageView

_SCORE: Final = 0.6
_NEAR: Final = 30  # characters before a date in which the word for `until` stands
_LONGEST: Final = 400
# Stems of words for paying, words for `until`, and words of a clause about a discount, in the languages of labels.
_PAYING_STEMS: Final = (
    *("pay", "paid", "remit", "settle", "transfer", "due", "debit"),
    *("zahl", "uberweis", "begleich", "fallig", "einzug", "eingezogen", "abgebucht", "lastschrift"),
    *("regl", "paie", "paye", "verse", "virement", "prelev", "echeance"),
    *("paga", "pague", "pago", "abon", "liquid", "saldar", "bonific", "versa", "cobr"),
    *("betal", "voldoe", "overmak", "zaplac", "zaplat", "platn", "przelew", "wplat", "wplac", "uregulow"),
    *("bayar", "lunas", "dilunasi", "jelaskan", "dijelaskan"),
)
_UNTIL_WORDS: Final = (
    *("until", "by", "before", "on or before", "no later than", "not later than", "on"),
    *("bis", "bis zum", "bis spatestens", "bis spatestens zum", "spatestens", "spatestens am", "spatestens zum"),
    *("am", "zum", "avant le", "au plus tard le", "jusqu'au", "le", "antes de", "antes del", "hasta el", "el"),
    *("entro", "entro il", "entro e non oltre il", "il", "ate", "ate ao dia", "ate a", "ate o dia", "em"),
    *("uiterlijk", "uiterlijk op", "voor", "op", "do", "do dnia", "w terminie do", "w terminie do dnia"),
    *("sebelum", "sebelum tanggal", "selambat-lambatnya", "paling lambat", "paling lewat", "pada"),
)
# A payment that was made, on a day: `paid on`, but not `to be paid on`.
_PAID_WORDS: Final = (
    *("paid", "received", "settled", "debited", "transferred", "bezahlt", "gezahlt", "uberwiesen", "abgebucht"),
    *("eingegangen", "beglichen", "payee?s?", "reglee?s?", "versee?s?", "prelevee?s?", "pagad[oa]s?", "abonad[oa]s?"),
    *(
        "pagat[oaie]",
        "versat[oaie]",
        "saldat[oaie]",
        "pag[oa]s?",
        "liquidad[oa]s?",
        "betaald",
        "voldaan",
        "overgemaakt",
    ),
    *("overgemaakt", "zaplacon[aeoy]", "oplacon[aeoy]", "dibayar"),
)
_ON_WORDS: Final = ("on", "am", "le", "el", "il", "em", "in data", "op", "dnia", "w dniu", "pada", "pada tanggal")
_PAYING = re.compile(rf"\b(?:{'|'.join(_PAYING_STEMS)})")
_UNTIL = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _UNTIL_WORDS))})[\s:]{{1,3}}$")
_MADE = re.compile(rf"(?<!be )(?<!zu )\b(?:{'|'.join(_PAID_WORDS)}) (?:{'|'.join(_ON_WORDS)})[\s:]{{1,3}}$")
# Chinese and Japanese say it behind the date, and to pay after that.
_UNTIL_BEHIND = re.compile(r"^\s?(?:まで|迄|之?前|以前)[^。]{0,12}?(?:支払|振込|納付|納入|入金|付|缴|繳|支付|还|還)")
_DISCOUNT = re.compile(r"skonto|discount|escompte|sconto|descuento|desconto|korting|rabat|%")
_CLAUSE = re.compile(r"[,;](?=\s)|\.(?=\s+[A-Z\u00c0-\u00de])")


def due_dates(view: PageView) -> Iterator[Candidate]:
    """Yield the dates that a sentence about paying says to pay by; not those of a discount for paying early."""
    for cell in view.cells:
        if len(cell.text) > _LONGEST or not any(char.isdigit() for char in cell.text):
            continue
        if is_cjk(cell.text):
            yield from _before_until(cell)
        if not _PAYING.search(unaccented(fold(cell.text)).casefold()):
            continue
        for clause in _CLAUSE.split(cell.text):
            if is_of_discount(clause):
                continue
            for date in find_dates(clause):
                before = unaccented(fold(clause[: date.start])).casefold()
                if _UNTIL.search(before[-_NEAR:]) and not _MADE.search(before[-_NEAR:]):
                    yield Candidate(clause[date.start : date.end].strip(), (cell.line,), _SCORE)


def _before_until(cell: Cell) -> Iterator[Candidate]:
    """The date of `2024年4月30日までにお振込ください`, `请于2024年4月30日前付清`."""
    for date in find_dates(cell.text):
        if _UNTIL_BEHIND.search(cell.text[date.end :]):
            yield Candidate(cell.text[date.start : date.end].strip(), (cell.line,), _SCORE)


def is_of_discount(text: str) -> bool:
    """Whether words are of a discount for paying early, whose date is not the last one to pay."""
    return bool(_DISCOUNT.search(text.casefold()))
