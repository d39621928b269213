"""Currencies by ISO 4217 code: the signs and abbreviations that pages print, and those without cents. Data only.

Codes and decimals: ISO 4217; signs: CLDR 46 (narrow and local symbols of each currency in its own countries).
"""

import re
from typing import Final

# The first sign of a currency is its most common; a sign that several share stands at the one that owns it alone.
SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "AED": ("AED", "Dhs", "Dh", "د.إ"), "ARS": ("AR$", "ARS"), "AUD": ("A$", "AU$", "AUD"), "BDT": ("৳", "BDT", "Tk"),
    "BGN": ("лв", "BGN", "lv"), "BRL": ("R$", "BRL"), "CAD": ("C$", "CA$", "CAD"), "CHF": ("CHF", "Fr", "SFr"),
    "CLP": ("CLP$", "CLP"), "CNY": ("CNY", "RMB", "元", "人民币"), "COP": ("COL$", "COP"), "CZK": ("Kč", "CZK", "Kc"),
    "DKK": ("DKK",), "EGP": ("E£", "EGP"), "EUR": ("€", "EUR", "Euro", "EURO"), "GBP": ("£", "GBP"),
    "HKD": ("HK$", "HKD"), "HUF": ("Ft", "HUF"), "IDR": ("Rp", "IDR"), "ILS": ("₪", "ILS", "NIS"),
    "INR": ("₹", "INR", "Rs"), "ISK": ("ISK",), "JPY": ("JPY", "円"), "KES": ("KSh", "KES"), "KRW": ("₩", "KRW"),
    "KZT": ("₸", "KZT"), "LKR": ("LKR",), "MAD": ("MAD",), "MXN": ("MX$", "MXN"),
    "MYR": ("RM", "MYR", "RN", "RH"), "NGN": ("₦", "NGN"), "NOK": ("NOK",), "NZD": ("NZ$", "NZD"),
    "PEN": ("S/", "PEN"), "PHP": ("₱", "PHP", "Php"), "PKR": ("PKR",), "PLN": ("zł", "zl", "PLN"),
    "QAR": ("QAR",), "RON": ("lei", "RON", "Lei"), "RSD": ("RSD", "din"), "RUB": ("₽", "RUB", "руб"),
    "SAR": ("SAR",), "SEK": ("SEK",), "SGD": ("S$", "SG$", "SGD"), "THB": ("฿", "THB"), "TRY": ("₺", "TRY", "TL"),
    "TWD": ("NT$", "TWD"), "UAH": ("₴", "UAH", "грн"), "USD": ("US$", "USD"), "VND": ("₫", "VND", "đ"),
    "ZAR": ("ZAR",),
}  # fmt: skip
# Signs of several currencies: what a page means by them depends on its country.
SHARED_SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "kr": ("SEK", "NOK", "DKK", "ISK"), "R": ("ZAR", "BRL"),
    "Rs": ("INR", "PKR", "LKR"),
}  # fmt: skip
# Without cents in print (ISO 4217: no minor unit, or one that is no longer used).
WITHOUT_CENTS: Final = frozenset({"JPY", "KRW", "VND", "IDR", "CLP", "HUF", "ISK", "COP"})


def _pattern() -> str:
    """Every sign, the longest first; one of letters may have a full stop."""
    signs = {sign for signs in SIGNS.values() for sign in signs} | set(SHARED_SIGNS) | {"R\\$"} - {"R\\$"}
    ordered = sorted(signs, key=len, reverse=True)
    return "|".join(rf"{re.escape(sign)}\.?" if sign[-1].isalpha() else re.escape(sign) for sign in ordered)


CURRENCY: Final = _pattern()


def codes_of(sign: str) -> tuple[str, ...]:
    """The ISO 4217 codes that a printed sign may mean; `()` for an unknown one."""
    plain = sign.strip().rstrip(".")
    own = tuple(code for code, signs in SIGNS.items() if plain in signs or plain.upper() == code)
    return own or SHARED_SIGNS.get(plain, SHARED_SIGNS.get(plain.lower(), ()))


def signs_of(code: str) -> tuple[str, ...]:
    """What pages may print for the ISO 4217 `code`, its shared signs last; `()` for an unknown one."""
    shared = tuple(sign for sign, codes in SHARED_SIGNS.items() if code in codes)
    return (*SIGNS[code], *shared) if code in SIGNS else ()
