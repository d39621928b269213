"""Seller of a page by its letterhead: a sender's line, the largest print at the top, the block of its address."""

from collections.abc import Sequence
from statistics import median

from server.fields.addresses.postal import is_town_line
from server.fields.addresses.spans import address_span
from server.fields.parties.blocks import Part, is_sender_line, paragraphs, sender_parts, texts_of
from server.fields.parties.company_names import may_be_company
from server.fields.parties.people import People
from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Cell, PageView
from server.fields.words.headings import is_title

_UPPER_PART = 0.4
_LARGE = 1.2


def letterhead(view: PageView) -> Part:
    """Who sends the first page: a name, an address, how to reach it; empty where no address with a town is found.

    It is the first block at the top that has an address, with the largest print before it where it has no name of its
    own, or the sender's line above an envelope's window.
    """
    cells = _first_page(view)
    height = _height(cells)
    for cell in cells[:14]:
        if is_sender_line(cell.text):
            parts = sender_parts(cell.text)
            return Part((cell, cell), (parts[0], ", ".join(parts[1:])))
    reach = height if People(view).is_card else _UPPER_PART * height
    for block in paragraphs(view, cells[0].page, above=reach) if cells else []:
        start = next((i for i, cell in enumerate(block) if not is_title(cell.text)), 0)
        texts = texts_of(block[start:])
        span = address_span(texts, first=0)
        if span is None or not any(is_town_line(text) for text in texts[span[0] : span[1]]):
            continue
        if any(may_be_company(text) for text in texts[: span[0]]):
            return Part.of(block[start:])
        name = letterhead_name(view)
        named = [name] if name is not None and name not in block else []
        return Part.of([*named, *block[start + span[0] :]])
    return Part()


def letterhead_name(view: PageView) -> Cell | None:
    """The largest print at the top that may be a company; None where nothing stands out."""
    cells = _first_page(view)
    if not cells:
        return None
    bottom = _UPPER_PART * _height(cells)
    top = [cell for cell in cells if cell.line.top < bottom]
    usual = median(cell.line.height for cell in cells)
    names = [cell for cell in top if may_be_company(cell.text)]
    initials = [(cell, _initials(cell.text)) for cell in names]
    names = [cell for cell in names if not _is_logo(cell, initials)]
    largest = max(names, key=lambda cell: cell.line.height, default=None)
    return largest if largest is not None and largest.line.height >= _LARGE * usual else None


def _is_logo(cell: Cell, names: Sequence[tuple[Cell, str]]) -> bool:
    """Whether a cell holds only the initials of one of the other `names`, which stand with theirs."""
    letters = "".join(char for char in cell.text if char.isalpha())
    if len(letters) > 3 or is_cjk(letters):
        return False
    return any(initials.startswith(letters.upper()) for other, initials in names if other is not cell)


def _initials(text: str) -> str:
    return "".join(word[0].upper() for word in text.split() if word[0].isalpha())


def _first_page(view: PageView) -> list[Cell]:
    first = next(view.cells, None)
    return [cell for cell in view.cells if cell.page == first.page] if first is not None else []


def _height(cells: Sequence[Cell]) -> float:
    """The height of the page, so far as its print shows it."""
    return max((max(cell.line.bottom, 1.2 * cell.line.right) for cell in cells), default=0.0)
