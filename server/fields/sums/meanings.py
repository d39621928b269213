"""What the words beside a printed sum mean: one concept, by the longest known label in them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from server.fields.print.folding import compact, fold, is_cjk
from server.fields.sums.words import FUNCTION_WORDS
from server.fields.words.label_table import Concept
from server.fields.words.query import known_labels

_ASIDE = re.compile(r"[(（\[][^()（）\[\]]*(?:[)）\]]|$)")
_NUMBERS = re.compile(r"@?\s?\d[\d.,]*\s?%?|%")
_WORD = re.compile(r"[^\s:：;,()（）\[\]|/\-]+")
_LONGEST: Final = 7  # words of a label
_CJK_LONGEST: Final = 16
_MISREAD_FROM: Final = 5  # letters of a label that a recogniser's slip may hide
_SLIP: Final = 86.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """The concept that words name, by `label` (compact) in them; `before` and `behind` are the words around it.

    `label` is as long as a known one gets. `exact` is False where it was read with a slip.
    """

    concept: Concept
    label: str
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    exact: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether nothing but articles and the like stands around the label."""
        return all(compact(word) in FUNCTION_WORDS for word in (*self.before, *self.behind))


@lru_cache(maxsize=4096)
def meaning_of(words: str) -> Meaning | None:
    """What `words` mean; None where no known label stands in them. Brackets and percentages are left out."""
    if is_cjk(words):
        return _cjk_meaning(compact(_without_asides(words)))
    parts = plain_words(words)
    return _longest(parts) or _misread(parts)


def plain_words(text: str) -> tuple[str, ...]:
    """The words of `text` without brackets, numbers and percentages."""
    return tuple(word for word in _WORD.findall(_without_asides(text)) if compact(word))[:24]


def _without_asides(text: str) -> str:
    return _NUMBERS.sub(" ", _ASIDE.sub(" ", fold(text)[:160]))


def _longest(parts: tuple[str, ...]) -> Meaning | None:
    """The longest run of words that is a label; the last one where two are as long, since a name's head comes last."""
    table = known_labels()
    best: Meaning | None = None
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + _LONGEST) + 1):
            label = compact(" ".join(parts[start:end]))
            concept = table.get(label)
            if concept is not None and (best is None or len(label) >= len(best.label)):
                best = Meaning(concept, label, parts[:start], parts[end:])
    return best


def _misread(parts: tuple[str, ...]) -> Meaning | None:
    """The label that all the words are but for a slip: `Tota1`, `Subtotai`."""
    text = compact(" ".join(parts))
    if not _MISREAD_FROM <= len(text) <= 40:
        return None
    near = [label for label in _money_labels() if abs(len(label) - len(text)) <= 2]
    found = process.extractOne(text, near, scorer=fuzz.ratio, score_cutoff=_SLIP)
    return Meaning(known_labels()[found[0]], found[0], exact=False) if found else None


@lru_cache(maxsize=1)
def _money_labels() -> tuple[str, ...]:
    return tuple(
        label
        for label, concept in known_labels().items()
        if concept.kind == "amount" and len(label) >= _MISREAD_FROM and not is_cjk(label)
    )


def _cjk_meaning(text: str) -> Meaning | None:
    table = known_labels()
    best: Meaning | None = None
    text = text[:64]
    for start in range(len(text)):
        for end in range(start + 2, min(len(text), start + _CJK_LONGEST) + 1):
            concept = table.get(text[start:end])
            if concept is not None and (best is None or end - start > len(best.label)):
                best = Meaning(
                    concept, text[start:end], (text[:start],) * bool(start), (text[end:],) * (end < len(text))
                )
    return best
