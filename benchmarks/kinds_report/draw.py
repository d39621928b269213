"""The hand that draws one document: chance, the place's conventions, the labels chosen for it, its question."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from typing import Any

from .checks import iban, tax_number
from .chromium import Sheet
from .place import Place
from .question import Question, Text
from .style import Pair, Style

TODAY = date(2025, 6, 28)


@dataclass(slots=True)
class Draw:
    """Everything a kind needs to draw a document of it."""

    rng: random.Random
    place: Place
    style: Style
    ask: Question
    money_form: str
    day_form: str
    chosen: dict[str, str] = field(default_factory=dict)

    def word(self, path: str, **filled: Any) -> str:
        """The label at `path` ("trade.due"): one of the language's, the same all over the document. Not escaped."""
        if path not in self.chosen:
            found: Any = self.place.words
            *folders, last = path.split(".")
            for name in folders:
                found = found[name]
            found = found.get(f"{last}_{self.place.country}", found[last])
            self.chosen[path] = self.rng.choice(found) if isinstance(found, list) else str(found)
        return self.chosen[path].format(**filled) if filled else self.chosen[path]

    def label(self, path: str, **filled: Any) -> str:
        """The label, escaped for HTML."""
        return escape(self.word(path, **filled))

    def some(self, path: str, count: int) -> list[Any]:
        """So many different entries of a list."""
        found: Any = self.place.words
        for name in path.split("."):
            found = found[name]
        return self.rng.sample(found, min(count, len(found)))

    def money(self, amount: Decimal) -> str:
        """An amount with its currency, in the document's form."""
        text = self.money_form.format(n=self.place.number(abs(amount)), s=self.place.sign, c=self.place.currency)
        return ("-" if amount < 0 else "") + text.replace(" ", "\u00a0")

    def currency(self) -> Text | None:
        """The currency as it is printed beside the sums: the sign or the code; None where neither stands there."""
        sign, iso = self.place.sign, self.place.currency
        if "{c}" in self.money_form:
            return Text(iso, (sign,))
        form = self.money_form.replace("{n}", "").replace("{s}", sign).strip()
        return Text(form, (iso, sign)) if form else None

    def plain(self, amount: Decimal) -> str:
        """An amount without its currency."""
        return self.place.number(amount)

    def day(self, day: date) -> str:
        """A date in the document's form."""
        return self.place.day(day, self.day_form)

    def short_day(self, day: date) -> str:
        """A date in the form of tables."""
        return self.place.day(day, self.place.dates[0])

    def recent(self) -> date:
        """A day of the last two years, after the twelfth of its month, so that no day can be taken for a month."""
        day = TODAY - timedelta(days=self.rng.randint(20, 700))
        return day.replace(day=self.rng.randint(13, 28))

    def price(self, least: int = 2, most: int = 180) -> Decimal:
        """A price of a thing, in the place's currency."""
        euros = Decimal(self.rng.randint(least * 100, most * 100)) / 100
        scaled = euros * Decimal(self.place.scale)
        if self.place.decimals:
            return self.place.rounded(scaled)
        step = 500 if self.place.scale > 1000 else 10
        return Decimal(int(scaled) // step * step + step)

    def person(self) -> str:
        """A person's name in the order of the language."""
        given, surname = self.names()
        return self.word("names.order", g=given, s=surname)

    def names(self) -> tuple[str, str]:
        """A given name and a surname."""
        words = self.place.words["names"]
        return self.rng.choice(self.place.given or words["given"]), self.rng.choice(
            self.place.surnames or words["surnames"]
        )

    def firm(self) -> str:
        """A made-up firm."""
        words = self.place.words["firms"]
        pattern = self.rng.choice(words.get(self.place.country, words["patterns"]))
        one, two = self.rng.sample(self.place.surnames or words["stems"], 2)
        return str(pattern.format(s=one, r=two, t=self.rng.choice(words["trades"])))

    def address(self) -> tuple[str, ...]:
        """The lines of an address: street, then city; in Japan postcode, then the rest; one line in China."""
        street = self.rng.choice(self.place.streets or self.place.words["names"]["streets"])
        city = self.rng.choice(self.place.cities)
        number = self.rng.randint(2, 188)
        line = self.place.street.format(street=street, n=number, city=city)
        return tuple(line.split("|")) if "{city}" in self.place.street else (line, city)

    def one_line(self, lines: tuple[str, ...]) -> str:
        """An address in one line."""
        return (" " if self.place.language == "ja" else ", ").join(lines)

    def phone(self) -> str:
        """A telephone number."""
        return "".join(str(self.rng.randint(1, 9)) if c == "#" else c for c in self.place.phone)

    def code(self, *patterns: str) -> str:
        """A code: # is a digit, @ a letter; one of the patterns."""
        pattern = self.rng.choice(patterns)
        kinds = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}
        return "".join(self.rng.choice(kinds[c]) if c in kinds else c for c in pattern)

    def iban(self) -> str | None:
        """An IBAN of the place, where it has such."""
        return iban(self.rng, self.place.country)

    def tax_number(self) -> str:
        """A tax number of the place."""
        return tax_number(self.rng, self.place.country)

    def pair(self, path: str, shown: str) -> Pair:
        """A label with what is printed beside it, both HTML."""
        return self.label(path), escape(shown)

    def letterhead(self, name: str, *, phone: bool = False) -> str:
        """A letterhead with an address of its own."""
        lines = [escape(self.one_line(self.address())), *([escape(self.phone())] if phone else [])]
        return self.style.head(escape(name), lines)

    def sheet(self, *pages: str, css: str = "", **size: float) -> Sheet:
        """The sheet of these pages, in the document's style."""
        return Sheet(pages=list(pages), css=self.style.css + css, lang=self.place.language, **size)

    def chance(self, share: float) -> bool:
        """True in so many of a hundred."""
        return self.rng.random() < share
