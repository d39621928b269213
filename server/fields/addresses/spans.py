"""Where in a block of lines an address is, from its street to its state."""

import re
from collections.abc import Sequence

from server.fields.addresses.postal import (
    has_house_number,
    is_contact_line,
    is_country,
    is_street_line,
    is_town_line,
)
from server.fields.print.folding import is_cjk

_HOUSE = re.compile(
    r"ビル|マンション|[号號]室|\d\s?[階楼棟层樓]|[\u3040-\u9fff].*\d\s?F\b"
)  # below a Japanese or Chinese street


def address_span(texts: Sequence[str], *, first: int = 1) -> tuple[int, int] | None:
    """Where the address in a block of lines begins and ends; lines before `first` hold the name.

    It reaches from the first street above the town to the town, the region and the state below.
    """
    towns = [i for i, text in enumerate(texts) if i >= first and is_town_line(text)]
    streets = [i for i, text in enumerate(texts) if i >= first and is_street_line(text)]
    if not towns:
        return _without_code(texts, streets)
    town = towns[0]
    while town + 1 in towns:
        town += 1
    likely = [i for i in range(max(first, town - 4), town) if i in streets or has_house_number(texts[i])]
    start = min([*likely, towns[0]])
    if not likely and not _is_one_line(texts[start]):  # a house with a name, a village
        start = next((i + 1 for i in range(start - 1, first - 1, -1) if not _is_plain(texts[i])), first)
    start = next((i + 1 for i in range(town - 1, start - 1, -1) if is_contact_line(texts[i])), start)
    return start, _last_line(texts, town)


def first_address(texts: Sequence[str]) -> int:
    """How many lines, from the first on, are one address: up to its town, its region and its state."""
    town = next((i for i, text in enumerate(texts) if is_town_line(text)), None)
    if town is None:
        end = next((i for i, text in enumerate(texts) if i and is_contact_line(text)), len(texts))
        return max(1, end)
    while town + 1 < len(texts) and is_town_line(texts[town + 1]) and not is_contact_line(texts[town + 1]):
        town += 1
    return _last_line(texts, town)


def _without_code(texts: Sequence[str], streets: Sequence[int]) -> tuple[int, int] | None:
    """An address without a postal code: its streets, and what goes on behind a comma."""
    if not streets:
        return None
    end = start = streets[0]
    while end + 1 < len(texts) and (
        end + 1 in streets or (texts[end].rstrip().endswith(",") and _is_plain(texts[end + 1]))
    ):
        end += 1
    return start, _last_line(texts, end)


def _last_line(texts: Sequence[str], end: int) -> int:
    """The end of the span, the lines of a region and a state behind the town taken in."""
    while end + 1 < len(texts) and _HOUSE.search(texts[end + 1]) and not is_contact_line(texts[end + 1]):
        end += 1
    following = texts[end + 1 : end + 3]
    states = [i for i, text in enumerate(following) if is_country(text)]
    if states and not any(is_contact_line(text) for text in following[: states[0]]):
        return end + 2 + states[0]
    open_ended = bool(following) and texts[end].rstrip().endswith(",") and _is_plain(following[0])
    return end + 2 if open_ended else end + 1


def _is_plain(text: str) -> bool:
    """Whether a line may be part of an address without a word that says so: a district, a house's name."""
    return not is_contact_line(text) and 2 <= len(text.strip()) <= 60 and sum(char.isdigit() for char in text) <= 6


def _is_one_line(text: str) -> bool:
    """Whether one line holds street and town: there is more than a town before or behind its code."""
    return "," in text or is_street_line(text) or is_cjk(text)
