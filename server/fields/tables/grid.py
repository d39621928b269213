"""The grid under heads: where its columns stand and what they hold, learnt from the rows; cells go to columns by it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from server.fields.print.number_style import NumberStyle
from server.fields.tables.alignment import align
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import are_days, is_short_day, kind_of
from server.fields.tables.head_words import concept_kind
from server.fields.tables.heads import Head, HeadCell
from server.fields.tables.pieces import Cutter, Piece, Span, joined
from server.fields.tables.table import ColumnKind, TableCell

_BESIDE = 24  # heights from a head in the middle of a wide column to a cell at its side
_NUMERIC = frozenset(("number", "amount", "value"))
_NUMBERS = frozenset(("amount", "number"))
_WORDS = frozenset(("text", "code", "phone"))


class Grid:
    """The columns under `head`, as the rows of `bands` show them."""

    def __init__(self, head: Head, bands: Sequence[Band], style: NumberStyle) -> None:
        self.style = style
        self.heads = head.cells
        self.slips: set[HeadCell] = set()  # heads that only resemble a name, which their cells contradict
        self.spans = [Span(cell.left, cell.right) for cell in head.cells]
        self.cutter = Cutter(bands, style, counts=len(head.cells) > 1 and head.cells[0].counts_rows)
        self._widen_by_order(bands)
        self._widen(bands)
        self._learn_kinds(bands)

    def kind(self, column: int) -> ColumnKind:
        """What a column holds."""
        return self.spans[column].kind or "text"

    def concepts(self, column: int) -> tuple[str, ...]:
        """The concepts that a column can be of: no place that is left, in a column of times."""
        head, kind = self.heads[column], self.kind(column)
        if kind == "number":  # `Unit.` over prices
            slip = head in self.slips
            return tuple(k for k in head.concepts if k != "unit" and not (slip and concept_kind(k) not in _NUMERIC))
        if kind not in ("date", "time"):
            return head.concepts
        return tuple(key for key in head.concepts if concept_kind(key) in ("date", "time"))

    def edge(self, column: int) -> float:
        """How far a text of a column may run before it must go on in another line: half way to the next column."""
        own = self.spans[column].right
        return max(own, (own + self.spans[column + 1].left) / 2) if column + 1 < len(self.spans) else own

    def place(self, band: Band) -> Mapping[int, TableCell] | None:
        """The cells of a band by column; None where one of them stands in no column."""
        placed = self._place(band)
        return None if placed is None else {column: joined(parts) for column, parts in placed.items()}

    def _place(self, band: Band) -> dict[int, list[Piece]] | None:
        pieces = list(self.cutter.pieces(band, self.spans))
        columns = align(self.spans, pieces)
        if columns is None:
            return None
        placed: dict[int, list[Piece]] = {}
        for piece, column in zip(pieces, columns, strict=True):
            placed.setdefault(column, []).append(piece)
        return placed

    def _widen(self, bands: Sequence[Band]) -> None:
        """Widen the spans by the cells below that stand under one head alone, then by those beside all heads."""
        apart: list[Piece] = []
        heads = [Span(cell.left, cell.right) for cell in self.heads]
        for band in bands:
            pieces = list(self.cutter.counted(band, self.spans[0]))
            places = [[i for i, head in enumerate(heads) if head.shared(piece) > 0] for piece in pieces]
            for number, piece in enumerate(pieces):
                over = places[number] or _between(places, number, len(heads))
                if self.cutter.counts and over in ([], [0]) and piece.kind == "text" and piece.left < heads[1].left:
                    self._take(1, piece, heads)
                elif len(over) == 1:
                    self._take(over[0], piece, heads)
                elif not over and not any(span.shared(piece) > 0 for span in self.spans):
                    apart.append(piece)
        used = [span.right - span.left > head.right - head.left for span, head in zip(self.spans, heads, strict=True)]
        for piece in apart:
            near = min(range(len(heads)), key=lambda i: -self.spans[i].shared(piece))
            if not used[near] and -self.spans[near].shared(piece) < 12 * piece.line.height:
                self._take(near, piece, heads)

    def _widen_by_order(self, bands: Sequence[Band]) -> None:
        """Widen the spans by rows that fill every column: their cells are the columns in order, wherever heads are."""
        heads = [Span(cell.left, cell.right) for cell in self.heads]
        groups = _printed_together(self.heads)
        spans = [Span(heads[group[0]].left, heads[group[-1]].right) for group in groups]
        for band in bands:
            pieces = list(self.cutter.counted(band, self.spans[0]))
            if len(pieces) != len(groups) or not all(map(_stands_by, pieces, spans)):
                continue
            for piece, group in zip(pieces, groups, strict=True):
                if len(group) == 1:
                    self._take(group[0], piece, heads)

    def _take(self, column: int, piece: Piece, heads: Sequence[Span]) -> None:
        """Widen a column by a cell, never over the heads beside it."""
        span = self.spans[column]
        lowest = heads[column - 1].right if column else float("-inf")
        highest = heads[column + 1].left if column + 1 < len(heads) else float("inf")
        span.left = min(span.left, max(lowest, piece.left))
        span.right = max(span.right, min(highest, piece.right))

    def _learn_kinds(self, bands: Sequence[Band]) -> None:
        counts = [Counter[str]() for _ in self.spans]
        texts: list[list[str]] = [[] for _ in self.spans]
        for band in bands:
            placed = self._place(band)
            if placed is None or len(placed) < min(2, len(self.spans)):
                continue
            for column, parts in placed.items():
                kind = kind_of(parts[0].text, self.style)
                if len(parts) == 1 and not parts[0].is_cut:  # what the recogniser joined tells less
                    counts[column]["date" if kind == "text" and is_short_day(parts[0].text) else kind] += 1
                    texts[column].append(parts[0].text)
        for count, printed in zip(counts, texts, strict=True):
            if count["number"] and are_days(printed):
                count["date"] += count.pop("number")
        for span, count, head in zip(self.spans, counts, self.heads, strict=True):
            if self.cutter.counts and head is self.heads[0]:
                span.kind = "number"
                continue
            numeric = 2 * count["number"] > count.total()
            if numeric and head.is_slip and sum(other.lines == head.lines for other in self.heads) == 1:
                self.slips.add(head)  # `Visits` is no `Visit us` over numbers
            keys = () if head in self.slips else head.concepts
            kinds = [concept_kind(key) for key in keys if not (numeric and key == "unit")]  # `Unit.` of prices
            span.kind = _kind_by(count, kinds[0] if len(set(kinds)) == 1 else "")


def _printed_together(heads: Sequence[HeadCell]) -> list[list[int]]:
    """The heads by the cells that they were printed in: the recogniser joins some."""
    groups: list[list[int]] = []
    for number, head in enumerate(heads):
        if groups and head.lines == heads[groups[-1][0]].lines:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _between(places: Sequence[Sequence[int]], number: int, size: int) -> list[int]:
    """The one head between those that the cells beside cell `number` of a band stand under; `size` heads in all."""
    before = places[number - 1][-1:] if number else [-1]
    behind = places[number + 1][:1] if number + 1 < len(places) else [size]
    return [before[0] + 1] if before and behind and behind[0] - before[0] == 2 else []


def _stands_by(piece: Piece, span: Span) -> bool:
    return span.shared(piece) > -_BESIDE * piece.line.height


def _kind_by(count: Counter[str], concept: str) -> ColumnKind:
    """The kind of a column by its cells, and by what its head means."""
    filled = count.total() - count["blank"]
    moment: ColumnKind = "date" if count["date"] >= count["time"] else "time"
    if not filled:
        return "number" if concept in _NUMBERS else "date" if concept == "date" else "text"
    rules: tuple[tuple[bool, ColumnKind], ...] = (
        (10 * count[moment] >= 7 * filled, moment),
        (concept in _WORDS, "text"),
        (concept in _NUMBERS and count["number"] >= max(1, count["time"]), "number"),
        (concept in _NUMBERS and count["time"] > 0, "time"),
        (concept == "date" and count["date"] > 0, "date"),
        (2 * count["number"] >= filled, "number"),
        (count[moment] >= max(count["number"], count["text"]), moment),
    )
    return next((kind for holds, kind in rules if holds), "text")
