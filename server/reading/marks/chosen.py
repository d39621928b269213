"""Which of the boxes found in pixels are no letters, by the lines of print that they stand in and by each other."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.fields.print.folding import is_cjk
from server.reading.marks.alignment import LETTERS, SIGNS, tokens
from server.reading.marks.levels import Levels
from server.values.lines import Line, Mark

_LIKE: Final = 0.15  # boxes of one page differ in size by less
_WORD_GAP: Final = 0.25  # of a side: letters of one word are nearer
_PAUSE: Final = 0.45
_ALONE: Final = 1.5  # of a side, of paper
_INSIDE: Final = 0.5  # of a side, from the ends of a line
_SMALL: Final = 0.45  # of the height of a line's box, which is half as high again as its print: small letters are lower
_GROUP: Final = 2
_RIM: Final = 0.2  # of a side, by which the box of a word may stand out of the ring around it


def chosen(marks: Sequence[Mark], levels: Levels) -> tuple[Mark, ...]:
    """Return those of `marks` that are boxes to tick on a page with the lines of `levels`."""
    if not marks:
        return ()
    places = [levels.line_of(mark) for mark in marks]
    fitting = np.array([_fits(mark, line) for mark, line in zip(marks, places, strict=True)])
    square = _has_square_letters(levels.lines)
    letters = np.array([_may_be_letter(mark, line, square) for mark, line in zip(marks, places, strict=True)])
    within = np.array([_is_within(mark, line) for mark, line in zip(marks, places, strict=True)])
    rings = np.array([mark.kind == "circle" for mark in marks])
    alike = _alike(marks)
    plain = fitting & ~letters
    kept = plain & (~within | (alike & plain).any(axis=1))
    # What may be a letter is a box where most of its size, and there are some, are boxes without a doubt.
    for index in map(int, np.flatnonzero(fitting & ~kept)):
        like, certain = np.count_nonzero(alike[index] & fitting), np.count_nonzero(alike[index] & kept)
        kept[index] = like > 0 and (2 * certain >= like or (rings[index] and like >= _GROUP))
    # Where none is empty and none was read as a sign, letters with strokes inside look the same; but they do not stand
    # apart from their lines one as large as the other, nor, with paper between, before a line of other print.
    known = [index for index in range(len(marks)) if kept[index]]
    shown = any(marks[index].ticked is False or _has_sign(places[index]) for index in known)
    apart = kept & plain & ~within
    shown = shown or bool((alike & apart & apart[:, None]).any())
    shown = shown or (
        not square and any(_opens(marks[index], levels) for index in known if apart[index] and not rings[index])
    )
    return tuple(marks[index] for index in known) if shown else ()


def _opens(mark: Mark, levels: Levels) -> bool:
    """Whether a mark stands alone before a line of print, as that of `☒ I agree` does."""
    line = levels.line_beside(mark)
    if line is None or line.left + _INSIDE * mark.side < mark.left:
        return False
    return mark.before >= _ALONE * mark.side and _PAUSE * mark.side <= mark.behind < _ALONE * mark.side


def _alike(marks: Sequence[Mark]) -> NDArray[np.bool_]:
    """Which marks have the same form and size as which others."""
    side, ring = np.array([mark.side for mark in marks]), np.array([mark.kind == "circle" for mark in marks])
    near = np.abs(side - side[:, None]) <= _LIKE * np.maximum(side, side[:, None])
    like: NDArray[np.bool_] = near & (ring == ring[:, None]) & ~np.eye(len(marks), dtype=np.bool_)
    return like


def _fits(mark: Mark, line: Line | None) -> bool:
    """Whether a box is no smaller than capitals, and has paper beside it as letters of a word do not have."""
    if line is None:
        return True
    if mark.kind == "circle" and _holds_word(mark, line):
        return False  # a ring drawn around a printed choice
    apart = _has_sign(line) or mark.crossed or max(mark.before, mark.behind) >= _PAUSE * mark.side
    return apart and mark.side >= _SMALL * line.height


def _holds_word(mark: Mark, line: Line) -> bool:
    """Whether a line is a word that stands inside a circle."""
    room = _RIM * mark.side
    inside = mark.left - room <= line.left and line.right <= mark.right + room
    return inside and not _has_sign(line) and sum(map(str.isalpha, line.text)) > 1


def _has_sign(line: Line | None) -> bool:
    """Whether a box was read as one."""
    return line is not None and any(sign in line.text for sign in SIGNS)


def _has_square_letters(lines: Sequence[Line]) -> bool:
    """Whether a page has print with square letters, such as 口: Chinese or Japanese, but for what a box is read as."""
    return any(is_cjk(part) and part not in LETTERS for line in lines for part in tokens(line.text))


def _may_be_letter(mark: Mark, line: Line | None, square: bool) -> bool:
    """Whether the print where a box stands has a letter by itself, or the box has print close to it."""
    if line is None or _has_sign(line):
        return False
    close = min(mark.before, mark.behind) < _WORD_GAP * mark.side
    return close or ((square or mark.kind == "circle") and any(part in LETTERS for part in tokens(line.text)))


def _is_within(mark: Mark, line: Line | None) -> bool:
    """Whether print of a line without a sign stands on both sides of a box."""
    if line is None or _has_sign(line):
        return False
    room = _INSIDE * mark.side
    return mark.left > line.left + room and mark.right < line.right - room
