"""Rows of a till slip that only count the goods beside them: `2 x 3.49`."""

import re
from collections.abc import Sequence
from decimal import Decimal

from server.fields.print.folding import fold
from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.print.page_view import Cell, row_text
from server.fields.tables.item_table import money_in

TIMES = re.compile(
    r"(?P<quantity>(?:(?<!\S)-)?\d+(?:[.,]\d+)?)\s?(?:pcs?|units?)?\s?[xX×@]\s?(?:R[MHN]|[$¥€£])?\s?(?P<price>\d+[.,]\d+)?"
    r"|(?P<price2>\d+\.\d\d)\s?\*\s?(?P<quantity2>\d+)"
)


def counts_above(rows: Sequence[Sequence[Cell]], anchors: Sequence[int]) -> dict[int, int]:
    """The rows such as `2 x 3.49` that count the goods of the row below, as its sum shows; each with that row."""
    found: dict[int, int] = {}
    for anchor in anchors:
        times = TIMES.fullmatch(fold(row_text(rows[anchor - 1])).strip()) if anchor else None
        money = money_in(rows[anchor])
        product = _product(times, rows[anchor][0].style) if times is not None and anchor - 1 not in anchors else None
        if product is not None and money and money[-1].value() == product:
            found[anchor - 1] = anchor
    return found


def _product(times: re.Match[str], style: NumberStyle) -> Decimal | None:
    """What a count times a price makes."""
    sides = [times["quantity"] or times["quantity2"], times["price"] or times["price2"] or ""]
    values = [numbers[0].value() for side in sides if len(numbers := find_numbers(side, style)) == 1]
    return values[0] * values[1] if len(values) == 2 and values[0] is not None and values[1] is not None else None
