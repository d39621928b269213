"""Blocks of lines about one party, found by the geometry of the page, whatever else stands in the same rows."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.fields.addresses.postal import (
    has_house_number,
    is_contact_line,
    is_form_of_address,
    is_street_line,
    is_titled,
    is_town_line,
)
from server.fields.parties.header import has_legal_form
from server.fields.print.page_view import Cell, PageView

_MOST_LINES = 9
_MOST_WORDS = 14  # of a sender's line
_POINTS = re.compile(r"\s?[·•|∙*]\s?|\s[-–—]\s|\s{3,}")


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of a page about one party. `texts` are their print without a heading that stands before it."""

    cells: tuple[Cell, ...] = ()
    texts: tuple[str, ...] = ()

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "Part":
        """The part that whole cells make."""
        return cls(tuple(cells), tuple(texts_of(cells)))

    def __bool__(self) -> bool:
        return bool(self.cells)


def column_below(view: PageView, top: Cell, *, ends: Callable[[Cell], bool], left: float | None = None) -> list[Cell]:
    """The cells below `top`, one under the other, aligned with its left edge, its right edge or its middle.

    The column ends at a gap, at a cell for which `ends` is true, and after as many lines as a party may have.
    `left` is the left edge to align with where it is not that of `top`.
    """
    column: list[Cell] = []
    last, usual = top, float("inf")  # the largest gap between two lines so far
    for cell in _following(view, top):
        gap = cell.line.top - last.line.bottom
        if len(column) == _MOST_LINES or gap > most_gap(last, cell):
            break
        if gap > usual + 0.4 * last.line.height and not _begins_address(column, cell):
            break
        if cell.line.top < last.line.top + 0.5 * last.line.height or not aligned(
            top if not column else column[0], cell, left
        ):
            continue
        if ends(cell):
            break
        if column:
            usual = max(gap, 0.0) if usual == float("inf") else max(usual, gap)
        column.append(cell)
        last, left = cell, None
    return column


def _begins_address(column: Sequence[Cell], cell: Cell) -> bool:
    """Whether a cell below a blank line is the address that the lines above it lack."""
    text = cell.text
    lacks = not any(is_town_line(one.text) for one in column)
    return (
        lacks and not is_contact_line(text) and (is_town_line(text) or is_street_line(text) or has_house_number(text))
    )


def most_gap(upper: Cell, lower: Cell) -> float:
    """The largest gap between two lines of one part."""
    return 1.4 * max(upper.line.height, lower.line.height)


def _following(view: PageView, top: Cell) -> Iterable[Cell]:
    """The cells of the next rows of the page, from the top down."""
    near = [
        cell
        for row in view.rows[top.row : top.row + 40]
        for cell in row
        if cell.page == top.page and cell is not top and cell.line.top > top.line.top
    ]
    return sorted(near, key=lambda cell: cell.line.top)


def aligned(upper: Cell, lower: Cell, left: float | None) -> bool:
    """Whether a line stands under another one: at its left edge (or at `left`), its right edge or its middle."""
    one, other = upper.line, lower.line
    height = max(one.height, other.height)
    if abs((one.left if left is None else left) - other.left) < 1.2 * height:
        return True
    if left is not None:
        return False
    if abs(one.right - other.right) < 0.8 * height:
        return True
    return abs((one.left + one.right) - (other.left + other.right)) < 0.8 * height


def paragraphs(view: PageView, page: int, *, above: float) -> list[list[Cell]]:
    """The cells of a page above a height, grouped into columns of lines that stand close together."""
    cells = sorted((c for c in view.cells if c.page == page and c.line.top < above), key=lambda c: c.line.top)
    groups: list[list[Cell]] = []
    for cell in cells:
        begins = is_form_of_address(cell.text)
        fitting = [group for group in groups if not begins and _continues(group[-1], cell) and not _is_ended(group)]
        if is_titled(cell.text):  # another address, below that of the sender
            fitting = [group for group in fitting if not any(is_town_line(upper.text) for upper in group)]
        if fitting:
            max(fitting, key=lambda group: group[-1].line.bottom).append(cell)
        else:
            groups.append([cell])
    return groups


def _is_ended(group: Sequence[Cell]) -> bool:
    """Whether a group that a form of address began has its town."""
    return is_form_of_address(group[0].text) and is_town_line(group[-1].text)


def _continues(upper: Cell, lower: Cell) -> bool:
    gap = lower.line.top - upper.line.bottom
    height = min(upper.line.height, lower.line.height)
    near = -0.6 * height < gap < 0.9 * max(upper.line.height, lower.line.height)
    below = lower.line.top > upper.line.top + 0.5 * upper.line.height
    return near and below and aligned(upper, lower, None)


def is_sender_line(text: str) -> bool:
    """Whether one line holds a whole sender, as above an envelope's window: `Acme GmbH · Weg 1 · 10115 Berlin`."""
    parts = sender_parts(text)
    if len(_POINTS.split(text)) < 3 and not (parts and has_legal_form(parts[0])):
        return False
    return len(parts) >= 3 and not is_town_line(parts[0]) and any(is_town_line(part) for part in parts[1:])


def sender_parts(text: str) -> list[str]:
    """The parts of a sender's line, between its points, bars or dashes; with commas alone where there are enough."""
    parts = [part.strip() for part in _POINTS.split(text)]
    if len(parts) < 3:
        parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1:
        parts = _unparted(text)
    return [part for part in parts if part]


def _unparted(text: str) -> list[str]:
    """The name up to its legal form, the street up to its number, and the town, of a line without signs between."""
    words = text.split()
    if not 5 <= len(words) <= _MOST_WORDS or not is_town_line(text):
        return [text]
    forms = [i for i in range(2, len(words)) if has_legal_form(" ".join(words[:i])) and _plain_form(words[i - 1])]
    numbers = [i for i in range(len(words)) if forms and i > forms[0] and any(char.isdigit() for char in words[i])]
    if len(numbers) < 2:
        return [text]
    name, street = forms[-1], numbers[0] + 1
    parts = [" ".join(words[:name]), " ".join(words[name:street]), " ".join(words[street:])]
    return parts if is_town_line(parts[2]) else [text]


def _plain_form(word: str) -> bool:
    """Whether a word is a legal form, and not the name before it."""
    return has_legal_form(f"x {word}")


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """The print of cells, without the blanks around it."""
    return [cell.text.strip() for cell in cells]
