"""Matches the properties of a row to the columns of a table: by the words of their heads, then by what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from rapidfuzz import fuzz

from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.tables.head_words import concept_kind
from server.fields.tables.summaries import value_of
from server.fields.tables.table import Column, Table
from server.fields.tables.wanted import Wanted

# Concepts whose columns serve for another: an amount is looked for under `Total` where no head says amount.
_SERVES: Final[Mapping[str, tuple[str, ...]]] = {
    "amount": ("amount", "total", "subtotal"),
    "total": ("total", "amount", "subtotal"),
    "subtotal": ("subtotal", "amount"),
    "price": ("price", "hourly_rate"),
    "hourly_rate": ("hourly_rate", "price"),
    "name": ("name", "description", "title_name", "employee"),
    "title_name": ("title_name", "description", "name"),
    "description": ("description", "title_name", "name", "remarks", "payment_reference", "subject"),
    "quantity": ("quantity", "hours", "total_quantity", "packages"),
    "hours": ("hours", "total_hours", "quantity"),
    "item_code": ("item_code", "reference", "invoice_number"),
    "invoice_number": ("invoice_number", "item_code", "reference"),
    "reference": ("reference", "item_code"),
    "tax_rate": ("tax_rate", "tax"),
    "tax": ("tax",),
    "balance": ("balance", "amount_due"),
    "amount_due": ("amount_due", "balance"),
}
_TAXES: Final = frozenset(("tax_rate", "tax"))
_ENOUGH: Final = 1.0
_WORDS: Final = frozenset(
    ("description", "name", "title_name", "remarks", "subject", "payment_reference", "specification")
)
_OPEN: Final = (_WORDS - {"description", "name", "title_name"}) | {"date", "value_date", "amount", "total"}
_SPECIFIC: Final = frozenset(
    (
        "unit",
        "item_code",
        "quantity",
        "price",
        "tax",
        "tax_rate",
        "discount",
        "balance",
        "debit",
        "credit",
        "position",
        "description",
        "name",
        "title_name",
        "hours",
    )
)
# Dates on which a row happened, whichever of them a page prints.
_WHEN: Final = frozenset(
    ("date", "value_date", "order_date", "payment_date", "service_date", "delivery_date", "statement_date")
)
_SUMS: Final = frozenset(("amount", "total", "subtotal"))


@dataclass(frozen=True, slots=True)
class Match:
    """The columns of a table that give the properties of an array. `signed` gives one by its debit and credit."""

    table: Table
    columns: Mapping[str, int]
    signed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    score: float = 0.0

    @property
    def found(self) -> int:
        """How many properties have a column."""
        return len(self.columns) + len(self.signed)


def match_table(table: Table, wanted: Mapping[str, Wanted], style: NumberStyle) -> Match:
    """The best columns of `table` for the properties `wanted`."""
    pairs = sorted(
        (
            (-score, column, path)
            for path, one in wanted.items()
            for column, head in enumerate(table.columns)
            if (score := _score(one, head, table, column)) >= _ENOUGH
        ),
    )
    columns: dict[str, int] = {}
    total = 0.0
    for score, column, path in pairs:
        if path not in columns and column not in columns.values():
            columns[path] = column
            total -= score
    signed = _signed(table, wanted, columns)
    for path in signed:
        columns.pop(path, None)
    _complete_by_type(table, wanted, columns, signed, style)
    return Match(table, columns, signed, total)


def _score(wanted: Wanted, column: Column, table: Table, number: int) -> float:
    """How surely a column is meant: by its own word, a word of its concept, or a part of its words."""
    if not _fits_type(wanted, column):
        return 0.0
    labels, query = column.labels, wanted.query
    if wanted.key in _TAXES and _TAXES & set(column.concepts) and not set(labels) & set(query.own):
        return 2.4 if (wanted.key == "tax_rate") == _holds_percents(table, number) else 0.0
    served = [place for place, key in enumerate(_SERVES.get(wanted.key, ())) if key in column.concepts]
    shares = not wanted.key or not column.concepts  # two known meanings that differ share nothing
    rules: tuple[tuple[bool, float], ...] = (
        (any(label in query.own for label in labels), 3.2 if labels and labels[0] in query.own else 3.0),
        (any(label in query.synonyms for label in labels), 2.5),
        (wanted.key in column.concepts, 2.5 if wanted.key == column.concept else 2.4),
        (any(fuzz.ratio(label, own) > 88 for label in labels for own in query.own if len(own) > 5), 2.3),
        (wanted.key == "quantity" and not wanted.is_number and "unit" in column.concepts, 2.2),  # of a laboratory
        (bool(served), 2.0 - 0.1 * (served[0] if served else 0)),
        (_happens(wanted) and column.kind == "date" and bool(_WHEN & set(column.concepts)), 1.6),
        (shares and any(_shares_word(label, own) for label in labels for own in query.own), 1.3),
    )
    return next((score for holds, score in rules if holds), 0.0)


def _fits_type(wanted: Wanted, column: Column) -> bool:
    if wanted.is_number:
        return column.kind == "number" or (
            column.kind == "text"
            and (not column.concepts or any(concept_kind(key) in ("number", "amount") for key in column.concepts))
        )
    if wanted.is_date:
        return column.kind in ("date", "text")
    return True


def _holds_percents(table: Table, column: int) -> bool:
    cells = [row.cells[column].text for row in table.rows if column in row.cells]
    return bool(cells) and 2 * sum("%" in cell or "％" in cell for cell in cells) > len(cells)


def _shares_word(label: str, own: str) -> bool:
    """Whether one name is the begin or the end of the other: result and testresult."""
    short, long = sorted((label, own), key=len)
    return len(short) >= 4 and 3 * len(short) >= len(long) and (long.startswith(short) or long.endswith(short))


def _signed(table: Table, wanted: Mapping[str, Wanted], columns: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The one amount that is wanted of a table with columns for money out and money in."""
    by_concept = {key: number for number, column in enumerate(table.columns) for key in reversed(column.concepts)}
    if not by_concept.keys() >= {"debit", "credit"} or by_concept.keys() & _SUMS:
        return {}
    sides = (by_concept["debit"], by_concept["credit"])
    named = {path for path, column in columns.items() if column in sides}
    free = [path for path, one in wanted.items() if one.key in _SUMS and (path not in columns or path in named)]
    return {free[0]: sides} if len(free) == 1 and not named - set(free) else {}


