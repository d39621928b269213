"""A document on its way: its words, its numbers, its pages and what will be asked of it."""

import random
from datetime import date, timedelta

from kinds_document import Document, Value
from PIL import Image

from kinds_dev.question import Question
from kinds_dev.region import REGIONS, Region
from kinds_dev.sheet import PAPER, Sheet, faces
from kinds_dev.words import CJK, variants

SPREAD = (1.2, 480.0)  # the price of a thing, in euros or so
NEGATIVE = ("-{}", "-{}", "−{}", "{}-", "({})")


class Draft:
    """One document. Each concept has one wording throughout, each day one form."""

    def __init__(self, seed: str, kind: str, language: str) -> None:
        self.seed, self.kind, self.language = seed, kind, language
        self.rng = rng = random.Random(seed)  # noqa: S311 - the same each time
        self.region: Region = rng.choice([region for region in REGIONS if region.language == language])
        self.question = Question(rng=rng, language=language, currency=self.region.currency)
        self.sheets: list[Sheet] = []
        self.face = rng.choice(faces(language))
        self.size = rng.choice((22, 23, 24, 25)) - 2 * (self.face == "dejavu")
        self.signed = rng.random() < 0.4  # a currency in each cell
        self.negative = rng.choice(NEGATIVE)
        self.left, self.right = rng.choice((70, 90, 110)), PAPER[0] - rng.choice((70, 90, 110))
        self._money, self._day = rng.choice(self.region.money), rng.choice(self.region.days)
        self.wordings: dict[str, str] = {}

    @property
    def sheet(self) -> Sheet:
        """The page in work."""
        return self.sheets[-1]

    def turn(self, paper: tuple[int, int] = PAPER) -> Sheet:
        """Begin a page."""
        self.sheets.append(Sheet(language=self.language, face=self.face, size=self.size, paper=paper))
        return self.sheet

    def chance(self, share: float) -> bool:
        """Be true for a `share` of all draws."""
        return self.rng.random() < share

    def odd(self, oddity: str, share: float) -> bool:
        """Be true for a `share` of documents, whatever else is drawn: another oddity changes no other document."""
        return random.Random(f"{self.seed} {oddity}").random() < share  # noqa: S311 - as above

    def label(self, concept: str) -> str:
        """Return the wording of a labelled fact, with the English one beside it now and then."""
        word, english = self.word(concept), variants(concept, "en")[0]
        if self.language == "en" or not self.odd("bilingual", 0.1) or word == english:
            return word
        return f"{word} {english}" if self.language in CJK else f"{word} / {english}"

    def word(self, concept: str) -> str:
        """Return the document's wording of `concept`."""
        if concept not in self.wordings:
            taken = set(self.wordings.values())
            wordings = variants(concept, self.language)
            free = [word for word in wordings if word not in taken] or list(wordings)
            self.wordings[concept] = self.rng.choice(free)
        return self.wordings[concept]

    def any(self, concept: str) -> str:
        """Return any wording of `concept`, its # filled with digits."""
        return self.digits(self.rng.choice(variants(concept, self.language)))

    def digits(self, pattern: str) -> str:
        """Fill each # of `pattern` with a digit, each @ with a letter."""
        filled = "".join(self.rng.choice("123456789") if mark == "#" else mark for mark in pattern)
        return "".join(self.rng.choice("ABCDEFHKLMNPRTUVWX") if mark == "@" else mark for mark in filled)

    def price(self, least: float = SPREAD[0], most: float = SPREAD[1]) -> float:
        """Draw an amount as things cost here."""
        steps = 1 if self.region.places else 10
        value = self.rng.triangular(least, most, least + 0.15 * (most - least)) * self.region.typical
        return self.exact(round(value / steps) * steps if steps > 1 or self.chance(0.3) else value)

    def exact(self, value: float) -> float:
        """Round to what the currency can pay."""
        return round(value, self.region.places) + 0.0

    def bare(self, value: float, places: int | None = None) -> str:
        """Print a number without a currency."""
        printed = self.region.number(value, places)
        return self.negative.format(printed) if value < 0 else printed

    def money(self, value: float, *, signed: bool | None = None) -> str:
        """Print an amount, with its currency where the document does so."""
        if not (self.signed if signed is None else signed):
            return self.bare(value)
        printed = self._money.format(n=self.region.number(value))
        return f"-{printed}" if value < 0 else printed

    def count(self, value: float) -> str:
        """Print a quantity."""
        return str(int(value)) if value == int(value) else self.region.number(value, 2)

    def between(self, earliest: date, days: int) -> date:
        """Draw a day within `days` after `earliest`."""
        return earliest + timedelta(days=self.rng.randint(1, days))

    def today(self) -> date:
        """Draw the day of the document: in English after the 12th, so that its form settles day and month."""
        day = self.between(date(2022, 1, 5), 1300)
        return day.replace(day=self.rng.randint(13, 28)) if self.language == "en" else day

    def day(self, day: date) -> str:
        """Print a day."""
        return self.region.day(day, self._day)

    def ask_day(self, concept: str, day: date | None) -> None:
        """Ask for a day: as ISO where the schema says so, else as printed."""
        if day is None or self.chance(0.7):
            self.question.ask(
                concept, "date" if self.chance(0.8) else "text", day and day.isoformat(), self._shown(day)
            )
        else:
            self.question.ask(concept, "text", self.day(day), (day.isoformat(),))

    def _shown(self, day: date | None) -> tuple[Value, ...]:
        return (self.day(day),) if day else ()

    def person(self) -> str:
        """Draw the name of a person."""
        first, last = self.any("first_names"), self.any("surnames")
        return (
            last + first
            if self.language.startswith("zh")
            else f"{last} {first}"
            if self.language == "ja"
            else f"{first} {last}"
        )

    def company(self) -> str:
        """Draw the name of a company."""
        return self.rng.choice(variants("company_forms", self.language)).format(self.any("company_names"))

    def address(self) -> tuple[str, ...]:
        """Draw the lines of an address."""
        street, town = self.any("streets"), self.any("towns")
        return (town + street,) if self.language in CJK else (street, town)

    def code(self, prefix: str = "") -> str:
        """Draw a number as documents have."""
        patterns = ("2025-0###", "#####", "######", "25/##/####", "@@-####", "@-2024-####", "000####", "####/2025")
        return prefix + self.digits(self.rng.choice(patterns))

    def done(self, name: str, pages: list[Image.Image]) -> Document:
        """Return the document with its `pages` as they came out."""
        question = self.question
        return Document(
            name=name, kind=self.kind, language=self.language, pages=pages, schema=question.schema,
            expected=question.expected, also=question.also, either_null=question.either_null,
        )  # fmt: skip
