"""Boxes to tick with their words, in the groups of what is asked: `Smoker ☐ Yes ☒ No`, a list below `Delivery`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.fields.print.page_view import Cell, PageView, PlacedMark
from server.values.lines import Line, Mark, Quad

_CLEARLY: Final = 0.75  # a box belongs to the words at whose side there is so much less paper
_COMB: Final = 1.2  # sides of a box between boxes without words: places for single letters
_NEXT: Final = 2.2  # heights of a box from one row of a list to the next
_ALIGNED: Final = 0.6  # sides by which boxes of a list may be out of line
_FARTHEST: Final = 12.0  # sides from a box to its words


@dataclass(frozen=True, slots=True)
class Option:
    """A box with the cell of its words; None where they are in doubt."""

    mark: Mark
    page: int
    cell: Cell | None
    before: bool = False

    @property
    def words(self) -> str:
        """The print beside the box, or what a tick stands for."""
        if self.mark.words:
            return self.mark.words
        return self.cell.text.strip() if self.cell is not None else ""

    def evidence(self) -> Line:
        """The box as a line with its words."""
        return Line(text=f"{self.mark.sign} {self.words}".strip(), score=1.0, box=self.mark.box)

    def printed(self) -> Line:
        """The words with their box, as a line."""
        if self.cell is None or self.mark.words:
            return self.evidence()
        line, mark = self.cell.line, self.mark
        left, right = min(line.left, mark.left), max(line.right, mark.right)
        top, bottom = min(line.top, mark.top), max(line.bottom, mark.bottom)
        box: Quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        return Line(text=self.words, score=line.score, box=box)


@dataclass(slots=True)
class Group:
    """Options of one question. `asks` are the cells beside or above them that may say what is asked.

    `others` are cells in line with its words, before which no box was found.
    """

    options: list[Option]
    asks: list[Cell]
    others: list[Cell] = field(default_factory=list)


_WITH_VALUE: Final = re.compile(r"[:：]\s*\S")  # `Deposit: 200 EUR`


def groups_of(view: PageView) -> list[Group]:
    """The groups of a document's boxes in reading order."""
    marks: dict[int, list[PlacedMark]] = {}
    for mark in view.marks:
        marks.setdefault(mark.row, []).append(mark)
    rows = [_Row(cells, marks.get(number, ())) for number, cells in enumerate(view.rows)]
    marked = [row for row in rows if row.marks]
    usual = _usual(marked)
    groups: list[Group] = []
    between: list[Cell] = []  # since the last row with boxes
    for number, row in enumerate(rows):
        if not row.marks or row.is_comb():
            between += [cell for cell in row.cells if cell.folded.compact]  # no sign by itself
            continue
        before = row.words_before()
        options = row.options(usual if before is None else before)
        own = {id(option.cell) for option in options}
        first = min(option.mark.left for option in options)
        asks = [cell for cell in row.cells if id(cell) not in own and cell.line.left < first]
        if not asks and options[0].before and options[0].cell is not None:
            asks = [options[0].cell]  # question and first word in one line
        if asks or not groups or not _goes_on(groups[-1], options, between):
            heading = rows[number - 1] if not asks and number else None
            groups.append(Group(options, asks or (_heading(heading, options) if heading else [])))
        else:
            groups[-1].options += options
            groups[-1].others += between
        between = []
    return groups


def _heading(row: "_Row", options: Sequence[Option]) -> list[Cell]:
    """The cell of the row above where it is alone, near, without a box and without a value: the question of boxes."""
    if row.marks or len(row.cells) != 1 or _WITH_VALUE.search(row.cells[0].text):
        return []
    side = options[0].mark.bottom - options[0].mark.top
    near = options[0].mark.top - max(cell.line.bottom for cell in row.cells) < _NEXT * side
    return row.cells if near and row.cells[0].page == options[0].page else []


def _goes_on(group: Group, options: Sequence[Option], between: Sequence[Cell]) -> bool:
    """Whether a row of options goes on with the list of the row above it; what is `between` must be in line."""
    first, last = options[0].mark, group.options[-1].mark
    side = first.bottom - first.top
    rows = 1 + len({cell.row for cell in between})
    if options[0].page != group.options[-1].page or first.top - last.bottom > rows * _NEXT * side:
        return False
    words = [option.cell.line.left for option in group.options if option.cell is not None]
    in_line = all(any(abs(cell.line.left - left) <= _ALIGNED * side for left in words) for cell in between)
    return in_line and any(abs(first.left - option.mark.left) <= _ALIGNED * side for option in group.options)


def _usual(rows: Iterable["_Row"]) -> bool | None:
    """Whether words stand before their boxes in most rows of the pages that show it; None where that is open."""
    known = [before for row in rows if (before := row.words_before()) is not None]
    if not known or 2 * sum(known) == len(known):
        return None
    return 2 * sum(known) > len(known)


class _Row:
    """A row of cells and boxes from left to right."""

    def __init__(self, cells: Sequence[Cell], marks: Sequence[PlacedMark]) -> None:
        self.cells = list(cells)
        self.marks = sorted(marks, key=lambda one: one.mark.left)
        items: list[Cell | PlacedMark] = [*self.cells, *self.marks]
        self.items = sorted(items, key=_place)

    def is_comb(self) -> bool:
        """Whether boxes stand side by side without words, as the places of single letters do."""
        pairs = [
            (one.mark, other.mark)
            for one, other in zip(self.items, self.items[1:], strict=False)
            if isinstance(one, PlacedMark) and isinstance(other, PlacedMark)
        ]
        return sum(other.left - one.right < _COMB * (one.right - one.left) for one, other in pairs) >= 2

    def words_before(self) -> bool | None:
        """Whether words stand before their boxes; None where the row does not show it."""
        opens = isinstance(self.items[0], PlacedMark)
        closes = isinstance(self.items[-1], PlacedMark)
        if opens != closes:
            return closes
        if all(one.mark.on_words for one in self.marks):
            return False
        plain = [one.mark for one in self.marks if not one.mark.crossed]
        before, behind = sum(mark.before for mark in plain), sum(mark.behind for mark in plain)
        if min(before, behind) <= _CLEARLY * max(before, behind) and max(before, behind) > 0:
            return before < behind
        return None

    def options(self, before: bool | None) -> list[Option]:
        """The boxes with their words."""
        unsure = {id(cell) for cell in self.cells if any(_holds(cell.line, one.mark) for one in self.marks)}
        found = []
        for place, item in enumerate(self.items):
            if not isinstance(item, PlacedMark):
                continue
            beside = place - 1 if before else place + 1
            cell = self.items[beside] if before is not None and 0 <= beside < len(self.items) else None
            if (
                not isinstance(cell, Cell)
                or item.mark.words
                or id(cell) in unsure
                or not _is_beside(cell.line, item.mark)
            ):
                cell = None
            found.append(Option(item.mark, item.page, cell, bool(before)))
        return found


def _is_beside(line: Line, mark: Mark) -> bool:
    """Whether print stands near a box."""
    return max(line.left - mark.right, mark.left - line.right) <= _FARTHEST * mark.side


def _holds(line: Line, mark: Mark) -> bool:
    """Whether a box stands in print that could not be parted at it."""
    return line.left < mark.left and mark.right < line.right


def _place(item: Cell | PlacedMark) -> tuple[float, bool]:
    """Where an item of a row begins; a mark on words stands before them."""
    return (item.mark.left, False) if isinstance(item, PlacedMark) else (item.line.left, True)
