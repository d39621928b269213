"""Columns of which one is the difference of two others: what was ordered, less what was delivered, is still to come."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Final

from server.fields.print.number_style import NumberStyle
from server.fields.tables.summaries import value_of
from server.fields.tables.table import Table
from server.fields.tables.wanted import Wanted
from server.fields.words.all_languages import labels_of, part_of

_ROLES: Final = ("ordered", "delivered", "open")
_FEWEST: Final = 2  # rows


def by_difference(table: Table, left: Mapping[str, Wanted], free: Sequence[int], style: NumberStyle) -> dict[str, int]:
    """The column of the one property of the three that has none, where every row of it alone makes the difference.

    `left` are the properties without a column, `free` the columns that are nobody's.
    """
    missing = {role: path for path, one in left.items() if (role := _role_of(one.query.own))}
    columns = {role: column for column, one in enumerate(table.columns) if (role := _role_of(one.labels))}
    columns = {role: column for role, column in columns.items() if column not in free or role not in missing}
    if len(missing) != 1 or not set(_ROLES) - set(missing) <= columns.keys():
        return {}
    role, path = next(iter(missing.items()))
    fitting = [i for i in free if i not in columns.values() and _is_difference(table, {**columns, role: i}, style)]
    return {path: fitting[0]} if len(fitting) == 1 else {}


def _role_of(labels: Sequence[str]) -> str:
    """Which of the three a name means, or nothing."""
    for label in labels:
        part = part_of(label, "quantity").rpartition("/")[2]
        if part in _ROLES or label in labels_of("outstanding_quantity"):
            return part or "open"
    return ""


def _is_difference(table: Table, columns: Mapping[str, int], style: NumberStyle) -> bool:
    """Whether in every row what was ordered is what was delivered and what is open, and in some row none of them 0."""
    rows = [[value_of(row.cells.get(columns[role]), style) for role in _ROLES] for row in table.rows]
    whole = [row for row in rows if None not in row]
    holds = all(_adds_up(*(value or Decimal(0) for value in row)) for row in rows)
    return holds and len(whole) >= _FEWEST and any(all(row) for row in whole)


def _adds_up(ordered: Decimal, delivered: Decimal, still: Decimal) -> bool:
    return ordered == delivered + still


def running_balance(table: Table, style: NumberStyle) -> int | None:
    """The one column that each row moves by its sum in one of two others; None without one."""
    numbers = [i for i, column in enumerate(table.columns) if column.kind == "number"]
    values = [
        {i: value for i in numbers if (value := value_of(row.cells.get(i), style)) is not None} for row in table.rows
    ]
    whole = [i for i in numbers if all(i in row for row in values)]
    parts = [i for i in numbers if i not in whole]  # a row moves the balance by one sum and leaves out the other
    found = {balance for balance in whole for up, down in permutations(parts, 2) if _runs(values, balance, up, down)}
    return found.pop() if len(found) == 1 else None


def _runs(rows: Sequence[Mapping[int, Decimal]], balance: int, up: int, down: int) -> bool:
    """Whether each row has for its balance that of the row above and one sum more or less, and both columns move it."""
    if not all((up in row) != (down in row) for row in rows):
        return False
    steps = list(pairwise(rows))
    moved = all(two[balance] == one[balance] + two.get(up, 0) - two.get(down, 0) for one, two in steps)
    return moved and len(steps) >= _FEWEST and all(any(column in two for _, two in steps) for column in (up, down))
