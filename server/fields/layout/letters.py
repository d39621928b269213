"""What the sentences of a letter say: the one sum of money that they name, and the one invoice that they are about."""

import re
from collections.abc import Iterator

from server.fields.layout.numbered_titles import is_invoice_word, is_number_word
from server.fields.layout.payment_words import asks_for_payment, is_paid
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.words.people import Use, plain_words, words_for

_SCORE = 0.5
_WORDS = 4  # of a sentence, at least
_CHARACTERS = 10
_SHORT = 90  # letters of a line that greets or closes
# A number in a sentence, of an invoice where words before it say so: `Rechnung Nr. 63613`, `請求書FC-8364`.
_CODE = re.compile(r"(?<![A-Za-z\d/.,\-])[A-Z]{0,5}[-/]?\d[A-Za-z\d/\-]*(?![A-Za-z\d]|[.,]\d)")
_WORD = re.compile(r"[^\W\d_]+(?:\.?[°º])?|[#№]")


def letter_values(view: PageView, key: str) -> Iterator[Candidate]:
    """Yield the sum or the invoice that a letter speaks of; a sum is due only where a sentence asks for payment."""
    cells = _sentences(view)
    if key == "invoice_number":
        yield from _invoices(cells)
    elif key == "amount":
        yield from _sums(cells)
    elif any(asks_for_payment(cell.text) for cell in cells):
        yield from _sums([cell for cell in cells if not is_paid(cell.text)])


def _sums(cells: list[Cell]) -> Iterator[Candidate]:
    sums = [
        (cell, number)
        for cell in cells
        for number in cell.numbers()
        if (number.has_currency or number.has_cents) and not number.is_percent
    ]
    if sums and len({number.value() for _, number in sums}) == 1:
        cell, number = sums[0]
        yield Candidate(cell.text[number.start : number.end].strip(), (cell.line,), _SCORE)


def _invoices(cells: list[Cell]) -> Iterator[Candidate]:
    found = [(match[0], cell) for cell in cells for match in _CODE.finditer(cell.text) if _is_of_invoice(match)]
    if len({code for code, _ in found}) == 1:
        yield Candidate(found[0][0], (found[0][1].line,), _SCORE)


def _is_of_invoice(match: re.Match[str]) -> bool:
    """Whether the word before a code names invoices, a word for number left out."""
    words = _WORD.findall(match.string[: match.start()])
    if len(words) > 1 and is_number_word(words[-1]):
        words = words[:-1]
    return bool(words) and is_invoice_word(words[-1]) and not find_dates(match[0])


def _sentences(view: PageView) -> list[Cell]:
    """The running lines of a letter, below its opening and above its closing; none of a page that has neither."""
    cells = list(view.cells)
    opens = next((i for i, cell in enumerate(cells) if _begins_with(cell.text, "opening")), None)
    closes = next((i for i, cell in enumerate(cells) if _begins_with(cell.text, "closing")), None)
    if closes is None or closes < (opens or 0):
        return []
    return [cell for cell in cells[0 if opens is None else opens : closes] if _runs(cell.text)]


def _begins_with(text: str, use: Use) -> bool:
    plain = plain_words(text)
    beginning = "" if is_cjk(text) else " "
    return len(plain) < _SHORT and any(
        plain == word or plain.startswith(f"{word}{beginning}") for word in words_for(use)
    )


def _runs(text: str) -> bool:
    return len(text) >= _CHARACTERS if is_cjk(text) else len(text.split()) >= _WORDS
