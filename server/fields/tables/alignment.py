"""Assigns the pieces of a band to columns, from left to right, at the least cost in all."""

from collections.abc import Sequence
from itertools import pairwise

from server.fields.tables.cell_kinds import is_short_day
from server.fields.tables.pieces import Piece, Span

_FAR = 5.0  # cost of an impossible place


def align(spans: Sequence[Span], pieces: Sequence[Piece]) -> list[int] | None:
    """The column of each piece; None where one of them stands in no column."""
    return _plainly(spans, pieces) or _at_least_cost(spans, pieces)


def _plainly(spans: Sequence[Span], pieces: Sequence[Piece]) -> list[int] | None:
    """The columns where each piece stands under one and each column has one piece, as in most rows."""
    found: list[int] = []
    for piece in pieces:
        over = [i for i, span in enumerate(spans) if span.shared(piece) > 0]
        if len(over) != 1 or (found and over[0] <= found[-1]):
            return None
        found += over
    return found


def _at_least_cost(spans: Sequence[Span], pieces: Sequence[Piece]) -> list[int] | None:
    """The columns that cost least together; None where one piece is too far off."""
    if not pieces:
        return None
    costs = [[_cost(pieces[0], span) for span in spans]]
    steps: list[list[int]] = []
    for last, piece in pairwise(pieces):
        row, back = [], []
        for column, span in enumerate(spans):
            beside = [costs[-1][c] + _beside(piece, last, span, same=c == column) for c in range(column + 1)]
            best = min(range(column + 1), key=beside.__getitem__)
            row.append(_cost(piece, span) + beside[best])
            back.append(best)
        costs.append(row)
        steps.append(back)
    found = [min(range(len(spans)), key=costs[-1].__getitem__)]
    for back in reversed(steps):
        found.append(back[found[-1]])
    found.reverse()
    fits = all(_gap(piece, spans[column]) < _FAR for piece, column in zip(pieces, found, strict=True))
    return found if fits else None


def _gap(piece: Piece, span: Span) -> float:
    shared = span.shared(piece)
    if shared > 0:
        return 1 - shared / min(piece.width, max(1.0, span.right - span.left))
    return 1 - shared / max(1.0, piece.line.height)


def _cost(piece: Piece, span: Span) -> float:
    cost = _gap(piece, span)
    if span.kind is None or piece.kind in ("blank", span.kind):
        return cost
    if span.kind == "text":
        return cost + 0.3
    return cost + (1.0 if piece.kind == "number" or (span.kind == "date" and is_short_day(piece.text)) else 2.0)


def _beside(piece: Piece, last: Piece, span: Span, *, same: bool) -> float:
    """What it costs that a piece stands in the column of the one before it, or in another one."""
    if not same:
        return 0.2 if piece.goes_on else 0.0
    if piece.goes_on:
        unit = span.kind == "number" and last.kind == "number" and piece.kind == "text"
        return -1.9 if unit else 0.0
    return 0.3 if span.kind in ("text", None) else 1.5
