"""How money, numbers and days are printed where a document comes from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kinds_dev.words import variants


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The conventions of a document's country.

    `money` is a pattern of {n}; `days` are patterns of {d} {dd} {m} {mm} {month} {mon} {yyyy} {yy} and {era}.
    """

    language: str
    currency: str
    money: tuple[str, ...]
    group: str
    decimal: str
    places: int
    days: tuple[str, ...]
    tax_rates: tuple[float, ...]
    typical: float = 1.0
    lakh: bool = False

    def number(self, value: float, places: int | None = None) -> str:
        """Print `value` without a currency and without a sign."""
        whole, _, cents = f"{abs(value):.{self.places if places is None else places}f}".partition(".")
        groups = [whole[-3:]]
        rest, width = whole[:-3], 2 if self.lakh else 3
        while rest:
            groups.insert(0, rest[-width:])
            rest = rest[:-width]
        return self.group.join(groups) + (self.decimal + cents if cents else "")

    def day(self, day: date, pattern: str) -> str:
        """Print `day` as `pattern` says."""
        month = variants("months", self.language)[day.month - 1]
        return pattern.format(
            d=day.day, dd=f"{day.day:02}", m=day.month, mm=f"{day.month:02}", month=month, mon=month[:3],
            yyyy=day.year, yy=f"{day.year % 100:02}", roc=day.year - 1911, reiwa=day.year - 2018,
        )  # fmt: skip


def _region(text: str) -> Region:
    language, currency, money, marks, places, days, rates, *more = (part.strip() for part in text.split(";"))
    return Region(
        language=language, currency=currency, money=tuple(money.split(" / ")), group=marks[1:-2], decimal=marks[-2],
        places=int(places), days=tuple(days.split(" | ")), tax_rates=tuple(map(float, rates.split())),
        typical=float(more[0]) if more else 1.0, lakh="lakh" in more,
    )  # fmt: skip


REGIONS = tuple(
    _region(line)
    for line in (Path(__file__).parent / "regions.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
