"""What is left to pay after payments, kept apart from the total that they were taken of."""

import re
from dataclasses import dataclass
from decimal import Decimal

from server.fields.sums.page_sums import PageSums, Sum

AMOUNT_DUE = re.compile(
    r"\b(?:amount|amt|balance)\s?(?:due|payable|peyable|to pay|paid incl)|\bto pay\b|\bbalance due\b"
)
_CENT = Decimal("0.01")
_PAYMENTS = frozenset({"amount_paid", "deposit", "card_payment", "cash"})


@dataclass(frozen=True, slots=True)
class Total:
    """A candidate for the total; the highest `score` wins."""

    sum: Sum
    value: Decimal
    score: float


def without_balances(found: list[Total], sums: PageSums, body_end: int) -> list[Total]:
    """Without what is left to pay after payments, where the page prints the total that they were taken of."""
    payments = [
        abs(one.value)
        for one in sums.all
        if one.cell.row < body_end and one.value and (said := sums.meaning(one)) and said.concept.key in _PAYMENTS
    ]
    payments += _unnamed_payments(found, sums)
    if not payments:
        return found
    settled = {_cents(paid) for paid in (*payments, sum(payments, Decimal(0)))}
    values = {_cents(other.value) for other in found}
    return [
        total
        for total in found
        if not total.value
        or not any(_cents(total.value) + paid in values for paid in settled)
        or _is_plain_total(total, sums)
    ]


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT)


def _unnamed_payments(found: list[Total], sums: PageSums) -> list[Decimal]:
    """What is left of totals when a balance printed below them is taken off, where that too stands among the sums."""
    printed = {one.value for one in sums.all if one.is_money and one.value}
    balances = [total for total in found if AMOUNT_DUE.search(total.sum.words) or _means_due(total, sums)]
    known = set(map(id, balances))
    totals = [total for total in found if id(total) not in known and _is_plain_total(total, sums)]
    return [
        total.value - due.value
        for total in totals
        for due in balances
        if due.sum.cell.row > total.sum.cell.row and 0 < due.value < total.value and total.value - due.value in printed
    ]


def _means_due(total: Total, sums: PageSums) -> bool:
    said = sums.meaning(total.sum)
    return said is not None and said.concept.key == "amount_due"


def _is_plain_total(total: Total, sums: PageSums) -> bool:
    said = sums.meaning(total.sum)
    return said is not None and said.concept.key == "total" and not AMOUNT_DUE.search(total.sum.words)
