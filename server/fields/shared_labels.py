"""Values at a label that asks for two: `Geburtsdatum und -ort`, `PLZ, Ort`. Each property takes its own part."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.fields.addresses.postal import code_and_town
from server.fields.print.dates import find_dates
from server.fields.print.page_view import Candidate

_FEW = 2  # letters
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
    rest = (text[: dates[0].start] + " " + text[dates[0].end :]).strip(" ,;/-–()")
    words = rest.split()
    return " ".join(words[1:]) if words and words[0].casefold() in _BETWEEN else rest


def _town(text: str) -> str:
    parts = code_and_town(text)
    return parts[1] if parts else text


def _code(text: str) -> str:
    parts = code_and_town(text)
    return parts[0] if parts else text


def _worded(text: str) -> str:
    """A subject has words: Indonesian letters call it `Hal`, as their pages are counted."""
    return text if sum(map(str.isalpha, text)) > _FEW else ""


_OWN = {"subject": _worded, "birth_place": _place, "city": _town, "postcode": _code}
