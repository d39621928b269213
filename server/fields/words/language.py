"""The language of a page, found from its labels, its common words and its script."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from babel.dates import get_month_names

from server.fields.print.folding import compact, is_cjk
from server.fields.print.month_names import LANGUAGES as MONTH_LANGUAGES
from server.fields.words.label_table import LANGUAGES, language_words, meanings
from server.fields.words.letters import leaning, script_evidence, word_evidence

_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST: Final = 4  # words in a label that tells a language
_LEAST: Final = 1.0
_SHARE: Final = 0.35  # of the best language's evidence that makes another language of the page
_MOST_TEXTS: Final = 2000
_ENGLISH: Final = 0.7  # of the evidence: forms of any language are in English too
_OTHER: Final = 0.3  # of the evidence for the other language of Chinese characters
_SHORT: Final = 3


def page_language(texts: Iterable[str]) -> str | None:
    """The language of the most of `texts` as a code of `LANGUAGES`, or None where nothing tells it."""
    found = page_languages(texts)
    return found[0] if found else None


def page_languages(texts: Iterable[str]) -> tuple[str, ...]:
    """The languages of `texts`, the likeliest first: a bilingual form has two; empty where nothing tells."""
    evidence: defaultdict[str, float] = defaultdict(float)
    leans = 0
    for _, text in zip(range(_MOST_TEXTS), texts, strict=False):
        leans += leaning(text)
        for code, weight in _evidence(text[:400]):
            evidence[code] += weight
    if leans:
        evidence["zh" if leans > 0 else "ja"] *= _OTHER
    evidence["en"] *= _ENGLISH
    ranked = sorted(evidence.items(), key=lambda item: (-item[1], LANGUAGES.index(item[0])))
    if not ranked or ranked[0][1] < _LEAST:
        return ()
    return tuple(code for code, weight in ranked if weight >= _SHARE * ranked[0][1])


def _evidence(text: str) -> tuple[tuple[str, float], ...]:
    found: defaultdict[str, float] = defaultdict(float)
    if not text.isascii():
        for code, weight in script_evidence(text):
            found[code] += weight
    printed = _WORD.findall(text)
    for word in printed:
        for code, weight in word_evidence(word) if len(word) > _SHORT else ():
            found[code] += weight
    words = [compact(word) for word in printed]
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
    for code in MONTH_LANGUAGES:
        for name in map(compact, get_month_names("wide", "format", code).values()):
            table[name] = (*table.get(name, ()), code)
    return table
