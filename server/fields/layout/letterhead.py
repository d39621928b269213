"""Seller of a page by its letterhead: a sender's line, the largest print at the top, the block of its address."""

from collections.abc import Sequence
from statistics import median

from server.fields.labels.party_blocks import Part, is_sender_line, paragraphs, sender_parts, texts_of
from server.fields.layout.header import REGISTRATION
from server.fields.layout.postal import address_span, is_contact_line, is_country, is_street_line, is_town_line
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Cell, PageView
from server.fields.words.headings import is_title

_UPPER_PART = 0.4
_LOWER_PART = 0.85
_LARGE = 1.2


def letterhead_address(view: PageView) -> Part:
    """The address in the letterhead, in the sender's line, or at the foot of the first page."""
    cells = _first_page(view)
    for cell in cells[:14]:
        if is_sender_line(cell.text):
            return Part((cell,), (", ".join(sender_parts(cell.text)[1:]),))
    height = _height(cells)
    blocks = paragraphs(view, cells[0].page, above=_UPPER_PART * height) if cells else []
    return next((part for block in blocks if (part := _addressed(block))), Part())


def letterhead_name(view: PageView) -> Cell | None:
    """The largest print at the top that may be a company; None where nothing stands out."""
    cells = _first_page(view)
    if not cells:
        return None
    top = [cell for cell in cells if cell.line.top < _UPPER_PART * _height(cells)]
    usual = median(cell.line.height for cell in cells)
    names = [cell for cell in top if may_be_company(cell.text)]
    names = [cell for cell in names if not _is_logo(cell, names)]
    largest = max(names, key=lambda cell: cell.line.height, default=None)
    return largest if largest is not None and largest.line.height >= _LARGE * usual else None


def _addressed(block: Sequence[Cell]) -> Part:
    texts = texts_of(block)
    span = address_span(texts, first=0)
    if span is None or not any(is_town_line(text) for text in texts[span[0] : span[1]]):
        return Part()
    return Part(tuple(block[span[0] : span[1]]), tuple(texts[span[0] : span[1]]))


def may_be_company(text: str) -> bool:
    """Whether a line at the top of a page may be a company: no title, date, street, town, number, label."""
    letters = sum(char.isalpha() for char in REGISTRATION.sub("", text))
    if letters < 2 or (letters < 3 and not is_cjk(text)) or is_title(text) or find_dates(text) or is_country(text):
        return False
    if is_contact_line(text) or is_town_line(text) or is_street_line(text) or text.rstrip().endswith((":", "：")):
        return False
    return sum(char.isdigit() for char in text) <= letters / 2 and len(text.split()) <= 9


def _is_logo(cell: Cell, names: Sequence[Cell]) -> bool:
    """Whether a cell holds only the initials of a name beside or below it."""
    letters = "".join(char for char in cell.text if char.isalpha())
    if len(letters) > 3 or is_cjk(letters):
        return False
    return any(_initials(other.text).startswith(letters.upper()) for other in names if other is not cell)


def _initials(text: str) -> str:
    return "".join(word[0].upper() for word in text.split() if word[0].isalpha())


def _first_page(view: PageView) -> list[Cell]:
    first = next(view.cells, None)
    return [cell for cell in view.cells if cell.page == first.page] if first is not None else []


def _height(cells: Sequence[Cell]) -> float:
    """The height of the page, so far as its print shows it."""
    return max((max(cell.line.bottom, 1.2 * cell.line.right) for cell in cells), default=0.0)
