"""Line items: the values of each item by their meaning, assembled from one or several table rows."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from server.fields.print.folding import is_cjk, join_texts
from server.fields.print.page_view import Cell, PageView, row_text
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
from server.fields.tables.slips.item import Item
from server.fields.tables.slips.reading import read_slip
from server.fields.tables.slips.shapes import fill_by_shape, take_count
from server.fields.tables.slips.sums import count_alone
from server.fields.words.query import Query

_SYNONYMS = {
    "total": ("amount", "total"),
    "subtotal": ("amount", "subtotal"),
    "amount": ("amount", "total"),
    "name": ("description",),
    "title_name": ("description",),
    "invoice_number": ("item_code",),
}


def find_items(view: PageView, own_labels: Sequence[str] = ()) -> list[Item]:
    """The items of the page's line-item table, or of its slip without heads, in order; empty without either."""
    table = find_table(view, own_labels)
    if not table.rows:
        return read_slip(view)
    anchors = [i for i, row in enumerate(table.rows) if _is_anchor(row, table)]
    return _merge_details(_gather(table, anchors)) if anchors else []


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
    return sum(bool(cell.numbers()) for cell in row) >= 2


def _gather(table: ItemTable, anchors: list[int]) -> list[Item]:
    """Assign each row of words to the item above it, or below it if the table begins with words."""
    rows = table.rows
    words_first = anchors[0] > 0 and not has_words(_item(rows[anchors[0]], table.columns).values.get("description", ""))
    items = []
    for position, anchor in enumerate(anchors):
        before: Sequence[tuple[Cell, ...]] = ()
        after: Sequence[tuple[Cell, ...]] = ()
        if words_first:
            before = rows[anchors[position - 1] + 1 if position else 0 : anchor]
        else:
            end = anchors[position + 1] if position + 1 < len(anchors) else anchor + 3
            after = rows[anchor + 1 : end]
        item = _item(rows[anchor], table.columns)
        own = item.values.pop("description", "")
        if own and not has_words(own) and not money_in(rows[anchor][:1]):
            item.values.setdefault("item_code", own)
        texts = [*(row_text(row) for row in before), own, *(row_text(row) for row in after)]
        for row in (*before, *after):
            take_count(item, row_text(row), money_in(rows[anchor])[-1:], row[0])
        around = [row for row in (*before, *after) if count_alone(row)]
        words = [text for text in texts if text not in map(row_text, around) and (has_words(text) or is_cjk(text))]
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


def _item(row: Sequence[Cell], columns: Sequence[Column]) -> Item:
    item = Item(lines=[cell.line for cell in row])
    if columns:
        row = [part for cell in row for part in split_numbers(cell)]
        closest = {cell: min(_distance(cell, column) for column in columns) for cell in row}
        for cell in sorted(row, key=lambda cell: closest[cell] if cell.numbers() else 0.0):
            _by_column(item, cell, columns)
        if columns[0].label in POSITIONS:  # a row number is not a quantity
            row = [cell for cell in row if _distance(cell, columns[0]) > 0]
    fill_by_shape(item, row, money_in(row))
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
