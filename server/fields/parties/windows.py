"""Whom a letter is addressed to without a heading: the lines in an envelope's window."""

from collections.abc import Sequence
from statistics import median

from server.fields.addresses.postal import is_attention, is_contact_line, is_form_of_address, is_titled, is_town_line
from server.fields.addresses.spans import address_span
from server.fields.parties.blocks import is_sender_line, paragraphs, texts_of
from server.fields.parties.company_names import may_be_company
from server.fields.print.dates import find_dates
from server.fields.print.page_view import Cell, PageView
from server.fields.words.headings import is_title
from server.fields.words.people import plain_words, words_for

_MOST_LINES = 9
_MOST_ABOVE = 4  # lines of a name above an address
_UPPER_PART = 0.45
_WINDOW_GAP = 3.0  # in line heights
_LARGE = 1.2


def window(view: PageView) -> list[Cell]:
    """The lines of whom a letter or an invoice is addressed to without a heading, as in an envelope's window.

    They stand in the upper part of the first page in plain print and end in a town, beside or below a letterhead that
    is set apart by its print, by how to reach it, or by a sender's line in small print above the window.
    """
    first = next(view.cells, None)
    if first is None:
        return []
    cells = [cell for cell in view.cells if cell.page == first.page]
    reach = _UPPER_PART * max(max(cell.line.bottom, 1.3 * cell.line.right) for cell in cells)
    usual = median(cell.line.height for cell in cells)
    blocks = [_addressed(group) for group in paragraphs(view, first.page, above=reach)]
    blocks = [block for block in blocks if block]
    plain = [block for block in blocks if not _is_letterhead(block, usual)]
    known = len(blocks) > len(plain) or any(is_sender_line(cell.text) for cell in cells[:12])
    large = any(cell.line.height > _LARGE * usual for cell in cells[:8] if may_be_company(cell.text))
    addressed = next((one for one in plain if is_form_of_address(one[0].text) or is_titled(one[0].text)), None)
    if addressed is not None:
        return addressed
    sender = next((cell for cell in cells[:14] if is_sender_line(cell.text)), None)
    if sender is not None and (below := _below_sender(cells, sender)):
        return below
    if len(plain) > 1 and not known and plain[0][0] in cells[:2]:
        return plain[1]  # below a letterhead in plain print
    if len(blocks) == 1 and plain and any(_opens_letter(cell.text) for cell in cells):
        return plain[0]  # the only address of a letter, above its salutation
    return plain[0] if plain and (known or (large and plain[0][0] is not cells[0])) else []


def _opens_letter(text: str) -> bool:
    """Whether a line is the salutation of a letter: `Dear customer,`."""
    words = plain_words(text[:80])
    return text.rstrip().endswith((",", "!", ":")) and any(
        words == opening or words.startswith(f"{opening} ") for opening in words_for("opening")
    )


def _below_sender(cells: Sequence[Cell], sender: Cell) -> list[Cell]:
    """The lines of the window below a sender's line, blank lines between them, down to the town and the state."""
    found: list[Cell] = []
    last = sender.line
    for cell in sorted(cells, key=lambda cell: cell.line.top):
        line = cell.line
        if line.top < sender.line.bottom - 0.3 * line.height or line.left > sender.line.right or line.right < last.left:
            continue
        if line.top - last.bottom > _WINDOW_GAP * line.height or len(found) == _MOST_LINES:
            break
        if found and abs(line.left - found[0].line.left) > line.height:
            continue
        found.append(cell)
        last = line
    span = address_span(texts_of(found))
    if (
        span is None
        or span[0] > _MOST_ABOVE
        or not any(is_town_line(text) for text in texts_of(found)[span[0] : span[1]])
    ):
        return []
    return found[: span[1]]


def _addressed(group: list[Cell]) -> list[Cell]:
    """The lines of a group from a name to the end of the address below it; none where it has no town."""
    while group and (is_sender_line(group[0].text) or is_title(group[0].text) or find_dates(group[0].text)):
        group = group[1:]
    texts = texts_of(group)
    span = address_span(texts)
    if span is None or not any(is_town_line(text) for text in texts[span[0] : span[1]]) or span[0] > _MOST_ABOVE:
        return []
    whole = any(is_contact_line(text) for text in texts[span[1] :]) and not is_titled(texts[0])
    return group if whole else group[: span[1]]


def _is_letterhead(block: Sequence[Cell], usual: float) -> bool:
    return block[0].line.height > _LARGE * usual or any(
        is_contact_line(cell.text) and not is_attention(cell.text) for cell in block
    )
