"""Line items: the values of each item by their meaning, assembled from one or several table rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rapidfuzz import fuzz

from server.fields.print.folding import fold, is_cjk, join_texts
from server.fields.print.numbers import find_numbers
from server.fields.print.page_view import Cell, PageView, row_text
from server.fields.print.printed_number import PrintedNumber
from server.fields.tables.item_table import (
    POSITIONS,
    TEXT_COLUMNS,
    Column,
    ItemTable,
    find_table,
    has_words,
    money_in,
    split_numbers,
)
from server.fields.tables.slips.counts import TIMES, counts_above
from server.fields.words.query import Query
from server.values.lines import Line

_COUNTED = re.compile(r"^(?P<quantity>[1-9]\d?)\s?[xX×]?\s(?P<goods>[^\W\d_].*)$")
_SYNONYMS = {
    "total": ("amount", "total"),
    "subtotal": ("amount", "subtotal"),
    "amount": ("amount", "total"),
    "name": ("description",),
    "title_name": ("description",),
    "invoice_number": ("item_code",),
}


@dataclass(slots=True)
class Item:
    """One item: printed values by what they mean (`description`, `quantity`, …) and by the label of their column."""

    values: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def find_items(view: PageView, own_labels: Sequence[str] = ()) -> list[Item]:
    """The items of the page's line-item table, in order; empty without a table."""
    table = find_table(view, own_labels)
    anchors = [i for i, row in enumerate(table.rows) if _is_anchor(row, table)]
    items = _merge_details(_gather(table, anchors)) if anchors else []
    if not table.columns:
        _take_counts(items)
    return items


def item_value(item: Item, query: Query) -> str | None:
    """The value of `item` for `query`: by the label of a column, by its meaning, or by a similar label."""
    for label in query.own:
        if label in item.values:
            return item.values[label]
    key = query.concept.key if query.concept else ""
    for wanted in _SYNONYMS.get(key, (key,)):
        if wanted in item.values:
            return item.values[wanted]
    near = [label for label in item.values if any(fuzz.ratio(label, own) > 88 for own in query.own)]
    return item.values[near[0]] if near else None


def _is_anchor(row: Sequence[Cell], table: ItemTable) -> bool:
    """Whether a row has the numbers of an item: a sum in its own cell, or numbers under two headers."""
    if money_in(row):
        return len(row) > 1 or not any(len(other) > 1 and money_in(other) for other in table.rows)
    return bool(table.columns) and sum(bool(cell.numbers()) for cell in row) >= 2


def _gather(table: ItemTable, anchors: list[int]) -> list[Item]:
    """Assign each row of words to the item above it, or below it if the table begins with words."""
    rows = table.rows
    words_first = anchors[0] > 0 and not has_words(_item(rows[anchors[0]], table.columns).values.get("description", ""))
    counts_below = {} if words_first else counts_above(rows, anchors)
    items = []
    for position, anchor in enumerate(anchors):
        before: Sequence[tuple[Cell, ...]] = ()
        after: Sequence[tuple[Cell, ...]] = ()
        if words_first:
            before = rows[anchors[position - 1] + 1 if position else 0 : anchor]
        else:
            end = anchors[position + 1] if position + 1 < len(anchors) else anchor + 3
            after = [rows[i] for i in range(anchor + 1, min(end, len(rows))) if i not in counts_below]
            before = [rows[i] for i, of in counts_below.items() if of == anchor]
        item = _item(rows[anchor], table.columns)
        own = item.values.pop("description", "")
        if own and not has_words(own) and not money_in(rows[anchor][:1]):
            item.values.setdefault("item_code", own)
        texts = [*(row_text(row) for row in before), own, *(row_text(row) for row in after)]
        for text in texts:
            _take_times(item, text)
        words = [text for text in texts if has_words(TIMES.sub("", text)) or is_cjk(text)]
        description = join_texts(words)
        if description:
            item.values["description"] = description
        item.lines = [cell.line for row in (*before, rows[anchor], *after) for cell in row]
        items.append(item)
    return items


def _merge_details(items: list[Item]) -> list[Item]:
    """Assign `05 X RM 12.50`, a separate row under an item, to that item."""
    merged: list[Item] = []
    for item in items:
        values = item.values
        if merged and not has_words(values.get("description", "")) and "quantity" in values and "price" in values:
            last = merged[-1]
            for key in ("quantity", "price"):
                last.values.setdefault(key, values[key])
            last.lines += item.lines
        else:
            merged.append(item)
    return merged


def _take_counts(items: list[Item]) -> None:
    """Split `2 Fish Tacos` into quantity and goods, if every item of the page begins this way."""
    counted = [_COUNTED.match(item.values.get("description", "")) for item in items]
    if len(items) < 2 or any("quantity" in item.values for item in items):
        return
    if not all(counted):
        return
    for item, match in zip(items, counted, strict=True):
        if match is not None:
            item.values.update(quantity=match["quantity"], description=match["goods"])


