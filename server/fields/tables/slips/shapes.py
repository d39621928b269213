"""The values of one row of goods by their shapes, without a head: words, a count and a price, a sum."""

from collections.abc import Sequence

from server.fields.print.folding import join_texts
from server.fields.print.numbers import find_numbers
from server.fields.print.page_view import Cell, row_text
from server.fields.print.printed_number import PrintedNumber
from server.fields.tables.item_table import has_words
from server.fields.tables.slips.counts import counts_in
from server.fields.tables.slips.item import Item
from server.fields.tables.slips.sums import is_one_of


def fill_by_shape(item: Item, row: Sequence[Cell], money: Sequence[PrintedNumber]) -> None:
    """Fill what no column gave: words are the description, the last sum the amount, what makes it count and price."""
    values = item.values
    if money and "amount" not in values and "total" not in values:
        values["amount"] = signed(money[-1])
    if not take_count(item, row_text(row), money[-1:], row[0]) and "quantity" not in values:
        _guess_quantity(item, row, money)
    if "description" not in values:
        words = [text for cell in row if has_words(text := _without_sums(cell.text))]
        if words:
            values["description"] = join_texts(words)


def take_count(item: Item, text: str, money: Sequence[PrintedNumber], cell: Cell) -> bool:
    """Take the count and price of `text` that make the sum `money`; whether they stand there."""
    for count in counts_in(text, cell.style):
        if money and count.makes(money[-1].value()):
            item.values.setdefault("quantity", count.quantity)
            item.values.setdefault("price", count.price)
            return True
    return False


def signed(number: PrintedNumber) -> str:
    """The digits of a sum, with a minus where its print makes it negative."""
    return f"-{number.digits}" if number.negative else number.digits


def _without_sums(text: str) -> str:
    """The words of a cell before its first sum of money."""
    numbers = [number for number in find_numbers(text) if number.has_cents or number.has_currency]
    return text[: numbers[0].start].strip() if numbers else text


def _guess_quantity(item: Item, row: Sequence[Cell], money: Sequence[PrintedNumber]) -> None:
    """A whole number that, times a price of the row, gives its last sum; or a lone whole number beside the sum."""
    short = [cell for cell in row if len(cell.text.strip()) <= 5 and not _names_goods(cell, row)]
    numbers = [n for cell in short for n in cell.numbers() if not n.has_cents and not n.has_currency]
    counts = [n for n in numbers if not is_one_of(n, money)]
    last = money[-1].value() if money else None
    for count in counts:
        for price in money[:-1]:
            quantity, value = count.value(), price.value()
            if quantity is not None and value is not None and quantity * value == last:
                item.values.setdefault("quantity", count.digits)
                item.values.setdefault("price", signed(price))
                return
    if len(counts) == 1:
        item.values.setdefault("quantity", counts[0].digits)
        if len(money) == 2:
            item.values.setdefault("price", signed(money[0]))


def _names_goods(cell: Cell, row: Sequence[Cell]) -> bool:
    """Whether a short cell begins a row with letters behind its number: `7 Up`."""
    return cell is row[0] and any(char.isalpha() for char in cell.text)
