"""Maps a schema property to labels, by its name, title and description, and by the synonyms of `labels`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from server.fields.print.folding import compact, is_cjk
from server.fields.print.units import units_named
from server.fields.print.word_lists import NEUTRAL_WORDS
from server.fields.words.all_languages import (
    concept_labels,
    english_words,
    labels_of,
    neutral_everywhere,
    neutral_words,
    part_of,
    party_words,
    wider_labels,
)
from server.fields.words.concepts import Concept, Kind, Party, concepts
from server.fields.words.label_table import meanings_first
from server.fields.words.language import page_language
from server.fields.words.phrasings import given_labels, is_of_somebody, variants
from server.fields.words.property_names import alone, asked_concept
from server.fields.words.quotations import CLAUSE_END, closes_label

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
_HEAD_KINDS: dict[str, Kind] = {
    **{word: kind for word, kind in _LEFT_OUT.items() if word != "name"},
    "phone": "phone",
    "telephone": "phone",
    "mobile": "phone",
    "email": "email",
}
_TOO_WIDE = frozenset({"card", "bank", "file", "user", "serial", "type"})
_ARTICLES = frozenset({"the", "a", "an", "this", "its"})
_JOINED = re.compile(r" (?:of|for|of the|de|du|des|del|della|der|von|do|da|van|od)$")  # `address of the buyer`
_LONGEST_RUN = 8  # words or characters
_FORM = frozenset({"print_date", "page_number"})  # what a description says of a value's form: as printed
Role = Literal["", "subject", "issuer", "other"]
_PARTIES: tuple[Party, ...] = ("buyer", "seller")
_TOO_WIDE_BEHIND = frozenset({"company", "business", "store", "shop", "from", "restaurant"})


# What the buyer's part of a document says of the buyer, as what it is of anybody.
_OF_BUYER = {"buyer_tax_id": "tax_id", "buyer_address": "address"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The labels of one property. `own` and `synonyms` are compact labels, `own` from the property itself.

    Of the synonyms, `preferred` name just this: an invoice's date, of the synonyms of date. `wider` are labels to fall
    back on. `short` is a label for values of `short_kind` only: a page prints `Arrival: 11 Jun` for arrival_date.
    `given` are labels that the title or the description says in so many words: where they are printed, nothing else
    is meant. `units` are those that a number must be printed in, if in any. `kind` is what the last word of a name
    without a concept promises: the phone of an applicant is a telephone number.
    `role` is that of the person or organisation whose member the property is, and `whose` its labels (`roles`);
    `issuer` is the concept of an issuer.
    """

    own: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    concept: Concept | None = None
    party: Party | None = None
    short: tuple[str, ...] = ()
    short_kind: Kind = "text"
    preferred: frozenset[str] = frozenset()
    wider: frozenset[str] = frozenset()
    given: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    kind: Kind | None = None
    role: Role = ""
    whose: tuple[str, ...] = ()
    issuer: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label to search for, longest first."""
        return tuple(sorted({*self.own, *self.synonyms, *self.wider}, key=lambda label: (-len(label), label)))

    def nearness(self, label: str) -> float:
        """How near `label` comes to what is asked for: above 0 for the property's own words, below for wider ones."""
        if label in self.own:
            return 0.2
        if label in self.preferred:
            return 0.1
        return -0.2 if label in self.wider else 0.0


def words_of(name: str) -> str:
    """Split a property name: invoiceDate, invoice_date and Invoice-Date are all `invoice date`."""
    return _SIGNS.sub(" ", _CAMEL.sub(" ", name[:200])).strip().lower()


def known_labels(language: str = "") -> Mapping[str, Concept]:
    """Every compact label with its concept, in `language` first. A constant table, built on first use."""
    return meanings_first(language)


def _about(concept: Concept, own: tuple[str, ...], party: Party | None, named: str = "") -> Query:
    """The query for `concept`, which the property calls by the label `named`."""
    preferred = set(labels_of(part_of(named, concept.key))) if part_of(named, concept.key) else set()
    if party == "buyer":
        preferred |= {label for key, plain in _OF_BUYER.items() if plain == concept.key for label in labels_of(key)}
    return Query(
        own=own,
        synonyms=concept_labels(concept),
        concept=concept,
        party=party,
        preferred=frozenset(preferred),
        wider=wider_labels(concept),
    )


def make_query(name: str, title: str = "", description: str = "", party: Party | None = None) -> Query:
    """Determine the meaning of a property from its name, then its title, then its description."""
    query = _meaning(name, title, description, party)
    head, _, last = words_of(name).rpartition(" ")
    label = compact(head)
    known = known_labels().get(label)
    money = known is not None and known.kind in ("amount", "number")
    wide = money or len(label) < 4 or head in NEUTRAL_WORDS or head in _TOO_WIDE
    kind = _HEAD_KINDS.get(last) if query.concept is None and head else None
    units = units_named(words_of(name))[1]
    if units and query.concept is not None and query.concept.kind not in ("number", "amount", "text"):
        query = Query(own=query.own, party=party)  # a term in years is no till's number
    given = given_labels(title, description)
    whose = query.party or (party_of(words_of(name))[0] if given else None)
    query = replace(query, given=given, units=units, kind=query.kind or kind, party=whose)
    return query if wide or last not in _LEFT_OUT else replace(query, short=(label,), short_kind=_LEFT_OUT[last])


