"""Label index of a page, which also finds misread labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from server.fields.labels.spans import PageSpans, Span, begins_word
from server.fields.labels.wrapped import wrapped_labels
from server.fields.print.folding import compact, is_cjk
from server.fields.print.page_view import Cell, PageView
from server.fields.words.label_table import Concept, Party, meanings
from server.fields.words.language import page_languages
from server.fields.words.party_words import party_names
from server.fields.words.query import known_labels
from server.fields.words.slips import CUTOFF, SHORTEST, near_labels

_NEXT_LABEL = re.compile(r"(?:^|(?<=\s))([A-Za-z][A-Za-z.#/]*(?: [A-Za-z.#/]+){0,3})\s?[:：]")
_SCRIPTS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+|[A-Za-z][A-Za-z. ]*")
_PAUSE = re.compile(r"[:：]")
_MARKS = (":", "：", "=", "|")
_EXACT = 100.0
_PARTIES: tuple[Party, ...] = ("buyer", "seller")
_EVERYWHERE = ("en", "zh")  # languages whose words for parties stand on any page
_ANYWHERE = 7  # a label of so many letters counts on a page of any language


@lru_cache(maxsize=64)
def _words_of(languages: tuple[str, ...]) -> frozenset[str]:
    """The labels of pages in `languages`; English ones and long ones stand on any page."""
    spoken = {"en", "zh", "ja", *languages}
    kept = {
        label
        for label, found in meanings().items()
        if not languages or len(label) >= _ANYWHERE or any(code in spoken for code, _ in found)
    }
    parties = (name for role in _PARTIES for name in party_names(role, _EVERYWHERE))
    return frozenset(kept | set(map(compact, parties)))


_SURELY_A_LABEL = 2  # words


@dataclass(frozen=True, slots=True)
class Hit:
    """A label that was found in `cell` from `start` to `end`; `score` is 0 to 100."""

    cell: Cell
    start: int
    end: int
    score: float
    label: str


class LabelIndex:
    """An index of the words of one view, for finding many labels quickly.

    `languages` are those of the page that the view is part of; without them the view tells.
    """

    def __init__(
        self, view: PageView, own_labels: Sequence[str] = (), languages: tuple[str, ...] | None = None
    ) -> None:
        self.view = view
        self.own_labels = own_labels
        self.languages = page_languages(cell.text for cell in view.cells) if languages is None else languages
        self.vocabulary = _words_of(self.languages) | frozenset(own_labels)
        self._cache: dict[str, list[Hit]] = {}
        self._parts: set[int] = set()

    def concept(self, label: str) -> Concept | None:
        """What `label` means on this page."""
        return known_labels(self.languages[0] if self.languages else "").get(label)

    @cached_property
    def _spans(self) -> PageSpans:
        return PageSpans(self.view, self.vocabulary)

    @cached_property
    def _wrapped(self) -> dict[str, list[Hit]]:
        """Labels in two lines; their first line alone is another label, where it goes on or both are a known one."""
        found: dict[str, list[Hit]] = {}
        for label in wrapped_labels(self.view):
            owner = label.owner
            found.setdefault(label.compact, []).append(Hit(owner, 0, len(owner.text), _EXACT, label.compact))
            if label.goes_on or label.compact in self.vocabulary:
                self._parts.update((id(label.upper), id(label.lower)))
        return found

    @cached_property
    def _misread(self) -> dict[str, list[tuple[Span, float]]]:
        """Where labels stand with a slip."""
        found: dict[str, list[tuple[Span, float]]] = {}
        for word, spans in self._spans.rough.items():
            for label, score in near_labels(word):
                if label in self.vocabulary:
                    found.setdefault(label, []).extend((span, score) for span in spans if not self._read_well(span))
        return found

    def _read_well(self, span: Span) -> bool:
        """Whether `span` is a label, read well, and the first letters of its value: `Passport No L`."""
        known = self._spans.known.get(id(span.cell), ())
        return any(other.start == span.start and 0 < span.end - other.end <= 2 for other in known)

    def find(self, label: str) -> list[Hit]:
        """The places of `label` (compact), in reading order."""
        if label not in self._cache:
            hits = [*self._wrapped.get(label, ()), *self._search(label)]
            self._cache[label] = sorted(hits, key=lambda hit: (hit.cell.row, hit.cell.column, hit.start))
        return self._cache[label]

    def is_printed(self, label: str) -> bool:
        """Whether a cell is `label`, or begins with it and marks it: not where it stands within other words."""
        return any(
            hit.score == _EXACT and hit.start <= 1 and _ends_label(hit.cell.text[hit.end :].lstrip(" ."))
            for hit in self.find(label)
        )

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
        exact = [(span, 100.0) for span in self._exact(label)]
        taken = {(id(span.cell), span.start) for span, _ in exact}
        rough = [found for found in self._rough(label) if (id(found[0].cell), found[0].start) not in taken]
        for span, score in (*exact, *rough):
            if (
                id(span.cell) not in self._parts
                and self._stands_alone(span)
                and not (score < 100 and _takes_value(span, label))
            ):
                places = span.cell.folded
                yield Hit(span.cell, places.places[span.start], places.end_of(span.end), score, label)

    def _exact(self, label: str) -> list[Span]:
        if label in self.vocabulary or not label:
            return self._spans.exact.get(label, [])
        if len(label) >= SHORTEST and not is_cjk(label):
            return self._spans.rough.get(label, [])
        if label in meanings():  # a short word of a language that the page does not speak
            return []
        with_it = self.view.select(lambda cell: label in cell.folded.compact)
        return PageSpans(with_it, {label}).exact.get(label, [])

    def _rough(self, label: str) -> list[tuple[Span, float]]:
        if label in meanings():
            return self._misread.get(label, [])
        if len(label) < SHORTEST or is_cjk(label):
            return []
        words = self._spans.rough
        found = process.extract(label, words.keys(), scorer=fuzz.ratio, score_cutoff=CUTOFF, limit=None)
        return [(span, score) for word, score, _ in found if word != label for span in words[word]]

    def _stands_alone(self, span: Span) -> bool:
        """Whether `span` is not part of a longer label, or of a word."""
        whole = span.cell.folded.compact
        if id(span.cell) in self._parts or not begins_word(span, self.vocabulary) or self._spans.covers(span):
            return False
        return not any(
            whole[span.start : end] in self.vocabulary and span.cell.ends_word(end)
            for end in range(span.end + 1, min(len(whole), span.end + 24) + 1)
        )

    def is_label(self, cell: Cell) -> bool:
        """Whether the whole of `cell` is a label: it ends in a colon, or is a known one."""
        text = cell.text.strip()
        if text.endswith((":", "：")):
            return True
        return strip_aside(cell) in self.vocabulary or self._is_bilingual(text)

    def is_own(self, cell: Cell) -> bool:
        """Whether a property's own label is all of `cell`, also with a slip, or begins it and has some words."""
        return id(cell) in self._own_cells

    @cached_property
    def _own_cells(self) -> frozenset[int]:
        hits = (hit for label in self.own_labels for hit in self.find(label) if hit.start <= 1)
        return frozenset(id(hit.cell) for hit in hits if _names_cell(hit))

    def _is_bilingual(self, text: str) -> bool:
        """Whether `text` is one label in two languages: `Invoice No. 发票号码`, `Surname / Nom`."""
        parts = text.split("/") if "/" in text else _SCRIPTS.findall(text) if is_cjk(text) else ()
        return len(parts) == 2 and all(compact(part) in self.vocabulary for part in parts)

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


def _names_cell(hit: Hit) -> bool:
    """Whether a label is all that its cell says, or has too many words to begin a value by chance."""
    words = len(hit.cell.text[hit.start : hit.end].split())
    return words >= _SURELY_A_LABEL or not any(char.isalnum() for char in hit.cell.text[hit.end :])


def _ends_label(rest: str) -> bool:
    """Whether what follows a label in its cell is a mark, nothing, or a value: a number, or a name."""
    return rest[:1] in _MARKS or not any(char.isalnum() for char in rest) or rest[0].isdigit() or rest[0].isupper()


def _takes_value(span: Span, label: str) -> bool:
    """Whether a misread label would take the beginning of its value: `Telefono 02` is no `telefonno`."""
    if any(char.isdigit() for char in label):
        return False
    places = span.cell.folded
    return bool(re.search(r"\s[+(]?\d", span.cell.text[places.places[span.start] : places.end_of(span.end)]))


def strip_aside(cell: Cell) -> str:
    """The compact text of a cell without what stands in brackets and without percentages."""
    return compact(re.sub(r"[(（\[][^)）\]]*[)）\]]?|@?\s?\d+(?:\.\d+)?\s?%", " ", cell.text))
