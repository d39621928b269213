"""Joins raised cents to their price: the small figures above the line behind `$12` make it `$12.99`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from server.values.lines import Line

_PRICE: Final = re.compile(r"(?<![\d.,])\d{1,4}$")
_CENTS: Final = re.compile(r"\d\d")
_SMALLER: Final = 0.8  # height of the cents' box to that of the price
_RAISED: Final = 0.2  # of the price's height, between the lower edges
_LEVEL: Final = 0.4  # between the upper edges
_NEAR: Final = 0.4  # between the price and its cents


def with_cents(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of a page, in order, each price in one line with its raised cents."""
    cents = [line for line in lines if _CENTS.fullmatch(line.text.strip())]
    taken: set[int] = set()
    joined = []
    for line in lines:
        own = next((one for one in cents if _belongs(one, line)), None) if _PRICE.search(line.text) else None
        if own is not None:
            taken.add(id(own))
            line = _join(line, own)  # noqa: PLW2901
        joined.append(line)
    return tuple(line for line in joined if id(line) not in taken)


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
