"""Values that their form or the words around them show, wherever they stand."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from server.fields.layout.due_dates import due_dates
from server.fields.layout.letters import letter_values
from server.fields.layout.money_of_page import account_values
from server.fields.layout.named_banks import named_banks
from server.fields.print.page_view import Candidate, PageView

_FINDERS: Final[Mapping[str, Callable[[PageView], Iterator[Candidate]]]] = MappingProxyType(
    {
        "due_date": due_dates,
        "amount": partial(letter_values, key="amount"),
        "amount_due": partial(letter_values, key="amount_due"),
        "invoice_number": partial(letter_values, key="invoice_number"),
        "iban": account_values,
        "bank": partial(named_banks, key="bank"),
        "branch": partial(named_banks, key="branch"),
    }
)


def found_anywhere(view: PageView, key: str) -> Iterator[Candidate]:
    """Yield candidates for the concept `key` without a label of it; nothing for most concepts."""
    return _FINDERS[key](view) if key in _FINDERS else iter(())
