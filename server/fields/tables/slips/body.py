"""The rows of a till slip that hold goods: from the first sum or the words above it to the first total."""

import re
from collections.abc import Sequence
from decimal import Decimal

from server.fields.layout.totals import tax_table_start
from server.fields.print.page_view import Cell, PageView, row_text
from server.fields.tables.item_table import has_words, is_units_alone
from server.fields.tables.slips.sums import SlipSums, count_alone

Row = tuple[Cell, ...]
_ABOVE = 3  # rows above a sum without words, where its name and its count may stand


def goods_rows(view: PageView, sums: SlipSums) -> list[Row]:
    """The rows of goods, with the discounts between them; none where whole numbers add up to no total."""
    rows = [tuple(row) for row in view.rows[: tax_table_start(view)] if row and not is_units_alone(row)]
    begin, end = _bounds(rows, sums)
    body = rows[begin:end]
    first = next((at for at, row in enumerate(body) if sums.money(row)), len(body))
    if sums.whole:
        first = _first_that_adds_up(body, rows[end:], sums)
    return body[_begin(body, first) :] if first < len(body) else []


def _bounds(rows: Sequence[Row], sums: SlipSums) -> tuple[int, int]:
    """From the row below the last sum of the page before any goods to the first sum below goods."""
    begin, goods = 0, False
    for at, row in enumerate(rows):
        if goods and sums.takes_off(row):
            continue
        if sums.sums_up(row):
            if goods:
                return begin, at
            begin = at + 1
        else:
            goods |= bool(sums.money(row))
    return begin, len(rows)


def _first_that_adds_up(body: Sequence[Row], below: Sequence[Row], sums: SlipSums) -> int:
    """The first of the goods that, with all below it, make a total: a number of the receipt above makes none."""
    totals = {total for row in below if (total := sums.total(row)) is not None}
    made = Decimal(0)
    for at in range(len(body) - 1, -1, -1):
        money = sums.money(body[at])
        value = money[-1].value() if money else None
        if value is not None:
            made += -abs(value) if sums.takes_off(body[at]) else value
            if made in totals:
                return at
    return len(body)


def _begin(body: Sequence[Row], first: int) -> int:
    """The row where the first item begins: at its count, or up to three above its sum if that row has no words."""
    if first and count_alone(body[first - 1]) and _describes(body[first]):
        return first - 1
    if first >= len(body) or _describes(body[first]):
        return first
    for back in range(first - 1, max(-1, first - _ABOVE - 1), -1):
        text = row_text(body[back])
        if ":" in text or "：" in text:
            return first
        if has_words(re.sub(r"\S*\d\S*", " ", text)):
            return back
    return first


def _describes(row: Row) -> bool:
    """Whether a row has words of its own, beside a count and sums."""
    if count_alone(row) or (len(row) > 1 and count_alone(row[:-1])):
        return False
    return any(has_words(re.sub(r"\d[\d.,']*", " ", cell.text)) for cell in row)
