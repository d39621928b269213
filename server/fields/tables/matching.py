"""Matches the properties of a row to the columns of a table: by the words of their heads, then by what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz

from server.fields.print.number_style import NumberStyle
from server.fields.tables.columns.completion import Completion
from server.fields.tables.columns.differences import running_balance
from server.fields.tables.columns.meanings import (
    SERVES,
    SUMS,
    WHEN,
    WORDS,
    happens,
    is_of_no_part,
    is_ordered,
    parts_asked,
    parts_differ,
)
from server.fields.tables.columns.natures import counts_rows, holds_codes, holds_measures, holds_percents
from server.fields.tables.head_words import concept_kind, concepts_of
from server.fields.tables.table import Column, Table
from server.fields.tables.wanted import Wanted
from server.fields.words.all_languages import english_words

_TAXES: Final = frozenset(("tax_rate", "tax"))
_ENOUGH: Final = 1.0
_CODED: Final = 0.2
_ORDERED: Final = 0.05  # what was delivered is counted rather than what was ordered
_NUMERIC: Final = frozenset(("number", "amount", "value"))


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
    shared = parts_asked(wanted)
    pairs = sorted(
        (
            (-score, column, path)
            for path, one in wanted.items()
            for column, head in enumerate(table.columns)
            if not (one.key in shared and is_of_no_part(one.key, head))
            if (score := _score(one, head, table, column)) >= _ENOUGH
        ),
    )
    columns = _balance_by_arithmetic(table, wanted, style)
    total = _ENOUGH * len(columns)
    for score, column, path in pairs:
        if path not in columns and column not in columns.values():
            columns[path] = column
            total -= score
    signed = _signed(table, wanted, columns)
    for path in signed:
        columns.pop(path, None)
    Completion(table, wanted, columns, signed, style).run()
    return Match(table, columns, signed, total)


def _balance_by_arithmetic(table: Table, wanted: Mapping[str, Wanted], style: NumberStyle) -> dict[str, int]:
    """The column that the rows move from line to line, for the one balance of a row, where no head names it."""
    paths = [path for path, one in wanted.items() if one.key == "balance"]
    if len(paths) != 1 or any("balance" in column.concepts for column in table.columns):
        return {}
    column = running_balance(table, style)
    return {} if column is None else {paths[0]: column}


def best_column(table: Table, wanted: Wanted) -> tuple[float, int]:
    """The column whose head means a property most surely, and how surely; 0 where none does."""
    score, place = max((_score(wanted, head, table, column), -column) for column, head in enumerate(table.columns))
    return score, -place


def _score(wanted: Wanted, column: Column, table: Table, number: int) -> float:
    """How surely a column is meant: by its own word, a word of its concept, or a part of its words."""
    if not _fits_type(wanted, column, table, number):
        return 0.0
    labels, query = column.labels, wanted.query
    if wanted.key != "position" and not set(labels) & set(query.own) and counts_rows(table, number):
        return 0.0
    if wanted.key in _TAXES and _TAXES & set(column.concepts) and not set(labels) & set(query.own):
        return 2.4 if (wanted.key == "tax_rate") == holds_percents(table, number) else 0.0
    if parts_differ(wanted, column):
        return 0.0
    served = [place for place, key in enumerate(SERVES.get(wanted.key, ())) if key in column.concepts]
    shares = not wanted.key or not column.concepts  # two known meanings that differ share nothing
    rules: tuple[tuple[bool, float], ...] = (
        (any(label in query.own for label in labels), 3.2 if labels and labels[0] in query.own else 3.0),
        (bool(wanted.query.preferred & set(labels)), 2.6),  # of two dates or counts its own
        (any(label in query.synonyms for label in labels), 2.5 - _ORDERED * is_ordered(column)),
        (wanted.key in column.concepts, 2.5 if wanted.key == column.concept else 2.4),
        (any(_is_plural(label, own) for label in labels for own in query.own), 2.45),
        (any(fuzz.ratio(label, own) > 88 for label in labels for own in query.own if len(own) > 5), 2.3),
        (wanted.key == "quantity" and not wanted.is_number and "unit" in column.concepts, 2.2),  # of a laboratory
        (wanted.key == "unit" and column.kind == "text" and "quantity" in column.concepts, 2.2),
        (bool(served), 2.0 - 0.1 * (served[0] if served else 0)),
        (bool(_other_meanings(wanted) & set(column.concepts)), 1.8),
        (happens(wanted) and column.kind == "date" and bool(WHEN & set(column.concepts)), 1.6),
        (shares and any(_shares_word(label, own) for label in labels for own in query.own), 1.3),
    )
    found = next((score for holds, score in rules if holds), 0.0)
    coded = wanted.key in WORDS and holds_codes(table, number)  # beside a column of words
    return found - _CODED if found and coded else found


def _other_meanings(wanted: Wanted) -> set[str]:
    """What else the name of a property means: a Portuguese `saída` is money out, and when work ends.

    An English word without a meaning, such as `text`, is no more than words.
    """
    known = {key for own in wanted.query.own[:1] for key in concepts_of(own)}
    return known & WORDS if set(wanted.query.own[:1]) & english_words() else known


def _fits_type(wanted: Wanted, column: Column, table: Table, number: int) -> bool:
    if wanted.is_number:
        fits = not column.concepts or any(concept_kind(key) in _NUMERIC for key in column.concepts)
        return column.kind == "number" or (column.kind == "text" and (fits or holds_measures(table, number)))
    if wanted.key == "unit" and column.kind == "number":
        return False
    if wanted.is_date:
        return column.kind in ("date", "text")
    return True


def _is_plural(label: str, own: str) -> bool:
    """Whether one name is the other in the plural, as English, Spanish and Portuguese make it."""
    short, long = sorted((label, own), key=len)
    return len(short) >= 4 and long in (short + "s", short + "es")


def _shares_word(label: str, own: str) -> bool:
    """Whether one name is the begin or the end of the other: result and testresult."""
    short, long = sorted((label, own), key=len)
    return len(short) >= 4 and 3 * len(short) >= len(long) and (long.startswith(short) or long.endswith(short))


def _signed(table: Table, wanted: Mapping[str, Wanted], columns: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The one amount that is wanted of a table with columns for money out and money in."""
    by_concept = {key: number for number, column in enumerate(table.columns) for key in reversed(column.concepts)}
    if {"debit", "amount_paid", "balance"} <= by_concept.keys():  # what was paid in
        by_concept.setdefault("credit", by_concept["amount_paid"])
    if not by_concept.keys() >= {"debit", "credit"} or by_concept.keys() & SUMS:
        return {}
    sides = (by_concept["debit"], by_concept["credit"])
    named = {path for path, column in columns.items() if column in sides}
    free = [path for path, one in wanted.items() if one.key in SUMS and (path not in columns or path in named)]
    return {free[0]: sides} if len(free) == 1 and not named - set(free) else {}
