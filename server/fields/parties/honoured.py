"""Whom a Japanese document is addressed to: the line at the top that ends in 様, 御中 or 殿, and those around it."""

import re
from typing import Final

from server.fields.addresses.postal import is_contact_line, is_town_line
from server.fields.parties.blocks import Part, paragraphs
from server.fields.parties.company_names import may_be_company
from server.fields.print.page_view import Cell, PageView

HONOURS: Final = "御中|様|殿"
_HONOURED = re.compile(rf"[^:：。、]{{1,40}}[^\s客皆:：。、]\s*(?:{HONOURS})")
_UPPER_PART = 0.45
_MOST_ABOVE = 3  # lines: a postal code, a street, a company


def honoured(view: PageView) -> Part:
    """The part of a page with an addressee's names, then the address; empty where no line at the top has an honour."""
    first = next(view.cells, None)
    if first is None:
        return Part()
    cells = [cell for cell in view.cells if cell.page == first.page]
    reach = _UPPER_PART * max(max(cell.line.bottom, 1.3 * cell.line.right) for cell in cells)
    for block in paragraphs(view, first.page, above=reach):
        place = next((i for i, cell in enumerate(block) if _HONOURED.fullmatch(cell.text.strip())), None)
        if place is not None:
            return Part.of(_addressee(block, place))
    return Part()


def _addressee(block: list[Cell], place: int) -> list[Cell]:
    """The names up to the last line with an honour, then the lines of an address above or below them."""
    last = place
    while last + 1 < len(block) and _HONOURED.fullmatch(block[last + 1].text.strip()):
        last += 1
    start = place
    while start and place - start < _MOST_ABOVE and _belongs(block[start - 1]):
        start -= 1
    end = last + 1
    while end < len(block) and _is_address(block[end]):
        end += 1
    names = [cell for cell in block[start : last + 1] if not _is_address(cell)]
    return [*names, *(cell for cell in block[start:end] if _is_address(cell))]


def _belongs(cell: Cell) -> bool:
    return _is_address(cell) or may_be_company(cell.text)


def _is_address(cell: Cell) -> bool:
    return is_town_line(cell.text) and not is_contact_line(cell.text)
