"""Labels by language: the words that documents print for the concepts, read from `languages/`, one file a language.

A file has `concept_key: phrase, phrase, …`, continued by indented lines. In a phrase `#` stands for each of the
language's words for number (`@numbers`), words in round brackets may be left out, and `+` before it says that another
concept has the phrase too and comes first. `key/part` is a narrower name of a concept: `date/issue`. `@` lines list
other words. Everything is kept compact, as `folding.compact` makes it, because that is how a page is compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from server.fields.print.folding import compact, compact_char
from server.fields.words.concepts import Concept, Kind, Party, concepts

__all__ = ["LANGUAGES", "Concept", "Kind", "LanguageWords", "Party", "language_words", "meanings", "meanings_first"]

# In the order in which a label that means different things goes to one of them, where the page's language is unknown.
LANGUAGES: Final = ("en", "zh", "ms", "de", "fr", "es", "it", "pt", "nl", "pl", "id", "ja")
_KEPT: Final = "\n,#()+"
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageWords:
    """The words of one language. `labels` are the compact phrases of a concept's key, or of `key/part`."""

    code: str
    labels: Mapping[str, tuple[str, ...]] = field(repr=False)
    words: Mapping[str, tuple[str, ...]] = field(repr=False)


@lru_cache(maxsize=len(LANGUAGES))
def language_words(code: str) -> LanguageWords:
    """The words of the language `code`; a constant table, read on first use."""
    text = files(__package__).joinpath("languages", f"{code}.txt").read_text("utf-8").lower()
    entries = list(_entries(text))
    words = {key[1:]: tuple(map(str.strip, printed.split(","))) for key, printed in entries if key.startswith("@")}
    lists = [printed for _, printed in entries]
    if code == "de":  # printed without umlauts where a machine has none
        lists = [f"{printed},{printed.translate(_UMLAUTS)}" for printed in lists]
    numbers = tuple(map(compact, words.get("numbers", ())))
    labels: dict[str, tuple[str, ...]] = {}
    for (key, _), plain in zip(entries, _compacted("\n".join(lists)).split("\n"), strict=True):
        if not key.startswith("@"):
            made = (label for phrase in plain.split(",") for label in _printed_ways(phrase, numbers))
            labels[key] = tuple(dict.fromkeys(made))
    return LanguageWords(code=code, labels=MappingProxyType(labels), words=MappingProxyType(words))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    for entry in "\n".join(lines).replace("\n ", " ").split("\n"):
        key, _, printed = entry.partition(":")
        yield key, printed


def _compacted(text: str) -> str:
    """Lower-case `text` as `folding.compact` makes it, but for the signs of this format: all of it in one step."""
    plain = text.replace("n°", "no")
    return plain.translate({ord(char): compact_char(char) for char in set(plain) if char not in _KEPT})


def _printed_ways(phrase: str, numbers: tuple[str, ...]) -> Iterator[str]:
    """A phrase with and without what stands in brackets, and with each word for number."""
    if "(" in phrase:
        before, _, rest = phrase.partition("(")
        inner, _, after = rest.partition(")")
        yield from _printed_ways(f"{before}{inner}{after}", numbers)
        yield from _printed_ways(f"{before}{after}", numbers)
    elif "#" in phrase:
        for number in numbers:
            yield phrase.replace("#", number)
    elif phrase:
        yield phrase


@lru_cache(maxsize=1)
def meanings() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """For every label its meanings, as pairs of language and concept key, the likeliest first."""
    rank = {key: place for place, key in enumerate(concepts())}
    table: dict[str, list[tuple[int, int, str, str]]] = {}
    for place, code in enumerate(LANGUAGES):
        for key, labels in language_words(code).labels.items():
            concept = key.partition("/")[0]
            for label in labels:
                second = label.startswith("+")
                table.setdefault(label[second:], []).append((place, rank[concept] + 1000 * second, code, concept))
    return {label: tuple((code, key) for *_, code, key in sorted(found)) for label, found in table.items()}


@lru_cache(maxsize=len(LANGUAGES) + 1)
def meanings_first(language: str = "") -> Mapping[str, Concept]:
    """Every label with its first meaning, in `language` if it has one there."""
    known = concepts()
    table = {label: known[found[0][1]] for label, found in meanings().items()}
    if language in LANGUAGES[1:]:
        for label, found in meanings().items():
            own = next((key for code, key in found if code == language), None)
            if own is not None:
                table[label] = known[own]
    return table
