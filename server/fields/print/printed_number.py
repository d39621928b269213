"""A number as it stands in a text: its place, its digits, its value, and what stands with it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.fields.print.joins import Join

PARTS_OF_ONE: Final = {"%": 100, "‰": 1000}


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it stands in a text: `text[start:end]` without blanks around it.

    Brackets that make a sum of money negative belong to it, as do its currency and its marks of debit and credit.
    `amount` is its value without the sign, None where the run cannot be read whole; `parts` is 100 for a percentage,
    1000 for one per mille, else 0. `join` says how it is joined with a number beside it: neither then stands alone.
    """

    start: int
    end: int
    digits: str
    amount: Decimal | None
    negative: bool
    currency: str
    parts: int
    has_cents: bool
    join: Join = ""

    @property
    def is_percent(self) -> bool:
        """Whether a percent sign stands behind it."""
        return self.parts == PARTS_OF_ONE["%"]

    @property
    def has_currency(self) -> bool:
        """Whether a sign or code of a currency stands with it."""
        return bool(self.currency)

    def value(self) -> Decimal | None:
        """Its value, or None if its run of digits and separators is not one number."""
        return -self.amount if self.amount is not None and self.negative else self.amount
