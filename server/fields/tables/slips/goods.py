"""The goods of a till slip for an array of objects, where no table has heads."""

from collections.abc import Mapping

from server.fields.print.page_view import PageView
from server.fields.schema.shapes import Shape
from server.fields.tables.line_items import find_items
from server.fields.tables.slips.item import Item
from server.fields.words.query import Query, words_of

_ITEM_WORDS = ("item", "product", "good", "line", "article", "entries", "明细", "商品", "项目", "货物", "菜品")
_ITEM_CONCEPTS = frozenset({"description", "quantity", "price", "item_code", "specification"})
_SUMS = frozenset({"amount", "total", "subtotal"})


def names_items(words: str) -> bool:
    """Whether a property so called holds goods."""
    return any(word in words for word in _ITEM_WORDS)


def find_slip_items(view: PageView, shape: Shape, queries: Mapping[str, Query]) -> list[Item]:
    """The goods of a till slip; empty where the array asks for no goods."""
    concepts = {query.concept.key for query in queries.values() if query.concept is not None}
    if not (names_items(words_of(shape.name)) or concepts & _ITEM_CONCEPTS):
        return []
    items = find_items(view, [label for query in queries.values() for label in query.own])
    if "price" in concepts and not concepts & _SUMS:
        _take_sums_as_prices(items, queries)
    return items


def _take_sums_as_prices(items: list[Item], queries: Mapping[str, Query]) -> None:
    """If a row prints one sum and the schema has one, it is the price; a unit price only of one piece."""
    prices = [query for query in queries.values() if query.concept is not None and query.concept.key == "price"]
    of_unit = any("unit" in label or "单价" in label for query in prices for label in query.own)
    for item in items:
        alone = item.values.get("quantity", "1") == "1"
        if "amount" in item.values and "price" not in item.values and (alone or not of_unit):
            item.values["price"] = item.values["amount"]
