"""Arrays that are no rows of objects: a column for a list of values, all cells for an array of arrays."""

from collections.abc import Iterator, Sequence
from typing import Final

from server.fields.print.folding import compact
from server.fields.schema.shapes import Shape
from server.fields.tables.columns.meanings import COUNTS, PRICES
from server.fields.tables.matching import best_column
from server.fields.tables.slips.goods import names_items
from server.fields.tables.table import Table, TableCell
from server.fields.tables.wanted import Wanted
from server.fields.words.query import Query, make_query, words_of

_FEWEST: Final = 2  # rows of a table, for a list of its column
_SURE: Final = 2.2  # of a column that its words name
_LIST_ENDS: Final = ("names", "name", "list", "values", "lines", "column")
_TABLES: Final = frozenset(("table", "tables", "rows", "row", "data", "matrix", "grid", "cells", "lines", "values"))
HEAD_NAMES: Final = frozenset(("headers", "header", "headings", "columns", "columnnames", "columnheaders", "headerrow"))


def column_of(shape: Shape, tables: Sequence[Table]) -> list[TableCell]:
    """The cells of the column that the list `shape` names; none where no table of two rows has it."""
    found = [
        (score, -number, column)
        for number, table in enumerate(tables)
        if len(table.rows) >= _FEWEST
        for wanted in _meanings(shape)
        for score, column in (best_column(table, wanted), _goods_column(shape, table))
        if score >= _SURE
    ]
    if not found:
        return []
    _, place, column = max(found)
    return [row.cells[column] for row in tables[-place].rows if column in row.cells]


def _meanings(shape: Shape) -> Iterator[Wanted]:
    """What a list may mean: its name, in the singular, and without `names` or `list` behind it."""
    inner = shape.items or shape
    words = words_of(shape.name)
    names = [words, words.removesuffix("s")]
    head, _, last = words.rpartition(" ")
    if head and last in _LIST_ENDS:
        names += [head, head.removesuffix("s")]
    for name in dict.fromkeys(names):
        yield Wanted(shape.name, inner, make_query(name))


def _goods_column(shape: Shape, table: Table) -> tuple[float, int]:
    """The column of words of a table of goods, for a list called items or products."""
    inner = shape.items or shape
    concepts = {key for column in table.columns for key in column.concepts}
    if "string" not in inner.kinds or not names_items(words_of(shape.name)) or not concepts & (COUNTS | PRICES):
        return 0.0, 0
    query: Query = make_query("description")
    score, column = best_column(table, Wanted(shape.name, inner, query))
    texts = [i for i, one in enumerate(table.columns) if one.kind == "text"]
    return (score, column) if score else (_SURE, texts[0]) if texts else (0.0, 0)


def whole_table(shape: Shape, tables: Sequence[Table]) -> Table | None:
    """The table for an array of arrays: the one that its name titles, the only one, or by far the longest."""
    label = compact(words_of(shape.name))
    titled = [table for table in tables if label not in _TABLES and label and label in compact(table.title)]
    if len(titled) == 1:
        return titled[0]
    longest = sorted(tables, key=lambda table: len(table.rows), reverse=True)
    alone = len(longest) == 1 or (len(longest) > 1 and len(longest[0].rows) >= 2 * len(longest[1].rows))
    return longest[0] if alone else None
