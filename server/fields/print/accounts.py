"""International account numbers (ISO 13616) in print: by their form and their check digits."""

import re
from collections.abc import Iterator

from stdnum import iban

# A country, two check digits, and up to 30 letters and digits, in groups of any size.
_FORM = re.compile(r"(?<![^\W_])[A-Z]{2}\s?\d\d(?:\s?[A-Z0-9]){11,30}(?![^\W_])")


def account_numbers(text: str) -> Iterator[str]:
    """The account numbers in `text` whose check digits hold, as printed; words behind them are left out."""
    for match in _FORM.finditer(text):
        words = match.group().split(" ")
        starts = (" ".join(words[:size]) for size in range(len(words), 0, -1))
        printed = next(filter(iban.is_valid, starts), None)
        if printed is not None:
            yield printed


def has_account_form(number: str) -> bool:
    """Whether `number`, without blanks, has the form of such a number, whatever its check digits."""
    return bool(_FORM.fullmatch(number))
