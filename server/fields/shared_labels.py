"""Values at a label that asks for two: `Geburtsdatum und -ort`, `PLZ, Ort`. Each property takes its own part."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.fields.addresses.postal import code_and_town
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Candidate

_FEW = 2  # letters
_PAGES = re.compile(r"\d+\s?[^\W\d_]{1,6}\s?\d+")
_EDGES = " ,;/-–()"
_BETWEEN = frozenset({"in", "à", "a", "w", "te", "em", "di", "dan", "en"})  # a date and its place


def own_parts(key: str, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield `found` with the part that the concept `key` asks for, where a label is shared; whole for most concepts."""
    for candidate in found:
        text = _OWN[key](candidate.text) if key in _OWN else candidate.text
        if text:
            yield replace(candidate, text=text)


def _place(text: str) -> str:
    """A place of birth without the date before or behind it."""
    dates = find_dates(text)
    if not dates:
        return text
    before, behind = text[: dates[0].start].strip(_EDGES), text[dates[0].end :]
    place = behind.strip(_EDGES)
    first, _, town = place.partition(" ")
    plain = first.islower() or (place.isupper() and not behind.lstrip().startswith(","))  # not of `A Coruña`
    return f"{before} {town if plain and first.casefold() in _BETWEEN else place}".strip()


def _town(text: str) -> str:
    parts = code_and_town(text)
    return parts[1] if parts else text


def _code(text: str) -> str:
    parts = code_and_town(text)
    return parts[0] if parts else text


def _worded(text: str) -> str:
    """A subject has words: Indonesian letters call it `Hal`, as their pages are counted: `Hal: 1 dari 3`."""
    worded = is_cjk(text) or sum(map(str.isalpha, text)) > _FEW
    return text if worded and not _PAGES.fullmatch(text) else ""


_OWN = {"subject": _worded, "birth_place": _place, "city": _town, "postcode": _code}
