"""Language-model correction of uncertain words: combines recognition probabilities with word frequencies.

The recogniser reads characters one by one, so of blurred print it may make a word that there is not, with the right one
close behind. A reading is changed only to a word of the lexicon that its own probabilities allow, never to one that it
did not see: how much likelier the word is in the language has to outweigh how much less likely it is in print.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, groupby, pairwise
from math import log10
from typing import Final

import wordfreq

from server.engines.ppocr.ctc_line import Glyph

_LANGUAGE_WEIGHT: Final = 0.75  # of a power of ten in frequency, over one in the probability of the print
_UNKNOWN: Final = 1.0  # Zipf frequency of what no list has; the rarest word of the lists has 3
_SHORTEST: Final = 4  # characters; shorter words are too near to each other, and too often codes
_MOST_EDITS: Final = 2
_MOST_DOUBTS: Final = 8
_OTHER_SCRIPTS: Final = frozenset(
    ("ar", "bg", "bn", "el", "fa", "he", "hi", "ja", "ko", "mk", "ru", "ta", "uk", "ur", "zh")
)
_WORD: Final = re.compile(r"[A-Za-z]+")
_PIECE: Final = re.compile(r"[A-Za-z0-9 ]+")

Lexicon = Mapping[str, float]
"""Zipf frequencies (the power of ten of occurrences in a billion words) of lower-case words."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Glyph `at` made `text`, or `text` put before it where `insert`; `weight` is the power of ten it costs."""

    at: int
    text: str
    insert: bool
    weight: float


@cache
def load_lexicon(languages: tuple[str, ...]) -> Lexicon:
    """Read the commonest words of `languages` (codes as `en`), each with its highest frequency in any of them.

    Raises:
        LookupError: there is no list for a language, which is its argument.
    """
    lexicon: dict[str, float] = {}
    for language in languages:
        if language not in known_languages():
            raise LookupError(language)
        for rank, words in enumerate(wordfreq.get_frequency_list(language, wordlist="small")):
            zipf = 9 - rank / 100
            for word in words:
                lexicon[word] = max(zipf, lexicon.get(word, 0.0))
    return lexicon


def known_languages() -> tuple[str, ...]:
    """The languages that there are lists for and that are written in Latin letters."""
    return tuple(sorted(set(wordfreq.available_languages("small")) - _OTHER_SCRIPTS))


def choose_words(glyphs: Sequence[Glyph], lexicon: Lexicon) -> str:
    """Return the text of a line, its doubtful words read as words of the lexicon where that is likelier."""
    texts = [glyph.char for glyph in glyphs]
    line = "".join(char if len(char) == 1 else "\x00" for char in texts)  # one place a glyph
    for piece in _PIECE.finditer(line):
        _choose_in(glyphs, texts, piece.span(), lexicon)
    return "".join(texts)


def _choose_in(glyphs: Sequence[Glyph], texts: list[str], span: tuple[int, int], lexicon: Lexicon) -> None:
    """Choose between the readings of the words in one piece of a line, from left to right."""
    done = span[0]
    words = _words(texts, span)
    for (start, end), following in pairwise([*words, (-1, -1)]):
        if start < done:
            continue
        if following[0] == end + 1 and _joins(glyphs, texts, (start, end, following[1]), lexicon):
            texts[end], done = "", following[1]
            continue
        word = "".join(texts[start:end])
        if word.lower() in lexicon or len(word) < _SHORTEST or 2 * sum(char.isalpha() for char in word) < len(word):
            continue
        best = max(_readings(glyphs, texts, (start, end), lexicon), default=None, key=lambda reading: reading[0])
        if best and best[0] > 0:
            for edit in best[1]:
                texts[edit.at] = edit.text + texts[edit.at] if edit.insert else edit.text


def _words(texts: Sequence[str], span: tuple[int, int]) -> list[tuple[int, int]]:
    runs = [list(run) for inside, run in groupby(range(*span), key=lambda place: texts[place] != " ") if inside]
    return [(run[0], run[-1] + 1) for run in runs]


def _joins(glyphs: Sequence[Glyph], texts: Sequence[str], at: tuple[int, int, int], lexicon: Lexicon) -> bool:
    """Whether the space between two runs of letters is likelier none."""
    start, space, end = at
    weight = dict(glyphs[space].rivals).get("")
    parts = "".join(texts[start:space]), "".join(texts[space + 1 : end])
    whole = "".join(parts)
    if weight is None or not _WORD.fullmatch(whole) or not _is_cased(whole):
        return False
    return log10(weight) + _gain([whole], parts, lexicon) > 0


def _readings(
    glyphs: Sequence[Glyph], texts: Sequence[str], at: tuple[int, int], lexicon: Lexicon
) -> Iterator[tuple[float, tuple[_Edit, ...]]]:
    """Every reading of a word in the lexicon, with how much likelier it is than the one at hand, in powers of ten."""
    start, end = at
    word = "".join(texts[start:end])
    edits = sorted(_edits(glyphs, at), key=lambda edit: edit.weight, reverse=True)[:_MOST_DOUBTS]
    for count in range(1, _MOST_EDITS + 1):
        for chosen in combinations(edits, count):
            pieces = list(texts[start:end])
            for edit in chosen:
                place = edit.at - start
                pieces[place] = edit.text + pieces[place] if edit.insert else edit.text
            parts = "".join(pieces).split(" ")
            if all(_WORD.fullmatch(part) for part in parts) and _is_cased("".join(parts)):
                yield sum(edit.weight for edit in chosen) + _gain(parts, [word], lexicon), chosen


def _edits(glyphs: Sequence[Glyph], at: tuple[int, int]) -> Iterator[_Edit]:
    start, end = at
    for place in range(start, end):
        glyph = glyphs[place]
        for text, ratio in glyph.rivals:
            if not text or (text.isascii() and text.isalpha()):
                yield _Edit(place, text, False, log10(ratio))
        if place > start:
            for text, ratio in glyph.before:
                if text == " " or (text.isascii() and text.isalpha()):
                    yield _Edit(place, text, True, log10(ratio))


def _gain(new: Sequence[str], old: Sequence[str], lexicon: Lexicon) -> float:
    """How much the language speaks for `new` words in place of `old` ones, in powers of ten; none is a word: -inf."""
    if any(len(word) < _SHORTEST or word.lower() not in lexicon for word in new):
        return float("-inf")
    before = min(lexicon.get(word.lower(), _UNKNOWN) for word in old)
    return _LANGUAGE_WEIGHT * (min(lexicon[word.lower()] for word in new) - before)


def _is_cased(word: str) -> bool:
    return word.isupper() or word.islower() or word.istitle()
