"""What the words beside a box say of what is asked: `Smoker`, or its contrary, `Non-smoker`, or something else."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from server.fields.labels.index import Hit
from server.fields.print.folding import compact, fold
from server.fields.print.word_lists import DENYING_WORDS, FIRST_PERSONS, TRUE_WORDS

Says = Literal["it", "contrary", "open"]
"""`open` is a denial that may leave room for the thing itself: `No family history of allergies`."""

_CJK: Final = "\u3040-\u30ff\u3400-\u9fff"
_WHOLE: Final = "|".join(sorted(filter(re.compile(f"[{_CJK}]").match, DENYING_WORDS | FIRST_PERSONS), key=len)[::-1])
_WORD: Final = re.compile(rf"{_WHOLE}|[{_CJK}]|[^\W{_CJK}]+")
_SHORT_DENIAL: Final = 3  # words: `I do not agree`


def says(hit: Hit) -> Says | None:
    """What the words of a cell say of the label in it; None where they are about another thing."""
    before, after = _around(hit)
    denials = [word in DENYING_WORDS for word in (*before, *after)]
    opens = all(word in FIRST_PERSONS or word in TRUE_WORDS or _numbers(word) for word in before)
    if any(_doubt(word) for word in (*before, *after)) or _doubting_signs().search(hit.cell.text):
        return "open"
    if not any(denials):
        return "it" if opens else None
    if sum(denials) > 1:
        return "open"
    denied_before = bool(before) and before[-1] in DENYING_WORDS and not after and len(before) <= _SHORT_DENIAL
    denied_behind = opens and len(after) == 1 and after[0] in DENYING_WORDS
    return "contrary" if denied_before or denied_behind else "open"


def _doubt(word: str) -> bool:
    """Whether a word refuses, revokes or ends what it stands beside: `declined`, `cancelled`, `former`."""
    return word in _doubting_words()


@lru_cache(maxsize=1)
def _doubting_words() -> frozenset[str]:
    lines = files(__package__).joinpath("doubting_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def _doubting_signs() -> re.Pattern[str]:
    """Those of the words that are not parted from others by blanks."""
    return re.compile("|".join(filter(re.compile(f"[{_CJK}]").match, _doubting_words())))


def denies(hit: Hit) -> bool:
    """Whether a question denies the label in it: `Non-smoker`, `No allergies`."""
    before, after = _around(hit)
    return not DENYING_WORDS.isdisjoint((*before, *after))


def _around(hit: Hit) -> tuple[list[str], list[str]]:
    """The words before and behind a label. A denial that was taken for a slip of the label stands before it."""
    text = hit.cell.text
    taken = next(iter(_words(text[hit.start : hit.end])), "")
    denies_it = taken in DENYING_WORDS or _doubt(taken)
    slipped = denies_it and not hit.label.startswith(compact(taken))
    return [*_words(text[: hit.start]), *([taken] if slipped else [])], _words(text[hit.end :])


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).casefold().replace("n't", " not"))


def _numbers(word: str) -> bool:
    """Whether a word numbers what follows: `1.`, `a)`."""
    return word.isdigit() or (len(word) == 1 and word.isascii())
