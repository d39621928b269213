"""How many of the goods, and the price of one: `2 x 3.49`, `0,478 kg x 3,99 €/kg`, `(2コ X 単128)`, `@128 x 2`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from server.fields.print.currencies import CURRENCY
from server.fields.print.folding import fold
from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers

_PRICED: Final = rf"(?:@|(?<![^\W\d_])(?:{CURRENCY})|[單単单][價価价]?)"
_DIGITS: Final = r"(?:\d{1,3}(?: \d{3}){1,4}[.,]\d\d|\d+(?:[.,']\d+)*)"
_UNIT: Final = r"(?:/\s?)?[^\W\d_]{1,6}?\.?"
_AFTER: Final = rf"(?:\s?(?:{CURRENCY})(?![^\W\d_]))?(?:\s?{_UNIT})?"
_TIMES: Final = r"\s?(?:(?<![^\W\d_])(?:a|à|á|at)(?=\s)|[xX×✕*·@]|(?=[單単单]))\s?"
_COUNT: Final = re.compile(
    rf"[(\[]?(?P<priced>{_PRICED}\s?)?(?<![\w.,])(?P<one>-?{_DIGITS}){_AFTER}{_TIMES}"
    rf"(?P<priced2>{_PRICED}\s?)*(?P<two>{_DIGITS})(?![.,]?\d)(?:\s?(?:{CURRENCY})(?![^\W\d_]))?"
    rf"(?:\s?/\s?[^\W\d_]{{1,6}}\.?|\s?[^\W\d_]{{1,4}}(?![^\W\d_])\.?)?(?:\s?=)?[)\]]?"
)
_CENTS: Final = re.compile(r"[.,]\d\d$")


@dataclass(frozen=True, slots=True)
class Count:
    """A count and a price as printed, what they make, and where they stand in the text."""

    quantity: str
    price: str
    product: Decimal
    start: int
    end: int

    def makes(self, amount: Decimal | None) -> bool:
        """Whether `amount` is the product, rounded as it is printed."""
        if amount is None or abs(self.product - amount) >= 1:
            return False
        step = Decimal(1).scaleb(min(0, int(amount.as_tuple().exponent)))
        return self.product.quantize(step, ROUND_HALF_UP) == amount.quantize(step)


def counts_in(text: str, style: NumberStyle) -> Iterator[Count]:
    """Every two numbers of `text` that may be a count and a price; only a sum beside them proves it."""
    for match in _COUNT.finditer(fold(text)):
        quantity, price = match["one"], match["two"]
        if not match["priced2"] and (match["priced"] or (_CENTS.search(quantity) and not _CENTS.search(price))):
            quantity, price = price, quantity
        sides = [find_numbers(side, style) for side in (quantity, price)]
        values = [side[0].value() for side in sides if len(side) == 1]
        if len(values) == 2 and values[0] is not None and values[1] is not None:
            yield Count(quantity, price, values[0] * values[1], match.start(), match.end())
