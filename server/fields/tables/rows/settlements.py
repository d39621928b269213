"""Lines below the goods that settle their sum: a deposit, a voucher, what an insurer pays. They are no rows.

They have a name and an amount alone, and the sum printed below takes them off, while it adds every row.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Final

from server.fields.print.number_style import NumberStyle
from server.fields.tables.head_words import sum_concepts
from server.fields.tables.row_roles import Roles
from server.fields.tables.summaries import value_of, words_of_row
from server.fields.tables.table import SumRow, TableCell

_SETTLING: Final = frozenset(("paid_otherwise", "deposit", "amount_paid"))
_MOST: Final = 4  # lines of a settlement
_MOST_SUMS: Final = 3  # printed between, such as a tax

Cells = Mapping[int, TableCell]


def settling_rows(rows: Sequence[Cells], sums: Sequence[SumRow], roles: Roles, style: NumberStyle) -> int:
    """How many of the last of `rows` settle what the ones above come to; `sums` are printed between and below."""
    column = max(roles.typed & roles.typical, default=None)
    if column is None:
        return 0
    values = [value_of(cells.get(column), style) for cells in rows]
    found = 0
    for size in range(1, min(_MOST, len(rows) - 1) + 1):
        first = len(rows) - size
        if not _is_bare(rows[first], column, roles) or values[first] is None:
            break
        counted = all(len(roles.typed & cells.keys()) > 1 for cells in rows[:first])
        counted |= bool(sum_concepts(words_of_row(rows[first], style)) & _SETTLING)
        if _settles(values, first, list(_sums_of(sums, column, style)), counted=counted):
            found = size
    return found


def _is_bare(cells: Cells, column: int, roles: Roles) -> bool:
    """Whether a row has a name and an amount alone."""
    return roles.typed & cells.keys() == {column} and len(cells) <= 2


def _sums_of(sums: Sequence[SumRow], column: int, style: NumberStyle) -> Iterator[tuple[int, Decimal]]:
    """The printed sums with how many rows stand above each."""
    for one in sums:
        cell = one.cells.get(column) or one.cells[max(one.cells)]
        if (value := value_of(cell, style)) is not None:
            yield one.above, value


def _settles(
    values: Sequence[Decimal | None], first: int, sums: Sequence[tuple[int, Decimal]], *, counted: bool
) -> bool:
    """Whether a sum below takes off the rows from `first` on; `counted`: the ones above have more than an amount.

    Then a name with an amount less than 0 settles too, and the last one may be what is left.
    """
    lines = [value for value in values[first:] if value is not None]
    starts = [value for above, value in sums if above <= first][-1:]
    if all(value is not None for value in values[:first]):
        starts.append(sum((value for value in values[:first] if value is not None), Decimal(0)))
    below = [value for above, value in sums if above > first]
    targets = [(value, lines, below[:number][:_MOST_SUMS]) for number, value in enumerate(below)]
    if counted and len(lines) > 1:
        targets.append((lines[-1], lines[:-1], below[:_MOST_SUMS]))
    for start, (target, parts, between) in product(starts, targets):
        if any(start + sum(parts) + extra == target for extra in _sums(between)):
            if counted and all(part < 0 for part in parts):
                return True
            continue
        taken = [-abs(part) for part in parts]
        if any(start + sum(taken) + extra == target for extra in _sums(between)):
            return True
    return False


def _sums(values: Sequence[Decimal]) -> Iterator[Decimal]:
    """What printed sums may add: each added, taken off, or none of it, as a tax that is included."""
    for signs in product((0, 1, -1), repeat=len(values)):
        yield sum((sign * value for sign, value in zip(signs, values, strict=True)), Decimal(0))
