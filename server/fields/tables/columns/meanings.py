"""What the meanings of columns and properties have to do with each other."""

from collections.abc import Mapping, Sequence
from typing import Final

from server.fields.print.folding import compact
from server.fields.tables.head_words import concepts_of
from server.fields.tables.table import Column
from server.fields.tables.wanted import Wanted
from server.fields.words.all_languages import part_of

# What a row may count by its own word.
COUNTED: Final = ("nights", "days", "visits", "copies", "page_count")
# Concepts whose columns serve for another: an amount is looked for under `Total` where no head says amount.
SERVES: Final[Mapping[str, tuple[str, ...]]] = {
    "amount": ("amount", "total", "subtotal"),
    "total": ("total", "amount", "subtotal"),
    "subtotal": ("subtotal", "amount"),
    "price": ("price", "hourly_rate", "debit"),
    "amount_paid": ("amount_paid", "credit"),
    "debit": ("debit", "price"),
    "credit": ("credit", "amount_paid"),
    "hourly_rate": ("hourly_rate", "price"),
    "name": ("name", "description", "title_name", "employee"),
    "title_name": ("title_name", "description", "name"),
    "description": ("description", "analyte", "title_name", "name", "remarks", "payment_reference", "subject"),
    "analyte": ("analyte", "description", "name"),
    "result": ("result", "amount"),
    "reference": ("reference", "item_code", "reference_range"),
    "total_hours": ("total_hours", "hours"),
    "start_time": ("start_time", "start_date", "period_start", "origin", "check_in"),
    "start_date": ("start_date", "start_time", "period_start", "origin", "check_in"),
    "end_time": ("end_time", "end_date", "period_end", "destination", "check_out"),
    "end_date": ("end_date", "end_time", "period_end", "destination", "check_out"),
    "occupation": ("occupation", "description"),
    "quantity": ("quantity", "hours", "total_quantity", "packages", "consumption", *COUNTED),
    "hours": ("hours", "regular_hours", "total_hours", "quantity"),
    "overtime_hours": ("overtime_hours", "overtime"),
    "overtime": ("overtime", "overtime_hours"),
    "weekday": ("weekday", "date"),
    "item_code": ("item_code", "reference", "invoice_number"),
    "invoice_number": ("invoice_number", "item_code", "reference"),
    "tax_rate": ("tax_rate", "tax"),
    "tax": ("tax",),
    "balance": ("balance", "amount_due"),
    "amount_due": ("amount_due", "balance"),
}
WORDS: Final = frozenset(
    ("description", "name", "title_name", "remarks", "subject", "payment_reference", "specification")
)
SUMS: Final = frozenset(("amount", "total", "subtotal"))
PRICES: Final = frozenset(("price", "hourly_rate"))
COUNTS: Final = frozenset(("quantity", "hours", "total_quantity", "packages"))
CODES: Final = frozenset(("item_code", "reference", "invoice_number", "serial_number"))
# Dates on which a row happened, whichever of them a page prints.
WHEN: Final = frozenset(
    ("date", "value_date", "order_date", "payment_date", "service_date", "delivery_date", "statement_date")
)
# When work or anything else begins and ends, whichever word says so above a column of times.
STARTS: Final = frozenset(("start_time", "start_date", "period_start"))
ENDS: Final = frozenset(("end_time", "end_date", "period_end"))
_PERCENT_ENDS: Final = ("percentage", "percent", "pct", "prozent", "rate")


def happens(wanted: Wanted) -> bool:
    """Whether a property is the date of a row, by its meaning or by its type alone."""
    return wanted.key in WHEN or (wanted.is_date and not wanted.key)


def parts_differ(wanted: Wanted, column: Column) -> bool:
    """Whether a property and a column are of different parts of one concept: what was ordered, what was delivered."""
    if not wanted.query.preferred or wanted.key not in column.concepts:
        return False
    parts = _parts(wanted.query.own, wanted.key), _parts(column.labels, wanted.key)
    return all(parts) and not parts[0] & parts[1]


def parts_asked(wanted: Mapping[str, Wanted]) -> frozenset[str]:
    """The concepts of which properties ask for two parts or more: a head that names neither is no one's."""
    parts = {(one.key, part) for one in wanted.values() if one.key for part in _parts(one.query.own, one.key)}
    return frozenset(key for key, _ in parts if sum(key == other for other, _ in parts) > 1)


def is_of_no_part(key: str, column: Column) -> bool:
    """Whether a column is of the concept `key` and does not say which part of it."""
    return key in column.concepts and not _parts(column.labels, key)


def is_ordered(column: Column) -> bool:
    """Whether a column counts what was ordered."""
    return "quantity/ordered" in _parts(column.labels, "quantity")


def _parts(labels: Sequence[str], key: str) -> set[str]:
    return {part for label in labels if (part := part_of(label, key))}


def share_of(wanted: Wanted) -> str:
    """The concept that a property wants the percentage of: `tax_rate`, `discount`; empty where it wants none."""
    if wanted.key == "tax_rate":
        return "tax_rate"
    for own in wanted.query.own:
        for end in _PERCENT_ENDS:
            known = concepts_of(compact(own.removesuffix(end))) if own.endswith(end) and own != end else ()
            if known:
                return "tax_rate" if known[0] == "tax" else known[0]
    return ""
