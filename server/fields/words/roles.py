"""What a property means within an object that is named for a person or an organisation: `patient: {name, phone}`.

The document is about the subject, whose members are printed at plain labels, and comes from the issuer, whose members
stand in its letterhead. Any other's stand at labels that name it, as `Doctor's phone`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from server.fields.words.all_languages import concept_labels
from server.fields.words.concepts import Concept, Party
from server.fields.words.query import Query, Role, make_query, words_of

_ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        **dict.fromkeys(("patient", "employee", "policyholder", "lessee", "name"), "subject"),
        **dict.fromkeys(("insurer", "laboratory", "employer", "airline", "school", "lessor"), "issuer"),
        **dict.fromkeys(("doctor", "supervisor", "guardian", "emergency_contact", "reviewer", "cashier"), "other"),
    }
)
_NAMES: Final = frozenset(("name", "company", "title_name"))
# What anybody may have, and is printed at labels that do not say whose it is.
_OF_ANYBODY: Final = frozenset(
    (
        *("address", "street", "postcode", "city", "state", "country", "phone", "mobile", "fax", "email", "website"),
        *("birth", "birth_place", "sex", "age", "nationality", "marital_status", "occupation", "surname", "given_name"),
        *("id_number", "personal_number", "social_security_number", "tax_id", "registration", "iban", "bic", "bank"),
    )
)


def role_of(parent: str) -> tuple[Role, Concept | None]:
    """The role of whom an object is named for, with its concept; no role where it is named for anything else."""
    query = make_query(parent)
    role = _ROLES.get(query.concept.key, "") if query.concept is not None and not query.party else ""
    return (role, query.concept) if role else ("", None)


def make_query_within(parent: str, query: Query, name: str) -> Query:
    """Extend `query` for `name` by the name of its parent object, if both form a known label: invoice number."""
    if not parent:
        return query
    role, concept = role_of(parent)
    together = make_query(f"{words_of(parent)} {words_of(name)}")
    if role:
        return _of_role(role, concept, together, query)
    if together.concept is None:
        return query
    return replace(
        together,
        own=tuple(dict.fromkeys((*together.own, *query.own))),
        party=together.party or query.party,
        given=query.given,
        units=query.units,
    )


def query_of(parent: str, name: str, title: str, description: str, party: Party | None) -> Query:
    """What the property `name` of an object `parent`, or of no object, asks for."""
    query = make_query(name, title, description, party)
    if not parent and (split := _member(words_of(name), query)):
        parent, name = split
        member = make_query(name, party=party)
        query = replace(query, own=(*query.own, *member.own), synonyms=member.synonyms, concept=member.concept)
    return make_query_within(parent, query, name)


def _member(words: str, query: Query) -> tuple[str, str] | None:
    """`patient address` as a person and what the person has; None where the whole has a meaning of its own."""
    parts = words.split()
    for size in range(1, len(parts)):
        whose, what = " ".join(parts[:size]), " ".join(parts[size:])
        member = make_query(what).concept
        own = query.concept is None or (member is not None and query.concept.key == member.key)
        if own and member is not None and member.key in _OF_ANYBODY and role_of(whose)[0]:
            return whose, what
    return None


def _of_role(role: Role, concept: Concept | None, together: Query, query: Query) -> Query:
    """The query for a member of somebody: by labels that say whose it is, or by those of anybody."""
    key = query.concept.key if query.concept else ""
    if key in _NAMES and concept is not None:
        return replace(make_query(concept.key), own=together.own)
    if together.concept is not None and (together.concept.key != key or key not in _OF_ANYBODY):
        return together
    if key not in _OF_ANYBODY or role == "other":
        return Query(own=together.own, concept=query.concept, role="other")
    party = "seller" if role == "issuer" else query.party
    whose = concept_labels(concept) if concept is not None else ()
    issuer = concept.key if concept is not None and role == "issuer" else ""
    return replace(query, own=(*together.own, *query.own), party=party, role=role, whose=whose, issuer=issuer)
