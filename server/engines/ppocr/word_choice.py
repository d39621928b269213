"""Language-model correction of uncertain words: combines recognition probabilities with word frequencies.

The recogniser reads characters one by one, so of blurred print it may make a word that there is not, with the right one
close behind. A reading is changed only to a word of the lexicon that its own probabilities allow, never to one that it
did not see: how much likelier the word is in the language has to outweigh how much less likely it is in print.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations, groupby, pairwise
from math import log10
from typing import Final

import wordfreq

from server.engines.ppocr.ctc_line import Glyph
from server.engines.ppocr.sign_choice import choose_signs

_UNKNOWN: Final = 2.0  # Zipf frequency of what no list has; the rarest word of the lists has 3
_UNKNOWN_SHORT: Final = 3.0  # of short words, most of which are codes
_ABBREVIATION: Final = 5.5  # of what documents print often and lists of words have seldom
_SHORTEST: Final = 4  # characters; of shorter words only abbreviations are made
_CLEARLY: Final = 0.7  # powers of ten by which another word has to be likelier than one that there is
_NAME_DOUBT: Final = -1.7  # power of ten: a word with a capital may be a name, and print has to speak for another
_MOST_EDITS: Final = 2
_MOST_DOUBTS: Final = 24
_OTHER_SCRIPTS: Final = frozenset(
    ("ar", "bg", "bn", "el", "fa", "he", "hi", "ja", "ko", "mk", "ru", "ta", "uk", "ur", "zh")
)
_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_WORD: Final = re.compile(f"[{_LATIN}]+")
_PIECE: Final = re.compile(f"[{_LATIN}0-9 ]+")
_WIDE: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # Unicode, Halfwidth and Fullwidth Forms
_JOINED_BEFORE: Final = re.compile(r"\w[-/]$")
_JOINED_BEHIND: Final = re.compile(r"[-/]\w")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words in lower case, each with its Zipf frequency: the power of ten of its occurrences in a billion words."""

    words: Mapping[str, float]

    def of_print(self, word: str) -> float:
        """The frequency of a word as it was read, known or not."""
        return self.words.get(word.lower(), _UNKNOWN if len(word) >= _SHORTEST else _UNKNOWN_SHORT)

    def of_guess(self, word: str) -> float | None:
        """The frequency of a word that print may be read as; None if it is none."""
        known = len(word) >= _SHORTEST or word.lower() in abbreviations()
        return self.words.get(word.lower()) if known else None

    def __contains__(self, word: str) -> bool:
        return word.lower() in self.words


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
    lexicon = dict.fromkeys(abbreviations(), _ABBREVIATION)
    for language in languages:
        if language not in known_languages():
            raise LookupError(language)
        for rank, words in enumerate(wordfreq.get_frequency_list(language, wordlist="small")):
            zipf = 9 - rank / 100
            for word in words:
                lexicon[word] = max(zipf, lexicon.get(word, 0.0))
    return Lexicon(lexicon)


@cache
def abbreviations() -> frozenset[str]:
    """Return the short words that documents print, in lower case."""
    lines = files(__package__).joinpath("abbreviations.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def known_languages() -> tuple[str, ...]:
    """The languages that there are lists for and that are written in Latin letters."""
    return tuple(sorted(set(wordfreq.available_languages("small")) - _OTHER_SCRIPTS))


def half_width(text: str) -> str:
    """Return a line with half-width punctuation if it has Latin letters and none of Chinese, Japanese or Korean."""
    return text if _WIDE.search(text) or not _WORD.search(text) else text.translate(_HALF_WIDTH)


def choose_words(glyphs: Sequence[Glyph], lexicon: Lexicon) -> str:
    """Return the text of a line, its doubtful words read as words of the lexicon where that is likelier."""
    texts = [glyph.char for glyph in glyphs]
    line = "".join(char if len(char) == 1 else "\x00" for char in texts)  # one place a glyph
    for piece in _PIECE.finditer(line):
        _choose_in(glyphs, texts, piece.span(), lexicon)
    choose_signs(glyphs, texts)
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
        letters = sum(map(str.isalpha, word))
        is_mixed = letters < len(word)
        if not letters or len(word) < 2 or 2 * letters < len(word) or (is_mixed and _goes_on(texts, start, end)):
            continue
        best = max(_readings(glyphs, texts, (start, end), lexicon), default=None, key=lambda reading: reading[0])
        if best and best[0] > (_CLEARLY if word in lexicon else 0):
            for edit in best[1]:
                texts[edit.at] = edit.text + texts[edit.at] if edit.insert else edit.text


def _goes_on(texts: Sequence[str], start: int, end: int) -> bool:
    """Whether a hyphen or slash joins characters to a word: then it is part of a code."""
    line = "".join(char if len(char) == 1 else "\x00" for char in texts)
    return bool(_JOINED_BEFORE.search(line[:start]) or _JOINED_BEHIND.match(line, end))


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
    least = _NAME_DOUBT if word.istitle() and len(word) >= _SHORTEST else float("-inf")
    for count in range(1, _MOST_EDITS + 1):
        for chosen in combinations(edits, count):
            pieces = list(texts[start:end])
            for edit in chosen:
                place = edit.at - start
                pieces[place] = edit.text + pieces[place] if edit.insert else edit.text
            parts = "".join(pieces).split(" ")
            if len(parts) == 1 and (len(parts[0]) < _SHORTEST) != (len(word) < _SHORTEST):
                continue  # abbreviations are too near to much of what is longer
            if all(_WORD.fullmatch(part) for part in parts) and _is_cased("".join(parts)):
                weight = sum(edit.weight for edit in chosen)
                if weight >= least:
                    yield weight + _gain(parts, [word], lexicon), chosen


def _edits(glyphs: Sequence[Glyph], at: tuple[int, int]) -> Iterator[_Edit]:
    start, end = at
    for place in range(start, end):
        glyph = glyphs[place]
        for text, ratio in glyph.rivals:
            if not text or _WORD.fullmatch(text):
                yield _Edit(place, text, False, log10(ratio))
        if place > start:
            for text, ratio in glyph.before:
                if text == " " or _WORD.fullmatch(text):
                    yield _Edit(place, text, True, log10(ratio))


def _gain(new: Sequence[str], old: Sequence[str], lexicon: Lexicon) -> float:
    """How much the language speaks for `new` words in place of `old` ones, in powers of ten; none is a word: -inf."""
    after = [frequency for word in new if (frequency := lexicon.of_guess(word)) is not None]
    if len(after) < len(new):
        return float("-inf")
    return min(after) - min(map(lexicon.of_print, old))


def _is_cased(word: str) -> bool:
    return word.isupper() or word.islower() or word.istitle()
