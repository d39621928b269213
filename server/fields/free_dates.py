"""Dates that stand beside no label of the caller's: the words there may be the label of something else."""

from collections.abc import Iterable, Iterator

from server.fields.print.dates import find_dates
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.sums.meanings import Meanings
from server.fields.words.headings import is_title

_ABOVE = 2  # rows
_SHORT = 30  # letters of a cell that holds little but a date


def _words_beside(view: PageView, cell: Cell, start: int) -> str:
    """The words before the place `start` of `cell` in its row, or above it where there are none."""
    before = cell.text[:start]
    if any(char.isalpha() for char in before):
        return before
    for other in reversed(view.rows[cell.row][: cell.column]):
        if any(char.isalpha() for char in other.text):
            return other.text
    for row in reversed(view.rows[max(0, cell.row - _ABOVE) : cell.row]):
        for other in row:
            if find_dates(other.text):
                continue  # it has its own
            if other.page == cell.page and any(below is cell for below in view.below(other)):
                return other.text
    return ""


def _begins_row(view: PageView, cell: Cell, words: str) -> bool:
    """Whether `words`, which are no place, stand before a date in its own row."""
    before = "".join(other.text for other in view.rows[cell.row][: cell.column + 1])
    return bool(words) and words in before and not words.rstrip().endswith((",", "，"))


def _is_date(text: str) -> bool:
    """Whether a text begins with a date and holds little else."""
    dates = find_dates(text) if len(text) < _SHORT else []
    return bool(dates) and dates[0].start == 0


def _in_column(cells: list[Cell], cell: Cell) -> bool:
    """Whether `cell` stands in a column of a table: at least three of `cells` share its left or its right edge."""
    reach = 0.6 * cell.line.height
    same = (
        other.page == cell.page
        and min(abs(other.line.left - cell.line.left), abs(other.line.right - cell.line.right)) <= reach
        for other in cells
    )
    return sum(same) > _ABOVE


def free_dates(
    view: PageView, meanings: Meanings, found: Iterable[Candidate], *, strict: bool = False
) -> Iterator[Candidate]:
    """Those of the dates `found` that no label gives another meaning, and that stand in no column of a table.

    With `strict`, words before a date in its row must mean a date or be a place (`Zwolle, 6 januari 2025`): others may
    be a label that is not known.
    """
    places = {id(cell.line): cell for cell in view.cells}
    dated = [cell for cell in places.values() if _is_date(cell.text)]
    for candidate in found:
        cell = places.get(id(candidate.lines[0]))
        if cell is None:
            continue
        words = _words_beside(view, cell, max(0, cell.text.find(candidate.text)))
        said = meanings.of(words) if words else None
        other = said is not None and said.concept.kind == "date" and said.concept.key not in ("date", "datetime")
        unknown = strict and said is None and not is_title(words) and _begins_row(view, cell, words)
        if not other and not unknown and not _in_column(dated, cell):
            yield candidate
