"""Print in the forms that the formats of a schema ask for: times, moments and durations (RFC 3339, ISO 8601).

A moment is given without a zone, as the page prints none: local to the page.
"""

import re
from typing import Final

from server.fields.print.dates import Era, find_dates, find_times
from server.fields.print.folding import fold
from server.fields.print.parsing import as_date

TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?")
DURATION: Final = re.compile(
    r"P(?!$)(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?"
    r"(?:T(?!$)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?"
)
_HALF_PAST: Final = re.compile("半")
_AFTERNOON: Final = re.compile(r"[Pp]\.?[Mm]|下午|午後|오후|晚上")
_MORNING: Final = re.compile(r"[Aa]\.?[Mm]|上午|午前|오전")
_UNITS: Final = (
    ("H", r"hours?|hrs?|h|stunden?|std|heures?|horas?|ore|小时|小時|時間|时"),
    ("M", r"minutes?|mins?|min|minuten?|minutos?|minuti|m|分钟|分鐘|分"),
    ("S", r"seconds?|secs?|sec|sekunden?|segundos?|secondes?|s|秒"),
)
_DAYS: Final = (
    ("Y", r"years?|jahre?|años?|ans?|年"),
    ("W", r"weeks?|wochen?|semanas?|semaines?|周|週"),
    ("D", r"days?|tage?|días?|dias?|jours?|giorni|天|日"),
)
_PART: Final = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?,?")
_CLOCK: Final = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?\s*(?:h|hrs?|hours?|std)?\.?")


def as_time(printed: str) -> str | None:
    """The only time of day in `printed` as ``14:22:00``; None where there is none, or more than one."""
    times = find_times(printed)
    if len(times) != 1:
        return None
    figures = [int(figure) for figure in re.findall(r"\d+", times[0])][:3]
    hour, minute, second = (*figures, 0, 0)[:3]
    if _HALF_PAST.search(times[0]):
        minute = 30
    if _AFTERNOON.search(printed) and hour < 12:
        hour += 12
    elif _MORNING.search(printed) and hour == 12:
        hour = 0
    return f"{hour:02}:{minute:02}:{second:02}" if hour < 24 else None


def as_moment(printed: str, *, month_first: bool, era: Era | None = None) -> str | None:
    """The date of `printed` and the time that stands with it, as ``2024-03-05T14:22:00``; None without either."""
    dates = find_dates(printed, run_together=True)
    if len(dates) != 1:
        return None
    day = as_date(printed, month_first=month_first, era=era)
    time = as_time(f"{printed[: dates[0].start]} {printed[dates[0].end :]}")
    return f"{day}T{time}" if day and time else None


def as_duration(printed: str) -> str | None:
    """What `printed` says took so long, as ``PT2H30M``; None where it is anything else."""
    text = fold(printed).strip()
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return _written({"H": f"{hours}", "M": f"{minutes}", "S": f"{seconds}"}, {})
    days: dict[str, str] = {}
    times: dict[str, str] = {}
    place = 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None:
            return None
        letter, into = _unit(part[2], days, times)
        if not letter or letter in into:
            return None
        into[letter] = part[1].replace(",", ".")
        place = part.end()
    return _written(times, days)


def _unit(word: str, days: dict[str, str], times: dict[str, str]) -> tuple[str, dict[str, str]]:
    for units, into in ((_UNITS, times), (_DAYS, days)):
        for letter, words in units:
            if re.fullmatch(words, word, re.IGNORECASE):
                return letter, into
    return "", times


def _written(times: dict[str, str], days: dict[str, str]) -> str | None:
    first = "".join(f"{days[letter]}{letter}" for letter in "YWD" if float(days.get(letter, 0)))
    rest = "".join(f"{times[letter]}{letter}" for letter in "HMS" if float(times.get(letter, 0)))
    return "P" + first + (f"T{rest}" if rest else "") if first or rest else None
