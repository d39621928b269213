"""Whose signature a property asks for: `signed` for any, `signed_by_customer` for that in a field with such a label."""

from server.fields.print.folding import compact
from server.fields.words.query import party_of
from server.fields.words.signing import signing_words


def signer_of(name: str) -> str | None:
    """The words of a property's name beside those for a signature; None where it asks for none."""
    rest = f" {name} "
    for word in signing_words("signature"):
        printed = f" {word} " if word.isascii() else word
        if printed in rest:
            asides = signing_words("aside")
            return " ".join(part for part in rest.replace(printed, " ", 1).split() if part not in asides)
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
