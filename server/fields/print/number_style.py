"""How a page prints its numbers: its decimal sign, blanks between thousands, amounts without cents.

A page settles what `1.234` means by its other amounts: 5,00 beside it makes the point a sign of thousands.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Decimals = Literal[".", ",", ""]
_OTHER: Final[dict[str, Decimals]] = {".": ",", ",": "."}
_THREES = r"\d{1,3}(?:{sign}\d{{3}})+"
_GROUPED: Final = {
    sign: re.compile(_THREES.replace("{sign}", re.escape(sign)).replace("{{3}}", "{3}")) for sign in ".,' "
}
_LARGE: Final = re.compile(r"\d{2,3}[.,]000")  # no quantity has so many, and no price such cents
_LAKH: Final = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}")
MOST_DIGITS: Final = 20  # of a number; a longer run is a code, and exact arithmetic on it would have no room
_MOSTLY: Final = 2  # times as many numbers for a reading as against it


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """The page's own conventions; `decimal` is empty and the others None where the page does not show them.

    `whole`: an amount with one group of three digits behind a sign has thousands, no decimals. `credit_negative`:
    amounts marked CR are deducted, as where no other is marked DR. `soll_haben`: S behind an amount makes it negative,
    as on a German statement that marks others H.
    """

    decimal: Decimals = ""
    blanks: bool | None = None
    credit_negative: bool = False
    soll_haben: bool = False

    def describe(self) -> str:
        """The settled reading in words; empty where nothing was settled."""
        return {".": "decimal point", ",": "decimal comma", "": ""}[self.decimal]


UNKNOWN: Final = NumberStyle()


def style_of(bodies: Iterable[str], *, without_cents: bool, marks: Iterable[str] = ()) -> NumberStyle:
    """Settle the style of a page.

    Args:
        bodies: every run of digits of the page with its separators, as printed.
        without_cents: whether the page shows a currency that has no cents.
        marks: every CR, DR, S and H behind an amount.
    """
    votes: Counter[str] = Counter()
    open_: Counter[str] = Counter()
    blanks: Counter[bool] = Counter()
    large = 0
    for body in bodies:
        _count(body, votes, open_, blanks)
        large += bool(_LARGE.fullmatch(body))
    seen = {mark.upper() for mark in marks}
    decimal = _winner(votes)
    if not decimal:  # amounts of the form 125.000 alone, or such a currency: the sign parts thousands
        sign = max(open_, key=lambda sign: open_[sign], default="")
        if sign and (without_cents or large or open_[sign] >= _MOSTLY) and open_[sign] > open_[_OTHER[sign]]:
            decimal = _OTHER[sign]
    known = blanks[True] or blanks[False]
    return NumberStyle(
        decimal=decimal,
        blanks=(blanks[True] > blanks[False]) if known else None,
        credit_negative="CR" in seen and "DR" not in seen,
        soll_haben=seen >= {"S", "H"},
    )


def _winner(votes: Counter[str]) -> Decimals:
    if votes["."] >= _MOSTLY * votes[","] and votes["."]:
        return "."
    return "," if votes[","] >= _MOSTLY * votes["."] and votes[","] else ""


def _count(body: str, votes: Counter[str], open_: Counter[str], blanks: Counter[bool]) -> None:
    """Count what one printed number says about the page's style."""
    text = body.replace("'", "")
    dot, comma = text.rfind("."), text.rfind(",")
    last = "." if dot > comma else "," if comma >= 0 else ""
    spaced = re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?", body)
    if spaced:
        blanks[True] += 1
    elif re.search(r"\d[.,']\d{3}(?:[.,]\d{2})?$|^\d{4,}[.,]\d{2}$", body):
        blanks[False] += 1
    if not last:
        return
    head, _, tail = text.replace(" ", "").rpartition(last)
    if dot >= 0 and comma >= 0:
        votes[last] += 2 if len(tail) != 3 else 0
    elif head.count(last):
        votes[_OTHER[last]] += (
            2 if _GROUPED[last].fullmatch(head + last + tail) or _LAKH.fullmatch(head + last + tail) else 0
        )
    elif len(tail) == 2 or (len(tail) == 3 and head == "0"):
        votes[last] += 1
    elif len(tail) == 3 and 1 <= len(head) <= 3:
        open_[last] += 1


def parse_digits(body: str, style: NumberStyle, *, without_cents: bool = False) -> Decimal | None:
    """The value of digits with separators, read whole; None where they are no number, could be two, or are too many.

    Groupings: 1,234.56, 1.234,56, 1 234,56, 1 234.56, 1'234.56 and in lakh 1,45,678.08.
    """
    text = body.replace(" ", "")
    return _parse(text, style, without_cents=without_cents) if sum(map(str.isdigit, text)) <= MOST_DIGITS else None


def _parse(text: str, style: NumberStyle, *, without_cents: bool) -> Decimal | None:
    dot, comma, mark = "." in text, "," in text, "'" in text
    if not (dot or comma):
        return _grouped(text, "'") if mark else _decimal(text)
    last = "." if text.rfind(".") > text.rfind(",") else ","
    head, _, tail = text.rpartition(last)
    if (dot and comma) or mark:
        group = "'" if mark else _OTHER[last]
        if last in head or (dot and comma and mark) or not tail:
            return None
        whole = _grouped(head, group)
        return None if whole is None else _decimal(f"{whole}.{tail}")
    if last in head:
        return _grouped(text, last)
    if len(tail) == 3 and 1 <= len(head) <= 3 and head != "0":
        return _open(head, tail, last, style, without_cents=without_cents)
    return _decimal(f"{head or '0'}.{tail}") if tail else None


def _open(head: str, tail: str, sign: str, style: NumberStyle, *, without_cents: bool) -> Decimal | None:
    """`1.234` and `1,234`: by the page, by the currency, a comma by custom; a point that nothing settles is unknown."""
    if style.decimal == sign and not without_cents:
        return _decimal(f"{head}.{tail}")
    if style.decimal or without_cents or sign == ",":
        return _decimal(head + tail)
    return None


def _grouped(text: str, sign: str) -> Decimal | None:
    if text.isdigit():
        return Decimal(text)
    if _GROUPED[sign].fullmatch(text) or (sign == "," and _LAKH.fullmatch(text)):
        return Decimal(text.replace(sign, ""))
    return None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII) else None
