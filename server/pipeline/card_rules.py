"""What payment cards show without labels: the number, and the month to which the card is valid."""

import re
from collections.abc import Iterator

from server.fields.print.folding import fold
from server.fields.print.page_view import Cell, PageView

_NUMBER = re.compile(r"(?<![\w-])\d{4}(?: ?\d{4}){2,3}(?: ?\d{1,3})?(?![\w-])")
_VALID = re.compile(
    r"(?:valid\s?(?:thru|through|to|until)|good\s?thru|exp\w*|month\s?/\s?year|有效期\w?)", re.IGNORECASE
)
_MONTH = re.compile(r"(?<![\d/])(?:0[1-9]|1[0-2])\s?/\s?(?:20)?\d\d(?![\d/])")


def card_value(view: PageView, key: str) -> Iterator[tuple[str, Cell]]:
    """Yield what a card says to `key`, card_number or expiry, with the cell; nothing where no card number shows."""
    numbers = [(match.group(), cell) for cell in view.cells if (match := _NUMBER.search(fold(cell.text)))]
    numbers = [(text, cell) for text, cell in numbers if _is_card_number(text)]
    if key == "card_number" or not numbers:
        yield from numbers
        return
    for row in view.rows:
        text = " ".join(cell.text for cell in row)
        months = [(match.group(), cell) for cell in row if (match := _MONTH.search(fold(cell.text)))]
        if months and (_VALID.search(text) or len(text.strip()) <= len(months[0][0])):
            yield months[-1]


def _is_card_number(text: str) -> bool:
    """Whether the last digit is the check digit of the others (Luhn, ISO/IEC 7812-1)."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
