"""Dates that stand beside no label of the caller's: the words there may be the label of something else."""

from collections.abc import Iterable, Iterator

from server.fields.print.dates import find_dates
from server.fields.print.page_view import Candidate, Cell, PageView
from server.fields.sums.meanings import Meanings
from server.fields.words.headings import is_title

_ABOVE = 2  # rows
_ASIDE = 1.2  # of a line's height, between the left edges of a label and its value
_NEAR = 0.8  # of a line's height, between both
_SMALLER = 0.88  # is the label of a box
_DOUBTFUL = 0.8  # score of a line that may be no print
_PAIR = 2  # cells of a form's row
_LETTERS = 2  # of a label, at least
_DOTS = ("..", "…", " .")
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


def _is_of_form(view: PageView, cell: Cell, meanings: Meanings) -> bool:
    """Whether the label of a form that means no date stands at `cell`: small above it, or led to it by dots."""
    label = _box_label(view, cell) or _dotted_label(view, cell) or _row_label(view, cell)
    return sum(char.isalpha() for char in label) >= _LETTERS and not _means_date(label, meanings)


def _means_date(label: str, meanings: Meanings) -> bool:
    """Whether a label, in one language of several, says date and no more: `Date of next service` is another."""
    parts = [found for part in label.split("/") if (found := meanings.of(part)) is not None]
    return any(part.is_whole and part.concept.key in ("date", "datetime") for part in parts)


def _box_label(view: PageView, cell: Cell) -> str:
    """The small words above a date, or those of a row of labels with a value below each; empty without them."""
    above = view.rows[cell.row - 1] if cell.row else []
    for other in above:
        gap = cell.line.top - other.line.bottom
        aligned = abs(other.line.left - cell.line.left) <= _ASIDE * cell.line.height and other.page == cell.page
        if other.line.score < _DOUBTFUL:
            continue  # a rule or a blot that was read as a word
        if not aligned or gap >= _NEAR * cell.line.height:
            continue
        plain = not any(char.isdigit() for each in above for char in each.text)
        heads = len(above) == len(view.rows[cell.row]) > 1
        small = all(each.line.height < _SMALLER * cell.line.height for each in above)
        return other.text if plain and (heads or small) else ""
    return ""


def _dotted_label(view: PageView, cell: Cell) -> str:
    before = view.rows[cell.row][cell.column - 1].text if cell.column else ""
    return before.rstrip(". …") if before.rstrip().endswith(_DOTS) else ""


def _row_label(view: PageView, cell: Cell) -> str:
    """The words left of a date in one of the rows of a form, a label and a value each; empty elsewhere."""
    row = view.rows[cell.row]
    near = view.rows[max(0, cell.row - _ABOVE) : cell.row + _ABOVE + 1]
    alike = [other for other in near if len(other) == len(row) == _PAIR and _stand_alike(other, row)]
    words = row[0].text if row and row[0] is not cell else ""
    plain = not any(char.isdigit() for other in alike for char in other[0].text)
    return words if len(alike) > _ABOVE and plain else ""


def _stand_alike(row: list[Cell], other: list[Cell]) -> bool:
    reach = _ASIDE * row[0].line.height
    return all(abs(one.line.left - two.line.left) <= reach for one, two in zip(row, other, strict=True))


def _begins_row(view: PageView, cell: Cell, words: str) -> bool:
    """Whether `words`, which are no place, stand before a date in its own row."""
    before = "".join(other.text for other in view.rows[cell.row][: cell.column + 1])
    return bool(words) and words in before and not words.rstrip().endswith((",", "，"))


def _is_date(text: str) -> bool:
    """Whether a text begins with a date and holds little else."""
    dates = find_dates(text) if len(text) < _SHORT else []
    return bool(dates) and dates[0].start == 0


def _in_column(cells: list[Cell], cell: Cell, wide: bool) -> bool:
    """Whether `cell` stands in a column of a table: three of `cells` share its left or its right edge.

    In a `wide` row, of more cells than a form's, two are enough.
    """
    reach = 0.6 * cell.line.height
    same = (
        other.page == cell.page
        and min(abs(other.line.left - cell.line.left), abs(other.line.right - cell.line.right)) <= reach
        for other in cells
    )
    return sum(same) > _ABOVE - wide


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
        if _is_of_form(view, cell, meanings):
            continue
        other = said is not None and said.concept.kind == "date" and said.concept.key not in ("date", "datetime")
        unknown = strict and said is None and not is_title(words) and _begins_row(view, cell, words)
        if not other and not unknown and not _in_column(dated, cell, len(view.rows[cell.row]) > _PAIR):
            yield candidate
