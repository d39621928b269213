"""Maps a schema property to labels, by its name, title and description, and by the synonyms of `labels`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from server.fields.print.folding import compact, is_cjk
from server.fields.print.word_lists import BUYER_WORDS, NEUTRAL_WORDS, SELLER_WORDS
from server.fields.words.label_table import CONCEPTS, Concept, Kind, Party

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS = re.compile(r"[\W_]+")
# Last words of a name that a page omits if the value makes them obvious; and words that are too broad alone.
_LEFT_OUT: dict[str, Kind] = {
    "number": "code",
    "no": "code",
    "num": "code",
    "id": "code",
    "code": "code",
    "date": "date",
    "time": "time",
    "name": "name",
}
_TOO_WIDE = frozenset({"card", "bank", "file", "user", "serial", "type"})
_NUMBER_WORDS = ("number", "no", "num", "nr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The labels of one property. `own` and `synonyms` are compact labels, `own` from the property itself.

    `short` is a label for values of `short_kind` only: a page prints `Arrival: 11 Jun` for arrival_date.
    """

    own: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    concept: Concept | None = None
    party: Party | None = None
    short: tuple[str, ...] = ()
    short_kind: Kind = "text"

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label to search for, longest first."""
        return tuple(sorted(dict.fromkeys((*self.own, *self.synonyms)), key=len, reverse=True))


def words_of(name: str) -> str:
    """Split a property name: invoiceDate, invoice_date and Invoice-Date are all `invoice date`."""
    return _SIGNS.sub(" ", _CAMEL.sub(" ", name[:200])).strip().lower()


def variants(words: str) -> tuple[str, ...]:
    """The compact ways to print `words`: number, no and num stand for each other."""
    parts = words.split()
    made = [compact(words)]
    for index, part in enumerate(parts):
        if part in _NUMBER_WORDS and len(parts) > 1:
            made += [compact(" ".join([*parts[:index], other, *parts[index + 1 :]])) for other in _NUMBER_WORDS]
    return tuple(dict.fromkeys(made))


@lru_cache(maxsize=1)
def known_labels() -> dict[str, Concept]:
    """Every compact label of `labels`, with the first concept that has it. A constant table, built on first use."""
    table: dict[str, Concept] = {}
    for concept in CONCEPTS:
        for words in concept.words:
            for label in variants(words):
                table.setdefault(label, concept)
    return table


def concept_labels(concept: Concept) -> tuple[str, ...]:
    """The compact labels of `concept`."""
    return tuple(dict.fromkeys(label for words in concept.words for label in variants(words)))


def make_query(name: str, title: str = "", description: str = "", party: Party | None = None) -> Query:
    """Determine the meaning of a property from its name, then its title, then its description."""
    query = _meaning(name, title, description, party)
    head, _, last = words_of(name).rpartition(" ")
    label = compact(head)
    known = known_labels().get(label)
    money = known is not None and known.kind in ("amount", "number")
    wide = money or len(label) < 4 or head in NEUTRAL_WORDS or head in _TOO_WIDE
    return query if wide or last not in _LEFT_OUT else replace(query, short=(label,), short_kind=_LEFT_OUT[last])


def _meaning(name: str, title: str, description: str, party: Party | None) -> Query:
    texts = [words_of(name)]
    if title:
        texts.append(words_of(title))
    if description and len(description) <= 60:
        texts.append(words_of(description))
    own = tuple(dict.fromkeys(label for text in texts for label in variants(text) if label))
    for text in texts:
        found = _concept_of(text, party)
        if found is not None:
            return Query(own=own, synonyms=concept_labels(found[0]), concept=found[0], party=found[1])
    described = _concept_within(words_of(description[:300]))
    if described is not None:
        return Query(own=own, synonyms=concept_labels(described), concept=described, party=party)
    return Query(own=own, party=party)


def make_query_within(parent: str, query: Query, name: str) -> Query:
    """Extend `query` for `name` by the name of its parent object, if both form a known label: invoice number."""
    together = make_query(f"{words_of(parent)} {words_of(name)}") if parent else None
    if together is None or together.concept is None:
        return query
    return replace(together, own=tuple(dict.fromkeys((*together.own, *query.own))), party=together.party or query.party)


def _concept_of(words: str, party: Party | None) -> tuple[Concept, Party | None] | None:
    """The concept that `words` name outright, behind a party's name, or behind words that change nothing."""
    table = known_labels()
    if party is None and compact(words) in table:
        concept = table[compact(words)]
        return concept, "buyer" if concept.key == "buyer" else None
    named, rest = party_of(words)
    party = named or party
    if party is not None and rest:
        attribute = {"name": "company", "title_name": "company"}.get(_key(rest), _key(rest))
        known = next((concept for concept in CONCEPTS if concept.key == attribute), None)
        if known is not None:
            return known, party
    parts = words.split()
    for start in range(1, len(parts)):
        if all(part in NEUTRAL_WORDS for part in parts[:start]) and compact(" ".join(parts[start:])) in table:
            return table[compact(" ".join(parts[start:]))], party
    return None


def _key(words: str) -> str:
    concept = known_labels().get(compact(words))
    return concept.key if concept else ""


def party_of(words: str) -> tuple[Party | None, str]:
    """Split `buyer address` into the party and its property."""
    groups: tuple[tuple[Party, Iterable[str]], ...] = (("buyer", BUYER_WORDS), ("seller", SELLER_WORDS))
    for party, starts in groups:
        for start in sorted(starts, key=len, reverse=True):
            if words.startswith(start) and (is_cjk(start) or words[len(start) : len(start) + 1] in ("", " ")):
                return party, words[len(start) :].strip()
    return None, words


def _concept_within(words: str) -> Concept | None:
    """The longest known label that occurs as whole words in a description."""
    table = known_labels()
    best: tuple[int, Concept] | None = None
    if is_cjk(words):
        for label, concept in table.items():
            if len(label) >= 2 and is_cjk(label) and label in words and (best is None or len(label) > best[0]):
                best = (len(label), concept)
        return best[1] if best else None
    parts = words.split()
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + 5) + 1):
            label = compact(" ".join(parts[start:end]))
            if len(label) >= 3 and label in table and (best is None or len(label) > best[0]):
                best = (len(label), table[label])
    return best[1] if best else None
