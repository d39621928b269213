"""Arithmetic of a table's rows: what a misread digit makes contradict is refuted, what agrees is checked.

A number is refuted where an equation that the other rows hold fails in its row, one slip of the recogniser in it would
explain that, and no other equation proves it. Nothing is mended: a refuted cell is for nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.arithmetic.equations import Equation, Key, Linear, Numbers, Printed, slips
from server.fields.tables.arithmetic.finding import equations_of
from server.fields.tables.summaries import value_of
from server.fields.tables.table import Table, TableCell

_SUM: Final = "sum of the column"
_FEW: Final = 3  # rows whose sum says more than that of a tax and a net


def checked_table(table: Table, style: NumberStyle, printed: Collection[Decimal]) -> Table:
    """`table` with its cells checked; `printed` are the numbers of the document that stand outside of it."""
    numbers = _numbers_of(table, style)
    if not numbers:
        return table
    proofs: dict[Key, dict[str, None]] = {}
    failed: list[Equation] = []
    equations, relations = equations_of(table, numbers, printed)
    for equation in equations:
        if not equation.holds(numbers):
            failed.append(equation)
            continue
        for member in equation.members:
            proofs.setdefault(member, {})[equation.name] = None
    for member in _summed(table, numbers, printed):
        proofs.setdefault(member, {})[_SUM] = None
    failed += _failed_sums(table, numbers, proofs, printed, style)
    refuted = _refuted(failed, numbers, proofs, table, printed) if failed else set()
    marked = _marked(table, proofs, refuted) if proofs or refuted else table
    return replace(marked, relations=relations) if relations else marked


def _numbers_of(table: Table, style: NumberStyle) -> dict[Key, Printed]:
    """The numbers of the columns of numbers, by row and column."""
    columns = [i for i, column in enumerate(table.columns) if column.kind == "number"]
    found: dict[Key, Printed] = {}
    for number, row in enumerate(table.rows):
        for column in columns:
            value = value_of(row.cells.get(column), style)
            if value is not None:
                found[number, column] = _as_printed(row.cells[column].text, value, style)
    return found


def _as_printed(text: str, value: Decimal, style: NumberStyle) -> Printed:
    digits = find_numbers(text, style)[0].digits
    exponent = value.as_tuple().exponent
    return Printed(value, "".join(filter(str.isdigit, digits)), -exponent if isinstance(exponent, int) else 0)


def _summed(table: Table, numbers: Numbers, printed: Collection[Decimal]) -> Iterable[Key]:
    """The numbers of columns whose sum, of all rows, a section or a page, is printed below them."""
    for column in {column for _, column in numbers}:
        for rows in _groups(table):
            keys = [(row, column) for row in rows if (row, column) in numbers]
            if len(keys) > 1 and sum(numbers[key].value for key in keys) in printed:
                yield from keys


def _failed_sums(
    table: Table, numbers: Numbers, proofs: Mapping[Key, object], printed: Collection[Decimal], style: NumberStyle
) -> Iterable[Equation]:
    """The one sum printed under each column that its rows do not make, though nothing printed is the rest."""
    if len(table.sums) != 1 or table.sums[0].above != len(table.rows) or len(table.rows) < _FEW:
        return
    for column, cell in table.sums[0].cells.items():
        keys = [(row, column) for row in range(len(table.rows)) if (row, column) in numbers]
        whole = value_of(cell, style)
        if whole is None or len(keys) < _FEW or any(key in proofs for key in keys):
            continue
        rest = abs(whole - sum(numbers[key].value for key in keys))
        if rest not in printed:
            yield Linear(_SUM, dict.fromkeys(keys, 1), whole)


def _groups(table: Table) -> Iterable[Sequence[int]]:
    """The rows that a printed sum may be of."""
    groups: dict[tuple[str, str | int], list[int]] = {}
    for number, row in enumerate(table.rows):
        for name in (("all", 0), ("section", row.section), ("page", row.page)):
            groups.setdefault(name, []).append(number)
    return {tuple(rows): rows for rows in groups.values()}.values()


def _refuted(
    failed: Sequence[Equation],
    numbers: Numbers,
    proofs: Mapping[Key, Mapping[str, None]],
    table: Table,
    printed: Collection[Decimal],
) -> set[Key]:
    """The numbers that a slip in would explain why equations fail; of those of one equation the surest alone."""
    suspects = [_suspects(equation, numbers, proofs) for equation in failed]
    shared: dict[tuple[Key, Decimal], int] = {}
    for of_one in suspects:
        for one in of_one.items():
            shared[one] = shared.get(one, 0) + 1
    refuted: set[Key] = set()
    for of_one in suspects:
        sure = [key for key, meant in of_one.items() if shared[key, meant] > 1] or [
            key for key, meant in of_one.items() if _completes(key, meant, numbers, table, printed)
        ]
        refuted |= set(sure or of_one)
    return refuted


def _suspects(equation: Equation, numbers: Numbers, proofs: Mapping[Key, Mapping[str, None]]) -> dict[Key, Decimal]:
    """The numbers of an equation that nothing proves and that may be misread, each with what it would be."""
    found: dict[Key, Decimal] = {}
    for key in equation.members:
        meant = equation.solved(key, numbers) if key not in proofs else None
        for value in slips(numbers[key], meant) if meant is not None else ():
            if equation.holds({**numbers, key: replace(numbers[key], value=value)}):
                found[key] = value
                break
    return found


def _completes(key: Key, meant: Decimal, numbers: Numbers, table: Table, printed: Collection[Decimal]) -> bool:
    """Whether a printed sum of a column is right with what a number would be."""
    for rows in _groups(table):
        keys = [(row, key[1]) for row in rows if (row, key[1]) in numbers]
        whole = sum((numbers[one].value for one in keys if one != key), meant)
        if key in keys and len(keys) > 1 and whole in printed:
            return True
    return False


def _marked(table: Table, proofs: Mapping[Key, Mapping[str, None]], refuted: Collection[Key]) -> Table:
    touched = {row for row, _ in (*proofs, *refuted)}
    rows = [
        replace(row, cells={c: _cell(cell, (number, c), proofs, refuted) for c, cell in row.cells.items()})
        if number in touched
        else row
        for number, row in enumerate(table.rows)
    ]
    return replace(table, rows=tuple(rows))


def _cell(cell: TableCell, key: Key, proofs: Mapping[Key, Mapping[str, None]], refuted: Collection[Key]) -> TableCell:
    return replace(cell, checked=tuple(proofs.get(key, ())), refuted=key in refuted)
