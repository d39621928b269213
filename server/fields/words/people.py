"""Words about persons: jobs, the openings and closings of letters, particles of names, Chinese surnames."""

from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from server.fields.print.folding import fold, unaccented

Use = Literal[
    "job", "closing", "opening", "for", "title", "title_word", "title_kept", "firm", "particle", "prefix", "surname"
]  # fmt: skip


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for line in files(__package__).joinpath("people.txt").read_text("utf-8").splitlines():
        head, _, words = line.partition(": ")
        if words and not line.startswith("#"):
            table[head.split()[0]] |= {plain_words(word) for word in words.split(",")}
    return {use: frozenset(words) for use, words in table.items()}


def words_for(use: Use) -> frozenset[str]:
    """The words for `use`, as `plain_words` makes them. Read on first use."""
    return _table()[use]


@lru_cache(maxsize=1)
def titles() -> frozenset[str]:
    """Every form of address before a person's name, as `plain_words` makes it."""
    return words_for("title") | words_for("title_word") | words_for("title_kept")


def plain_words(text: str) -> str:
    """Words for comparison: folded, without accents, lower case, blanks single, no full stop at an end."""
    return " ".join(unaccented(fold(text)).casefold().replace("ß", "ss").split()).strip(" .,:;!")
