"""Joins raised cents to their price: the small figures above the line behind `$12` make it `$12.99`."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from server.fields.print.currencies import CURRENCY
from server.values.lines import Line

_PRICE: Final = re.compile(rf"(?:^|\s)(?:{CURRENCY})\s?\d{{1,4}}$")
# Digits alone may be a number with the mark of a note: they are a price where the page prints others, and no year.
_BARE: Final = re.compile(r"(?!(?:19|20)\d\d$)\d{1,4}")
_WITH_CENTS: Final = re.compile(r"\d[.,]\d\d(?!\d)")
_CENTS: Final = re.compile(r"\d\d")
_SMALLER: Final = 0.8  # height of the cents' box to that of the price
_RAISED: Final = 0.2  # of the price's height, between the lower edges
_LEVEL: Final = 0.4  # between the upper edges
_NEAR: Final = 0.4  # between the price and its cents


def with_cents(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of a page, in order, each price in one line with its raised cents."""
    cents = sorted((line for line in lines if _CENTS.fullmatch(line.text.strip())), key=_left)
    if not cents:
        return tuple(lines)
    with_others = any(_WITH_CENTS.search(line.text) for line in lines)
    own: dict[int, Line] = {}
    taken: set[int] = set()
    for line in lines:
        text = line.text.strip()
        if _PRICE.search(text) or (with_others and _BARE.fullmatch(text)):
            found = next((one for one in _beside(line, cents) if id(one) not in taken and _belongs(one, line)), None)
            if found is not None:
                own[id(line)] = found
                taken.add(id(found))
    return tuple(_join(line, own[id(line)]) if id(line) in own else line for line in lines if id(line) not in taken)


def _left(line: Line) -> float:
    return line.left


def _beside(price: Line, cents: Sequence[Line]) -> Sequence[Line]:
    """Those of `cents`, in order of their left edges, that begin where `price` ends."""
    gap = _NEAR * price.height
    first = bisect_left(cents, price.right - gap, key=_left)
    return cents[first : bisect_right(cents, price.right + gap, key=_left)]


def _belongs(cents: Line, price: Line) -> bool:
    height = price.height
    small = cents.height < _SMALLER * height and price.bottom - cents.bottom > _RAISED * height
    beside = abs(cents.left - price.right) < _NEAR * height and abs(cents.top - price.top) < _LEVEL * height
    return cents is not price and small and beside


def _join(price: Line, cents: Line) -> Line:
    a, _, _, d = price.box
    box = (a, (cents.right, a[1]), (cents.right, d[1]), d)
    text = f"{price.text.rstrip()}.{cents.text.strip()}"
    return replace(price, text=text, score=min(price.score, cents.score), box=box)
