"""The parts that printed sums play on a page: what may be its total, its taxes, its payments."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from server.fields.print.folding import compact
from server.fields.print.numbers import find_numbers
from server.fields.sums.meanings import plain_words
from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.words import OF_WORDS
from server.fields.words.function_words import FUNCTION_WORDS

_CENT: Final = Decimal("0.015")
_HIGHEST_TAX: Final = Decimal("0.35")  # of the sum that it is taken of


def roles(sums: PageSums) -> dict[str, list[Sum]]:
    """The sums of the page by the concept that their words name, in reading order; sums of items left out."""
    table: dict[str, list[Sum]] = {}
    for found in sums.all:
        said = sums.meaning(found)
        if said is None or found.counted or not found.is_amount:
            continue
        key = said.concept.key
        if key == "tax" and is_tax_base(sums, found):
            key = "tax_base"
        table.setdefault(key, []).append(found)
    return table


def is_tax_base(sums: PageSums, found: Sum) -> bool:
    """Whether a sum beside the name of a tax is what the tax is taken of: `20 % of 100.00  20.00`."""
    if found.value is None:
        return False
    rates = tax_rates(found) or row_rates(sums, found)
    words = found.words.split()
    if rates and words and compact(words[-1]) in OF_WORDS and found.position == 0:
        return True
    others = sums.named_at(found.label[-1].cell, found.label[-1].start) if found.label else []
    later = [other.value for other in others if other.position > found.position and other.value is not None]
    if not rates:
        return any(0 < abs(value) < abs(found.value) * _HIGHEST_TAX for value in later)
    return any(is_share(value, found.value, rate) for rate in rates for value in later)


def tax_rates(found: Sum) -> list[Decimal]:
    """The percentages in the words of a sum."""
    text = " ".join(part.text for part in found.label)
    return [number.amount for number in find_numbers(text) if number.is_percent and number.amount is not None]


def row_rates(sums: PageSums, found: Sum) -> list[Decimal]:
    """The percentages behind a sum in its row: `VAT  3,315.00  0 %  0.00`."""
    return [
        number.amount
        for cell in sums.view.rows[found.cell.row]
        if cell.column > found.cell.column
        for number in cell.numbers()
        if number.is_percent and number.amount is not None
    ]


def is_share(part: Decimal, whole: Decimal, percent: Decimal) -> bool:
    """Whether `part` is `percent` of `whole`, rounded to cents."""
    return abs(abs(whole) * percent / 100 - abs(part)) <= _CENT


def pick(named: Sequence[Sum], sums: PageSums, key: str) -> Sum | None:
    """The one of several sums that share their words which the words name.

    Of a tax the sum that is a share of another; of a counted row the product; of a total the last; else the first that
    is money.
    """
    if len(named) < 2:
        return named[0] if named else None
    money = [found for found in named if found.is_money] or list(named)
    if key == "tax":
        taxes = [found for found in money if not is_tax_base(sums, found)]
        bases = [found for found in money if found not in taxes]
        if bases and taxes:
            after = [found for found in taxes if found.position > bases[0].position]
            return (after or taxes)[0]
    if money[0].counted:
        return next((found for found in reversed(money) if found.counted), money[-1])
    if key == "subtotal" and len(money) == 2:  # beside its tax
        return max(money, key=lambda one: abs(one.value or Decimal(0)))
    return money[-1] if key in ("total", "amount_due") else money[0]


def words_follow(text: str) -> bool:
    """Whether `text`, which stands between a label and its sum, makes another name of the label.

    `Total saving` is not a total; `Rent for March` is a rent, and so is `Rent (monthly)`.
    """
    words = plain_words(text)
    return bool(words) and compact(words[0]) not in FUNCTION_WORDS