def _complete_by_type(
    table: Table,
    wanted: Mapping[str, Wanted],
    columns: dict[str, int],
    signed: Mapping[str, tuple[int, int]],
    style: NumberStyle,
) -> None:
    """Give properties whose heads are in unknown words the only column left that holds what they want."""
    _by_arithmetic(table, wanted, columns, style)
    used = {*columns.values(), *(side for sides in signed.values() for side in sides)}
    left = {path: one for path, one in wanted.items() if path not in columns and path not in signed}
    free = [i for i, column in enumerate(table.columns) if i not in used and (len(columns) > 1 or _is_open(column))]
    known = bool(columns or signed)
    for kind in ("date", "number", "text"):
        paths = [path for path, one in left.items() if _may_hold(one, kind)]
        fitting = [i for i in free if table.columns[i].kind == kind]
        sure = kind != "text" or (bool(paths) and wanted[paths[0]].key in _WORDS - {"specification"})
        alone = sure or len(columns) + len(signed) + 1 == len(wanted)
        if len(fitting) == 1 == len(paths) and alone and (kind != "number" or _is_last_sum(table, fitting[0])):
            columns[paths[0]] = fitting[0]
    if not known and len(columns) < len(table.columns):
        columns.clear()  # kinds alone tell only what a table is as a whole


def _is_open(column: Column) -> bool:
    """Whether the head of a column is unknown, or so general that a property in other words may mean it."""
    return not column.concepts or column.concepts[0] in _OPEN or column.concepts[0] not in _SPECIFIC


def _is_last_sum(table: Table, column: int) -> bool:
    """Whether a column is the last one of numbers, and of no percentages."""
    numbers = [i for i, other in enumerate(table.columns) if other.kind == "number"]
    return numbers[-1:] == [column] and not _holds_percents(table, column)


def _happens(wanted: Wanted) -> bool:
    """Whether a property is the date of a row, by its meaning or by its type alone."""
    return wanted.key in _WHEN or (wanted.is_date and not wanted.key)


def _may_hold(wanted: Wanted, kind: str) -> bool:
    """Whether a property of no better column may be what a column of `kind` under an unknown head holds."""
    date = _happens(wanted)
    if kind == "date":
        return date
    if kind == "number":
        return wanted.is_number and wanted.key in ("", *_SUMS)
    return not date and not wanted.is_number and wanted.key in ("", *_WORDS)


def _by_arithmetic(table: Table, wanted: Mapping[str, Wanted], columns: dict[str, int], style: NumberStyle) -> None:
    """Columns of numbers where in every row the first times the second is the third: quantity, price and amount."""
    by_key = {one.key if one.key not in _SUMS else "amount": path for path, one in wanted.items()}
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
