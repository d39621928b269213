"""Words of a form that stand side by side or in a list to be chosen from, of which none is marked."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from server.fields.marks.choices import as_choice
from server.fields.print.folding import compact
from server.fields.print.page_view import Cell, PageView
from server.values.chat import JSON
from server.values.lines import Line

_ALIGNED: Final = 0.7  # heights of a line by which words of a list may be out of line
_BETWEEN: Final = frozenset(
    {"", "or", "vs", "oder", "ou", "o", "of", "lub", "atau", "或", "または"}
)  # compact; a bar is none
_NEXT: Final = 2.2  # heights of a line from one word of a list to the next


def is_offered(lines: Sequence[Line], value: JSON, view: PageView, choices: tuple[JSON, ...]) -> bool:
    """Return whether another of `choices` stands beside or below the `lines` that say `value`, as if to choose from."""
    own = {id(line) for line in lines}
    cells = [cell for cell in view.cells if id(cell.line) in own]
    return any(
        found is not None and found != value
        for cell in cells
        for other in (*_beside(cell, view, choices), *_below(cell, view))
        for found in [as_choice(other.text, choices)]
    )


def _beside(cell: Cell, view: PageView, choices: tuple[JSON, ...]) -> list[Cell]:
    """The choices that follow each other in the row of a cell, on both sides of it."""
    row = view.rows[cell.row]

    def is_choice(other: Cell) -> bool:
        return as_choice(other.text, choices) is not None or compact(other.text) in _BETWEEN

    behind = takewhile(is_choice, row[cell.column + 1 :])
    before = takewhile(is_choice, reversed(row[: cell.column]))
    return [*behind, *before]


def _below(cell: Cell, view: PageView) -> list[Cell]:
    """The cell alone in the row below, and that above, which begins where `cell` does and is as near as in a list."""
    found = []
    for place in (cell.row - 1, cell.row + 1):
        row = view.rows[place] if 0 <= place < len(view.rows) else ()
        if len(row) == 1 and len(view.rows[cell.row]) == 1 and row[0].page == cell.page:
            height = cell.line.height
            apart = abs(row[0].line.top - cell.line.top)
            if abs(row[0].line.left - cell.line.left) <= _ALIGNED * height and apart <= _NEXT * height:
                found.append(row[0])
    return found
