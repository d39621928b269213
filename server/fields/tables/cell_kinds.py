"""What a cell of a table holds: a number, a date, a time, words, or a sign for nothing."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from server.fields.print.dates import find_dates
from server.fields.print.folding import fold, is_cjk, unaccented
from server.fields.print.memory import remembered
from server.fields.print.month_names import month_pattern
from server.fields.print.number_style import NumberStyle
from server.fields.print.numbers import find_numbers

CellKind = Literal["number", "date", "time", "text", "blank"]
_LONGEST = 40  # characters of a cell that is a value and no text
_UNIT = 8  # letters of a unit or a currency beside a number
_TIME: Final = re.compile(
    r"\d{1,2}\s?[:.h]\s?\d\d(?:\s?[:.]\s?\d\d)?\s?(?:am|pm|h|uhr)?(?:\s?-\s?\d{1,2}[:.h]\d\d)?", re.IGNORECASE
)
_DAY: Final = re.compile(r"\d{1,2}[./\-]\s?\d{1,2}\.?")
_WHOLE_DAY: Final = re.compile(r"(0[1-9]|[12]\d|3[01])([./])(?:0[1-9]|1[0-2])\.?")
_CJK_DAY: Final = re.compile(r"\d{1,2}\s?月\s?\d{1,2}\s?日?")
_TWO_NUMBERS: Final = re.compile(r"(\d{1,2})\s?[:.h]\s?(\d\d)")
_BOUND: Final = re.compile(r"[<>≤≥~±]\s?\d[\d.,]*\s?%?")


@lru_cache(maxsize=1)
def _day_and_month() -> re.Pattern[str]:
    months = month_pattern()
    day = r"(?:0?[1-9]|[12]\d|3[01])"  # `34 set` are no days of September
    return re.compile(rf"(?:{day}\.?\s?(?:de\s)?(?:{months})|(?:{months})\.?\s?{day})\.?", re.IGNORECASE)


def is_day(text: str) -> bool:
    """Whether `text` is a date and nothing else, with a year or without."""
    plain = unaccented(fold(text)).strip()
    if len(plain) > _LONGEST or not any(char.isdigit() for char in plain):
        return False
    if _CJK_DAY.fullmatch(plain) or _day_and_month().fullmatch(plain):
        return True
    dates = find_dates(plain)
    return bool(dates) and dates[0].end - dates[0].start >= 0.7 * len(plain)


@remembered(8192)
def kind_of(text: str, style: NumberStyle) -> CellKind:
    """What `text` holds, the whole of it; `12.5` is a number although it could be a time."""
    plain = fold(text).strip()
    if not any(char.isalnum() for char in plain):
        return "blank"
    if len(plain) > _LONGEST or not any(char.isdigit() for char in plain):
        return "text"
    if _TIME.fullmatch(plain) and ":" in plain:
        return "time"
    if is_day(plain):
        return "date"
    return "number" if _BOUND.fullmatch(plain) or _is_number(plain, style) else "text"


def time_of(text: str) -> int | None:
    """The minutes since midnight that `text` says as hours and minutes, or None."""
    parts = _TWO_NUMBERS.match(fold(text).strip())
    return 60 * int(parts[1]) + int(parts[2]) if parts else None


def is_short_day(text: str) -> bool:
    """Whether `text` can be a day and a month in digits, as 03/04: a number by itself, a date in a column of them."""
    return bool(_DAY.fullmatch(fold(text).strip()))


def are_days(texts: Sequence[str]) -> bool:
    """Whether the cells of a column are days and months of two digits, some with a zero before: `02.04`, `25.04`."""
    found = [_WHOLE_DAY.fullmatch(fold(text).strip()) for text in texts]
    return len(found) > 1 and all(found) and any(match is not None and match[1][0] == "0" for match in found)


def _is_number(text: str, style: NumberStyle) -> bool:
    numbers = find_numbers(text, style)
    if not numbers:
        return False
    before, behind = text[: numbers[0].start], text[numbers[-1].end :]
    within = "".join(text[one.end : other.start] for one, other in pairwise(numbers))
    if "-" in within:
        return False  # from one to the other
    letters = sum(char.isalpha() for char in behind)
    words = len(behind.split())
    if any(char.isalpha() for char in before + within) or any(char.isdigit() for char in before + behind):
        return False
    return letters <= (3 if is_cjk(behind) else _UNIT) and words <= 1


def unit_behind(text: str, style: NumberStyle) -> str:
    """The word behind the number of a cell such as `1.00 Units`, `2 days` or `3 Stk`; empty without one."""
    numbers = find_numbers(text, style)
    behind = text[numbers[0].end :].strip() if len(numbers) == 1 else ""
    return behind if behind and all(char.isalpha() or char in "./²³" for char in behind) else ""
