"""The conventions of a place and the words of its language, from places.toml and languages/*.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CENT = Decimal("0.01")
THIN = {" ": "\u00a0"}


@cache
def language_words(language: str) -> dict[str, Any]:
    """The words of a language: labels by kind, names, goods, sentences."""
    return tomllib.loads((HERE / "languages" / f"{language}.toml").read_text("utf-8"))


@cache
def places() -> dict[str, "Place"]:
    """All places by their country's code."""
    found = tomllib.loads((HERE / "places.toml").read_text("utf-8"))
    return {country: Place(country=country, **facts) for country, facts in found.items()}


def _lakh(whole: str) -> str:
    """1234567 as 12,34,567."""
    head, tail = whole[:-3], whole[-3:]
    parts = []
    while head:
        parts.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*parts, tail])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a country writes numbers, dates, money and addresses."""

    country: str
    language: str
    currency: str
    sign: str
    group: str
    point: str
    money: tuple[str, ...]
    dates: tuple[str, ...]
    rates: tuple[float, ...]
    street: str
    cities: tuple[str, ...]
    phone: str
    tax_name: str = ""
    decimals: int = 2
    lakh: bool = False
    scale: Decimal | int = 1
    streets: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def words(self) -> dict[str, Any]:
        """The words of its language."""
        return language_words(self.language)

    def rounded(self, amount: Decimal) -> Decimal:
        """The amount in whole cents, or in whole units where the currency has no cents."""
        return amount.quantize(Decimal(1) if self.decimals == 0 else CENT, ROUND_HALF_UP)

    def number(self, amount: Decimal, decimals: int | None = None) -> str:
        """A number with the groups and the separator of the place, an ASCII minus before it where it is negative."""
        places_after = self.decimals if decimals is None else decimals
        plain = f"{abs(amount):.{places_after}f}"
        whole, _, fraction = plain.partition(".")
        grouped = _lakh(whole) if self.lakh else f"{int(whole):,}".replace(",", THIN.get(self.group, self.group))
        return ("-" if amount < 0 else "") + grouped + (self.point + fraction if fraction else "")

    def quantity(self, amount: Decimal) -> str:
        """A quantity or a rate, without zeros at its end."""
        plain = f"{amount.normalize():f}"
        return plain.replace(".", self.point)

    def day(self, day: date, pattern: str) -> str:
        """A date by a pattern of `dates`."""
        words = self.words["calendar"]
        month, short = words["months"][day.month - 1], words["short"][day.month - 1]
        return pattern.format(d=day.day, m=day.month, y=day.year, month=month, mon=short, reiwa=day.year - 2018)
