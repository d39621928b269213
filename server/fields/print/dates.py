"""Parses printed dates: finds them as spans and resolves them to calendar dates; impossible dates are ignored."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from server.fields.print.chinese_numbers import chinese_number
from server.fields.print.folding import fold, unaccented
from server.fields.print.month_names import month_names, month_pattern

Era = Literal["past", "future"]
"""Whether a date with two digits for its year lies behind us (birth, issue) or not long ago and ahead (expiry, due)."""

_FIRST_SHORT_YEAR = datetime.now(UTC).year - 50
_LAST_YEAR = _FIRST_SHORT_YEAR + 150  # later ones are misread, or no dates
_YEAR = r"(?P<year>(?:19|20)\s?\d\s?\d)"
_SHORT_YEAR = r"(?P<year>(?:19|20)\s?\d\s?\d(?:(?!\d)|(?=\d{1,2}:\d\d))|'?\d\d(?![-/.]\d))"
_GAP = r"\s{0,2}"
_SIGN = rf"{_GAP}[-/.]{_GAP}"
_END = r"(?:(?!\d|:\d\d(?!:)|[.,/]\d)|(?=\d{1,2}:\d\d))"  # the time may follow without a space
_ORDINAL = r"(?:st|nd|rd|th|er|re|e|o|a|[.]|[ºª°])?"
_OF = r"(?:\s?(?:of|de|del|di|the)\s|[\s\-/.,]{0,3})"
_COUNT = r"[0-9一二三四五六七八九十〇零]"
# Chinese and Japanese eras: the year before their first (Minguo 1 is 1912, Reiwa 1 is 2019).
_ERAS: Final = {"民国": 1911, "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911}
_LETTER_ERAS: Final = {"R": 2018, "H": 1988, "S": 1925}


def _compiled(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)


_MONTH: Final = rf"(?P<word>{month_pattern()})(?![a-z])\.?"
_THEN: Final = r"(?:\s?(?:de|del|of)\s|[\s\-/.,']{0,3})"
_CJK_END: Final = rf"(?:{_GAP}(?P<third>{_COUNT}{{1,3}}){_GAP}[日号])?"
# By what they need in the text. The strictest form comes first: where two overlap, the first found wins.
_WITH_YEAR_SIGN: Final = _compiled(
    rf"(?:中华)?(?P<era>民国|令和|平成|昭和|大正){_GAP}(?P<year>{_COUNT}{{1,3}}|元){_GAP}年{_GAP}(?P<second>{_COUNT}{{1,3}}){_GAP}月{_CJK_END}",
    rf"(?<!\d){_YEAR}{_GAP}年{_GAP}(?P<second>\d{{1,2}}){_GAP}月(?:{_GAP}(?P<third>\d{{1,2}})(?:{_GAP}[日号]|(?!\d)))?",
    rf"(?<!{_COUNT})(?P<year>[一二][一二三四五六七八九〇零○]{{3}}){_GAP}年{_GAP}(?P<second>{_COUNT}{{1,3}}){_GAP}月{_CJK_END}",
)
_IN_DIGITS: Final = _compiled(
    r"(?<![A-Za-z])(?P<letter>[RHS])(?P<year>\d{1,2})\.(?P<second>\d{1,2})\.(?P<third>\d{1,2})(?![\d.])",
    rf"(?<![\d.]){_YEAR}(?:{_SIGN})(?P<second>\d{{1,2}})(?:{_SIGN})(?P<third>\d{{1,2}})(?:(?!\d)|(?=\d\d:\d\d))",
    rf"(?<![\d.,:/-])(?P<first>\d{{1,2}})(?:{_SIGN})(?P<second>\d{{1,2}})(?:{_SIGN}){_SHORT_YEAR}{_END}",
)
_WITH_MONTH: Final = _compiled(
    rf"(?<!\d)(?P<first>\d{{1,2}}){_ORDINAL}{_OF}{_MONTH}{_THEN}{_SHORT_YEAR}{_END}",
    rf"(?<![a-z]){_MONTH}[\s.\-]{{0,2}}(?P<first>\d{{1,2}})(?:st|nd|rd|th)?[\s,]{{1,3}}{_YEAR}(?!\d)",
    rf"(?<!\d){_YEAR}[\s\-/.]{{1,2}}{_MONTH}[\s\-/.]{{1,2}}(?P<first>\d{{1,2}})(?!\d)",
)
_BROKEN: Final = _compiled(  # by a recogniser's blank
    rf"(?<![\d.:])(?<!\d\s)(?P<first>\d{{1,2}})\s(?P<second>\d{{1,2}})(?:{_SIGN}){_SHORT_YEAR}{_END}",
    rf"(?<![\d.:])(?<!\d\s)(?P<first>\d{{1,2}})(?:{_SIGN})(?P<second>\d{{1,2}})\s{_SHORT_YEAR}{_END}",
)
_MONTH_ALONE: Final = _compiled(rf"(?<![a-z]){_MONTH}(?:\s?(?:de|del|of)\s|[\s\-/.,']{{1,3}}){_YEAR}(?!\d)")
_ANY_MONTH: Final = re.compile(rf"(?:{month_pattern()})(?![a-z])", re.IGNORECASE)
_ANY_SIGN: Final = re.compile(r"\d\s{0,2}[-/.]\s{0,2}\d")
_RUN_TOGETHER = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<second>\d\d)(?P<third>\d\d)(?!\d)")
_MONTH_FIRST_HINT = re.compile(r"\bMM\s?[-/.]\s?DD\b", re.IGNORECASE)
# A town, its state and its ZIP code: an address in the United States, where the month comes first. `DE 80333` alone is
# a German post code.
_US_ADDRESS = re.compile(
    r"[^\W\d_],?\s(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY])[,.]?\s{1,2}\d{5}(?:-\d{4})?(?!\d)"
)
_TIME = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:：]\s?[0-5]\d(?:\s?[:：]\s?[0-5]\d)?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?!\d)"
)

# 2.30 pm, 9am, 14 Uhr 30, 14.30 Uhr, 14h30, 18時30分, 下午3点
_OTHER_TIME = re.compile(
    r"(?<![\d.,])(?:(?:0?\d|1[0-2])(?:\.[0-5]\d)?\s?[AaPp]\.?[Mm]\b\.?"
    r"|(?:[01]?\d|2[0-3])(?:\.[0-5]\d)?\s?Uhr(?:\s[0-5]\d\b)?|(?:[01]?\d|2[0-3])\s?[hH]\s?[0-5]\d(?!\w|\s?[mM])"
    r"|(?:[01]?\d|2[0-3])\s?[時时点](?!间|間)(?:\s?[0-5]?\d\s?分|半)?)"
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A printed date, `text[start:end]`. `parts` are year, month and day, as far as the format determines them.

    `short` says that two digits stand for the year, whose century is then open.
    """

    start: int
    end: int
    year: int
    first: int | None
    second: int | None
    third: int | None
    month: int | None
    short: bool = False

    def calendar(self, *, month_first: bool = False, era: Era | None = None) -> date | None:
        """The calendar date, or None if it does not exist or the print names no day."""
        month: int | None
        day: int | None
        if self.month is not None:
            day, month = self.first, self.month
        elif self.third is not None or self.first is None:
            month, day = self.second, self.third
        else:
            day, month = (self.second, self.first) if month_first else (self.first, self.second)
        try:
            found = date(self.year, month or 0, day or 0)
        except ValueError:
            return None
        return _in_era(found, era) if self.short else found

    @property
    def is_whole(self) -> bool:
        """Whether it names a day, not only a month."""
        return self.third is not None or self.first is not None

    @property
    def is_ambiguous(self) -> bool:
        """Whether day and month could change places."""
        return self.month is None and self.third is None and self.first != self.second and self._both_small()

    def _both_small(self) -> bool:
        return max(self.first or 99, self.second or 99) <= 12


