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
            labels[key] = tuple(dict.fromkeys(_labels(plain.split(","), numbers)))
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


def _labels(phrases: list[str], numbers: tuple[str, ...]) -> list[str]:
    """The phrases with and without what stands in brackets, and with each word for number."""
    made: list[str] = []
    for phrase in phrases:
        if "(" in phrase:
            before, _, rest = phrase.partition("(")
            inner, _, after = rest.partition(")")
            made += _labels([f"{before}{inner}{after}", f"{before}{after}"], numbers)
        elif "#" in phrase:
            made += [phrase.replace("#", number) for number in numbers]
        elif phrase:
            made.append(phrase)
    return made


@lru_cache(maxsize=1)
def meanings() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """For every label its meanings, as pairs of language and concept key, the likeliest first."""
    rank = {key: place for place, key in enumerate(concepts())}
    table: dict[str, tuple[tuple[str, str], ...]] = {}
    for code in LANGUAGES:
        own: dict[str, tuple[tuple[str, str], ...]] = {}
        second: dict[str, tuple[tuple[str, str], ...]] = {}
        entries = language_words(code).labels
        for name in sorted(entries, key=lambda name: rank[name.partition("/")[0]]):
            meaning = ((code, name.partition("/")[0]),)
            for label in entries[name]:
                if label[0] == "+":
                    second[label[1:]] = second.get(label[1:], ()) + meaning
                else:
                    own[label] = own[label] + meaning if label in own else meaning
        for label, found in (*own.items(), *second.items()):
            table[label] = table[label] + found if label in table else found
    return table


@lru_cache(maxsize=len(LANGUAGES) + 1)
def meanings_first(language: str = "") -> Mapping[str, Concept]:
    """Every label with its first meaning, in `language` if it has one there."""
    known = concepts()
    if language not in LANGUAGES[1:]:
        return {label: known[found[0][1]] for label, found in meanings().items()}
    own = {label.lstrip("+"): () for labels in language_words(language).labels.values() for label in labels}
    spoken = {label: next(key for code, key in meanings()[label] if code == language) for label in own}
    return {**meanings_first(), **{label: known[key] for label, key in spoken.items()}}
