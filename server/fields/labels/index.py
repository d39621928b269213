"""Label index of a page, with fuzzy matching for misread labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from server.fields.print.folding import compact, is_cjk, is_letter
from server.fields.print.numbers import find_numbers
from server.fields.print.page_view import Cell, PageView
from server.fields.print.word_lists import BUYER_WORDS, SELLER_WORDS
from server.fields.words.query import known_labels

_FUZZY_FROM = 5  # shorter labels must match exactly: one different letter makes another word
_CUTOFF = 82.0
_NEXT_LABEL = re.compile(r"(?:^|(?<=\s))([A-Za-z][A-Za-z.#/]*(?: [A-Za-z.#/]+){0,3})\s?[:：]")
_PAUSE = re.compile(r"[:：]")
_CODE_BEHIND = re.compile(r"[-/]\w*\d")  # INV-123, INV/2024/7: not a label, but the code itself


@dataclass(frozen=True, slots=True)
class Hit:
    """A label that was found in `cell` from `start` to `end`; `score` is 0 to 100."""

    cell: Cell
    start: int
    end: int
    score: float
    label: str


class LabelIndex:
    """An index of the word beginnings of one view, for finding many labels quickly."""

    def __init__(self, view: PageView, own_labels: Sequence[str] = ()) -> None:
        self.view = view
        self.vocabulary = (
            set(known_labels()) | {compact(word) for word in (*BUYER_WORDS, *SELLER_WORDS)} | set(own_labels)
        )
        self._starts: list[tuple[Cell, int]] = []
        for cell in view.cells:
            starts = cell.folded.word_starts()
            self._starts += [(cell, start) for start in starts[:24]]
        self._tails: dict[int, list[str]] = {}
        self._cache: dict[str, list[Hit]] = {}

    def find(self, label: str) -> list[Hit]:
        """The places of `label` (compact), in reading order."""
        if label not in self._cache:
            self._cache[label] = list(self._search(label))
        return self._cache[label]

    def find_all(self, labels: Sequence[str]) -> list[Hit]:
        """Hits of all `labels`; the longest label wins at each place."""
        best: dict[tuple[int, int, int], Hit] = {}
        for label in labels:
            for hit in self.find(label):
                key = (hit.cell.row, hit.cell.column, hit.start)
                if key not in best or (hit.end, hit.score) > (best[key].end, best[key].score):
                    best[key] = hit
        return list(best.values())

    def _search(self, label: str) -> Iterator[Hit]:
        size = len(label)
        if not size:
            return
        if size not in self._tails:
            self._tails[size] = [cell.folded.compact[start : start + size] for cell, start in self._starts]
        tails = self._tails[size]
        if size < _FUZZY_FROM or is_cjk(label):
            matches = [(index, 100.0) for index, tail in enumerate(tails) if tail == label]
        else:
            found = process.extract(label, tails, scorer=fuzz.ratio, score_cutoff=_CUTOFF, limit=None)
            matches = [(index, score) for _, score, index in found]
        for index, score in matches:
            hit = self._hit(label, index, score)
            if hit is not None:
                yield hit

    def _hit(self, label: str, index: int, score: float) -> Hit | None:
        cell, start = self._starts[index]
        folded = cell.folded
        ends = [start + len(label)] if score == 100 else [start + len(label) + extra for extra in (0, -1, 1)]
        ends = [end for end in ends if start < end <= len(folded.compact)]
        if score < 100:  # a fuzzy match never crosses a colon: `Receipt No: R-88` is not `Receipt Nor`
            ends = [end for end in ends if not _PAUSE.search(cell.text[folded.places[start] : folded.end_of(end)])]
        ends.sort(key=lambda end: -fuzz.ratio(folded.compact[start:end], label))
        for end in ends:
            if score < 100 and folded.compact[start:end] in self.vocabulary:
                return None  # a different label, read correctly: Employer is not a misread Employee
            if (
                self._begins_word(cell, start, end)
                and self._ends_word(cell, end)
                and not self._is_longer_label(cell, start, end)
            ):
                return Hit(cell, folded.places[start], folded.end_of(end), score, label)
        return None

    def _begins_word(self, cell: Cell, start: int, end: int) -> bool:
        """Whether a Chinese label begins here: not inside a word, unless a colon or a short value sets it apart."""
        text, place = cell.text, cell.folded.places[start]
        if not (place and is_cjk(text[place]) and is_cjk(text[place - 1])):
            return True
        if text[cell.folded.end_of(end) :].lstrip()[:1] in (":", "："):
            return cell.folded.compact[:end] not in self.vocabulary
        return any(
            cell.folded.compact[:size] in self.vocabulary for size in range(max(2, start - 3), start)
        )  # 性别男民族汉

    def _ends_word(self, cell: Cell, end: int) -> bool:
        """Whether no letter of the same word follows; a sum of money may."""
        text, stop = cell.text, cell.folded.end_of(end)
        if _CODE_BEHIND.match(text, stop) or (text[stop - 1].isdigit() and text[stop : stop + 1].isdigit()):
            return False
        if stop >= len(text) or not (is_letter(text[stop]) and is_letter(text[stop - 1])):
            return True
        numbers = find_numbers(text[stop:])
        return bool(numbers) and numbers[0].start == 0 and numbers[0].has_currency

    def _is_longer_label(self, cell: Cell, start: int, end: int) -> bool:
        """Whether a longer known label begins here, as `total tax` does where `total` was looked for."""
        rest = cell.folded.compact
        return any(
            rest[start:longer] in self.vocabulary and self._ends_word(cell, longer)
            for longer in range(end + 1, min(len(rest), end + 24) + 1)
        )

    def is_label(self, cell: Cell) -> bool:
        """Whether the whole of `cell` is a label: it ends in a colon, or is a known one."""
        text = cell.text.strip()
        if text.endswith((":", "：")):
            return True
        return strip_aside(cell) in self.vocabulary

    def cut(self, text: str) -> str:
        """Cut `text` where the next label begins: `1044120 Cashier: Thandar` is `1044120`."""
        match = _NEXT_LABEL.search(text)
        if match is not None:
            words = match[1].split(" ")
            keep = next(
                (i for i in range(len(words)) if compact(" ".join(words[i:])) in self.vocabulary), len(words) - 1
            )
            position = match.start(1) + len(" ".join(words[:keep]))
            if position > 0:
                text = text[:position]
        return self._cut_cjk(text).strip()

    def _cut_cjk(self, text: str) -> str:
        if not is_cjk(text):
            return text
        for mark in _PAUSE.finditer(text):
            before = text[: mark.start()].rstrip()
            for size in range(8, 1, -1):
                if len(before) > size and compact(before[-size:]) in self.vocabulary and is_cjk(before[-size:]):
                    return before[:-size]
        return text


def strip_aside(cell: Cell) -> str:
    """The compact text of a cell without what stands in brackets and without percentages."""
    return compact(re.sub(r"[(（\[][^)）\]]*[)）\]]?|@?\s?\d+(?:\.\d+)?\s?%", " ", cell.text))
