"""What sentences say of payments: whether they ask for one, or say that one was made, and on what day."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from server.fields.print.folding import fold, unaccented
from server.fields.words.patterns import word_pattern

_Use = Literal["owing", "paying", "paid", "paid_on", "denied", "on", "until", "discount"]
_TO_COME = r"(?<!be )(?<!zu )"  # `to be paid on`


@lru_cache(maxsize=1)
def _words() -> Mapping[str, list[str]]:
    table: defaultdict[str, list[str]] = defaultdict(list)
    for line in files(__package__).joinpath("payments.txt").read_text("utf-8").splitlines():
        head, _, words = line.partition(": ")
        for use in head.split() if not line.startswith("#") else ():
            table[use] += words.split(", ")
    return table


@lru_cache(maxsize=8)
def _says(use: _Use) -> re.Pattern[str]:
    """The pattern of the words for `use`. Read on first use."""
    return word_pattern(_words()[use])


@lru_cache(maxsize=1)
def _until() -> re.Pattern[str]:
    return re.compile(rf"(?:{word_pattern(_words()['until']).pattern})[\s:]{{1,3}}$")


@lru_cache(maxsize=1)
def _paid_on() -> re.Pattern[str]:
    paid, on = (word_pattern(words).pattern for words in (_words()["paid"] + _words()["paid_on"], _words()["on"]))
    return re.compile(rf"{_TO_COME}(?:{paid}) (?:{on})[\s:]{{1,3}}$")


@lru_cache(maxsize=1)
def _paid() -> re.Pattern[str]:
    return re.compile(rf"{_TO_COME}(?:{_says('paid').pattern})")


def asks_for_payment(text: str) -> bool:
    """Whether a sentence asks for a payment, or says that it was not made: `has not been paid`."""
    plain = _plain(text)
    if _paid().search(plain):
        return bool(_says("denied").search(plain))
    return bool(_says("owing").search(plain))


def is_paid(text: str) -> bool:
    """Whether a sentence says that a payment was made: `We have received your payment`, but not `not paid yet`."""
    plain = _plain(text)
    return bool(_paid().search(plain)) and not _says("denied").search(plain)


def is_about_paying(text: str) -> bool:
    """Whether a sentence is about paying, before or after."""
    return bool(_says("paying").search(_plain(text)))


def names_last_day(before: str) -> bool:
    """Whether the words before a date say that it is the last one to pay, and not the one of a payment."""
    plain = _plain(before)
    return bool(_until().search(plain)) and not _paid_on().search(plain)


def is_of_discount(text: str) -> bool:
    """Whether words are of a discount for paying early, whose date is not the last one to pay."""
    return "%" in text or bool(_says("discount").search(_plain(text)))


def _plain(text: str) -> str:
    return unaccented(fold(text)).casefold()
