"""The word that is left where the other one is lost under a cross: `Driver: / no` and `Driver: yes /`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.reading.marks.hand.alternatives import places_of
from server.reading.marks.hand.ink import ink_of
from server.reading.marks.hand.strokes import Paper, strokes_on
from server.values.lines import Line, Mark, part_of

_WORD: Final = r"[^\W\d_]{2,24}"
_BAR: Final = r"[/|／｜]"
_HALF: Final = re.compile(
    rf"(?P<question>[^:：?？]*[:：?？])?\s*(?:{_BAR}\s*(?P<second>{_WORD})|(?P<first>{_WORD})\s*{_BAR})"
)
_FARTHEST: Final = 6.0  # heights of print from the bar to the far end of what is lost
_FROM_BAR: Final = 0.25  # heights of print, likewise from other print
_APART: Final = 0.8  # heights of print without ink, beyond which another word begins
_LEAST: Final = 0.8  # heights of print: a narrower piece of ink is no word


def has_lost_word(line: Line) -> bool:
    """Whether a line has a bar, one word to choose, and none at the other side of the bar."""
    return line.mark is None and bool(line.middles) and _HALF.fullmatch(line.text.strip()) is not None


def with_lost_word(row: Sequence[Line], paper: Paper) -> tuple[Line, ...]:
    """Return the lines of a row, the word beside a bar marked where what stood at its other side is crossed out."""
    found: list[Line] = []
    for number, line in enumerate(row):
        edges = row[number - 1].right if number else 0.0, row[number + 1].left if number + 1 < len(row) else np.inf
        found += _left_over(line, edges, paper) if has_lost_word(line) else [line]
    return tuple(found)


def _left_over(line: Line, edges: tuple[float, float], paper: Paper) -> list[Line]:
    half = _HALF.fullmatch(line.text.strip())
    printed = line.text.replace(" ", "")
    if half is None or len(printed) != len(line.middles):
        return [line]
    start = len(line.text) - len(line.text.lstrip())
    group = "second" if half["second"] else "first"
    span = start + half.start(group), start + half.end(group)
    bars = [at for at, char in enumerate(printed) if re.fullmatch(_BAR, char)]
    bar = line.left + line.middles[bars[-1]] * (line.right - line.left)
    ((left, right),) = places_of(line, [span])
    room = _FROM_BAR * paper.height
    if group == "second":
        question = half.end("question") + start if half["question"] else 0
        first = places_of(line, [(0, question)])[0][1] if question else edges[0]
        lost = _ink_beside(line, (max(first + room, bar - _FARTHEST * paper.height), bar - room), paper, ahead=False)
    else:
        lost = _ink_beside(line, (bar + room, min(edges[1] - room, bar + _FARTHEST * paper.height)), paper, ahead=True)
    if lost is None:
        return [line]
    (_, top), (_, bottom) = line.box[0], line.box[2]
    ends = min(line.left, lost[0]), max(line.right, lost[1])
    strokes = strokes_on(
        paper, replace(line, box=((ends[0], top), (ends[1], top), (ends[1], bottom), (ends[0], bottom)))
    )
    drawn_on = (
        strokes.crosses(left, right) is not False or strokes.strikes(left, right) or strokes.surrounds(left, right)
    )
    if drawn_on or strokes.crosses(*lost) is not True:
        return [line]
    mark = Mark(kind="strike", ticked=None if paper.asks_to_cross else True, box=part_of(line.box, left, right))
    pieces = []
    if half["question"]:
        behind = places_of(line, [(start, start + half.end("question"))])[0][1]
        pieces.append(replace(line, text=half["question"].strip(), box=part_of(line.box, line.left, behind)))
    word = replace(line, text=f"{mark.sign} {half[group]}", mark=mark, box=mark.box, middles=())
    return [*(replace(piece, middles=()) for piece in pieces), word]


def _ink_beside(line: Line, place: tuple[float, float], paper: Paper, *, ahead: bool) -> tuple[float, float] | None:
    """From where to where there is ink, without a gap, in a place of a line that begins or ends at its bar."""
    left, right = max(0, round(place[0])), min(paper.gray.shape[1], round(place[1]))
    middle = (line.top + line.bottom) / 2
    top, bottom = max(0, round(middle - paper.height)), round(middle + paper.height)
    if right - left < _LEAST * paper.height or bottom - top < paper.height:
        return None
    level = slice(round(middle - paper.height / 2) - top, round(middle + paper.height / 2) - top)
    columns: NDArray[np.intp] = np.flatnonzero(
        ink_of(paper.gray[top:bottom, left:right], paper.height)[level].any(axis=0)
    )
    ordered = columns if ahead else columns[::-1]
    far = np.flatnonzero(np.abs(np.diff(ordered)) > _APART * paper.height)
    own = ordered[: far[0] + 1] if len(far) else ordered
    if not len(own) or np.ptp(own) < _LEAST * paper.height:
        return None
    return left + float(own.min()), left + float(own.max()) + 1
