"""Page view: the pages of a request as rows of cells, with the neighbours of each cell."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from server.fields.print.folding import Folded, is_letter
from server.fields.print.number_style import UNKNOWN, NumberStyle
from server.fields.print.numbers import find_numbers, number_style
from server.fields.print.printed_number import PrintedNumber
from server.fields.print.raised_cents import with_cents
from server.values.lines import Line, Lines, Mark, part_of

# A number that begins with its country: the VAT number NL810433941B01 behind `BTW`.
_COUNTRY = re.compile(r"(?<![^\W\d_])(?!NO$|NR$|ID$)[A-Z]{2}$")
_LONG_NUMBER = re.compile(r"\d{6,}")
_CODE_BEHIND = re.compile(r"[-/]\w*\d")  # INV-123, INV/2024/7: not a label, but the code itself


@dataclass(frozen=True, eq=False)
class Cell:
    """A line of print where it stands: `row` counts over all pages, `column` within the row.

    What is asked of it again and again is worked out once.
    """

    line: Line
    folded: Folded
    page: int
    row: int
    column: int
    style: NumberStyle = UNKNOWN

    @cached_property
    def text(self) -> str:
        """The print, as recognised."""
        return self.line.text

    def numbers(self) -> list[PrintedNumber]:
        """The numbers in it, read as its document prints them."""
        return self._numbers

    @cached_property
    def _numbers(self) -> list[PrintedNumber]:
        return find_numbers(self.text, self.style)

    @cached_property
    def word_starts(self) -> list[int]:
        """Indices into its compact text where a word begins."""
        return self.folded.word_starts()

    @cached_property
    def word_ends(self) -> list[int]:
        """Indices into its compact text where a word ends."""
        return [end for end in range(1, len(self.folded.compact) + 1) if self.ends_word(end)]

    def ends_word(self, end: int) -> bool:
        """Whether no letter of the same word follows the compact character before `end`; a sum of money may."""
        text, stop = self.text, self.folded.end_of(end)
        if end < len(self.folded.places) and self.folded.places[end] < stop:
            return False  # between the two letters of a sign such as №
        if stop >= len(text):
            return True
        here, after = text[stop - 1], text[stop]
        if not after.isalnum():
            return after not in "-/" or _CODE_BEHIND.match(text, stop) is None
        if here.isdigit() and after.isdigit():
            return False
        if not (is_letter(here) and is_letter(after)):
            return not (after.isdigit() and _COUNTRY.search(text[:stop]) and _LONG_NUMBER.match(text, stop))
        return any(number.start == stop and number.has_currency for number in self._numbers)


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A box to tick, and the page and row that it stands in."""

    mark: Mark
    page: int
    row: int


@dataclass(slots=True)
class PageView:
    """Rows of cells in reading order, over all pages. `rows` may be a selection, with the numbers it had.

    `marks` are the boxes to tick; their signs are no part of the cells. `signatures` are the labels of fields for one.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    style: NumberStyle = UNKNOWN
    marks: list[PlacedMark] = field(default_factory=list)
    signatures: list[tuple[Cell, Mark]] = field(default_factory=list)

    @classmethod
    def of(cls, pages: Sequence[Lines]) -> "PageView":
        """Group the lines of `pages` by their `row`."""
        pages = [replace(page, lines=with_cents(page.lines)) for page in pages]
        style = number_style(line.text for page in pages for line in page.lines)
        view = cls(style=style)
        last: tuple[int, int] | None = None
        for number, page in enumerate(pages):
            for line in page.lines:
                if not line.text.strip():
                    continue
                if last != (number, line.row):
                    view.rows.append([])
                    last = (number, line.row)
                row = view.rows[-1]
                if line.mark is not None and line.mark.kind != "signature":
                    view.marks.append(PlacedMark(line.mark, number, len(view.rows) - 1))
                    line = without_sign(line, line.mark)  # noqa: PLW2901
                    if not line.text:
                        continue
                cell = Cell(line, Folded.of(line.text), number, len(view.rows) - 1, len(row), style)
                row.append(cell)
                if line.mark is not None:
                    view.signatures.append((cell, line.mark))
        return view

    @property
    def cells(self) -> Iterator[Cell]:
        """Every cell in reading order."""
        return (cell for row in self.rows for cell in row)

    def select(self, keep: Callable[[Cell], bool]) -> "PageView":
        """The view of the cells that `keep` admits; empty rows are kept, so that row numbers stay valid."""
        return PageView([[cell for cell in row if keep(cell)] for row in self.rows], self.style, self.marks)

    def right_of(self, cell: Cell) -> list[Cell]:
        """The cells after `cell` in its row."""
        return [other for other in self.rows[cell.row] if other.column > cell.column]

    def below(self, cell: Cell, *, rows: int = 2) -> Iterator[Cell]:
        """Cells in the next `rows` rows below `cell`, aligned with its left edge or its middle."""
        bottom = cell.line.bottom
        for row in self.rows[cell.row + 1 : cell.row + 1 + rows]:
            for other in row:
                near = other.line.top - bottom < 2.5 * cell.line.height
                if other.page == cell.page and near and _under(cell.line, other.line):
                    yield other
            if row:
                bottom = max(bottom, *(other.line.bottom for other in row))


def without_sign(line: Line, mark: Mark) -> Line:
    """The line behind the sign of its mark."""
    left = line.left if mark.on_words else min(mark.right + mark.behind, line.right - 1)
    text = line.text.removeprefix(mark.sign).strip()
    return replace(line, text=text, box=part_of(line.box, left, line.right), mark=None)


def _under(upper: Line, lower: Line) -> bool:
    """Whether two lines share a left edge or most of their width."""
    if abs(upper.left - lower.left) <= 1.2 * upper.height:
        return True
    overlap = min(upper.right, lower.right) - max(upper.left, lower.left)
    return overlap > 0.5 * min(upper.right - upper.left, lower.right - lower.left)


def row_text(cells: Iterable[Cell]) -> str:
    """The print of a row, cells apart by a space."""
    return " ".join(cell.text for cell in cells)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A printed text that may be a value.

    `lines` are where it stands; `score` is the probability that it is right; `checked` names the checks that it holds.
    `label_end` is where its label ends in the first line, 0 without a label.
    """

    text: str
    lines: tuple[Line, ...]
    score: float
    checked: tuple[str, ...] = ()
    label_end: int = 0

    def places(self) -> Iterator[tuple[str, int]]:
        """The texts of the lines that hold it, each with where it begins there, behind its label."""
        for number, line in enumerate(self.lines):
            place = line.text.find(self.text, 0 if number else self.label_end)
            if place >= 0:
                yield line.text, place
