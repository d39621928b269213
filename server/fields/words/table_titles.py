"""What the title of a table, or the name of an array, says that its rows are about: parts, labour, the way back."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from server.fields.print.folding import Folded, compact, is_cjk
from server.fields.print.memory import remembered

ANY: Final = "any"  # of names that say no more than that there are rows
_SHORTEST: Final = 5  # letters of a word that is known within a longer title


@remembered(2048)
def kinds_within(text: str) -> frozenset[str]:
    """The kinds that `text` names, as a whole or by some of its words: `Ersatzteile (netto)`."""
    folded = Folded.of(text)
    whole = _kinds().get(folded.compact, frozenset())
    if whole or not folded.compact:
        return whole
    edges = {*folded.word_starts(), len(folded.compact)}
    return frozenset(
        kind for word, kinds in _kinds().items() if _is_within(word, folded.compact, edges) for kind in kinds - {ANY}
    )


def _is_within(word: str, plain: str, edges: Collection[int]) -> bool:
    """Whether `word` stands in `plain` between two of its `edges`; Chinese and Japanese part no words."""
    if is_cjk(word):
        return len(word) > 1 and word in plain
    if len(word) < _SHORTEST:
        return False
    places = (found.start() for found in re.finditer(re.escape(word), plain))
    return any(place in edges and place + len(word) in edges for place in places)


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
