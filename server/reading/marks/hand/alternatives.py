"""Which words of a line are printed to choose among: `Yes / No`, `Title: Mr / Mrs / Ms (delete as appropriate)`."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from server.fields.print.word_lists import FALSE_WORDS, TRUE_WORDS
from server.reading.marks.alignment import width_of
from server.values.lines import Line

_BAR: Final = re.compile(r"[/|／｜]")
_ASIDE: Final = re.compile(r"[(（*\[].*$")
_QUESTION: Final = re.compile(r"^.*[:：?？]")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?")
_MOST: Final = 6  # alternatives
_MOST_WORDS: Final = 3  # of one
_LONGEST: Final = 24  # characters
_INITIALS: Final = 2  # letters of a word beside which one letter may be a choice: `M / F`
_PAIR: Final = 2
_USUAL: Final = 0.7  # of the height of a line's box, what widths of letters are counted in

Span = tuple[int, int]
"""First and last character of a word in a line's text, the last one not included."""


def alternatives(text: str) -> list[Span]:
    """The words of `text` that are printed to choose among; none where it is no such line."""
    question = _QUESTION.match(text)
    start = question.end() if question else 0
    aside = _ASIDE.search(text, start)
    end = aside.start() if aside and aside.start() > start + 1 else len(text)
    return _parted_by_bars(text, start, end) or _yes_and_no(text, start)


def _parted_by_bars(text: str, start: int, end: int) -> list[Span]:
    bars = [match.start() for match in _BAR.finditer(text, start, end)]
    if not 0 < len(bars) < _MOST or any(char.isdigit() for char in text[start:end]):
        return []
    words = [
        list(_WORDS.finditer(text, left, right))
        for left, right in zip((start, *(bar + 1 for bar in bars)), (*bars, end), strict=True)
    ]
    if any(not part for part in words) or text.casefold().strip() == "n/a":
        return []
    if start == 0:  # the question may stand before the first one without a colon: it is as many words as the others
        words[0] = words[0][-max(map(len, words[1:])) :]
    if len(words) > 1:
        words[-1] = words[-1][: max(map(len, words[:-1]))]
    spans = [(part[0].start(), part[-1].end()) for part in words]
    short = all(len(part) <= _MOST_WORDS for part in words) and all(last - first <= _LONGEST for first, last in spans)
    letters = [last - first for first, last in spans]
    if min(letters) == 1 and max(letters) > _INITIALS:  # `S/Price`
        return []
    return spans if short else []


def offered(text: str) -> list[Span]:
    """The two words behind a label that may have had a bar between them, which a ring ran over: `Sex: male female`.

    In lower case, since a name has two words as well.
    """
    label = _QUESTION.match(text)
    words = list(_WORDS.finditer(text, label.end())) if label else []
    alone = "".join(word[0] for word in words) == "".join(text[label.end() :].split()) if label else False
    fit = len(words) == _PAIR and alone and all(word[0].islower() and len(word[0]) > _PAIR for word in words)
    return [word.span() for word in words] if fit else []


def _yes_and_no(text: str, start: int) -> list[Span]:
    """The last words, where they are a yes and a no and what stands between was a bar or a pen's stroke."""
    words = [(match.start(), match.end()) for match in _WORDS.finditer(text, start) if len(match[0]) > 1]
    if words:
        first, last = words[-1]
        joint = next((at for at in range(first + 1, last) if _are_yes_and_no(text[first:at], text[at:last])), None)
        if joint is not None:  # `YesNo`: a ring ran between them
            return [(first, joint), (joint, last)]
    pair = words[-2:]
    return pair if len(pair) == 2 and _are_yes_and_no(*(text[first:last] for first, last in pair)) else []


def _are_yes_and_no(one: str, other: str) -> bool:
    said = one.casefold().strip(".") in TRUE_WORDS, other.casefold().strip(".") in TRUE_WORDS
    return said[0] != said[1] and is_yes_or_no(one) and is_yes_or_no(other)


def is_yes_or_no(text: str) -> bool:
    """Whether a text is a yes or a no, perhaps behind what a ring around it was read as, and nothing else."""
    word = text.casefold().strip(" .:;,/|()[]").split(" ")
    word = word[1:] if len(word) == 2 and len(word[0]) == 1 else word
    return len(word) == 1 and (word[0] in TRUE_WORDS or word[0] in FALSE_WORDS)


def places_of(line: Line, spans: Sequence[Span]) -> list[tuple[float, float]]:
    """From where to where, in pixels, each span of a line's text is printed.

    By the middles of its characters where the recogniser gave them, else by the usual widths of letters.
    """
    printed = [at for at, char in enumerate(line.text) if char != " "]
    if len(line.middles) == len(printed):
        wide = line.right - line.left
        middles = {at: line.left + wide * middle for at, middle in zip(printed, line.middles, strict=True)}
        return [_by_middles(line, middles, span) for span in spans]
    whole = width_of(line.text)
    scale = (line.right - line.left) / whole if whole else 0.0
    return [
        (line.left + scale * width_of(line.text[:first]), line.left + scale * width_of(line.text[:last]))
        for first, last in spans
    ]


def _by_middles(line: Line, middles: Mapping[int, float], span: Span) -> tuple[float, float]:
    """A span begins half a letter before the middle of its first character, and ends so behind its last one."""
    ends = [at for at in middles if span[0] <= at < span[1]]
    between = sum(width_of(char) for char in line.text) - (width_of(line.text[0]) + width_of(line.text[-1])) / 2
    scale = (max(middles.values()) - min(middles.values())) / between if between > 0 else 0.0
    scale = scale or line.height * _USUAL
    before, behind = (scale * width_of(line.text[at]) / 2 for at in (ends[0], ends[-1]))
    return middles[ends[0]] - before, middles[ends[-1]] + behind
