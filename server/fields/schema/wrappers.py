"""Objects that wrap one value: `{"value": …, "confidence": …}` and `{"amount": …, "currency": …}`."""

from typing import Final

from server.fields.schema.shapes import Shape

CONFIDENCE_NAMES: Final = frozenset({"confidence", "score", "probability", "certainty"})
_CURRENCY_NAMES: Final = frozenset({"currency", "currency_code", "currencyCode", "currency_symbol"})
_HELD: Final = ("value", "amount", "content")


def held_member(shape: Shape) -> str | None:
    """The member of `shape` that holds the value which the object is named for; None if it is no wrapper."""
    names = set(shape.properties)
    for held in _HELD:
        rest = names - {held}
        if held in names and rest and rest <= CONFIDENCE_NAMES | _CURRENCY_NAMES:
            return held
    return None
