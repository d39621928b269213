"""Where the words of a recognised line stand, by its ink; the recogniser gives a line's text and its box alone."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from server.reading.marks.alignment import width_of
from server.reading.marks.hand.alternatives import Span
from server.reading.marks.hand.ink import ink_of, without_lines
from server.reading.marks.places import Image
from server.values.lines import Line

Place = tuple[float, float]
"""From where to where something stands, in pixels from the left."""

# What ticks and crosses are read as: signs, lone letters, and an X at the edge of a word (`YesX`, `XNo`).
SIGN: Final = re.compile(r"[√✓✔✗×]|(?<!\S)[XxVv](?!\S)|(?<=[^\W\d_A-Z])X(?!\w)|(?<!\w)X(?=[A-Z][^\W\d_A-Z])")
_TOKEN: Final = re.compile(rf"{SIGN.pattern}|(?:(?!{SIGN.pattern})\S)+")
_MOST_PIECES: Final = 60  # of ink on a line

# Lengths in heights of a line.
_SPACE: Final = 0.15  # between words; most letters of one word are nearer
_LEAST_SPACE: Final = 0.06
_WIDEST_IN_WORD: Final = 0.3
_OF_SIGN: Final = 0.75  # how wide a sign is
_EDGE: Final = 0.1
_DUST: Final = 0.04
_RARE: Final = 0.03  # the share of the width by which words must fit better without a piece of ink
_UNLIKE: Final = 0.15  # of the width of a line, by which one of its words may differ from the usual


def ink_pieces(line: Line, gray: Image, height: float) -> list[Place]:
    """Return the pieces of ink on a line of a page whose print is `height` pixels high, from left to right."""
    top, left = max(0, round(line.top)), max(0, round(line.left - _EDGE * height))
    part = gray[top : round(line.bottom), left : round(line.right + _EDGE * height)]
    if min(part.shape, default=0) < 2:
        return []
    dark = np.pad(without_lines(ink_of(part, height), height).any(axis=0), 1)
    edges = np.flatnonzero(np.diff(dark.astype(np.int8)))
    return [(left + float(a), left + float(b)) for a, b in edges.reshape(-1, 2) if b - a > _DUST * height]


def inked_places(text: str, pieces: Sequence[Place], height: float) -> dict[Span, Place]:
    """Return where each word and sign of a text is, by the pieces of ink on its line; nothing where that is open.

    Letters of a word may be pieces of their own. A piece that stands apart and was not read, as a tick may be, is left
    out where the widths then fit the words better. `pieces` are in pixels, and the line is `height` pixels high.
    """
    found = list(_TOKEN.finditer(text))
    spans = [match.span() for match in found]
    if not spans or not len(spans) <= len(pieces) <= _MOST_PIECES:
        return {}
    signs = [bool(SIGN.fullmatch(match[0])) for match in found]
    usual = np.array([_OF_SIGN if sign else width_of(match[0]) for sign, match in zip(signs, found, strict=True)])
    best: tuple[float, list[Place]] = (_UNLIKE, [])
    for left_out in (None, *(_apart(pieces, height) if not any(signs) else ())):
        kept = [piece for number, piece in enumerate(pieces) if number != left_out]
        words, torn = _words_in(kept, len(spans), height)
        if words:
            widths = np.array([right - left for left, right in words])
            unlike = float(np.abs(widths / widths.sum() - usual / usual.sum()).max())
            best = min(best, (unlike + torn + _RARE * (left_out is not None), words))
    return dict(zip(spans, best[1], strict=True)) if best[1] else {}


def _apart(pieces: Sequence[Place], height: float) -> Iterator[int]:
    """The pieces that stand as far from others as words do."""
    for number, (left, right) in enumerate(pieces):
        before = left - pieces[number - 1][1] if number else height
        behind = pieces[number + 1][0] - right if number + 1 < len(pieces) else height
        if min(before, behind) >= _SPACE * height:
            yield number


def _words_in(pieces: Sequence[Place], count: int, height: float) -> tuple[list[Place], float]:
    """Pieces of ink as so many words, with the widest gaps between them, and by how much a word is torn; else none."""
    if len(pieces) < count:
        return [], 0.0
    gaps = sorted(range(1, len(pieces)), key=lambda place: pieces[place - 1][1] - pieces[place][0])
    paper = [(pieces[place][0] - pieces[place - 1][1]) / height for place in gaps]
    between, within = paper[: count - 1], paper[count - 1 :]
    if between and between[-1] < _LEAST_SPACE:
        return [], 0.0
    starts = [0, *sorted(gaps[: count - 1])]
    ends = [*starts[1:], len(pieces)]
    words = [(pieces[start][0], pieces[end - 1][1]) for start, end in zip(starts, ends, strict=True)]
    return words, max(0.0, within[0] - _WIDEST_IN_WORD) if within else 0.0
