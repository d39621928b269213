"""Month names and their abbreviations in the languages of labels, from CLDR (Unicode License v3) through Babel."""

import re
from functools import lru_cache
from typing import Final

from babel.dates import get_month_names

from server.fields.print.folding import unaccented

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ms", "id")
# Abbreviations in print that CLDR leaves out.
_MORE: Final = {
    "sept": 9,
    "okt": 10,
    "juill": 7,
    "fevr": 2,
    "ags": 8,
    "agt": 8,
    "agst": 8,
    "nop": 11,
    "maa": 3,
    "mrt": 3,
}
_SHORTEST: Final = 3


@lru_cache(maxsize=1)
def month_names() -> dict[str, int]:
    """The number of the month by its name, lower case and without accents; each name means one month."""
    names: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    names.setdefault(unaccented(name).lower().rstrip("."), number)
    return {**_MORE, **{name: number for name, number in names.items() if len(name) >= _SHORTEST}}


@lru_cache(maxsize=1)
def month_pattern() -> str:
    """A pattern of every name, the longest first; a recogniser's accents are taken off before."""
    return "|".join(re.escape(name) for name in sorted(month_names(), key=len, reverse=True))
