"""Parses values of each kind out of printed text, and converts print to JSON values."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from server.fields.print.accounts import account_numbers
from server.fields.print.dates import Era, date_with_time, find_dates, find_times
from server.fields.print.folding import fold
from server.fields.print.number_style import UNKNOWN, NumberStyle
from server.fields.print.numbers import find_numbers
from server.fields.print.printed_number import PrintedNumber
from server.fields.print.reach import printed_email, printed_phone
from server.fields.print.units import units_at
from server.fields.print.word_lists import FALSE_WORDS, TRUE_WORDS

_CODE = re.compile(r"[^\W_][\w\-/.*()]*(?:\s[\w\-/.*]*\d[\w\-/.*]*)*(?:(?<=\d)\s[A-Z]{1,2}(?=\W*$))?")
_BLANK_JOIN = re.compile(r"\d{1,4}\s")  # 3 to 5: no number of a paper is as short
_CODE_GOES_ON = re.compile(r"(?<=\d),\d")  # 2,50: a number, and its first digits are no code
# A vehicle's plate: up to four short groups of letters and digits.
_PLATE = re.compile(r"[^\W_]{1,8}(?:[ \-·.•]{1,2}[^\W_]{1,6}){0,4}")
_LONGEST_PLATE = 11  # letters and digits
TICKED = re.compile(r"(?:[☑☒✓✔√✗■●◉]|[\[(（]\s?[xX√✓✔vV]\s?[\])）])\s*(?P<word>[^\s☐□○\[(（☑☒✓✔√]+)")
_TICK_AFTER = re.compile(r"(?P<word>[^\s☐□○☑☒✓✔√]+)\s*[☑☒✓✔√]")
_OPEN_BOX = re.compile(r"[☐□○]|[\[(（]\s?[\])）]")
_OF = re.compile(r"\s*(\d{1,4})(?:\s(?:of|von|de|di|van|z|dari)\s|\s?/\s?)\d{1,4}\s*")  # sheet 2 of 9
_WORDS = re.compile(r"[^\W\d_]+")
_PAIR = 2  # numbers of a range
BARS: Final = ("/", "|", "／", "｜")
_SHORT: Final = 4  # words; longer print is a sentence, which may say no to something else
_YES_NO: Final = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
_HONOUR = re.compile(r"(?<=[^\s客])\s*(?:御中|様|殿)$|^各位$")  # behind a Japanese name; お客様 is a word


def amount_in(text: str, style: NumberStyle = UNKNOWN) -> PrintedNumber | None:
    """The sum of money in `text`: the last number with a currency or cents, else its only number; no percentage.

    A sum that is joined with another number is none: `10.00 - 12.00`, `2 x 4.50`.
    """
    numbers = [number for number in find_numbers(text, style) if not number.parts]
    money = [number for number in numbers if number.has_currency or number.has_cents]
    if money:
        return money[-1] if not money[-1].join else None
    return numbers[0] if len(numbers) == 1 else None


def whole_number(text: str, style: NumberStyle = UNKNOWN) -> PrintedNumber | None:
    """The number that `text` is, with no more than a currency or a known unit."""
    numbers = find_numbers(text, style)
    if len(numbers) != 1 or numbers[0].amount is None:
        return None
    rest = text[: numbers[0].start] + text[numbers[0].end :]
    units = units_at(text, numbers[0].end)
    if units is not None:
        rest = text[: numbers[0].start] + text[units[1] :]
    return numbers[0] if not any(char.isalnum() for char in rest) else None


def counts_of(text: str) -> bool:
    """Whether `text` says which of how many: `2 of 9`, `2/9`; neither number stands for itself."""
    return bool(_OF.fullmatch(text))


def first_of(text: str) -> int | None:
    """Which one, where `text` says which of how many."""
    match = _OF.fullmatch(text)
    return int(match[1]) if match else None


def printed_value(kind: str, text: str, style: NumberStyle = UNKNOWN) -> str | None:
    """The part of `text` that is a value of `kind` (see `labels.Kind`), as printed, or None where there is none."""
    text = text.strip()
    if kind in ("amount", "number"):
        return (_amount if kind == "amount" else _number)(text, style)
    return _READERS.get(kind, _text)(text)


def _date(text: str) -> str | None:
    dates = find_dates(text, run_together=True)
    return text[dates[0].start : dates[0].end] if dates else None


def _datetime(text: str) -> str | None:
    dates = find_dates(text, run_together=True)
    return date_with_time(text, dates[0]) if dates else None


def _time(text: str) -> str | None:
    times = find_times(text)
    return times[0].strip() if times else None


def _amount(text: str, style: NumberStyle) -> str | None:
    number = amount_in(text, style)
    return text[number.start : number.end].strip() if number else None


def _number(text: str, style: NumberStyle) -> str | None:
    if counts_of(text):
        return text
    numbers = find_numbers(text, style)
    if numbers and numbers[0].join:
        return joined_numbers(text, style)
    return text[numbers[0].start : numbers[0].end].strip() if numbers else None


def joined_numbers(text: str, style: NumberStyle = UNKNOWN) -> str | None:
    """Two joined numbers that begin `text`, with what joins them: `3 to 5`; a text, as neither stands for itself."""
    numbers = find_numbers(text, style)
    if len(numbers) != _PAIR or numbers[0].start or not all(number.join for number in numbers):
        return None
    return text[: numbers[1].end].strip()


def _code(text: str) -> str | None:
    if account := next(account_numbers(text), None):
        return account
    if counts_of(text):
        return text
    if _BLANK_JOIN.match(text) and (joined := joined_numbers(text)):
        return joined
    match = _CODE.search(text)
    if match is None or _CODE_GOES_ON.match(text, match.end()):
        return None
    return match.group().rstrip(".-/") if any(char.isdigit() for char in match.group()) else None


def _plate(text: str) -> str | None:
    """The plate of a vehicle: it has letters and digits."""
    text = text.strip(" :：;|")
    plain = [char for char in text if char.isalnum()]
    fits = _PLATE.fullmatch(text) is not None and len(plain) <= _LONGEST_PLATE and not find_dates(text)
    return text if fits and any(map(str.isdigit, plain)) and any(map(str.isalpha, plain)) else None


def _name(text: str) -> str | None:
    text = _HONOUR.sub("", text.strip(" :：.,;-*"))
    letters = sum(char.isalpha() for char in text)
    return text if letters >= 2 and not any(char.isdigit() for char in text) else None


def _words(text: str) -> str | None:
    return _text(_HONOUR.sub("", text.strip(" :：;|"))) if sum(char.isalpha() for char in text) >= 2 else None


def _text(text: str) -> str | None:
    text = text.strip(" :：;|")
    return text if any(char.isalnum() for char in text) else None


_READERS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "phone": printed_phone,
    "email": printed_email,
    "code": _code,
    "plate": _plate,
    "name": _name,
    "company": _words,
    "address": _words,
}


def as_date(printed: str, *, month_first: bool, era: Era | None = None) -> str | None:
    """`printed` in ISO form, or None if it is not a date, or one that cannot be in its era."""
    dates = find_dates(printed, run_together=True)
    day = dates[0].calendar(month_first=month_first, era=era) if dates else None
    if dates and day is None:
        day = dates[0].calendar(month_first=not month_first, era=era)
    return day.isoformat() if day else None


def as_number(printed: str, *, whole: bool, style: NumberStyle = UNKNOWN) -> int | float | None:
    """The number in `printed`; None unless there is exactly one, and it is whole if `whole`."""
    numbers = find_numbers(printed, style)
    if len(numbers) != 1:
        return None
    value = numbers[0].value()
    if value is None:
        return None
    if value == value.to_integral_value() and (whole or "." not in str(value)):
        return int(value)
    return None if whole else _as_float(value)


def _as_float(value: Decimal) -> float:
    return float(value)


def as_boolean(printed: str) -> bool | None:
    """True or false by a tick or a word such as yes, no, 是, 否; None without either."""
    ticked = TICKED.search(printed) or (_OPEN_BOX.search(printed) and _TICK_AFTER.search(printed))
    words = [ticked["word"]] if ticked else _WORDS.findall(fold(printed)) or [printed.strip()]
    said = [_YES_NO.get(word.casefold().strip()) for word in words]
    if _is_open(printed, words, said, ticked=bool(ticked)):
        return None
    said = [value for value in said[:2] if value is not None]
    if said:
        return said[0]
    if ticked or re.fullmatch(r"\s*(?:[☑☒✓✔√]|[\[(]\s?[xXvV√✓]\s?[\])])\s*", printed):
        return True
    return False if _OPEN_BOX.fullmatch(printed.strip()) else None


def _is_open(printed: str, words: Sequence[str], said: Sequence[bool | None], *, ticked: bool) -> bool:
    """Whether a yes or a no is printed and not chosen, or stands beside print that was misread."""
    if len(words) <= _SHORT and {True, False} <= {*said}:  # `Yes / No`: both are printed and neither is chosen
        return True
    if printed.strip()[:1] in BARS or printed.strip()[-1:] in BARS:  # `/ No`: the other word was not read
        return True
    if ticked or _OPEN_BOX.fullmatch(printed.strip()):
        return False
    if said[0] is not None and not _OPEN_BOX.search(printed):
        return False
    boxed = _OPEN_BOX.search(printed) or (len(words) > 1 and len(words[0]) == 1)  # `□ Yes`, `O Yes`
    return any(value is not None for value in said) and bool(boxed or len(words) == _PAIR)  # `Ye No`
