"""What the words beside a printed sum mean: one concept, by the longest known label in them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from server.fields.print.folding import compact, fold, is_cjk
from server.fields.words.concepts import Concept
from server.fields.words.function_words import FUNCTION_WORDS
from server.fields.words.query import known_labels
from server.fields.words.slips import near_labels

_ASIDE = re.compile(r"[(（\[][^()（）\[\]]*(?:[)）\]]|$)")
_NUMBERS = re.compile(r"@?\s?\d[\d.,]*\s?%?|%")
_WORD = re.compile(r"[^\s:：;,()（）\[\]|/\-]+")
_LONGEST: Final = 7  # words of a label
_CJK_LONGEST: Final = 16
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


class Meanings:
    """The labels of a page in `language` (a code, or empty), of which `vocabulary` says which may stand there."""

    def __init__(self, language: str = "", vocabulary: Collection[str] | None = None) -> None:
        self._table = known_labels(language)
        self._vocabulary = self._table.keys() if vocabulary is None else vocabulary
        self._known: dict[str, Meaning | None] = {}

    def of(self, words: str) -> Meaning | None:
        """What `words` mean; None where no known label stands in them. Brackets and percentages are left out."""
        if words not in self._known:
            self._known[words] = self._search(words)
        return self._known[words]

    def _search(self, words: str) -> Meaning | None:
        if is_cjk(words):
            return self._in_characters(compact(_without_asides(words))[:64])
        parts = plain_words(words)
        return self._longest(parts) or self._misread(parts)

    def _concept(self, label: str) -> Concept | None:
        return self._table.get(label) if label in self._vocabulary else None

    def _longest(self, parts: tuple[str, ...]) -> Meaning | None:
        """The longest run of words that is a label; the last one where two are as long."""
        best: Meaning | None = None
        for start in range(len(parts)):
            for end in range(start + 1, min(len(parts), start + _LONGEST) + 1):
                label = compact(" ".join(parts[start:end]))
                concept = self._concept(label)
                if concept is not None and (best is None or len(label) >= len(best.label)):
                    best = Meaning(concept, label, parts[:start], parts[end:])
        return best

    def _misread(self, parts: tuple[str, ...]) -> Meaning | None:
        """The label that all the words are but for a slip: `Tota1`, `Subtotai`."""
        near = near_labels(compact(" ".join(parts))[:40])
        label, likeness = next(((one, like) for one, like in near if one in self._vocabulary), ("", 0.0))
        concept = self._concept(label)
        return Meaning(concept, label, exact=False) if concept is not None and likeness >= _SLIP else None

    def _in_characters(self, text: str) -> Meaning | None:
        """The longest run of characters that is a label, where no blanks part words."""
        best: Meaning | None = None
        for start in range(len(text)):
            for end in range(start + 2, min(len(text), start + _CJK_LONGEST) + 1):
                concept = self._concept(text[start:end])
                if concept is not None and (best is None or end - start > len(best.label)):
                    before, behind = ((part,) * bool(part) for part in (text[:start], text[end:]))
                    best = Meaning(concept, text[start:end], before, behind)
        return best


def plain_words(text: str) -> tuple[str, ...]:
    """The words of `text` without brackets, numbers and percentages."""
    return tuple(word for word in _WORD.findall(_without_asides(text)) if compact(word))[:24]


def _without_asides(text: str) -> str:
    return _NUMBERS.sub(" ", _ASIDE.sub(" ", fold(text)[:160]))
