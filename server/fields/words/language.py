"""The language of a page, found from its labels, its common words and its script."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from server.fields.print.folding import compact, is_cjk
from server.fields.words.label_table import LANGUAGES, language_words, meanings

_WORD: Final = re.compile(r"[^\W\d_]+")
_KANA: Final = re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_LONGEST: Final = 4  # words in a label that tells a language
_LEAST: Final = 1.0
_SHARE: Final = 0.35  # of the best language's evidence that makes another language of the page
_MOST_TEXTS: Final = 2000


def page_language(texts: Iterable[str]) -> str | None:
    """The language of the most of `texts` as a code of `LANGUAGES`, or None where nothing tells it."""
    found = page_languages(texts)
    return found[0] if found else None


def page_languages(texts: Iterable[str]) -> tuple[str, ...]:
    """The languages of `texts`, the likeliest first: a bilingual form has two; empty where nothing tells."""
    evidence: defaultdict[str, float] = defaultdict(float)
    for _, text in zip(range(_MOST_TEXTS), texts, strict=False):
        for code, weight in _evidence(text[:400]):
            evidence[code] += weight
    ranked = sorted(evidence.items(), key=lambda item: (-item[1], LANGUAGES.index(item[0])))
    if not ranked or ranked[0][1] < _LEAST:
        return ()
    return tuple(code for code, weight in ranked if weight >= _SHARE * ranked[0][1])


def _evidence(text: str) -> tuple[tuple[str, float], ...]:
    found: defaultdict[str, float] = defaultdict(float)
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana:
        found["ja"] += kana + han / 2
    elif han:  # the characters themselves tell little: labels do
        found["zh"] += han / 4
        found["ja"] += han / 5
    words = [compact(word) for word in _WORD.findall(text)]
    for word in words:
        speakers = _speakers().get(word, ())
        for code in speakers:
            found[code] += 1.0 / len(speakers)
    for label in _labels(words):
        codes = {code for code, _ in meanings()[label]}
        for code in codes:
            found[code] += min(len(label), 16) / (2 if is_cjk(label) else 4) / len(codes)
    return tuple(found.items())


def _labels(words: list[str]) -> Iterator[str]:
    """The longest labels among `words`, from left to right."""
    start = 0
    while start < len(words):
        sizes = range(min(_LONGEST, len(words) - start), 0, -1)
        size = next((size for size in sizes if "".join(words[start : start + size]) in meanings()), 0)
        if size:
            yield "".join(words[start : start + size])
        start += size or 1


@lru_cache(maxsize=1)
def _speakers() -> dict[str, tuple[str, ...]]:
    """The languages of every common word."""
    table: dict[str, tuple[str, ...]] = {}
    for code in LANGUAGES:
        for word in language_words(code).words.get("common", ()):
            table[compact(word)] = (*table.get(compact(word), ()), code)
    return table
