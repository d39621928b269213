"""States and organisations that issue travel documents: three-letter codes as names (ICAO Doc 9303-3, section 5)."""

from functools import lru_cache
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.core import get_global

from server.fields.print.folding import compact, unaccented
from server.fields.print.memory import remembered

_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ms", "id", "zh", "zh_Hant", "ja")
# Codes of Doc 9303 that ISO 3166-1 does not have. British documents tell six nationalities apart.
_OTHERS: Final = MappingProxyType(
    {
        "D": "Germany", "GBD": "United Kingdom", "GBN": "United Kingdom", "GBO": "United Kingdom",
        "GBP": "United Kingdom", "GBS": "United Kingdom", "RKS": "Kosovo", "EUE": "European Union",
        "UNO": "United Nations", "UNA": "United Nations", "UNK": "Kosovo", "XXA": "Stateless",
        "XXB": "Refugee", "XXC": "Refugee", "XXX": "Unspecified", "XOM": "Sovereign Military Order of Malta",
        "XPO": "Interpol", "XBA": "African Development Bank", "XCC": "Caribbean Community", "UTO": "Utopia",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def _by_three_letters() -> dict[str, str]:
    """The two-letter code of every three-letter one, from CLDR's aliases of territories."""
    aliases = get_global("territory_aliases")
    three = ((code, names[0]) for code, names in aliases.items() if len(code) == 3 and code.isalpha() and names)
    return {code: name for code, name in three if len(name) == 2 and name != "ZZ"}


def is_state(code: str) -> bool:
    """Whether `code`, without fillers, is one that documents show."""
    return code in _OTHERS or code in _by_three_letters()


def state_name(code: str) -> str | None:
    """The English name of a state by its code: `DEU` and `D` are Germany."""
    if code in _OTHERS:
        return _OTHERS[code]
    name = Locale("en").territories.get(_by_three_letters().get(code, ""))
    return str(name) if name else None


@remembered(64)
def state_names(code: str) -> frozenset[str]:
    """The names of a state in the languages of labels, compact and without accents."""
    two = two_letters(code)
    names = (Locale.parse(language).territories.get(two or "") for language in _LANGUAGES)
    return frozenset(compact(unaccented(str(name))) for name in names if name)


def two_letters(code: str) -> str | None:
    """The two-letter code of a state, or None for what is no state."""
    return "DE" if code == "D" else "GB" if code.startswith("GB") and code in _OTHERS else _by_three_letters().get(code)
