"""Headings that announce a party of a document: `Bill to`, `Rechnungsempfänger`, `销售方`."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

from server.fields.print.folding import compact, unaccented

Role = Literal["buyer", "ship_to", "seller"]


@lru_cache(maxsize=1)
def _lines() -> tuple[tuple[Role, str, str, tuple[str, ...]], ...]:
    """The words of the file, each line with its role, its language and its use: heading, name, or nothing for both."""
    found = []
    for line in files(__package__).joinpath("party_words.txt").read_text("utf-8").splitlines():
        head, _, words = line.partition(": ")
        if words and not line.startswith("#"):
            role, language, use = [*head.split(), ""][:3]
            found.append((cast("Role", role), language, use, tuple(word.strip() for word in words.split(","))))
    return tuple(found)


@lru_cache(maxsize=1)
def party_headings() -> Mapping[str, frozenset[Role]]:
    """Every heading, compact and without accents, with the roles that it may announce. Read on first use."""
    table: dict[str, set[Role]] = {}
    for role, _, use, words in _lines():
        for word in words if use != "name" else ():
            table.setdefault(heading_key(word), set()).add(role)
    return MappingProxyType({word: frozenset(roles) for word, roles in table.items()})


@lru_cache(maxsize=8)
def party_names(role: Role, languages: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What names of properties call a party, in lower case; in any language where none is given."""
    return tuple(
        word.lower()
        for one, language, use, words in _lines()
        if one == role and use != "heading" and (not languages or language in languages)
        for word in words
    )


def heading_key(text: str) -> str:
    """A heading as the table has it: compact, without accents."""
    return compact(unaccented(text))