def _meaning(name: str, title: str, description: str, party: Party | None) -> Query:
    texts = [words_of(name)]
    if title:
        texts.append(words_of(title))
    if description and len(description) <= 60:
        texts.append(words_of(description))
    own = tuple(dict.fromkeys(label for text in texts for label in variants(text) if label))
    texts += [plain for text in texts if (plain := units_named(text)[0]) != text]
    if is_of_somebody(texts[0]):
        return Query(own=own, party=party)
    narrow = alone(compact(texts[0])) or next(filter(None, (alone(compact(text)) for text in texts[1:])), None)
    if narrow is not None and (alone(compact(texts[0])) or _concept_of(texts[0], party) is None):
        return Query(own=own, synonyms=narrow[1], kind=narrow[0], party=party)
    for text in texts:
        found = _concept_of(text, party)
        if found is not None:
            return _about(found[0], own, found[1], compact(text))
    described = _concept_described(description[:300], party)
    if described is not None and compact(words_of(description)) not in own[:1]:
        concept, whose, label = described
        return Query(own=(*own, label), synonyms=labels_of(concept.key), concept=concept, party=whose)
    return Query(own=own, party=party)


def _concept_of(words: str, party: Party | None) -> tuple[Concept, Party | None] | None:
    """The concept that `words` name outright, behind a party's name, or behind words that change nothing."""
    concept = _named(words)
    if concept is not None and concept.key in _OF_BUYER:
        return concepts()[_OF_BUYER[concept.key]], "buyer"
    if party is None and concept is not None:
        of_seller = concept.key == "tax_id" and party_of(words)[0] == "seller"
        return concept, "buyer" if concept.key == "buyer" else "seller" if of_seller else None
    named, rest = party_of(words)
    party = named or party
    if party is not None and rest:
        key = _key(rest)
        known = concepts().get({"name": "company", "title_name": "company"}.get(key, key))
        if known is not None:
            return known, party
    plain = _without_neutral(words.split())
    return (plain, party) if plain is not None else None


def _without_neutral(parts: list[str]) -> Concept | None:
    """The concept of a name without the words before or behind it that change nothing: invoice_total, fecha_factura."""
    neutral = neutral_words()
    for start in range(len(parts)):
        if start and parts[start - 1] not in neutral:
            break
        for end in range(len(parts), start, -1):
            if end < len(parts) and parts[end] not in neutral_everywhere():
                break
            found = _named(" ".join(parts[start:end]))
            if found is not None:
                return found
    return None


def _named(words: str) -> Concept | None:
    """The concept that a property's words name in some language; English words keep their English meaning."""
    label = compact(words)
    if asked := asked_concept(label):
        return concepts()[asked]
    return None if label in english_words() else known_labels().get(label)


def _key(words: str) -> str:
    concept = _named(words)
    return concept.key if concept else ""


def party_of(words: str) -> tuple[Party | None, str]:
    """Split `buyer address`, `adresse client` or `购买方地址` into the party and its property."""
    for party in _PARTIES:
        for name in party_words(party):
            if words.startswith(name) and (is_cjk(name) or words[len(name) :][:1] in ("", " ")):
                return party, words[len(name) :].strip()
    for party in _PARTIES:
        behind = (name for name in party_words(party) if name not in _TOO_WIDE_BEHIND and words.endswith(f" {name}"))
        name = next(behind, "")
        if name:
            return party, _JOINED.sub("", words[: -len(name)].strip())
    return None, words


def _concept_described(text: str, party: Party | None) -> tuple[Concept, Party | None, str] | None:
    """The concept of the known label that a description begins with, and that label; nothing behind it may say more.

    `Date of the accident` is no date of the document, `Date, as printed on top` is.
    """
    head = CLAUSE_END.split(text, maxsplit=1)[0]
    parts = [part for part in words_of(head).split() if part not in _ARTICLES]
    if is_cjk(head):
        parts = list(compact(head.replace("的", "").replace("の", "")))
    joint = "" if is_cjk(head) else " "
    table = known_labels(page_language([text]) or "")
    for end in range(min(len(parts), _LONGEST_RUN), 0, -1):
        words, rest = joint.join(parts[:end]), joint.join(parts[end:])
        if not closes_label(rest):
            continue
        if alone(compact(words)):
            return None
        found = _concept_of(words, party)
        concept = found[0] if found else table.get(compact(words))
        if concept is not None and concept.key not in _FORM and len(compact(words)) > 1:
            return concept, found[1] if found else party, compact(words)
    return None
