"""Patterns of words in lists: a word counts whole; with `*` at an end, as part of a longer one."""

import re
from collections.abc import Iterable


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for `words` in text of lower case without accents.

    `lohn*` also begins a longer word, and `*skonto` ends one.
    Words of other scripts than the Latin have no ends that can be seen: they count anywhere.
    """
    return re.compile("|".join(map(_bounded, words)))


def _bounded(word: str) -> str:
    plain = re.escape(word.strip("*"))
    if not word.isascii():
        return plain
    return f"{'' if word.startswith('*') else '(?<![a-z])'}{plain}{'' if word.endswith('*') else '(?![a-z])'}"