def _item(row: Sequence[Cell], columns: Sequence[Column]) -> Item:
    item = Item(lines=[cell.line for cell in row])
    if columns:
        row = [part for cell in row for part in split_numbers(cell)]
        closest = {cell: min(_distance(cell, column) for column in columns) for cell in row}
        for cell in sorted(row, key=lambda cell: closest[cell] if cell.numbers() else 0.0):
            _by_column(item, cell, columns)
        if columns[0].label in POSITIONS:  # a row number is not a quantity
            row = [cell for cell in row if _distance(cell, columns[0]) > 0]
    _by_shape(item, row)
    return item


def _by_column(item: Item, cell: Cell, columns: Sequence[Column]) -> None:
    """Assign a cell to the nearest column; words never go into a column of numbers."""
    numbers = cell.numbers()
    numeric = bool(numbers) and sum(char.isalpha() for char in cell.text) <= 3
    nearest = min(columns, key=lambda column: _distance(cell, column))
    if not numeric and nearest.concept not in TEXT_COLUMNS:
        if _distance(cell, nearest) < 0 and not has_words(cell.text):
            return  # a tax code under the head of the taxes
        nearest = min(
            (column for column in columns if column.concept in TEXT_COLUMNS),
            key=lambda column: _distance(cell, column),
            default=nearest,
        )
        if nearest.concept not in TEXT_COLUMNS:
            return
    if numeric and _distance(cell, nearest) > max(3 * cell.line.height, 40):
        return
    key = nearest.concept or nearest.label
    text = cell.text.strip()
    if nearest.concept not in TEXT_COLUMNS and not numbers[0].is_percent:
        text = text[numbers[0].start : numbers[0].end].strip()
    if key in item.values and nearest.concept in TEXT_COLUMNS:
        text = join_texts([item.values[key], text])
    elif key in item.values and nearest.label in item.values:
        return
    item.values.setdefault(key, text)
    item.values[key if nearest.concept in TEXT_COLUMNS else nearest.label] = text
    item.values[nearest.label] = text


def _distance(cell: Cell, column: Column) -> float:
    """How far a cell stands from a column, in pixels; below 0 where they overlap."""
    return max(cell.line.left, column.left) - min(cell.line.right, column.right)


def _by_shape(item: Item, row: Sequence[Cell]) -> None:
    """Fill values without a header: words are the description, the last sum the amount, `2 x 1.50` a quantity."""
    values = item.values
    money = money_in(row)
    if money and "amount" not in values and "total" not in values:
        values["amount"] = _signed(money[-1])
    if _take_times(item, row_text(row)):
        if len(money) == 2:
            values.setdefault("price", _signed(money[0]))
    elif "quantity" not in values:
        _guess_quantity(item, row, money)
    if "description" not in values:
        words = [_without_sums(cell.text) for cell in row if has_words(_without_sums(cell.text))]
        if words:
            values["description"] = join_texts(words)


def _signed(number: PrintedNumber) -> str:
    """The digits of a sum, with a minus where its print makes it negative."""
    return f"-{number.digits}" if number.negative else number.digits


def _take_times(item: Item, text: str) -> bool:
    """Take quantity and price from `2 x 1.50`; whether it stands there."""
    times = TIMES.search(fold(text))
    if times is None or (not times["price"] and not times["price2"] and has_words(TIMES.sub("", text))):
        return False
    item.values.setdefault("quantity", times["quantity"] or times["quantity2"])
    price = times["price"] or times["price2"]
    if price:
        item.values.setdefault("price", price)
    return True


def _without_sums(text: str) -> str:
    """The words of a cell before its first sum of money."""
    numbers = [number for number in find_numbers(text) if number.has_cents or number.has_currency]
    return text[: numbers[0].start].strip() if numbers else text


def _guess_quantity(item: Item, row: Sequence[Cell], money: list[PrintedNumber]) -> None:
    """A whole number that, times a price of the row, gives its last sum; or a lone whole number beside the sum."""
    short = [cell for cell in row if len(cell.text.strip()) <= 5]
    counts = [n for cell in short for n in cell.numbers() if not n.has_cents and not n.has_currency]
    last = money[-1].value() if money else None
    for count in counts:
        for price in money[:-1]:
            quantity, value = count.value(), price.value()
            if quantity and value is not None and last is not None and abs(quantity * value - last) < Decimal("0.02"):
                item.values.setdefault("quantity", count.digits)
                item.values.setdefault("price", _signed(price))
                return
    if len(counts) == 1:
        item.values.setdefault("quantity", counts[0].digits)
        if len(money) == 2:
            item.values.setdefault("price", _signed(money[0]))
