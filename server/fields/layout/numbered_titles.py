"""The number of an invoice in its title: `Handelsrechnung Nr. R18-31 vom 3.10.2018`, `Credit note No. 77`."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, unaccented
from server.fields.print.page_view import Candidate, PageView
from server.fields.print.parsing import printed_value
from server.fields.words.all_languages import labels_of
from server.fields.words.headings import is_title
from server.fields.words.label_table import LANGUAGES, language_words

_SCORE: Final = 0.6
_LONGEST: Final = 80
_SHORTEST_ROOT: Final = 6
_WORD = re.compile(r"[^\W\d_]+\.?°?|[#№]")


@lru_cache(maxsize=1)
def _numbers() -> frozenset[str]:
    """The words for number in every language."""
    words = (word for code in LANGUAGES for word in language_words(code).words.get("numbers", ()))
    return frozenset({"#", "№", "n°", "n", *(compact(unaccented(word)) for word in words)})


@lru_cache(maxsize=1)
def _roots() -> tuple[str, ...]:
    """What the names of invoices end in: rechnung, facture, invoice."""
    found = {compact(unaccented(label)) for label in labels_of("invoice_number")}
    return tuple(label for label in found if len(label) >= _SHORTEST_ROOT and label.isalpha())


def title_numbers(view: PageView) -> Iterator[Candidate]:
    """Yield the codes that stand behind a word for number in the title of an invoice, or of a credit note."""
    for cell in view.cells:
        text = cell.text.strip()
        if len(text) > _LONGEST:
            continue
        for word in _WORD.finditer(text):
            title, plain = text[: word.start()].strip(), compact(unaccented(word[0]))
            if plain not in _numbers() or not title or not (is_title(title) and _is_invoice(title)):
                continue
            rest = text[word.end() :].lstrip(" .:°#")
            code = printed_value("code", rest.split()[0]) if rest.strip() else None
            if code is not None and any(char.isdigit() for char in code) and not find_dates(code):
                yield Candidate(code, (cell.line,), _SCORE)
            break


def _is_invoice(title: str) -> bool:
    words = [compact(unaccented(word)) for word in title.split()]
    return any(word.endswith(_roots()) for word in (*words, "".join(words)))
