"""How money, numbers and days are printed where a document comes from."""

from dataclasses import dataclass
from datetime import date

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


DMY = "{dd}/{mm}/{yyyy}"
DOTS = "{dd}.{mm}.{yyyy}"
REGIONS = tuple(
    map(
        _region,
        f"""
en; GBP; £{{n}} / £{{n}}; (,.); 2; {DMY} | {{d}} {{month}} {{yyyy}} | {{dd}}-{{mon}}-{{yyyy}}; 20
en; USD; ${{n}} / ${{n}} / USD {{n}}; (,.); 2; {{month}} {{d}}, {{yyyy}} | {{mm}}/{{dd}}/{{yyyy}} | {{yyyy}}-{{mm}}-{{dd}}; 8 6.25
en; SGD; S${{n}} / SGD {{n}}; (,.); 2; {{dd}} {{mon}} {{yyyy}} | {DMY}; 9
en; INR; ₹{{n}} / Rs. {{n}}; (,.); 2; {{dd}}-{{mm}}-{{yyyy}} | {{dd}} {{mon}} {{yyyy}}; 18 12; 60; lakh
de; EUR; {{n}} € / {{n}} EUR / {{n}} €; (.,); 2; {DOTS} | {{d}}. {{month}} {{yyyy}} | {{dd}}.{{mm}}.{{yy}}; 19 7
de; CHF; CHF {{n}} / {{n}} CHF; ('.); 2; {DOTS} | {{d}}. {{month}} {{yyyy}}; 8.1
fr; EUR; {{n}} € / {{n}} EUR; ( ,); 2; {DMY} | {{d}} {{month}} {{yyyy}}; 20 10 5.5
fr; EUR; {{n}} € / {{n}} €; (.,); 2; {DMY} | {{dd}}-{{mm}}-{{yyyy}} | {{dd}}/{{mm}}/{{yy}}; 20
es; EUR; {{n}} € / {{n}} €; (.,); 2; {DMY} | {{d}} de {{month}} de {{yyyy}} | {{dd}}-{{mm}}-{{yyyy}}; 21 10
es; MXN; ${{n}} / $ {{n}} MXN; (,.); 2; {DMY} | {{d}} de {{month}} de {{yyyy}}; 16; 18
it; EUR; € {{n}} / {{n}} € / {{n}}; (.,); 2; {DMY} | {{d}} {{month}} {{yyyy}} | {{dd}}-{{mm}}-{{yyyy}}; 22 10
pt; EUR; {{n}} € / € {{n}}; (.,); 2; {DMY} | {{d}} de {{month}} de {{yyyy}} | {{dd}}-{{mm}}-{{yyyy}}; 23
pt; BRL; R$ {{n}} / R${{n}}; (.,); 2; {DMY} | {{d}} de {{month}} de {{yyyy}}; 18 12
nl; EUR; € {{n}} / €{{n}}; (.,); 2; {{dd}}-{{mm}}-{{yyyy}} | {{d}} {{month}} {{yyyy}} | {DMY}; 21 9
pl; PLN; {{n}} zł / {{n}} PLN / {{n}}; ( ,); 2; {DOTS} | {{yyyy}}-{{mm}}-{{dd}} | {{d}} {{month}} {{yyyy}} r.; 23 8
zh; CNY; ¥{{n}} / {{n}}元 / {{n}}; (,.); 2; {{yyyy}}年{{m}}月{{d}}日 | {{yyyy}}-{{mm}}-{{dd}} | {{yyyy}}/{{mm}}/{{dd}}; 13 6
zh-Hant; TWD; NT${{n}} / {{n}}元 / {{n}}; (,.); 0; {{yyyy}}/{{mm}}/{{dd}} | 民國{{roc}}年{{m}}月{{d}}日 | {{yyyy}}年{{m}}月{{d}}日; 5; 30
zh-Hant; HKD; HK${{n}} / HK$ {{n}}; (,.); 2; {{dd}}/{{mm}}/{{yyyy}} | {{yyyy}}年{{m}}月{{d}}日; 5; 8
ja; JPY; ¥{{n}} / {{n}}円 / {{n}}; (,.); 0; {{yyyy}}年{{m}}月{{d}}日 | 令和{{reiwa}}年{{m}}月{{d}}日 | {{yyyy}}/{{mm}}/{{dd}}; 10; 100
ms; MYR; RM{{n}} / RM {{n}}; (,.); 2; {DMY} | {{d}} {{month}} {{yyyy}} | {{dd}}-{{mm}}-{{yyyy}}; 6 8
id; IDR; Rp {{n}} / Rp{{n}} / Rp. {{n}}; (.,); 0; {DMY} | {{d}} {{month}} {{yyyy}} | {{dd}}-{{mm}}-{{yyyy}}; 11; 8000
id; IDR; Rp {{n}} / Rp{{n}}; (.,); 2; {{d}} {{month}} {{yyyy}} | {DMY}; 11; 8000
""".strip().splitlines(),
    )
)
