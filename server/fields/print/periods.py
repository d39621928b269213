"""The periods that a document states, from which days without a year get theirs: `02/10` of October 2023."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from server.fields.print.dates import PrintedDate, find_dates
from server.fields.print.folding import fold, unaccented
from server.fields.print.joins import joining_words

Period = tuple[date, date]

_LONGEST: Final = timedelta(days=400)
_BEFORE: Final = re.compile(r"(?<!\d)(\d{1,2}[^\d]{0,14}?)\s{0,2}(\S{1,7})\s{0,2}$")  # `1 October` to 31 October 2023
_IN_DIGITS: Final = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\.?")
_CJK: Final = re.compile(r"\d{1,2}\s?月\s?\d{1,2}\s?[日号]?")


def stated_periods(rows: Iterable[str], *, month_first: bool) -> Sequence[Period]:
    """The periods that the rows of print state: from a day to a day, or, where none does so, a month of a year."""
    spans: dict[Period, None] = {}
    months: dict[Period, None] = {}
    for text in rows:
        dates = find_dates(text) if any(char.isdigit() for char in text) else []
        spans.update(dict.fromkeys(_spans(unaccented(fold(text)), dates, month_first=month_first)))
        months.update(dict.fromkeys(_months(dates)))
    return tuple(spans or (months if len(months) == 1 else ()))


def day_within(printed: str, periods: Sequence[Period], *, month_first: bool) -> date | None:
    """The only day in one of `periods` that a day without a year can be; None where none or two can."""
    text = unaccented(fold(printed)).strip()
    found = {
        day
        for start, end in periods
        for year in {start.year, end.year}
        for one in find_dates(_with_year(text, year))[:1]
        for order in (month_first, not month_first)
        if (day := one.calendar(month_first=order)) is not None and start <= day <= end
    }
    return next(iter(found)) if len(found) == 1 else None


def ends_of_period(text: str) -> tuple[str, str] | None:
    """The first and the last day of a period as printed: `1 May 2024` and `31/05/2024`; None where none is stated."""
    dates = find_dates(text)
    if len(dates) != 2 or not _leads_on(fold(text[dates[0].end : dates[1].start])):
        return None
    return text[dates[0].start : dates[0].end], text[dates[1].start : dates[1].end]


def _spans(text: str, dates: Sequence[PrintedDate], *, month_first: bool) -> Iterator[Period]:
    for one, other in pairwise(dates):
        if _leads_on(text[one.end : other.start]):
            orders = (month_first, not month_first)  # the other one where the first makes no period
            both = (_period(one.calendar(month_first=order), other.calendar(month_first=order)) for order in orders)
            yield from next(filter(None, map(tuple, both)), ())
    for last, before in zip(dates, [0, *(one.end for one in dates)], strict=False):
        end = last.calendar(month_first=month_first)
        match = _BEFORE.search(text[before : last.start]) if end is not None else None
        if match and end is not None and _leads_on(match[2]):
            first = match[1].strip(" .,")
            begin = find_dates(_with_year(first if not first.isdigit() else f"{first}.{end.month}.", end.year))
            yield from _period(begin[0].calendar(month_first=False) if begin else None, end)


def _leads_on(between: str) -> bool:
    """Whether the print between two days leads from the one to the other: `to`, `bis`, `至`, a dash."""
    return joining_words().get(unaccented(between).strip(" .,:()").casefold()) == "to"


def _period(start: date | None, end: date | None) -> Iterator[Period]:
    if start is not None and end is not None and timedelta(0) < end - start <= _LONGEST:
        yield start, end


def _months(dates: Sequence[PrintedDate]) -> Iterator[Period]:
    for one in dates:
        if not one.is_whole and one.month is not None:
            yield date(one.year, one.month, 1), date(one.year, one.month, monthrange(one.year, one.month)[1])


def _with_year(text: str, year: int) -> str:
    digits = _IN_DIGITS.fullmatch(text)
    if digits:
        return f"{digits[1]}{digits[2]}{digits[3]}{digits[2]}{year}"
    if _CJK.fullmatch(text):
        return f"{year}年{text}"
    return f"{text} {year}" if text[:1].isdigit() else f"{text}, {year}"
