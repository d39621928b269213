"""Cuts the cells of a band into what may stand in one column each, where the recogniser joined more."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.fields.print.currencies import CURRENCY
from server.fields.print.folding import join_texts
from server.fields.print.number_style import NumberStyle
from server.fields.print.page_view import Cell
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import CellKind, kind_of
from server.fields.tables.table import ColumnKind, TableCell
from server.values.lines import Line

_SIGN: Final = re.compile(rf"(?:{CURRENCY})")
_SIGN_BEFORE: Final = re.compile(rf"({CURRENCY})\s?[-\d]")
_SIGN_BEHIND: Final = re.compile(rf"\d\s?({CURRENCY})$")
_DAY_BEFORE: Final = re.compile(r"^(.{0,12}\d[日号號])(?=[^\s\d])")
_CODE_BEFORE: Final = re.compile(r"^([A-Za-z0-9-]{3,})(?=[\u3040-\u9fff]{2})")
_COUNT: Final = re.compile(r"\d{1,4}[.)]?(?!\S)")
_NUMBERED: Final = re.compile(r"(\d{1,4}[.)]?)\s+(?=\S*[^\W\d])")
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Piece:
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
        """Its width, at least a pixel."""
        return max(1.0, self.right - self.left)


@dataclass(slots=True)
class Span:
    """Where a column stands, and what it holds once that is known."""

    left: float
    right: float
    kind: ColumnKind | None = None

    def shared(self, piece: Piece) -> float:
        """How far a piece stands over the column; below 0, how far beside it."""
        return min(self.right, piece.right) - max(self.left, piece.left)


class Cutter:
    """Cuts bands for columns; `counts`: the first column numbers the rows."""

    def __init__(self, bands: Sequence[Band], style: NumberStyle, *, counts: bool) -> None:
        self.style = style
        self.signs = _signs_first(bands)
        self.counts = counts and _count_rows(bands)

    def _piece(self, cell: Cell) -> Piece:
        return Piece(cell.text, cell.line.left, cell.line.right, cell.line, kind_of(cell.text, self.style))

    def counted(self, band: Band, first: Span) -> Iterator[Piece]:
        """The cells of a band, the number of a row apart from words that it was joined with."""
        for number, cell in enumerate(band.cells):
            piece = self._piece(cell)
            joined = _NUMBERED.match(cell.text) if number == 0 and self.counts else None
            if joined is None or first.shared(piece) <= 0:
                yield piece
                continue
            edge = piece.left + piece.width * joined.end(1) / len(cell.text)
            yield Piece(joined[1], piece.left, edge, cell.line, "number")
            rest = cell.text[joined.end() :]
            yield Piece(rest, edge + 0.3 * cell.line.height, piece.right, cell.line, kind_of(rest, self.style))

    def pieces(self, band: Band, spans: Sequence[Span]) -> Iterator[Piece]:
        """The cells of a band, those that stand over several columns word by word."""
        for piece in self.counted(band, spans[0]):
            if len(band.cells) == 1 and (own := _goes_on_in(piece, spans)) is not None:
                yield own
                continue
            words = _words(piece.text)
            over = sum(span.shared(piece) > 0.4 * piece.line.height for span in spans)
            if over < 2 or not 2 <= len(words) <= _MOST_WORDS or not self._parts(piece, words, spans):
                yield piece
                continue
            step, at = piece.width / len(piece.text), 0
            for number, word in enumerate(self._with_currency(words)):
                at = piece.text.find(word, at) if word in piece.text[at:] else at
                left, right = piece.left + step * at, piece.left + step * (at + len(word))
                glue = " " if number and piece.text[:at].endswith(" ") else ""
                yield Piece(word, left, right, piece.line, kind_of(word, self.style), number > 0, True, glue)
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

    def _parts(self, piece: Piece, words: Sequence[str], spans: Sequence[Span]) -> bool:
        """Whether a cell may hold what belongs to several columns: some number, or words of two columns of words."""
        if any(kind_of(word, self.style) not in ("text", "blank") for word in words):
            return True
        over = [span for span in spans if span.shared(piece) > 0]
        return all(span.kind in ("text", None) for span in over)


def _goes_on_in(piece: Piece, spans: Sequence[Span]) -> Piece | None:
    """A line alone that begins in a column of words behind the first one, as far as that column goes.

    Rows that a recogniser joined to one cell begin where rows do: this is a further line, an address or an account.
    """
    own = next((span for span in reversed(spans) if span.left <= piece.left + 0.5 * piece.line.height), None)
    if own is None or own is spans[0] or own.kind not in ("text", None) or spans[0].shared(piece) > 0:
        return None
    over = sum(span.shared(piece) > 0 for span in spans)
    return replace(piece, right=max(own.right, piece.left + 1), kind="text") if over > 1 else None


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


def joined(parts: Sequence[Piece]) -> TableCell:
    """One cell of what stands in one column."""
    texts: list[str] = []
    for part in parts:  # the words of one cell as they are printed
        if part.goes_on and texts:
            texts[-1] += part.glue + part.text
        else:
            texts.append(part.text)
    return TableCell(join_texts(texts), tuple(dict.fromkeys(part.line for part in parts)))