def _in_era(found: date, era: Era | None) -> date:
    today = datetime.now(UTC).date()
    try:
        if era == "past" and found > today:
            return found.replace(year=found.year - 100)
        if era == "future" and found.year < today.year - 30:
            return found.replace(year=found.year + 100)
    except ValueError:  # the 29th of February
        return found
    return found


def find_dates(text: str, *, run_together: bool = False) -> list[PrintedDate]:
    """Find dates in `text`, in order, none overlapping; `run_together` admits 20180214 as well."""
    folded = unaccented(fold(text))
    found: list[PrintedDate] = []
    for form in _possible(folded, run_together=run_together):
        for match in form.finditer(folded):
            printed = _read(match)
            clear = printed is not None and all(match.end() <= o.start or match.start() >= o.end for o in found)
            if clear and printed and (printed.calendar() or printed.calendar(month_first=True) or not printed.is_whole):
                found.append(printed)
    return sorted(found, key=lambda printed: printed.start)


def _possible(text: str, *, run_together: bool) -> Iterator[re.Pattern[str]]:
    """The forms that `text` may hold: each needs a sign, a name or a character."""
    worded, signed = bool(_ANY_MONTH.search(text)), bool(_ANY_SIGN.search(text))
    if "年" in text:
        yield from _WITH_YEAR_SIGN
    if signed:
        yield from _IN_DIGITS
    if worded:
        yield from _WITH_MONTH
    if signed:
        yield from _BROKEN
    if worded:
        yield from _MONTH_ALONE
    if run_together:
        yield _RUN_TOGETHER


def _read(match: re.Match[str]) -> PrintedDate | None:
    groups = match.groupdict()
    year = _number(groups["year"])
    if year is None:
        return None
    short = year < 100 and not groups.get("era") and not groups.get("letter")
    if not short and not year:
        return None  # an era begins with its year 1
    year += _ERAS.get(groups.get("era") or "", 0) + _LETTER_ERAS.get((groups.get("letter") or "").upper(), 0)
    if short:
        year = _FIRST_SHORT_YEAR + (year - _FIRST_SHORT_YEAR) % 100
    if year > _LAST_YEAR:
        return None
    word = groups.get("word")
    month = month_names()[word.lower()] if word else None
    first, second, third = (_number(groups.get(name) or "") for name in ("first", "second", "third"))
    return PrintedDate(match.start(), match.end(), year, first, second, third, month, short)


def _number(text: str) -> int | None:
    """Digits or Chinese numerals as a number; 元, an era's first year, is 1."""
    text = text.replace(" ", "").replace("'", "").replace("○", "〇")
    if text == "元":
        return 1
    if text.isdigit() and text.isascii():
        return int(text)
    value = chinese_number(text)
    return int(value) if value is not None else None


def find_times(text: str) -> list[str]:
    """Find times of day in `text`, as printed."""
    return [match.group() for match in _TIME.finditer(text)] or [match.group() for match in _OTHER_TIME.finditer(text)]


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
