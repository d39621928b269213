"""Texts that go on below their first line: a sentence that wraps at the edge of its place is one value."""

from typing import Final

from server.fields.labels.index import LabelIndex
from server.fields.labels.neighbours import COLON, LONGEST_LABEL
from server.fields.print.page_view import Cell
from server.fields.words.function_words import breaks_off

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
        below = next((cell for cell in row if _follows(last, cell)), None)
        if below is None or index.is_label(below) or index.is_own(below) or COLON.search(below.text[:LONGEST_LABEL]):
            break
        if any(cell.line.right < below.line.left for cell in row):
            break  # the line of another label
        if not (_is_open(last, below) or (last is not label and _is_full(last, below))):
            break
        found.append(below)
    return found[1:]


def _follows(last: Cell, cell: Cell) -> bool:
    """Whether `cell` is the next line of the same print in the same place."""
    upper, lower = last.line, cell.line
    alike = 0.75 < lower.height / max(upper.height, 1.0) < 1.33
    near = -0.6 * upper.height < lower.top - upper.bottom < _APART * upper.height
    return cell.page == last.page and alike and near and abs(lower.left - upper.left) < _ASIDE * upper.height


def _is_open(last: Cell, cell: Cell) -> bool:
    """Whether the line `last` cannot be the end of a text: by its last sign or word, or by how the next one begins."""
    return last.text.endswith(_OPEN_ENDS) or breaks_off(last.text) or cell.text[:1].islower()


def _is_full(last: Cell, cell: Cell) -> bool:
    """Whether `last` reaches the edge of its place, where a sentence has to go on below."""
    wide = last.line.right - last.line.left > _NARROWEST * last.line.height
    return wide and not last.text.endswith(".") and last.line.right > cell.line.right - last.line.height
