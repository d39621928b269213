"""What the cells of a column are beyond their kind: percentages, units, or codes."""

import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Final

from server.fields.print.folding import fold
from server.fields.tables.cell_kinds import time_of
from server.fields.tables.head_words import POSITIONS
from server.fields.tables.table import Table

_MEASURE: Final = re.compile(r"[-+]?\d[\d.,' ]*\s?[^\W\d_]{1,9}[.²³]?")
_SAMPLE: Final = 40  # rows
_COUNTED: Final = 3  # rows numbered 1, 2, 3
_LONGEST_UNIT: Final = 9
_SHORTEST_CODE: Final = 3


def holds_percents(table: Table, column: int) -> bool:
    """Whether most cells of a column, or its head, say percent."""
    return _has_percent(table.columns[column].head) or 2 * _share(table, column, _has_percent) > 1


def holds_units(table: Table, column: int) -> bool:
    """Whether a column of words holds units of quantities: short words, most of them known ones."""
    if table.columns[column].kind != "text":
        return False
    return _share(table, column, _is_short) > 0.9 and 2 * _share(table, column, is_unit) > 1


def holds_codes(table: Table, column: int) -> bool:
    """Whether a column of words holds codes: words alone, with a digit."""
    return table.columns[column].kind == "text" and _share(table, column, _is_code) > 0.7


def counts_rows(table: Table, column: int) -> bool:
    """Whether the first column only numbers the rows: by its head, or by 1, 2, 3 in it that nothing is counted by."""
    head = table.columns[column]
    if POSITIONS & set(head.labels) or "position" in head.concepts[:1]:
        return True
    if column or any(column in (*one.factors, one.whole) for one in table.relations):
        return False
    cells = [row.cells[column].text.strip() for row in table.rows[:_SAMPLE] if column in row.cells]
    dotted = len(cells) > 1 and all(cell.endswith((".", ")")) for cell in cells)
    counted = [cell.rstrip(".)") for cell in cells] == [str(number) for number in range(1, len(cells) + 1)]
    return counted and (dotted or len(cells) >= _COUNTED)


def holds_measures(table: Table, column: int) -> bool:
    """Whether a column holds numbers with a unit: `76.80 kg`."""
    return _share(table, column, lambda text: bool(_MEASURE.fullmatch(fold(text).strip()))) > 0.7


def rises(table: Table, times: list[int]) -> bool:
    """Whether in every row the time in the first column is before that in the second."""
    pairs = [[time_of(row.cells[i].text) for i in times] for row in table.rows if all(i in row.cells for i in times)]
    return bool(pairs) and all(start is not None and end is not None and start < end for start, end in pairs)


def is_unit(text: str) -> bool:
    """Whether `text` is a unit of quantities."""
    return fold(text).strip().rstrip(".").casefold() in _units()


def _share(table: Table, column: int, holds: Callable[[str], bool]) -> float:
    cells = [row.cells[column].text for row in table.rows[:_SAMPLE] if column in row.cells]
    return sum(map(holds, cells)) / max(1, len(cells))


def _has_percent(text: str) -> bool:
    return "%" in text or "％" in text


def _is_short(text: str) -> bool:
    plain = text.strip()
    return len(plain) <= _LONGEST_UNIT and " " not in plain and plain[:1].isalpha()


def _is_code(text: str) -> bool:
    plain = text.strip()
    return len(plain) >= _SHORTEST_CODE and not plain.isalpha() and not set(plain) & set(" ,%:") and plain[-1].isalnum()


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    lines = files(__package__).joinpath("units.txt").read_text("utf-8").splitlines()
    return frozenset(word.rstrip(".") for line in lines if not line.startswith("#") for word in line.split())
