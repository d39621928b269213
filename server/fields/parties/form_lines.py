"""Lines of a party that are printed as a form: labels, and what stands beside them."""

import re
from collections.abc import Sequence

from server.fields.parties.blocks import Part, aligned, most_gap
from server.fields.print.folding import compact
from server.fields.print.page_view import Cell, PageView
from server.fields.words.query import known_labels

_COLONS = (":", "：")
_NUMBER = re.compile(r"\W*\d[\d\s./\-]{3,30}")
_OF_PARTY = frozenset({"name", "company", "buyer", "address", "buyer_address"})
_NEAR = 6  # line heights from a label to its value
_MOST_LINES = 4  # of an address


def own_lines(view: PageView, cells: Sequence[Cell]) -> Part:
    """The part that `cells` make, without labels whose values stand beside them, and without such values.

    A name and an address beside their labels, as in a form, are lines of it.
    """
    kept: list[Cell] = []
    for cell in cells:
        beside = next(iter(view.right_of(cell)), None)
        text = cell.text.strip()
        if text[:1] in _COLONS:
            continue
        if beside is None or not (
            text.endswith(_COLONS) or beside.text.lstrip()[:1] in _COLONS or _has_number(cell, beside)
        ):
            kept.append(cell)
        elif text.endswith(_COLONS) and _names_party(text):
            kept += _value_lines(view, cell, beside)
    return Part.of(kept)


def _names_party(label: str) -> bool:
    concept = known_labels().get(compact(label))
    return concept is not None and concept.key in _OF_PARTY


def _value_lines(view: PageView, label: Cell, first: Cell) -> list[Cell]:
    """The cell beside a label, and those below it in rows without a label of their own."""
    found = [first]
    for row in view.rows[label.row + 1 : label.row + _MOST_LINES]:
        below = [cell for cell in row if cell.page == label.page and aligned(first, cell, first.line.left)]
        if len(row) != 1 or not below or below[0].line.top - found[-1].line.bottom > most_gap(found[-1], below[0]):
            break
        found += below
    return found


def _has_number(cell: Cell, beside: Cell) -> bool:
    """Whether a cell without digits has a number close beside it: `Reference  471102`."""
    near = beside.line.left - cell.line.right < _NEAR * cell.line.height
    return near and not any(char.isdigit() for char in cell.text) and bool(_NUMBER.fullmatch(beside.text))
