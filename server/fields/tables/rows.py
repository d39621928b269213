"""Table rows for an array of objects: line items, or a table whose column headers match the caller's properties."""

import re
from collections.abc import Mapping, Sequence

from server.fields.labels.index import strip_aside
from server.fields.layout.totals import tax_table_start
from server.fields.print.folding import join_texts
from server.fields.print.page_view import Cell, PageView
from server.fields.schema.shapes import Shape
from server.fields.tables.item_table import is_summary
from server.fields.tables.line_items import Item, find_items
from server.fields.words.query import Query, words_of

_MAX_HEADS = 40
_ITEM_WORDS = ("item", "product", "good", "line", "article", "entries", "明细", "商品", "项目", "货物", "菜品")
_ITEM_CONCEPTS = frozenset({"description", "quantity", "price", "item_code", "specification"})
_SUMS = frozenset({"amount", "total", "subtotal"})


def _table_rows(view: PageView, queries: Mapping[str, Query]) -> list[Item]:
    """The rows under the headers that `queries` name, at least two; their values by the first label of each query."""
    best: tuple[int, list[Cell], dict[int, str]] = (1, [], {})
    labels = _heads_of(queries)
    for row in view.rows:
        named = _named(row[:_MAX_HEADS], labels)
        if len(set(named.values())) > best[0] and len(named) == len(set(named.values())):
            best = (len(named), row[:_MAX_HEADS], named)
    _, heads, named = best
    if not heads or 2 * len(named) < len(queries):
        return []
    items = []
    for row in view.rows[heads[0].row + 1 : tax_table_start(view)]:
        placed = _placed(row, heads)
        if len(row) < 2 or placed is None or is_summary(row) or 2 * sum(map(_is_marked, row)) >= len(row):
            break
        values = {named[column]: text for column, text in placed.items() if column in named}
        items.append(Item(values=values, lines=[cell.line for cell in row]))
    return items


def _heads_of(queries: Mapping[str, Query]) -> dict[str, str]:
    """The first label of a query by every label it has; a property's own words count before synonyms of another."""
    meant = {label: query.own[0] for query in reversed(list(queries.values())) if query.own for label in query.synonyms}
    own = {label: query.own[0] for query in reversed(list(queries.values())) for label in query.own}
    return {**meant, **own}


def _named(row: Sequence[Cell], heads: Mapping[str, str]) -> dict[int, str]:
    """The cells of a row that are headers in the schema: the column, and the first label of its query."""
    named: dict[int, str] = {}
    for column, cell in enumerate(row):
        label = heads.get(cell.folded.compact) or heads.get(strip_aside(cell))
        if label is not None:
            named[column] = label
    return named


def _placed(row: Sequence[Cell], heads: Sequence[Cell]) -> dict[int, str] | None:
    """The texts of a row by column; None if a cell has no header, which ends the table."""
    placed: dict[int, str] = {}
    for cell in row:
        distances = [_distance(cell, head) for head in heads]
        column = distances.index(min(distances))
        if distances[column] > 3 * cell.line.height:
            return None
        placed[column] = join_texts([placed.get(column, ""), cell.text])
    return placed


def _is_marked(cell: Cell) -> bool:
    """Whether a cell is a label with a colon, which is not part of a table."""
    return bool(re.match(r"^[^\d:：]{2,24}[:：](?!//)", cell.text.strip()))


def _distance(cell: Cell, head: Cell) -> float:
    """Between left edges or middles, in pixels, whichever is nearer: columns align one way or the other."""
    one, other = cell.line, head.line
    right = abs(one.right - other.right)
    return min(abs(one.left - other.left), abs(one.left + one.right - other.left - other.right) / 2, right)


def names_items(words: str) -> bool:
    """Whether a property so called holds goods."""
    return any(word in words for word in _ITEM_WORDS)


def find_rows(view: PageView, shape: Shape, queries: Mapping[str, Query]) -> list[Item]:
    """The rows for `queries`, by property; empty without a table."""
    concepts = {query.concept.key for query in queries.values() if query.concept is not None}
    rows = _table_rows(view, queries)
    if not (names_items(words_of(shape.name)) or concepts & _ITEM_CONCEPTS):
        return rows
    items = find_items(view, [label for query in queries.values() for label in query.own])
    if "price" in concepts and not concepts & _SUMS:
        _take_sums_as_prices(items, queries)
    return items or rows


def _take_sums_as_prices(items: list[Item], queries: Mapping[str, Query]) -> None:
    """If a row prints one sum and the schema has one, it is the price; a unit price only of one piece."""
    prices = [query for query in queries.values() if query.concept is not None and query.concept.key == "price"]
    of_unit = any("unit" in label or "单价" in label for query in prices for label in query.own)
    for item in items:
        alone = item.values.get("quantity", "1") == "1"
        if "amount" in item.values and "price" not in item.values and (alone or not of_unit):
            item.values["price"] = item.values["amount"]
