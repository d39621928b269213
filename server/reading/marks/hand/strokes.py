"""Strokes of a pen on print: rings around words, and lines and crosses over them, in the pixels around one line."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.reading.marks.hand.crosses import is_crossed
from server.reading.marks.hand.ink import ink_of
from server.reading.marks.hand.rings import is_ringed
from server.reading.marks.places import Image
from server.values.lines import Line

_LOWEST_RING: Final = 0.9  # heights of print
_HIGHEST_RING: Final = 3.2
_NARROWEST_RING: Final = 0.7
_THIN: Final = 0.45  # share of a ring's bounds that is ink, letters inside included
_SECTORS: Final = 24
_OUTER: Final = 0.72  # of the half axes of its bounds, at which a ring runs
_AROUND: Final = 0.8  # of the sectors that it runs through
_CORNER: Final = 1.3  # of the half axes: a frame has ink there
_CORNERS: Final = 3
_MIDDLE: Final = (0.3, 0.66)  # of the height of print, between which a line strikes a word and is not under it
_SLOPES: Final = tuple(step * 0.03 for step in range(-4, 5))  # of lines drawn by hand
_WAVER: Final = 0.05  # heights of print by which a line may leave its way
_DARK: Final = 0.6  # of the way from paper to ink
_RUN: Final = 0.8  # heights of print: in plain print no way is dark so far, since there is paper between letters
_STRUCK: Final = 0.88  # of a word that one dark way runs through
_PLAIN: Final = 0.4  # of a plain word at most; between both it cannot be known
_SHORTEST: Final = 0.25  # heights of print
_SAME_ROW: Final = 0.4  # heights of a line
_PAPER: Final = 0.2  # of a line's height, above and below its print
_ENDS: Final = 0.1  # heights of print at the ends of a word, whose place is a guess


@dataclass(frozen=True, slots=True)
class Paper:
    """A level page in shades of gray, with its lines, whose print is `height` pixels high.

    Where it `asks_to_cross` what is meant, a cross over a word may choose it or cross it out.
    """

    gray: Image
    height: float
    lines: tuple[Line, ...] = ()
    asks_to_cross: bool = False

    def room(self, line: Line) -> tuple[float, float]:
        """Return the y between which, above and below a line, there is no print of other rows."""
        middle = (line.top + line.bottom) / 2
        others = [
            one
            for one in self.lines
            if (one.block, one.row) != (line.block, line.row) and one.left < line.right and one.right > line.left
        ]
        above = [one.bottom for one in others if (one.top + one.bottom) / 2 < middle - _SAME_ROW * self.height]
        below = [one.top for one in others if (one.top + one.bottom) / 2 > middle + _SAME_ROW * self.height]
        edge = _PAPER * self.height
        return max(above, default=-np.inf) - edge, min(below, default=np.inf) + edge


@dataclass(frozen=True, slots=True)
class Strokes:
    """The pixels around a line, to be asked what is drawn on its words; `left` is where they begin.

    `room` are the rows between which no print stands but that of its row.
    """

    shades: NDArray[np.float32]
    ink: Image
    left: int
    center: float
    height: float
    rings: tuple[tuple[float, float], ...]
    room: tuple[float, float]

    def surrounds(self, left: float, right: float) -> bool:
        """Whether a ring runs around what is printed from `left` to `right`."""
        if any(ring[0] <= (left + right) / 2 <= ring[1] for ring in self.rings):
            return True
        return is_ringed(self.ink, (left - self.left, right - self.left), self.center, self.height, self.room)

    def crosses(self, left: float, right: float) -> bool | None:
        """Whether a cross is drawn over what is printed from `left` to `right`; None where letters look like one."""
        return is_crossed(self.shades, left - self.left, right - self.left, self.center, self.height)

    def strikes(self, left: float, right: float) -> bool | None:
        """Whether a line runs through what is printed from `left` to `right`; None where letters look like one."""
        ends = _ENDS * self.height
        first, last = left - self.left + ends, right - self.left - ends
        if last - first < _SHORTEST * self.height:
            return None
        start, stop = max(0, round(first - self.height)), max(0, round(last + self.height))
        struck = _longest_in(self.shades[:, start:stop], (first - start, last - start), self.center, self.height)
        return True if struck >= _STRUCK else False if struck <= _PLAIN else None


def strokes_on(paper: Paper, line: Line) -> Strokes:
    """Return the strokes on and around a line of print of a level page."""
    gray, height = paper.gray, paper.height
    middle = (line.top + line.bottom) / 2
    left, right = line.left, line.right
    start, top = max(0, round(left - height)), max(0, round(middle - 1.6 * height))
    part = gray[top : round(middle + 1.6 * height), start : round(right + height)]
    ink = ink_of(part, height)
    own = part[round(middle - height / 2) - top : round(middle + height / 2) - top, round(left) - start :]
    own = own[:, : max(1, round(right - left))]
    white, black = (float(share) for share in np.percentile(part, (90, 2)))
    black = min(
        black, float(np.percentile(own, 5)) if own.size else black
    )  # a short word is less than that of its strip
    shades = ((white - part) / max(white - black, 1.0)).astype(np.float32)
    rings = _rings(ink, middle - top, height)
    around = tuple((start + first, start + last) for first, last in rings)
    above, below = paper.room(line)
    return Strokes(shades, ink, start, middle - top, height, around, (above - top, below - top))


def _longest_in(part: NDArray[np.float32], word: tuple[float, float], center: float, height: float) -> float:
    """The largest share of a word, from its left to its right, that is dark along one way that is nearly level."""
    waver = max(1, int(_WAVER * height))
    dark = cv2.dilate((part >= _DARK).view(np.uint8), np.ones((1 + 2 * waver, 1), np.uint8))
    rows = np.arange(round(center + (_MIDDLE[0] - 0.5) * height), round(center + (_MIDDLE[1] - 0.5) * height))
    columns = np.arange(part.shape[1])
    best = 0.0
    for slope in _SLOPES:
        ways = rows[:, None] + np.round(slope * (columns - part.shape[1] / 2)).astype(np.int64)
        along = dark[np.clip(ways, 0, len(dark) - 1), columns]
        steps = np.diff(np.pad(along, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        _, starts = np.nonzero(steps == 1)
        _, stops = np.nonzero(steps == -1)
        inside = np.minimum(stops, word[1]) - np.maximum(starts, word[0])
        best = max(best, float(inside[stops - starts >= _RUN * height].max(initial=0.0)))
    return best / (word[1] - word[0])


def _rings(ink: Image, center: float, height: float) -> list[tuple[float, float]]:
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8, ltype=cv2.CV_32S)
    found = []
    for number, (left, top, width, high, area) in enumerate(stats[1:], 1):
        level = abs(top + high / 2 - center) <= 0.5 * height
        large = _LOWEST_RING * height <= high <= _HIGHEST_RING * height and width >= _NARROWEST_RING * height
        thin = area <= _THIN * width * high
        if level and large and thin and _is_round(labels[top : top + high, left : left + width] == number):
            found.append((float(left), float(left + width)))
    return found


def _is_round(piece: NDArray[np.bool_]) -> bool:
    """Whether ink runs around the middle of its bounds, as an ellipse does."""
    high, wide = piece.shape
    ys, xs = np.nonzero(piece)
    across, down = (xs - (wide - 1) / 2) / (wide / 2), (ys - (high - 1) / 2) / (high / 2)
    sectors = ((np.arctan2(down, across) / (2 * np.pi) + 0.5) * _SECTORS).astype(np.int64) % _SECTORS
    farthest = np.zeros(_SECTORS)
    np.maximum.at(farthest, sectors, np.hypot(across, down))
    framed = np.count_nonzero(farthest > _CORNER) >= _CORNERS
    return bool(np.mean(farthest >= _OUTER) >= _AROUND) and not framed
