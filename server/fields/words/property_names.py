"""Names of properties that mean other things than the same words in print: `net total`, or less than their concept."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import cast

from server.fields.print.folding import compact
from server.fields.words.concepts import Kind


@lru_cache(maxsize=1)
def _property_names() -> tuple[Mapping[str, str], Mapping[str, tuple[Kind, tuple[str, ...]]]]:
    """By compact name: the concept it asks for; and the kind of a thing that stands beside these labels alone."""
    means: dict[str, str] = {}
    alone: dict[str, tuple[Kind, tuple[str, ...]]] = {}
    for line in files(__package__).joinpath("property_names.txt").read_text("utf-8").splitlines():
        head, _, printed = line.partition(": ")
        words = [word.strip() for word in printed.split(",")]
        labels = tuple(map(compact, words))
        if head.startswith("means "):
            means |= dict.fromkeys(labels, head.split()[1])
        elif head.startswith("alone "):
            names = (compact(word) for word in words if word[:1] != "+")
            alone |= dict.fromkeys(names, (cast("Kind", head.split()[1]), labels))
    return means, alone


def asked_concept(label: str) -> str:
    """The key of the concept that a property of this compact name asks for against the words' meaning, or nothing."""
    return _property_names()[0].get(label, "")


def alone(label: str) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind and the labels of what a property of this compact name asks for, where no concept is as narrow."""
    return _property_names()[1].get(label)
