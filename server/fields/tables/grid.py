"""The grid under heads: where its columns stand and what they hold, learnt from the rows; cells go to columns by it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.fields.print.currencies import CURRENCY
from server.fields.print.folding import join_texts
from server.fields.print.number_style import NumberStyle
from server.fields.print.page_view import Cell
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import CellKind, is_short_day, kind_of
from server.fields.tables.head_words import concept_kind
from server.fields.tables.heads import Head, HeadCell
from server.fields.tables.table import ColumnKind, TableCell
from server.values.lines import Line

_BESIDE = 24  # heights from a head in the middle of a wide column to a cell at its side
_FAR = 5.0  # cost of an impossible place
_SIGN: Final = re.compile(rf"(?:{CURRENCY})")
_SIGN_BEFORE: Final = re.compile(rf"({CURRENCY})\s?[-\d]")
_SIGN_BEHIND: Final = re.compile(rf"\d\s?({CURRENCY})$")
_DAY_BEFORE: Final = re.compile(r"^(.{0,12}\d[日号號])(?=[^\s\d])")
_CODE_BEFORE: Final = re.compile(r"^([A-Za-z0-9-]{3,})(?=[\u3040-\u9fff]{2})")
_COUNT: Final = re.compile(r"\d{1,4}[.)]?(?!\S)")
_NUMBERED: Final = re.compile(r"(\d{1,4}[.)]?)\s+(?=\S*[^\W\d])")
_NUMBERS = frozenset(("amount", "number"))
_WORDS = frozenset(("text", "code", "phone"))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cell, or a word of one that runs over several columns."""

    text: str
    left: float
    right: float
    line: Line
    kind: CellKind
    goes_on: bool = False
    is_cut: bool = False
    glue: str = ""

    @property
    def width(self) -> float:
        return max(1.0, self.right - self.left)


@dataclass(slots=True)
class _Span:
    left: float
    right: float
    kind: ColumnKind | None = None

    def shared(self, piece: _Piece) -> float:
        return min(self.right, piece.right) - max(self.left, piece.left)


