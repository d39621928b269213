"""The labels of concepts in all languages together, and what documents call their parties and themselves."""

from collections.abc import Mapping
from functools import lru_cache

from server.fields.print.word_lists import NEUTRAL_WORDS
from server.fields.words.concepts import Concept, Party
from server.fields.words.label_table import LANGUAGES, language_words
from server.fields.words.party_words import party_names


@lru_cache(maxsize=1024)
def labels_of(key: str) -> tuple[str, ...]:
    """The compact labels of the concept `key`, or of `key/part`, in every language."""
    names = [key] if "/" in key else [key, *(name for name in _names() if name.startswith(f"{key}/"))]
    tables = [language_words(code).labels for code in LANGUAGES]
    found = (label.removeprefix("+") for table in tables for name in names for label in table.get(name, ()))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for code in LANGUAGES for name in language_words(code).labels))


def part_of(label: str, key: str) -> str:
    """The narrower name `key/part` that `label` belongs to, or nothing."""
    return next((name for name in _parts().get(label, ()) if name.startswith(f"{key}/")), "")


@lru_cache(maxsize=1)
def _parts() -> Mapping[str, tuple[str, ...]]:
    """The narrower names of every label that has some."""
    found: dict[str, tuple[str, ...]] = {}
    for name in _names():
        for label in labels_of(name) if "/" in name else ():
            found[label] = (*found.get(label, ()), name)
    return found


def concept_labels(concept: Concept) -> tuple[str, ...]:
    """The compact labels of `concept`, and of the narrower ones that it includes, in every language."""
    keys = (concept.key, *concept.includes)
    return tuple(dict.fromkeys(label for key in keys for label in labels_of(key)))


@lru_cache(maxsize=1024)
def wider_labels(concept: Concept) -> frozenset[str]:
    """The labels that a search for `concept` takes beside its own: narrower ones, and those to fall back on."""
    included = {label for key in concept.includes for label in labels_of(key)}
    wide = labels_of(concept.falls_back) if concept.falls_back else ()
    return frozenset({*included, *wide} - set(labels_of(concept.key)))


@lru_cache(maxsize=1)
def neutral_everywhere() -> frozenset[str]:
    """Names of documents in every language, which change nothing at the end of a name either."""
    return frozenset(word for code in LANGUAGES for word in language_words(code).words.get("neutral", ()))


@lru_cache(maxsize=1)
def neutral_words() -> frozenset[str]:
    """Words before a name that change nothing: grand, official, invoice."""
    return NEUTRAL_WORDS | neutral_everywhere()


@lru_cache(maxsize=2)
def party_words(party: Party) -> tuple[str, ...]:
    """What documents of any language call the buyer or the seller, the longest first."""
    return tuple(sorted(dict.fromkeys(party_names(party)), key=len, reverse=True))


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """English words that are labels of something else in another language: a tag is no date, as a German `Tag` is."""
    return frozenset(language_words("en").words["words"])
