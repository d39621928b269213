"""Check digits of the numbers that have them, by python-stdnum (LGPL-2.1-or-later).

An account number that fails is refused: ISO 13616 has no exceptions. Other numbers that fail are only doubted:
specimens are printed with made-up digits, and registers have numbers from before their check digits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from stdnum import ean, iban, luhn
from stdnum.au import abn
from stdnum.br import cnpj
from stdnum.ch import uid
from stdnum.cn import ric, uscc
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat
from stdnum.in_ import gstin
from stdnum.isbn import is_valid as is_isbn
from stdnum.jp import cn as jp_cn
from stdnum.no import mva

from server.fields.print.accounts import has_account_form
from server.fields.print.folding import fold

_JOINERS: Final = re.compile(r"[\s.\-/]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{7,14}")
_GTIN_LENGTHS: Final = frozenset({8, 12, 13, 14})
_CARD_LENGTHS: Final = range(13, 20)
_BOOK: Final = 13


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of a number: by which check, whether it holds, and whether a failure refuses the value."""

    name: str
    holds: bool
    refuses: bool = False


def check_digits(key: str, printed: str) -> Verdict | None:
    """Check `printed` as a value of the concept `key`; None where no check is known for its form."""
    check = _CHECKS.get(key)
    return check(_JOINERS.sub("", fold(printed)).upper()) if check and printed else None


def _iban(number: str) -> Verdict | None:
    return None if "*" in number else Verdict("iban check digits", iban.is_valid(number), refuses=True)


def _account(number: str) -> Verdict | None:
    if not has_account_form(number):
        return None
    return Verdict("iban check digits", iban.is_valid(number), refuses=True)


def _card(number: str) -> Verdict | None:
    if not number.isdigit() or len(number) not in _CARD_LENGTHS:
        return None
    return Verdict("card check digit", luhn.is_valid(number))


def _goods(number: str) -> Verdict | None:
    if not number.isdigit() or len(number) not in _GTIN_LENGTHS:
        return None
    holds = ean.is_valid(number) or (len(number) == _BOOK and is_isbn(number))
    return Verdict("gtin check digit", holds) if holds else None  # a seller's own numbers are as long


def _person(number: str) -> Verdict | None:
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return None
    return Verdict("identity number check digit", ric.is_valid(number))


def _organisation(number: str) -> Verdict | None:
    if not re.fullmatch(r"[0-9A-Z]{18}", number) or number.isalpha():
        return None
    return Verdict("credit code check digit", uscc.is_valid(number))


def _tax(number: str) -> Verdict | None:
    """A number with its country in front, or of a form that one register alone has."""
    if _COUNTRY.fullmatch(number):
        country = number[:2].lower()
        if country in vat.MEMBER_STATES or country in ("el", "xi"):
            return Verdict("vat number check digits", vat.is_valid(number))
        if country == "gb":
            return Verdict("vat number check digits", gb_vat.is_valid(number))
        if number.startswith("CHE"):
            return Verdict("uid check digit", uid.is_valid(number[:12]))
    for pattern, name, is_valid in _NATIONAL:
        if re.fullmatch(pattern, number):
            return Verdict(name, is_valid(number))
    return _confirmed(number) or (_organisation(number) if len(number) == len("91350211M000100Y46") else None)


def _confirmed(number: str) -> Verdict | None:
    """Forms that many numbers share, so that a check that fails says nothing."""
    for name, is_valid in _SHARED:
        if is_valid(number):
            return Verdict(name, holds=True)
    return None


_NATIONAL: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    (r"\d{2}[A-Z]{5}\d{4}[A-Z]\dZ[0-9A-Z]", "gstin check digit", gstin.is_valid),
    (r"NO\d{9}(?:MVA)?|\d{9}MVA", "mva check digit", mva.is_valid),
    (r"T\d{13}", "corporate number check digit", lambda number: jp_cn.is_valid(number[1:])),
)
_SHARED: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("abn check digits", abn.is_valid),
    ("cnpj check digits", cnpj.is_valid),
)
_CHECKS: Final[Mapping[str, Callable[[str], Verdict | None]]] = {
    "iban": _iban,
    "account": _account,
    "card_number": _card,
    "item_code": _goods,
    "id_number": _person,
    "personal_number": _person,
    "credit_code": _organisation,
    "tax_id": _tax,
    "buyer_tax_id": _tax,
    "registration": _tax,
}
