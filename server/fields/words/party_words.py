"""Headings that announce a party of a document: `Bill to`, `Rechnungsempfänger`, `销售方`."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

from server.fields.print.folding import compact, unaccented

Role = Literal["buyer", "ship_to", "seller"]


@lru_cache(maxsize=1)
def party_headings() -> Mapping[str, frozenset[Role]]:
    """Every heading, compact and without accents, with the roles that it may announce. Read on first use."""
    table: dict[str, set[Role]] = {}
    for line in files(__package__).joinpath("party_words.txt").read_text("utf-8").splitlines():
        head, _, words = line.partition(": ")
        if line.startswith("#") or not words:
            continue
        role = cast("Role", head.split()[0])
        for word in words.split(","):
            table.setdefault(heading_key(word), set()).add(role)
    return MappingProxyType({word: frozenset(roles) for word, roles in table.items()})


def heading_key(text: str) -> str:
    """A heading as the table has it: compact, without accents."""
    return compact(unaccented(text))
