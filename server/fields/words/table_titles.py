"""What the title of a table, or the name of an array, says that its rows are about: parts, labour, the way back."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from server.fields.print.folding import compact, is_cjk
from server.fields.print.memory import remembered

ANY: Final = "any"  # of names that say no more than that there are rows
_SHORTEST: Final = 5  # letters of a word that is known within a longer title


@remembered(2048)
def kinds_within(text: str) -> frozenset[str]:
    """The kinds that `text` names, as a whole or in a part of it: `Ersatzteile (netto)`."""
    plain = compact(text)
    whole = kinds_of(text)
    if whole or not plain:
        return whole
    within = {
        kind
        for word, kinds in _kinds().items()
        if word in plain and len(word) >= (2 if is_cjk(word) else _SHORTEST)
        for kind in kinds - {ANY}
    }
    return frozenset(within)


def kinds_of(text: str) -> frozenset[str]:
    """The kinds that `text` names as a whole; `ANY` where it says no more than that there are rows."""
    return _kinds().get(compact(text), frozenset())


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, frozenset[str]]:
    """The kinds of every word. Read on first use."""
    table: dict[str, set[str]] = defaultdict(set)
    for line in files(__package__).joinpath("table_titles.txt").read_text("utf-8").splitlines():
        kind, _, words = line.partition(": ")
        for word in words.split(", ") if not line.startswith("#") else ():
            table[compact(word)].add(kind)
    return {word: frozenset(kinds) for word, kinds in table.items()}
