"""Name and address of the seller without a label: by the rows of a receipt's head, and by the block of a letterhead."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from server.fields.addresses.postal import is_contact_line, is_street_line, is_town_line
from server.fields.parties.address import find_address
from server.fields.parties.blocks import Part, is_sender_line, sender_parts
from server.fields.parties.company import find_company
from server.fields.parties.header import Block, has_legal_form, has_trade
from server.fields.parties.letterhead import letterhead_name
from server.fields.parties.values import mended_form, party_values
from server.fields.print.folding import compact, join_texts
from server.fields.print.page_view import Candidate, PageView

_SCORE = 0.6
_LABEL = re.compile(r"^[^\W\d_][^\d:：,]{2,24}[:：]\s*(?=\S)")
_LARGER = 1.15
_SHORTEST = 4  # letters of a name that may stand elsewhere with its legal form
_MOST_FORM = 4  # words of a legal form: GmbH & Co. KG


def seller_values(view: PageView, head: Part, key: str) -> Iterator[Candidate]:
    """Yield the seller's `key`, company or address, from the view without the buyer's part and its letterhead."""
    rows = find_company(view) if key != "address" else find_address(view)
    texts = _printed(rows.texts, key) if rows else []
    by_rows = Candidate(join_texts(texts), tuple(c.line for c in rows.cells), _SCORE) if rows and texts else None
    by_block = next(party_values(head, key), None) if head else None
    if by_block is None and key != "address" and (cell := letterhead_name(view)) is not None:
        by_block = Candidate(cell.text.strip(), (cell.line,), _SCORE)
    if rows is None or by_rows is None or by_block is None:
        found = by_rows or by_block
    elif key != "address":
        other = _is_begun_by(by_block.text, by_rows.text) or is_sender_line(rows.texts[0]) or _is_aside(rows, head)
        found = by_block if other or _is_larger(by_block, rows) else by_rows
    else:
        found = by_block if is_sender_line(head.cells[0].text) or _is_fuller(by_block, rows) else by_rows
    if found is not None:
        whole = found.text if key == "address" else _legal_name(view, found.text)
        yield replace(found, text=mended_form(whole))


def _legal_name(view: PageView, name: str) -> str:
    """The name with its legal form, where it stands so in another line: a logo leaves it out."""
    parts = sender_parts(name)
    if len(parts) > 2 and has_legal_form(parts[0]) and "," not in name:
        return parts[0]
    if has_legal_form(name) or len(name) < _SHORTEST:
        return name
    for cell in view.cells:
        text = cell.text.strip()
        whole = sender_parts(text)[0] if is_sender_line(text) else text
        behind = whole[len(name) :].strip(" ,")
        goes_on = whole.casefold().startswith(name.casefold()) and 0 < len(behind.split()) <= _MOST_FORM
        if goes_on and has_legal_form(f"x {behind.split()[0]}"):
            return whole
    return name


def _printed(texts: Sequence[str], key: str) -> list[str]:
    """The lines of a value; an address without its label, and without what follows a way to reach the seller."""
    if key != "address":
        return list(texts)
    if len(texts) > 1 and len(texts[0]) >= _SHORTEST and compact(texts[0]) in compact(texts[1]):
        texts = texts[1:]  # a building that the line below names again
    end = next((i for i, text in enumerate(texts) if i and is_contact_line(text)), len(texts))
    label = _LABEL.match(texts[0])
    house = label is not None and is_street_line(f"{label.group()} 1")  # Lot No: 20
    return [texts[0][label.end() :] if label is not None and not house else texts[0], *texts[1:end]]


def _is_begun_by(name: str, logo: str) -> bool:
    """Whether a logo is the first word of a name below it."""
    behind = name[len(logo) :]
    plain = bool(behind) and not any(char.isdigit() or char in "()" for char in behind)
    return plain and not has_legal_form(logo) and name.casefold().startswith(f"{logo.casefold()} ")


def _is_aside(rows: Block, head: Part) -> bool:
    """Whether what the rows found stands to the right of the block of the letterhead: a slogan at the other edge."""
    return bool(head) and min(c.line.left for c in rows.cells) > max(c.line.right for c in head.cells)


def _is_larger(named: Candidate, rows: Block) -> bool:
    """Whether a name stands in larger print than what the rows found, which no word shows to be a company."""
    height = max(line.height for line in named.lines)
    found = max(cell.line.height for cell in rows.cells)
    return height > _LARGER * found and not any(has_legal_form(text) or has_trade(text) for text in rows.texts)


def _is_fuller(block: Candidate, rows: Block) -> bool:
    """Whether a block has a town where the rows have none, begins above them, or leaves out what is no address."""
    if not any(is_town_line(text) for text in rows.texts):
        return True
    if any(is_contact_line(text) for text in rows.texts):
        return True
    lines = {id(cell.line) for cell in rows.cells}
    shared = any(id(line) in lines for line in block.lines)
    return shared and id(block.lines[0]) not in lines and len(block.lines) > len(rows.cells)
