"""Reads the rows of a matched table: for each property the print that it wants."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.cell_kinds import kind_of, unit_behind
from server.fields.tables.head_words import concept_kind
from server.fields.tables.matching import Match
from server.fields.tables.summaries import value_of
from server.fields.tables.table import TableCell, TableRow
from server.fields.tables.wanted import Wanted
from server.values.lines import Line

_COUNTS = frozenset(("quantity", "hours", "total_quantity", "packages"))


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed for a property of a row."""

    text: str
    lines: tuple[Line, ...]
    head: str = ""
    checked: tuple[str, ...] = ()


def read_row(row: TableRow, match: Match, wanted: Mapping[str, Wanted], style: NumberStyle) -> dict[str, Printed]:
    """The print of a row by property."""
    found: dict[str, Printed] = {}
    for path, column in match.columns.items():
        cell = row.cells.get(column)
        if cell is not None and not cell.refuted:
            head = match.table.columns[column].head
            found[path] = Printed(text_for(wanted[path], cell, style), cell.lines, head, cell.checked)
    for path, sides in match.signed.items():
        printed = _signed(row, sides, style)
        if printed is not None:
            found[path] = printed
    _add_unit(row, match, wanted, found, style)
    return found


def refuted_cells(row: TableRow, match: Match) -> int:
    """How many cells that would answer are left out, because arithmetic shows them to be misread."""
    columns = {*match.columns.values(), *(side for sides in match.signed.values() for side in sides)}
    return sum(cell.refuted for column, cell in row.cells.items() if column in columns)


def text_for(wanted: Wanted, cell: TableCell, style: NumberStyle) -> str:
    """The part of a cell that a property wants: of a sum its run of print with its sign, else the whole."""
    text = cell.text.strip()
    money = concept_kind(wanted.key) == "amount"
    if not (wanted.is_number or money):
        return text
    numbers = find_numbers(text, style)
    plain = [number for number in numbers if not number.is_percent]
    if wanted.key in _COUNTS:
        plain = plain[:1]
    chosen = plain or numbers
    if not wanted.is_number and wanted.key not in _COUNTS and unit_behind(text, style) and not chosen[0].has_currency:
        return text
    if len(chosen) == 1 and (wanted.is_number or kind_of(text, style) == "number"):
        number = chosen[0]
        end = number.end + (len(text[number.end :]) - len(text[number.end :].lstrip()) + 1 if number.parts else 0)
        return text[number.start : end].strip()
    return text


def _signed(row: TableRow, sides: tuple[int, int], style: NumberStyle) -> Printed | None:
    """The amount of a row by the column it stands in: out is negative."""
    cells = [(row.cells[side], sign) for side, sign in zip(sides, ("-", ""), strict=True) if side in row.cells]
    if any(cell.refuted for cell, _ in cells):
        return None
    filled = [(cell, sign, value) for cell, sign in cells if (value := value_of(cell, style)) is not None]
    moved = [one for one in filled if one[2] != 0] or filled[:1]
    if len(moved) != 1:
        return None
    cell, sign, value = moved[0]
    number = find_numbers(cell.text, style)[0]
    printed = cell.text[number.start : number.end].strip()
    return Printed(printed if value <= 0 else sign + printed, cell.lines, "", cell.checked)


def _add_unit(
    row: TableRow, match: Match, wanted: Mapping[str, Wanted], found: dict[str, Printed], style: NumberStyle
) -> None:
    """The unit that stands behind a quantity, where a property wants it and no column has it."""
    units = [path for path, one in wanted.items() if one.key == "unit" and path not in match.columns]
    counts = [column for path, column in match.columns.items() if wanted[path].key in _COUNTS]
    cell = row.cells.get(counts[0]) if counts else None
    if units and cell is not None and (unit := unit_behind(cell.text, style)):
        found[units[0]] = Printed(unit, cell.lines)
