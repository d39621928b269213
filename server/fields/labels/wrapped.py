"""Labels of a narrow column that go on in a second line: `Data de` above `início`, the value beside either."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.fields.print.folding import compact, is_cjk
from server.fields.print.page_view import Cell, PageView
from server.fields.words.function_words import breaks_off

_CLOSE = 0.35  # of a line's height, between the two lines of a label
_ASIDE = 0.6  # of a line's height, between their left edges
_ROWS = 2  # below, among which the second line stands
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class WrappedLabel:
    """A label in two lines. `owner` is the cell beside which its value stands."""

    upper: Cell
    lower: Cell
    owner: Cell

    @property
    def compact(self) -> str:
        """Its whole text, compact."""
        return compact(f"{self.upper.text} {self.lower.text}")

    @property
    def goes_on(self) -> bool:
        """Whether the first line alone is no label, by its last word or by how the second begins."""
        return self.lower.text.strip()[0].islower() or breaks_off(self.upper.text)


def wrapped_labels(view: PageView) -> Iterator[WrappedLabel]:
    """The pairs of lines of a view that may be one label."""
    for cell in view.cells:
        lower = _second_line(view, cell) if _is_wording(cell) else None
        if lower is None:
            continue
        beside, under = bool(view.right_of(cell)), bool(view.right_of(lower))
        if beside != under:
            yield WrappedLabel(cell, lower, cell if beside else lower)


def _second_line(view: PageView, cell: Cell) -> Cell | None:
    for row in view.rows[cell.row + 1 : cell.row + 1 + _ROWS]:
        for other in row:
            if _goes_on_in(cell, other) and other.column == cell.column and _is_wording(other):
                return other
    return None


def _goes_on_in(cell: Cell, other: Cell) -> bool:
    upper, lower = cell.line, other.line
    gap = lower.top - upper.bottom
    alike = 0.6 < lower.height / max(upper.height, 1.0) < 1.6
    near = abs(upper.left - lower.left) <= _ASIDE * upper.height and -0.5 * upper.height < gap < _CLOSE * upper.height
    return cell.page == other.page and alike and near


def _is_wording(cell: Cell) -> bool:
    """Whether a cell has a few words, no digit, and no colon but at its end."""
    text = cell.text.strip().rstrip(":：")
    plain = not any(char.isdigit() or char in ":：@" for char in text)
    return plain and any(char.isalpha() for char in text) and len(text.split()) <= _MOST_WORDS and not is_cjk(text)
