"""Columns that their heads do not tell: by what they hold, by arithmetic, by the order of times."""

from collections.abc import Mapping
from decimal import Decimal

from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.cell_kinds import time_of
from server.fields.tables.columns.served import ENDS, OPEN, SPECIFIC, STARTS, SUMS, WHEN, WORDS
from server.fields.tables.summaries import value_of
from server.fields.tables.table import Column, Table
from server.fields.tables.wanted import Wanted


def complete_by_type(
    table: Table,
    wanted: Mapping[str, Wanted],
    columns: dict[str, int],
    signed: Mapping[str, tuple[int, int]],
    style: NumberStyle,
) -> None:
    """Give properties whose heads are in unknown words the only column left that holds what they want."""
    _by_arithmetic(table, wanted, columns, style)
    _by_order_of_times(table, wanted, columns)
    used = {*columns.values(), *(side for sides in signed.values() for side in sides)}
    left = {path: one for path, one in wanted.items() if path not in columns and path not in signed}
    free = [i for i, column in enumerate(table.columns) if i not in used and (len(columns) > 1 or _is_open(column))]
    known = bool(columns or signed)
    for kind in ("date", "number", "text"):
        paths = [path for path, one in left.items() if _may_hold(one, kind)]
        fitting = [i for i in free if table.columns[i].kind == kind]
        sure = kind != "text" or (bool(paths) and wanted[paths[0]].key in WORDS - {"specification"})
        alone = sure or len(columns) + len(signed) + 1 == len(wanted)
        if len(fitting) == 1 == len(paths) and alone and (kind != "number" or _is_last_sum(table, fitting[0])):
            columns[paths[0]] = fitting[0]
    if not known and len(columns) < len(table.columns):
        columns.clear()  # kinds alone tell only what a table is as a whole


def _is_open(column: Column) -> bool:
    """Whether the head of a column is unknown, or so general that a property in other words may mean it."""
    return not column.concepts or column.concepts[0] in OPEN or column.concepts[0] not in SPECIFIC


def _is_last_sum(table: Table, column: int) -> bool:
    """Whether a column is the last one of numbers, and of no percentages."""
    numbers = [i for i, other in enumerate(table.columns) if other.kind == "number"]
    return numbers[-1:] == [column] and not holds_percents(table, column)


def happens(wanted: Wanted) -> bool:
    """Whether a property is the date of a row, by its meaning or by its type alone."""
    return wanted.key in WHEN or (wanted.is_date and not wanted.key)


def _may_hold(wanted: Wanted, kind: str) -> bool:
    """Whether a property of no better column may be what a column of `kind` under an unknown head holds."""
    date = happens(wanted)
    if kind == "date":
        return date
    if kind == "number":
        return wanted.is_number and wanted.key in ("", *SUMS)
    return not date and not wanted.is_number and wanted.key in ("", *WORDS)


def _by_arithmetic(table: Table, wanted: Mapping[str, Wanted], columns: dict[str, int], style: NumberStyle) -> None:
    """Columns of numbers where in every row the first times the second is the third: quantity, price and amount."""
    by_key = {one.key if one.key not in SUMS else "amount": path for path, one in wanted.items()}
    asked = [by_key.get(key, "") for key in ("quantity", "price", "amount")]
    if all(path in columns for path in asked if path) or len(table.rows) < 2:
        return
    numbers = [i for i, column in enumerate(table.columns) if column.kind == "number"]
    found = [
        three
        for a, three in ((a, (a, b, c)) for a in numbers for b in numbers if b > a for c in numbers if c > b)
        if _multiplies(table, three, style) and a >= 0
    ]
    ordered = _count_first(table, found[0], style) if len(found) == 1 else None
    for path, column in zip(asked, ordered or (), strict=bool(ordered)):
        if path and path not in columns and column not in columns.values():
            columns[path] = column


def _by_order_of_times(table: Table, wanted: Mapping[str, Wanted], columns: dict[str, int]) -> None:
    """Of the only two columns of times the first is the start and the second the end, if that holds in every row."""
    times = [i for i, column in enumerate(table.columns) if column.kind == "time"]
    asked = [[path for path, one in wanted.items() if one.key in keys] for keys in (STARTS, ENDS)]
    if len(times) != 2 or not columns or not _rises(table, times):
        return
    for paths, column in zip(asked, times, strict=True):
        if len(paths) == 1 and paths[0] not in columns and column not in columns.values():
            columns[paths[0]] = column


def _rises(table: Table, times: list[int]) -> bool:
    """Whether in every row the time in the first column is before that in the second."""
    pairs = [[time_of(row.cells[i].text) for i in times] for row in table.rows if all(i in row.cells for i in times)]
    return bool(pairs) and all(start is not None and end is not None and start < end for start, end in pairs)


def _count_first(table: Table, three: tuple[int, int, int], style: NumberStyle) -> tuple[int, int, int] | None:
    """Quantity, price and amount of three columns: the price is printed with cents or a currency, the count without."""
    one, two, amount = three
    money = [_share_of_money(table, column, style) for column in (one, two)]
    if abs(money[0] - money[1]) < 0.3:
        return None
    return three if money[0] < money[1] else (two, one, amount)


def _share_of_money(table: Table, column: int, style: NumberStyle) -> float:
    cells = [cell.text for row in table.rows if (cell := row.cells.get(column))]
    numbers = [number for text in cells for number in find_numbers(text, style)]
    return sum(number.has_cents or number.has_currency for number in numbers) / max(1, len(numbers))


def _multiplies(table: Table, three: tuple[int, int, int], style: NumberStyle) -> bool:
    rows = [[value_of(row.cells.get(column), style) for column in three] for row in table.rows]
    whole = [(a, b, c) for a, b, c in rows if a is not None and b is not None and c is not None]
    telling = any(a not in (0, 1) for a, _, _ in whole)
    return len(whole) >= 2 and telling and all(abs(a * b - c) <= Decimal("0.02") for a, b, c in whole)


def holds_percents(table: Table, column: int) -> bool:
    """Whether most cells of a column are percentages."""
    cells = [row.cells[column].text for row in table.rows if column in row.cells]
    return bool(cells) and 2 * sum("%" in cell or "％" in cell for cell in cells) > len(cells)
