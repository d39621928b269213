"""The concepts of documents: what a printed value can be, apart from the words for it in any language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

Kind = Literal[
    "text", "name", "company", "address", "date", "time", "amount", "number", "code", "plate", "value", "phone", "email"
]
Party = Literal["seller", "buyer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that documents show; `concepts.txt` lists them.

    A search for it takes the labels of `includes` too, which are narrower: a mobile number is a phone number. It takes
    those of `falls_back` last, which is wider: an order may call its date `Date`.
    """

    key: str
    kind: Kind
    meaning: str
    includes: tuple[str, ...] = ()
    falls_back: str = ""


@lru_cache(maxsize=1)
def concepts() -> Mapping[str, Concept]:
    """Every concept by its key, in the order in which a word that two claim goes to one. Read on first use."""
    table: dict[str, Concept] = {}
    included: dict[str, list[str]] = {}
    for line in files(__package__).joinpath("concepts.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, meaning = line.partition(": ")
        key, kind, sign, wider = [*head.split(), "", ""][:4]
        table[key] = Concept(key=key, kind=cast("Kind", kind), meaning=meaning, falls_back=wider if ">" in sign else "")
        if "<" in sign:
            included.setdefault(wider, []).append(key)
    return MappingProxyType({key: replace(one, includes=tuple(included.get(key, ()))) for key, one in table.items()})
