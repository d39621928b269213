"""Spans: each page as one compact text, with a mapping from offsets back to lines, words and bounding boxes."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.fields.print.folding import Folded, is_cjk
from server.fields.print.number_style import UNKNOWN, NumberStyle
from server.values.lines import Line, Lines, Point, Quad

_MARGIN = 0.3  # characters on either side, since their widths are estimated


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line: the characters `start` to `end` of its text."""

    page: int
    line: Line
    start: int
    end: int

    @property
    def text(self) -> str:
        """The piece, as printed."""
        return self.line.text[self.start : self.end]

    @property
    def box(self) -> Quad:
        """Its box, cut out of the line's box by typical character widths."""
        widths = [_width(char) for char in self.line.text]
        whole = sum(widths) or 1.0
        before = sum(widths[: self.start]) - (_MARGIN if self.start else 0)
        until = sum(widths[: self.end]) + (_MARGIN if self.end < len(self.line.text) else 0)
        left, right = max(0.0, before / whole), min(1.0, until / whole)
        a, b, c, d = self.line.box
        return _between(a, b, left), _between(a, b, right), _between(d, c, right), _between(d, c, left)


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page: its lines folded, their compact texts joined, with the offset of each line and word."""

    number: int
    lines: tuple[Line, ...]
    folded: tuple[Folded, ...]
    compact: str
    starts: tuple[int, ...]
    words: frozenset[int]
    style: NumberStyle = UNKNOWN

    @classmethod
    def of(cls, number: int, page: Lines, style: NumberStyle = UNKNOWN) -> "PrintedPage":
        """Join the lines of `page`, which is page `number` (from 0), in reading order; its numbers are in `style`."""
        lines = tuple(line for line in page.lines if line.text.strip())
        folded = tuple(Folded.of(line.text) for line in lines)
        starts, words, at = [], set[int](), 0
        for line in folded:
            starts.append(at)
            words.update(at + start for start in line.word_starts())
            words.add(at)
            at += len(line.compact)
        words.add(at)
        return cls(
            number, lines, folded, "".join(line.compact for line in folded), tuple(starts), frozenset(words), style
        )

    def is_whole(self, start: int, end: int) -> bool:
        """Whether `compact[start:end]` begins and ends at word boundaries."""
        return start in self.words and (end in self.words or is_cjk(self.compact[end - 1]))

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The pieces of lines that `compact[start:end]` is made of."""
        made = []
        number = bisect_right(self.starts, start) - 1
        while number < len(self.lines) and self.starts[number] < end:
            first, line = self.starts[number], self.folded[number]
            here, there = max(0, start - first), min(len(line.compact), end - first)
            if here < there:
                made.append(Span(self.number, self.lines[number], line.places[here], line.end_of(there)))
            number += 1
        return tuple(made)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)


def joined_box(spans: Sequence[Span]) -> Quad:
    """The box of one span, or the upright rectangle around several, clockwise from the top left."""
    if len(spans) == 1:
        return spans[0].box
    points = [point for span in spans for point in span.box]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _width(char: str) -> float:
    """The printed width of a character relative to a letter: full-width ones take two, thin ones half."""
    if unicodedata.east_asian_width(char) in "WF":
        return 1.8  # a digit of common fonts has 0.55 of the width of a Chinese character
    return 0.5 if char in " .,:;'|!ijlI()[]" else 1.0
