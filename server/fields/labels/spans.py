"""Runs of whole words of a page, among which labels are looked up: all at once, however many labels there are."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from server.fields.print.folding import is_cjk
from server.fields.print.page_view import Cell, PageView

_STARTS = 24  # of words in a cell that may begin a label
_LONGEST = 40  # compact characters of a label
_LONGEST_CJK = 16
_SHORTEST_ROUGH = 4
_PAUSE = re.compile(r"[:：]")


@dataclass(frozen=True, slots=True)
class Span:
    """The compact characters `start` to `end` of a cell."""

    cell: Cell
    start: int
    end: int

    @property
    def compact(self) -> str:
        """Its text, compact."""
        return self.cell.folded.compact[self.start : self.end]


class PageSpans:
    """The spans of a view that are words of `vocabulary`, and the others, which may be misread."""

    def __init__(self, view: PageView, vocabulary: Collection[str]) -> None:
        self.exact: dict[str, list[Span]] = {}
        self.rough: dict[str, list[Span]] = {}
        self.known: dict[int, list[Span]] = {}
        for cell in view.cells:
            self._add(cell, vocabulary)

    def _add(self, cell: Cell, vocabulary: Collection[str]) -> None:
        text = cell.folded.compact
        ends = cell.word_ends
        for start in cell.word_starts[:_STARTS]:
            cjk = is_cjk(text[start])
            for end in ends:
                if end <= start:
                    continue
                if end - start > (_LONGEST_CJK if cjk else _LONGEST):
                    break
                word = text[start:end]
                if word in vocabulary:
                    span = Span(cell, start, end)
                    self.exact.setdefault(word, []).append(span)
                    self.known.setdefault(id(cell), []).append(span)
                elif not cjk and end - start >= _SHORTEST_ROUGH and _may_be_misread(cell, start, end):
                    self.rough.setdefault(word, []).append(Span(cell, start, end))

    def covers(self, span: Span) -> bool:
        """Whether a longer label that begins before `span` holds all of it: `Untaxed amount` holds `amount`."""
        return any(
            other.start < span.start and other.end >= span.end and not is_cjk(other.compact)
            for other in self.known.get(id(span.cell), ())
        )


def _may_be_misread(cell: Cell, start: int, end: int) -> bool:
    """Whether a label may have been read as this: mostly letters, and never across a colon.

    `Receipt No: R-88` is not `Receipt Nor`.
    """
    word = cell.folded.compact[start:end]
    if sum(map(str.isdigit, word)) > len(word) // 4:
        return False
    return _PAUSE.search(cell.text, cell.folded.places[start], cell.folded.end_of(end)) is None


def begins_word(span: Span, vocabulary: Collection[str]) -> bool:
    """Whether a Chinese label begins here: not inside a word, unless a colon or a short value sets it apart."""
    cell, start = span.cell, span.start
    text, place, whole = cell.text, cell.folded.places[start], cell.folded.compact
    if not (place and is_cjk(text[place]) and is_cjk(text[place - 1])):
        return True
    if text[cell.folded.end_of(span.end) :].lstrip()[:1] in (":", "："):
        return whole[: span.end] not in vocabulary
    return any(whole[:size] in vocabulary for size in range(max(2, start - 3), start))  # 性别男民族汉