class Grid:
    """The columns under `head`, as the rows of `bands` show them."""

    def __init__(self, head: Head, bands: Sequence[Band], style: NumberStyle) -> None:
        self.style = style
        self.heads = head.cells
        self.spans = [_Span(cell.left, cell.right) for cell in head.cells]
        self.signs = _signs_first(bands)
        self.counts = len(head.cells) > 1 and head.cells[0].counts_rows and _count_rows(bands)
        self._widen_by_order(bands)
        self._widen(bands)
        self._learn_kinds(bands)

    def kind(self, column: int) -> ColumnKind:
        """What a column holds."""
        return self.spans[column].kind or "text"

    def place(self, band: Band) -> Mapping[int, TableCell] | None:
        """The cells of a band by column; None where one of them stands in no column."""
        placed = self._place(band)
        return None if placed is None else {column: _joined(parts) for column, parts in placed.items()}

    def _place(self, band: Band) -> dict[int, list[_Piece]] | None:
        pieces = list(self._pieces(band))
        columns = self._plainly(pieces) or self._assign(pieces)
        if columns is None:
            return None
        placed: dict[int, list[_Piece]] = {}
        for piece, column in zip(pieces, columns, strict=True):
            placed.setdefault(column, []).append(piece)
        return placed

    def _widen(self, bands: Sequence[Band]) -> None:
        """Widen the spans by the cells below that stand under one head alone, then by those beside all heads."""
        apart: list[_Piece] = []
        heads = [_Span(cell.left, cell.right) for cell in self.heads]
        for band in bands:
            for piece in self._counted(band):
                over = [i for i, head in enumerate(heads) if head.shared(piece) > 0]
                if self.counts and over in ([], [0]) and piece.kind == "text" and piece.left < heads[1].left:
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
        """Widen the spans by rows that fill every column: their cells are the columns in order, wherever heads stand."""
        heads = [_Span(cell.left, cell.right) for cell in self.heads]
        groups = _printed_together(self.heads)
        spans = [_Span(heads[group[0]].left, heads[group[-1]].right) for group in groups]
        for band in bands:
            pieces = list(self._counted(band))
            if len(pieces) != len(groups) or not all(map(_stands_by, pieces, spans)):
                continue
            for piece, group in zip(pieces, groups, strict=True):
                if len(group) == 1:
                    self._take(group[0], piece, heads)

    def _take(self, column: int, piece: _Piece, heads: Sequence[_Span]) -> None:
        """Widen a column by a cell, never over the heads beside it."""
        span = self.spans[column]
        lowest = heads[column - 1].right if column else float("-inf")
        highest = heads[column + 1].left if column + 1 < len(heads) else float("inf")
        span.left = min(span.left, max(lowest, piece.left))
        span.right = max(span.right, min(highest, piece.right))

    def _learn_kinds(self, bands: Sequence[Band]) -> None:
        counts = [Counter[str]() for _ in self.spans]
        for band in bands:
            placed = self._place(band)
            if placed is None or len(placed) < min(2, len(self.spans)):
                continue
            for column, parts in placed.items():
                kind = kind_of(parts[0].text, self.style)
                if len(parts) == 1 and not parts[0].is_cut:  # what the recogniser joined tells less
                    counts[column]["date" if kind == "text" and is_short_day(parts[0].text) else kind] += 1
        for span, count, head in zip(self.spans, counts, self.heads, strict=True):
            if self.counts and head is self.heads[0]:
                span.kind = "number"
                continue
            kinds = [concept_kind(key) for key in head.concepts]
            span.kind = _kind_by(count, kinds[0] if len(set(kinds)) == 1 else "")

    def _piece(self, cell: Cell) -> _Piece:
        return _Piece(cell.text, cell.line.left, cell.line.right, cell.line, kind_of(cell.text, self.style))

    def _counted(self, band: Band) -> Iterator[_Piece]:
        """The cells of a band, the number of a row apart from words that it was joined with."""
        for number, cell in enumerate(band.cells):
            piece = self._piece(cell)
            joined = _NUMBERED.match(cell.text) if number == 0 and self.counts else None
            if joined is None or self.spans[0].shared(piece) <= 0:
                yield piece
                continue
            edge = piece.left + piece.width * joined.end(1) / len(cell.text)
            yield _Piece(joined[1], piece.left, edge, cell.line, "number")
            rest = cell.text[joined.end() :]
            yield _Piece(rest, edge + 0.3 * cell.line.height, piece.right, cell.line, kind_of(rest, self.style))

    def _pieces(self, band: Band) -> Iterator[_Piece]:
        for piece in self._counted(band):
            words = _words(piece.text)
            over = sum(span.shared(piece) > 0.4 * piece.line.height for span in self.spans)
            if over < 2 or not 2 <= len(words) <= 12 or not self._parts(piece, words):
                yield piece
                continue
            step, at = piece.width / len(piece.text), 0
            for number, word in enumerate(self._with_currency(words)):
                at = piece.text.find(word, at) if word in piece.text[at:] else at
                left, right = piece.left + step * at, piece.left + step * (at + len(word))
                glue = " " if number and piece.text[:at].endswith(" ") else ""
                yield _Piece(word, left, right, piece.line, kind_of(word, self.style), number > 0, True, glue)
                at += len(word)

    def _with_currency(self, words: Sequence[str]) -> list[str]:
        """The words of a cell with a currency that stands alone beside its number."""
        joined: list[str] = []
        waits = False
        for word in words:
            sign = bool(_SIGN.fullmatch(word))
            first = sign and self.signs.get(word, False)
            if joined and (waits or (sign and not first)):
                joined[-1] += f" {word}"
            else:
                joined.append(word)
            waits = first
        return joined

    def _parts(self, piece: _Piece, words: Sequence[str]) -> bool:
        """Whether a cell may hold what belongs to several columns: some number, or words of two columns of words."""
        if any(kind_of(word, self.style) not in ("text", "blank") for word in words):
            return True
        over = [span for span in self.spans if span.shared(piece) > 0]
        return all(span.kind in ("text", None) for span in over)

    def _plainly(self, pieces: Sequence[_Piece]) -> list[int] | None:
        """The columns where each piece stands under one and each column has one piece, as in most rows."""
        found: list[int] = []
        for piece in pieces:
            over = [i for i, span in enumerate(self.spans) if span.shared(piece) > 0]
            if len(over) != 1 or (found and over[0] <= found[-1]):
                return None
            found += over
        return found

    def _assign(self, pieces: Sequence[_Piece]) -> list[int] | None:
        """The columns of pieces from left to right, at the least cost in all; None where one piece is too far off."""
        width = len(self.spans)
        costs: list[list[float]] = []
        steps: list[list[int]] = []
        for number, piece in enumerate(pieces):
            row, back = [], []
            for column in range(width):
                own = self._cost(piece, column)
                if number == 0:
                    row.append(own)
                    back.append(-1)
                    continue
                best = min(range(column + 1), key=lambda c: costs[-1][c] + self._beside(pieces, number, c, column))
                row.append(own + costs[-1][best] + self._beside(pieces, number, best, column))
                back.append(best)
            costs.append(row)
            steps.append(back)
        if not costs:
            return None
        column = min(range(width), key=lambda c: costs[-1][c])
        found = [column]
        for back in reversed(steps[1:]):
            column = back[column]
            found.append(column)
        found.reverse()
        fits = all(self._gap(piece, column) < _FAR for piece, column in zip(pieces, found, strict=True))
        return found if fits else None

    def _gap(self, piece: _Piece, column: int) -> float:
        shared = self.spans[column].shared(piece)
        span = self.spans[column]
        if shared > 0:
            return 1 - shared / min(piece.width, max(1.0, span.right - span.left))
        return 1 - shared / max(1.0, piece.line.height)

    def _cost(self, piece: _Piece, column: int) -> float:
        kind = self.spans[column].kind
        cost = self._gap(piece, column)
        if kind is None or piece.kind == "blank" or kind == piece.kind:
            return cost
        if kind == "text":
            return cost + 0.3
        return cost + (1.0 if piece.kind == "number" or (kind == "date" and is_short_day(piece.text)) else 2.0)

    def _beside(self, pieces: Sequence[_Piece], number: int, before: int, column: int) -> float:
        """What it costs that a piece stands in `column` and the one before it in `before`."""
        piece, last = pieces[number], pieces[number - 1]
        if piece.goes_on:
            if before != column:
                return 0.2
            unit = self.spans[column].kind == "number" and last.kind == "number" and piece.kind == "text"
            return -1.9 if unit else 0.0
        if before != column:
            return 0.0
        return 0.3 if self.spans[column].kind in ("text", None) else 1.5


