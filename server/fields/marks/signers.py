"""Whose signature a property asks for: `signed` for any, `signed_by_customer` for that in a field with such a label."""

from server.fields.print.folding import compact
from server.fields.words.query import party_of
from server.fields.words.signing import ASIDE_WORDS, SIGNATURE_WORDS


def signer_of(name: str) -> str | None:
    """The words of a property's name beside those for a signature; None where it asks for none."""
    rest = f" {name} "
    for word in sorted(SIGNATURE_WORDS, key=len)[::-1]:
        if f" {word} " in rest or (not word.isascii() and word in rest):
            rest = rest.replace(word, " ", 1)
            return " ".join(part for part in rest.split() if part not in ASIDE_WORDS)
    return None


def is_signed_by(label: str, whose: str) -> bool:
    """Whether the field with a `label` is for the signature of `whose`; any is where that is empty."""
    if not whose:
        return True
    plain = compact(label)
    if all(compact(word) in plain for word in whose.split()):
        return True
    party = party_of(whose)[0]
    words = (word.strip(".,:;()").casefold() for word in label.split())
    return party is not None and any(party_of(word)[0] == party for word in words if word)
