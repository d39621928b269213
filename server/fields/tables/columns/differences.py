"""Columns of which one is the difference of two others: what was ordered, less what was delivered, is still to come."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from server.fields.print.number_style import NumberStyle
from server.fields.tables.summaries import value_of
from server.fields.tables.table import Table
from server.fields.tables.wanted import Wanted
from server.fields.words.all_languages import labels_of, part_of

_ROLES: Final = ("ordered", "delivered", "open")
_FEWEST: Final = 2  # rows


def by_difference(
    table: Table, left: Mapping[str, Wanted], known: Mapping[str, int], free: Sequence[int], style: NumberStyle
) -> dict[str, int]:
    """The column of the one property of the three that has none, where every row of it alone makes the difference.

    `left` are the properties without a column, `known` the columns given, `free` those that nothing is given.
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
