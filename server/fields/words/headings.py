"""Titles of documents and marks of copies, which are no company: RECHNUNG, MERCHANT COPY, FACTURE N° 12."""

import re
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files

from server.fields.print.folding import compact, is_cjk, unaccented
from server.fields.print.memory import remembered

_WORD = re.compile(r"[^\W\d_]+")
_ALPHABETIC_ENDING = 4
_LONGEST_CJK = 14
_CJK_NAMES = ("公司", "会社", "商店", "超市", "店")


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    """The words by their use: title, with, ending, whole; without accents. Read on first use."""
    table: dict[str, set[str]] = defaultdict(set)
    for line in files(__package__).joinpath("heading_words.txt").read_text("utf-8").splitlines():
        head, _, words = line.partition(": ")
        if words and not line.startswith("#"):
            table[head.split()[0]] |= {compact(unaccented(word)) for word in words.split(",")}
    return {use: frozenset(words) for use, words in table.items()}


@remembered(2048)
def is_title(text: str) -> bool:
    """Whether `text` is no more than the title of a document or the mark of a copy, with its number at most."""
    plain = compact(unaccented(text))
    if plain.rstrip("0123456789") in _words()["whole"]:
        return True
    if is_cjk(text):
        ends = len(plain) <= _LONGEST_CJK and any(plain.endswith(word) for word in _words()["whole"])
        return (ends and not any(word in plain for word in _CJK_NAMES)) or any(
            plain.startswith(word) and not is_cjk(plain[len(word) :]) and len(plain) <= len(word) + 16
            for word in _words()["whole"]
        )
    worded = " ".join(part for part in text.split() if not any(char.isdigit() for char in part))  # without its number
    words = _WORD.findall(unaccented(worded).lower())
    if not words or len(words) > 7 or sum(char.isdigit() for char in text) > 16:
        return False
    titles = sum(_is_title_word(word) for word in words)
    return titles > 0 and all(_is_title_word(word) or word in _words()["with"] for word in words)


def _is_title_word(word: str) -> bool:
    return word in _words()["title"] or (
        len(word) > _ALPHABETIC_ENDING + 3 and any(word.endswith(ending) for ending in _words()["ending"])
    )
