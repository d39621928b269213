"""The number of an invoice in its title: `Handelsrechnung Nr. R18-31 vom 3.10.2018`, `Credit note No. 77`."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from server.fields.print.dates import find_dates
from server.fields.print.folding import compact, is_cjk, unaccented
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.print.parsing import printed_value
from server.fields.words.all_languages import labels_of
from server.fields.words.headings import is_title
from server.fields.words.label_table import LANGUAGES, language_words

_SCORE: Final = 0.6
_SURE: Final = 0.9
_BETWEEN: Final = 2  # words from the one for number to the date: the number, and `of`
_LONGEST: Final = 80
_SHORTEST_ROOT: Final = 6
_ASIDE = re.compile(r"\s*\([^()]{0,24}\)\s*")
_PLACED = re.compile(r"^[^\W\d_][^\W\d_ .\-]{1,30}(?: [^\W\d_]{2,20}){0,3}, ?(?:den|le|li|il|el|a|em|dnia|am)\b\s*")
_BARE = re.compile(r"(?P<word>[^\W\d_]{1,8}|[#№])\s?[.°]?\s?[:：]?\s?(?P<code>[\w/.\-]*\d[\w/.\-]*)")
_LONG_WORD: Final = 5  # letters of a word for number that ends a compound
_ROWS: Final = 2  # from a title to a number below it
_WORD = re.compile(r"[^\W\d_]+\.?°?|[#№]")


@lru_cache(maxsize=1)
def _numbers() -> frozenset[str]:
    """The words for number in every language."""
    words = (word for code in LANGUAGES for word in language_words(code).words.get("numbers", ()))
    return frozenset({"#", "№", "n°", "n", *(compact(unaccented(word)) for word in words)})


@lru_cache(maxsize=1)
def _roots() -> tuple[str, ...]:
    """What the names of invoices end in: rechnung, facture, invoice, 請求書."""
    found = {compact(unaccented(label)) for label in labels_of("invoice_number")}
    titles = {label[:-2] for label in found if label.endswith(("书番号", "证番号", "发票号码"))}
    return tuple(label for label in found if len(label) >= _SHORTEST_ROOT and label.isalpha()) + tuple(titles)


def title_numbers(view: PageView) -> Iterator[Candidate]:
    """Yield the codes that stand behind a word for number in the title of an invoice, or of a credit note."""
    for cell in view.cells:
        rest = _behind_number(cell.text.strip()) or _below_title(view, cell)
        code = printed_value("code", rest.split()[0]) if rest else None
        if code is not None and any(char.isdigit() for char in code) and not find_dates(code):
            yield Candidate(code, (cell.line,), _SCORE)


def _below_title(view: PageView, cell: Cell) -> str:
    """What follows a bare word for number beside or below the title: `領収書`, and `No. 0087` in the next row."""
    match = _BARE.fullmatch(cell.text.strip())
    if match is None or compact(unaccented(match["word"])) not in _numbers():
        return ""
    near = (other for row in view.rows[max(0, cell.row - _ROWS) : cell.row + 1] for other in row if other is not cell)
    titles = [other.text.strip() for other in near if is_title(other.text) and other.page == cell.page]
    return match["code"] if titles and all(map(_is_invoice, titles)) else ""


def title_dates(view: PageView) -> Iterator[Candidate]:
    """Yield the dates that stand behind the number in such a title, or behind a place: `München, den 1.11.2024`."""
    for cell in view.cells:
        yield from _behind_place(view, cell)
        rest = _behind_number(cell.text.strip()) or ""
        for date in find_dates(rest)[:1]:
            if len(rest[: date.start].split()) == _BETWEEN and len(rest[date.end :].strip()) <= 1:
                yield Candidate(rest[date.start : date.end].strip(), (cell.line,), _SURE)


def _behind_place(view: PageView, cell: Cell) -> Iterator[Candidate]:
    match = _PLACED.match(cell.text.strip())
    if match is None:
        return
    rest = cell.text.strip()[match.end() :]
    beside = next(iter(view.right_of(cell)), None)
    text, line = (rest, cell.line) if rest or beside is None else (beside.text.strip(), beside.line)
    dates = find_dates(text)
    if len(dates) == 1 and dates[0].start == 0 and len(text) - dates[0].end <= 1:
        yield Candidate(text[: dates[0].end].strip(), (line,), _SURE)


def _behind_number(text: str) -> str | None:
    """What follows the word for number in the title of an invoice; None where `text` is no such title."""
    if len(text) > _LONGEST or not any(char.isdigit() for char in text):
        return None
    for word in _WORD.finditer(text):
        title, plain = _ASIDE.sub(" ", text[: word.start()]).strip(), compact(unaccented(word[0]))
        if plain in _numbers() and title:
            titled = is_title(title) and _is_invoice(title)
            return text[word.end() :].lstrip(" .:°#") if titled else None
    return None


def is_invoice_word(word: str) -> bool:
    """Whether a word names invoices, alone or at the end of a compound."""
    return compact(unaccented(word)).endswith(_roots())


def names_invoice(label: str) -> bool:
    """Whether a compact label has a word for invoices: `invoiceno`, not `number`."""
    return any(root in label for root in _roots())


def is_number_word(word: str) -> bool:
    """Whether a word stands for number in some language."""
    return compact(unaccented(word)) in _numbers()


def has_number_word(label: str) -> bool:
    """Whether a printed label has a word for number, also at the end of a compound: `Ausweisnummer`, `旅券番号`."""
    whole = compact(unaccented(label))
    ends = any(whole.endswith(word) for word in _numbers() if is_cjk(word) or len(word) >= _LONG_WORD)
    return ends or any(map(is_number_word, label.replace(".", " ").split()))


def _is_invoice(title: str) -> bool:
    words = [compact(unaccented(word)) for word in title.split()]
    return any(word.endswith(_roots()) for word in (*words, "".join(words)))
