"""A page whose subtotal and taxes do not make its total: said to the caller, since no check can tell which is wrong."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from server.fields.checks.arithmetic import Proofs
from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.roles import roles

_ROUNDING: Final = Decimal("0.05")  # cash is rounded to five cents in many countries
# Sums that may stand between the two, so that nothing follows from them.
_BETWEEN: Final = (
    *("shipping", "service_charge", "surcharge", "tip", "late_fee", "rounding", "discount", "withholding", "deposit"),
    *("amount_paid", "previous_balance"),
)


def contradiction(sums: PageSums, proofs: Proofs) -> str | None:
    """The sentence for the caller; None where the sums agree, or where more than one is printed of a kind."""
    table = roles(sums)
    if any(table.get(key) for key in _BETWEEN):
        return None
    parts = [_only(table.get(key, ())) for key in ("subtotal", "tax", "total")]
    net, tax, gross = ((one.value if one is not None else None) for one in parts)
    if net is None or tax is None or gross is None or any("total" in name for name in _proven(parts, proofs)):
        return None
    if min(abs(net + tax - gross), abs(net - gross)) <= _ROUNDING:
        return None
    shown = [one.text for one in parts if one is not None]
    return f"the printed sums contradict each other: subtotal {shown[0]} + tax {shown[1]} is not total {shown[2]}"


def _only(found: Sequence[Sum]) -> Sum | None:
    """The one sum of a kind, however often it is printed; None where there are others."""
    return found[0] if len({one.value for one in found}) == 1 else None


def _proven(parts: Sequence[Sum | None], proofs: Proofs) -> tuple[str, ...]:
    """The equations that the total holds."""
    total = parts[-1]
    return proofs.get(total, ()) if total is not None else ()
