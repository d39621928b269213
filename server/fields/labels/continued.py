"""Texts that go on below their first line: a sentence that wraps at the edge of its place is one value."""

from typing import Final

from server.fields.labels.index import LabelIndex
from server.fields.print.folding import compact
from server.fields.print.page_view import Cell
from server.fields.sums.words import FUNCTION_WORDS

_MOST_LINES: Final = 8
_NARROWEST: Final = 12.0  # heights; a shorter line did not reach the edge of its place
_ASIDE: Final = 0.8  # heights between the left edges of two lines of one text
_APART: Final = 0.8  # heights of the gap between them
_OPEN_ENDS: Final = ("-", ",", "&", "/", "–")


def wrapped_lines(index: LabelIndex, first: Cell, label: Cell) -> list[Cell]:
    """Return the cells below `first`, the first line of a value, that go on with it; `label` is what it belongs to."""
    found = [first]
    for row in index.view.rows[first.row + 1 : first.row + 1 + _MOST_LINES]:
        last = found[-1]
        below = next((cell for cell in row if _follows(last, cell, label)), None)
        if below is None or index.is_label(below) or index.is_own(below) or ":" in below.text[:24]:
            break
        if any(cell.line.right < below.line.left for cell in row) or not _goes_on(last, below):
            break
        found.append(below)
    return found[1:]


def _follows(last: Cell, cell: Cell, label: Cell) -> bool:
    """Whether `cell` is the next line of the same print in the same place."""
    upper, lower = last.line, cell.line
    height = upper.height
    alike = 0.75 < lower.height / max(height, 1.0) < 1.33
    near = -0.6 * height < lower.top - upper.bottom < _APART * height
    starts = [upper.left, *([label.line.left] if last is label else [])]
    return (
        cell.page == last.page and alike and near and any(abs(lower.left - left) < _ASIDE * height for left in starts)
    )


def _goes_on(last: Cell, cell: Cell) -> bool:
    """Whether a text does not end with the line `last`: by its last sign or word, or by how the next line begins."""
    words = last.text.split()
    if not words:
        return False
    if words[-1].endswith(_OPEN_ENDS) or compact(words[-1]) in FUNCTION_WORDS or cell.text[:1].islower():
        return True
    wide = last.line.right - last.line.left > _NARROWEST * last.line.height
    return wide and not words[-1].endswith(".") and last.line.right > cell.line.right - last.line.height
