"""Parses printed dates: finds them as spans and resolves them to calendar dates; impossible dates are ignored."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from server.fields.print.folding import fold

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_FIRST_SHORT_YEAR = time.localtime().tm_year - 50
_MONTH = r"(?P<word>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}"
_YEAR = r"(?P<year>(?:19|20)\s?\d\s?\d)"
_SHORT_YEAR = r"(?P<year>(?:19|20)\s?\d\s?\d|\d\d)"
_GAP = r"\s{0,2}"
_SIGN = rf"{_GAP}[-/.]{_GAP}"
_END = r"(?:(?!\d|:\d\d(?!:)|[.,]\d)|(?=\d{1,2}:\d\d))"  # the time may follow without a space
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_YEAR}{_GAP}年{_GAP}(?P<second>\d{{1,2}}){_GAP}月(?:{_GAP}(?P<third>\d{{1,2}})(?:{_GAP}[日号]|(?!\d)))?",
        rf"(?<![\d.]){_YEAR}(?:{_SIGN})(?P<second>\d{{1,2}})(?:{_SIGN})(?P<third>\d{{1,2}})(?:(?!\d)|(?=\d\d:\d\d))",
        rf"(?<![\d.])(?P<first>\d{{1,2}})(?:{_SIGN}|\s)(?P<second>\d{{1,2}})(?:{_SIGN}){_SHORT_YEAR}{_END}",
        rf"(?<![\d.])(?P<first>\d{{1,2}})(?:{_SIGN})(?P<second>\d{{1,2}})(?:{_SIGN}|\s){_SHORT_YEAR}{_END}",
        rf"(?<!\d)(?P<first>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]{{0,3}}{_MONTH}[\s\-/.,']{{0,3}}{_SHORT_YEAR}{_END}",
        rf"(?<![a-z]){_MONTH}[\s.\-]{{0,2}}(?P<first>\d{{1,2}})(?:st|nd|rd|th)?[\s,]{{1,3}}{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}[\s\-/.]{{1,2}}{_MONTH}[\s\-/.]{{1,2}}(?P<first>\d{{1,2}})(?!\d)",
    )
)
_RUN_TOGETHER = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<second>\d\d)(?P<third>\d\d)(?!\d)")
_MONTH_FIRST_HINT = re.compile(r"\bMM\s?[-/.]\s?DD\b", re.IGNORECASE)
# A state and its ZIP code: an address in the United States, where the month comes first.
_US_ADDRESS = re.compile(
    r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY])[,.]?\s{1,2}\d{5}(?:-\d{4})?(?!\d)"
)
_TIME = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:：]\s?[0-5]\d(?:\s?[:：]\s?[0-5]\d)?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?!\d)"
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A printed date, `text[start:end]`. `parts` are year, month and day, as far as the format determines them."""

    start: int
    end: int
    year: int
    first: int | None
    second: int | None
    third: int | None
    month: int | None

    def calendar(self, *, month_first: bool = False) -> date | None:
        """The calendar date, or None if it does not exist."""
        month: int | None
        day: int | None
        if self.month is not None:
            day, month = self.first, self.month
        elif self.third is not None or self.first is None:
            month, day = self.second, self.third
        else:
            day, month = (self.second, self.first) if month_first else (self.first, self.second)
        try:
            return date(self.year, month or 0, day or 0)
        except ValueError:
            return None


def find_dates(text: str, *, run_together: bool = False) -> list[PrintedDate]:
    """Find dates in `text`, in order, none overlapping; `run_together` admits 20180214 as well."""
    folded = fold(text)
    found: list[PrintedDate] = []
    for form in (*_FORMS, _RUN_TOGETHER) if run_together else _FORMS:
        for match in form.finditer(folded):
            printed = _read(match)
            clear = all(match.end() <= other.start or match.start() >= other.end for other in found)
            if clear and (printed.calendar() or printed.calendar(month_first=True) or printed.third is printed.first):
                found.append(printed)
    return sorted(found, key=lambda printed: printed.start)


def _read(match: re.Match[str]) -> PrintedDate:
    groups = match.groupdict()
    year = _full_year(int(groups["year"].replace(" ", "")))
    word = groups.get("word")
    month = _MONTHS.get(word[:3].lower()) if word else None
    first, second, third = (int(groups[name]) if groups.get(name) else None for name in ("first", "second", "third"))
    return PrintedDate(match.start(), match.end(), year, first, second, third, month)


def _full_year(year: int) -> int:
    """The year of these two digits that is nearest to now; one of four digits is itself."""
    return year if year > 99 else _FIRST_SHORT_YEAR + (year - _FIRST_SHORT_YEAR) % 100


def find_times(text: str) -> list[str]:
    """Find times of day in `text`, as printed."""
    return [match.group() for match in _TIME.finditer(text)]


def date_with_time(text: str, printed: PrintedDate) -> str:
    """The date as printed, together with a time that follows it."""
    match = _TIME.search(text, printed.end)
    near = match is not None and match.start() - printed.end <= 3
    return text[printed.start : match.end() if match and near else printed.end]


def is_month_first(texts: Iterable[str]) -> bool:
    """Whether the page shows that its dates put the month first: 12/25/2018, MM/DD in print, or an American address."""
    day_first = month_first = 0
    american = False
    for text in texts:
        if _MONTH_FIRST_HINT.search(text):
            return True
        american = american or bool(_US_ADDRESS.search(text))
        for printed in _numeric(text):
            day_first += (printed.first or 0) > 12
            month_first += (printed.second or 0) > 12
    return month_first > day_first or (american and not day_first)


def _numeric(text: str) -> Iterator[PrintedDate]:
    return (printed for printed in find_dates(text) if printed.month is None and printed.third is None)
