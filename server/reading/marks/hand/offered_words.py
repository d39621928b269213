"""Words of a row that stand apart to be ticked, and what ticks between them were read as."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.reading.marks.hand.alternatives import Span, places_of
from server.values.lines import Line

Row = tuple[Line, ...]

# What ticks and crosses are read as: signs, lone letters, and an X at the edge of a word (`YesX`, `XNo`).
_SIGN: Final = re.compile(r"[√✓✔✗×]|(?<!\S)[XxVv](?!\S)|(?<=[^\W\d_A-Z])X(?!\w)|(?<!\w)X(?=[A-Z][^\W\d_A-Z])")
_READ_AS: Final = "JLYNM/\\|√人メ乂"  # by itself
_APART: Final = re.compile(r"\s{2,}")
QUESTION: Final = re.compile(r"^.*[:：?？]\s*")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[ \-'’.&][^\W\d_]+)*\.?")
_MOST_WORDS: Final = 4  # of one choice
_LONGEST: Final = 32  # characters


@dataclass(frozen=True, slots=True)
class Word:
    """One of the words to choose among, with its line and place in it."""

    line: Line
    span: Span
    left: float
    right: float

    @property
    def text(self) -> str:
        """The word, or words, as recognised."""
        return self.line.text[self.span[0] : self.span[1]]


@dataclass(frozen=True, slots=True, order=True)
class Tick:
    """From where to where a tick is; `measured` where that is no guess from the usual widths of letters."""

    left: float
    right: float
    measured: bool = True


def words_of(row: Row, *, in_list: bool = False) -> tuple[list[Line], list[Word]]:
    """Return what stands before the words to choose among in a row, and these; none where it is no such row.

    They stand behind a question, or in a list without one. `Parking: Yes` beside `Wi-Fi: No` are two values.
    """
    cells = sorted(row, key=lambda line: line.left)
    asking = [number for number, line in enumerate(cells) if QUESTION.match(line.text)]
    if any(line.mark for line in row) or len(asking) > 1 or bool(asking) == in_list:
        return [], []
    words: list[Word] = []
    for line in cells[asking[0] :] if asking else cells:
        if is_sign(line):
            continue
        question = QUESTION.match(line.text)
        spans = list(_spans(line.text, question.end() if question else 0))
        if not (spans or question) or not all(_is_choice(line.text[first:last]) for first, last in spans):
            return [], []
        words += [Word(line, span, *place) for span, place in zip(spans, places_of(line, spans), strict=True)]
    return cells[: asking[0] + 1] if asking else [], words


def is_sign(line: Line) -> bool:
    """Whether a line is a tick by itself, whatever it was read as."""
    text = line.text.strip()
    return bool(_SIGN.fullmatch(text)) or (len(text) == 1 and text in _READ_AS)


def _is_choice(text: str) -> bool:
    return len(text) <= _LONGEST and len(text.split()) <= _MOST_WORDS and bool(_WORDS.fullmatch(text))


def _spans(text: str, start: int) -> Iterator[Span]:
    """The words of a line between its signs and wide gaps."""
    ends = [start, *(edge for sign in _SIGN.finditer(text, start) for edge in sign.span()), len(text)]
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        place = first
        for gap in (*_APART.finditer(text, first, last), None):
            end = gap.start() if gap else last
            part = text[place:end]
            if part.strip():
                yield place + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
            place = gap.end() if gap else last


def question_end(line: Line) -> float:
    """Return where a question ends, in pixels from the left; a line without its sign is one as a whole."""
    question = QUESTION.match(line.text)
    return places_of(line, [(0, len(question[0].rstrip()))])[0][1] if question else line.right


def signs_in(line: Line) -> list[Tick]:
    """Return the ticks that were read in a line, behind its question."""
    if is_sign(line):
        return [Tick(line.left, line.right)]
    question = QUESTION.match(line.text)
    spans = [sign.span() for sign in _SIGN.finditer(line.text, question.end() if question else 0)]
    return [Tick(*place, measured=bool(line.middles)) for place in places_of(line, spans)]
