"""Arithmetic of a page: which of its printed sums agree with each other. It confirms sums and creates none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, product
from typing import Final

from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.roles import is_share, roles, tax_rates

_CENT: Final = Decimal("0.005")
_MOST: Final = 6  # sums of one concept that are tried
_FEW: Final = 4  # totals and subtotals, each with each
_TRIED: Final = 1500  # equations for a total and a subtotal
_ADDED: Final = ("shipping", "service_charge", "surcharge", "tip", "late_fee", "rounding")
_TAKEN: Final = ("discount", "withholding")
_PAID: Final = ("amount_paid", "deposit", "card_payment", "cash")
# Whole, parts and what is taken off: statements and payslips.
_BALANCES: Final = (
    ("closing_balance", ("opening_balance", "total_credit"), ("total_debit",)),
    ("closing_balance", ("opening_balance", "credit"), ("debit",)),
    ("closing_balance", ("previous_balance", "total_credit"), ("total_debit",)),
    ("net_pay", ("gross_pay",), ("deductions",)),
    ("net_pay", ("earnings",), ("deductions",)),
    ("amount_due", ("previous_balance", "total"), ("amount_paid",)),
)

Proofs = Mapping[Sum, tuple[str, ...]]
_Table = Mapping[str, Sequence[Sum]]


@dataclass(frozen=True, slots=True)
class _Term:
    """One part of an equation: what it is called, the sums it is made of, and its value with the sign it counts by."""

    name: str
    sums: tuple[Sum, ...] = ()
    value: Decimal = Decimal(0)


def prove(sums: PageSums, totals: Sequence[Sum] = ()) -> Proofs:
    """The equations that each sum of the page is part of, in words: `subtotal + tax = total`.

    `totals` are sums that may be the total beside those that its known labels name.
    """
    named = roles(sums)
    named["total"] = list(dict.fromkeys((*named.get("total", ()), *totals)))
    table = {key: [one for one in found if one.value is not None][:_MOST] for key, found in named.items()}
    found: dict[Sum, dict[str, None]] = {}
    for name, members in _equations(table, sums):
        for one in members:
            found.setdefault(one, {})[name] = None
    return {one: tuple(names) for one, names in found.items()}


def _equations(table: _Table, sums: PageSums) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    items = _item_amounts(sums)
    yield from _totals(table, items)
    yield from _item_sums(table, items)
    yield from _payments(table)
    yield from _balances(table)
    yield from _rates(table)
    yield from _several(table, "subtotal")
    yield from _several(table, "tax")


def _totals(table: _Table, items: Sequence[Sum]) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    """Subtotal, taxes, charges and discounts make the total; of equations for one total the one with most terms."""
    starts = [_Term("subtotal", (one,), _of(one)) for one in table.get("subtotal", ())]
    if not starts and items:
        starts = [_Term("amounts", tuple(items), sum(map(_of, items), Decimal(0)))]
    options = [_tax_terms(table), *([*_signed(key, table)] for key in (*_ADDED, *_TAKEN) if table.get(key))]
    for total in (*table.get("total", ())[:_FEW], *table.get("amount_due", ())[:_FEW]):
        best: tuple[_Term, ...] = ()
        for start in starts[:_FEW]:
            for chosen in islice(product(*options), _TRIED):
                terms = (start, *(term for term in chosen if term.sums))
                if 1 < len(terms) > len(best) and abs(sum(t.value for t in terms) - _of(total)) < _CENT:
                    best = terms
        if best:
            yield (
                _worded(best, "total"),
                (*(one for term in best for one in term.sums if term.name != "amounts"), total),
            )


def _worded(terms: Sequence[_Term], whole: str) -> str:
    text = terms[0].name
    for term in terms[1:]:
        text += f" {'-' if term.name in _TAKEN else '+'} {term.name.replace('_', ' ')}"
    return f"{text} = {whole}"


def _tax_terms(table: _Table) -> list[_Term]:
    """No tax, one of the printed ones, or all of them together."""
    taxes = [one for one in table.get("tax", ()) if _of(one)]
    terms = [_Term(""), *(_Term("tax", (one,), _of(one)) for one in taxes)]
    if len(taxes) > 1:
        terms.append(_Term("taxes", tuple(taxes), sum(map(_of, taxes), Decimal(0))))
    return terms


def _signed(key: str, table: _Table) -> Iterator[_Term]:
    """A charge or discount, counted or not: discounts are printed with and without their sign, roundings too."""
    yield _Term("")
    for one in table[key][:2]:
        value = _of(one)
        if not value:
            continue
        if key in _TAKEN:
            yield _Term(key, (one,), -abs(value))
            continue
        yield _Term(key, (one,), value)
        if key == "rounding":
            yield _Term(key, (one,), -value)


def _item_amounts(sums: PageSums) -> list[Sum]:
    """The amounts of the items whose quantity times price gives them."""
    amounts: dict[int, Sum] = {}
    for one in sums.all:
        if one.counted and one.value is not None:
            amounts[one.cell.row] = one
    return list(amounts.values())


def _item_sums(table: _Table, items: Sequence[Sum]) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    if len(items) < 2:
        return
    whole = sum(map(_of, items), Decimal(0))
    for key in ("subtotal", "total"):
        yield from ((f"amounts = {key}", (one,)) for one in table.get(key, ()) if abs(_of(one) - whole) < _CENT)


def _payments(table: _Table) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    """What was paid and what is left make the total; cash without its change is the total."""
    paid = [one for key in _PAID for one in table.get(key, ()) if _of(one)]
    choices = [(one,) for one in paid] + ([tuple(paid)] if len(paid) > 1 else [])
    for total, chosen in product(table.get("total", ()), choices):
        amount = sum((abs(_of(one)) for one in chosen), Decimal(0))
        for due in table.get("amount_due", ()):
            if abs(_of(total) - amount - _of(due)) < _CENT:
                yield "total - paid = balance due", (total, *chosen, due)
        for change in table.get("change", ()):
            if abs(amount - abs(_of(change)) - _of(total)) < _CENT:
                yield "cash - change = total", (total, *chosen, change)


def _balances(table: _Table) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    for whole, added, taken in _BALANCES:
        if not all(table.get(key) for key in (whole, *added, *taken)):
            continue
        name = " + ".join(added) + "".join(f" - {key}" for key in taken) + f" = {whole}"
        for parts in product(*(table[key][:3] for key in (whole, *added, *taken))):
            signed = [_of(one) for one in parts[1 : 1 + len(added)]]
            signed += [-abs(_of(one)) for one in parts[1 + len(added) :]]
            if any(signed[1:]) and abs(sum(signed) - _of(parts[0])) < _CENT:
                yield name.replace("_", " "), parts


def _rates(table: _Table) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    """A tax is its rate of the sum it is taken of, or of the total that holds it."""
    bases = [one for key in ("tax_base", "subtotal", "amount") for one in table.get(key, ()) if _of(one)]
    for tax in table.get("tax", ()):
        for rate in tax_rates(tax):
            if not _of(tax):
                continue
            base = next((one for one in bases if is_share(_of(tax), _of(one), rate)), None)
            if base is not None:
                yield "rate x base = tax", (tax, base)
            for total in table.get("total", ()):
                if is_share(_of(tax), _of(total) / (1 + rate / 100), rate):
                    yield "total holds tax at its rate", (tax, total)


def _several(table: _Table, key: str) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    """The sum of several of one concept, printed after them: subtotals of sections, taxes of rates."""
    found = [one for one in table.get(key, ()) if _of(one)]
    for last in range(2, len(found)):
        for size in range(2, last + 1):
            for parts in combinations(found[:last], size):
                if abs(sum(map(_of, parts), Decimal(0)) - _of(found[last])) < _CENT:
                    yield f"sum of {key} lines", (found[last],)


def _of(one: Sum) -> Decimal:
    return one.value or Decimal(0)