def _printed_together(heads: Sequence[HeadCell]) -> list[list[int]]:
    """The heads by the cells that they were printed in: the recogniser joins some."""
    groups: list[list[int]] = []
    for number, head in enumerate(heads):
        if groups and head.lines == heads[groups[-1][0]].lines:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _stands_by(piece: _Piece, span: _Span) -> bool:
    return span.shared(piece) > -_BESIDE * piece.line.height


def _words(text: str) -> list[str]:
    """The words of a cell; a code or a day before Chinese words is one of its own, as in `A8974螢幕`."""
    apart = _DAY_BEFORE.sub(r"\1 ", text, count=1)
    return [part for word in apart.split() for part in _CODE_BEFORE.sub(r"\1 ", word, count=1).split()]


def _count_rows(bands: Sequence[Band]) -> bool:
    """Whether rows begin with a small number."""
    begun = [bool(_COUNT.match(band.cells[0].text)) for band in bands]
    return 2 * sum(begun) >= len(begun) > 0


def _signs_first(bands: Sequence[Band]) -> dict[str, bool]:
    """Of each currency, whether these rows print it before its number."""
    counts: Counter[str] = Counter()
    for band in bands:
        for cell in band.cells:
            text = cell.text.strip()
            if before := _SIGN_BEFORE.match(text):
                counts[before[1]] += 1
            if behind := _SIGN_BEHIND.search(text):
                counts[behind[1]] -= 1
    return {sign: count > 0 for sign, count in counts.items()}


def _kind_by(count: Counter[str], concept: str) -> ColumnKind:
    """The kind of a column by its cells, and by what its head means."""
    filled = count.total() - count["blank"]
    if max(count["date"], count["time"]) * 10 >= 7 * filled > 0:
        return "date" if count["date"] >= count["time"] else "time"
    if concept in _WORDS:
        return "text"
    if not filled:
        return "number" if concept in _NUMBERS else "date" if concept == "date" else "text"
    most = max(("number", "date", "time", "text"), key=lambda kind: count[kind])
    if concept in _NUMBERS and count["number"] + count["time"]:
        return "number" if count["number"] >= count["time"] else "time"
    if concept == "date" and count["date"]:
        return "date"
    if most == "number" and 2 * count["number"] >= filled:
        return "number"
    if most == "date":
        return "date"
    return "time" if most == "time" else "text"


def _joined(parts: Sequence[_Piece]) -> TableCell:
    texts: list[str] = []
    for part in parts:  # the words of one cell as they are printed
        if part.goes_on and texts:
            texts[-1] += part.glue + part.text
        else:
            texts.append(part.text)
    return TableCell(join_texts(texts), tuple(dict.fromkeys(part.line for part in parts)))
