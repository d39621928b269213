"""Whether a field for a signature is signed: ink of a pen above, behind or below its label, where a line or frame is.

Print has no piece of ink that is as wide as two letters; a running hand has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.fields.print.folding import compact
from server.fields.words.language import page_language
from server.fields.words.signing import signing_words
from server.reading.marks.hand.ink import ink_of, lines_to_write_on, longest_stroke, without_lines
from server.reading.marks.places import Image
from server.values.lines import Line, Mark

# Lengths in heights of print.
_AROUND: Final = (1.0, 6.0, 17.0, 9.0)  # left, above, right and below a label: what is looked at
_LEVEL: Final = 0.25
_BROKEN: Final = 3.0  # of the line at its left, where a pen crosses it again and again
_FIELD: Final = 4.0  # the whole line is longer
_WIDE: Final = 1.6  # a piece of ink of a pen
_WIDE_IN_PRINT: Final = 2.5  # the same where the recogniser has read print
_HIGH: Final = 0.6
_CLEAR: Final = 1.6
_DUST: Final = 0.3
_SURE: Final = 0.9  # score of what is print, and no hand that was read as some
_LARGEST: Final = 40.0  # px of print
_FULL: Final = 0.45  # share of its bounds that is ink in a stamp or picture
_MOST_WORDS: Final = 5
_MOST_LABELS: Final = 8  # of a page
_COMPANY: Final = "firma"  # a company in German, a signature in Spanish and Italian

Region = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Rule:
    left: float
    right: float
    y: float


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    return tuple(map(compact, signing_words("signature")))


def is_signature_label(text: str) -> bool:
    """Whether a line of print is the label of a signature: `Signature`, `Unterschrift des Kunden:`, `客户签字`."""
    if len(text) > 48 or len(text.split()) > _MOST_WORDS:
        return False
    plain = compact(text)
    return any(word in plain for word in _words())


def with_signatures(lines: Sequence[Line], gray: Image, height: float) -> tuple[Line, ...]:
    """Return the lines of a page with a mark at the label of each field for a signature; its print is `height` high."""
    labels = [line for line in lines if line.mark is None and is_signature_label(line.text)]
    if (
        any(compact(line.text).startswith(_COMPANY) for line in labels)
        and page_language(line.text for line in lines) == "de"
    ):
        labels = [line for line in labels if not compact(line.text).startswith(_COMPANY)]
    if len(labels) > _MOST_LABELS:
        return tuple(lines)
    marks = {id(line): _signature(line, lines, gray, height) for line in labels}
    return tuple(replace(line, mark=mark) if (mark := marks.get(id(line))) else line for line in lines)


def _signature(label: Line, lines: Sequence[Line], gray: Image, height: float) -> Mark | None:
    left, top = (max(0, round(edge)) for edge in (label.left - _AROUND[0] * height, label.top - _AROUND[1] * height))
    right, bottom = round(label.right + _AROUND[2] * height), round(label.bottom + _AROUND[3] * height)
    part = gray[top:bottom, left:right]
    if min(part.shape) < 2 * height:
        return None
    scale = min(1.0, _LARGEST / height)  # of the part that is looked at: larger print shows nothing more
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]

    def placed(one: Line) -> Region:
        x1, y1, x2, y2 = one.left - left, one.top - top, one.right - left, one.bottom - top
        return x1 * scale, y1 * scale, x2 * scale, y2 * scale

    ink = ink_of(part, height * scale)
    rules = _rules(lines_to_write_on(ink, height * scale), height * scale)
    field = _field(placed(label), rules, height * scale, label.text.rstrip().endswith((":", "：")))
    if field is None:
        return None
    printed = [placed(one) for one in lines if one.score >= _SURE]
    field = _below_print(field, printed, placed(label), height * scale)
    signed, box = _signed(without_lines(ink, height * scale), field, placed(label), printed, height * scale)
    a, b, c, d = (edge / scale + start for edge, start in zip(box, (left, top, left, top), strict=True))
    return Mark(kind="signature", ticked=signed, box=((a, b), (c, b), (c, d), (a, d)))


def _rules(straight: Image, height: float) -> list[_Rule]:
    """The level lines that are long enough to sign on; one may be in pieces, where a pen ran over it."""
    level = cv2.morphologyEx(straight, cv2.MORPH_OPEN, np.ones((1, longest_stroke(height)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(level, connectivity=8, ltype=cv2.CV_32S)
    found: list[_Rule] = []
    for x, y, width, high, _ in sorted(stats[1:].tolist()):
        one = _Rule(float(x), float(x + width), y + high / 2)
        same = (
            rule for rule in found if abs(rule.y - one.y) <= _LEVEL * height and one.left - rule.right <= 2 * height
        )
        before = next(same, None)
        if before is not None:
            found.remove(before)
            one = _Rule(before.left, max(before.right, one.right), (before.y + one.y) / 2)
        found.append(one)
    return [rule for rule in found if rule.right - rule.left >= _FIELD * height]


def _field(label: Region, rules: Sequence[_Rule], height: float, colon: bool) -> Region | None:
    """Where the signature of a label is to stand; None where nothing shows a field."""
    left, top, right, bottom = label
    over = [rule for rule in rules if rule.left <= left + _BROKEN * height and rule.right >= right - height]
    above = [rule for rule in over if top - 1.2 * height <= rule.y <= top + 0.3 * height]
    below = [rule for rule in over if bottom + 0.8 * height <= rule.y <= bottom + 8 * height]
    for upper in above:
        for lower in below:
            if abs(upper.left - lower.left) <= height and abs(upper.right - lower.right) <= height:
                return upper.left, upper.y, upper.right, lower.y
    beside = [
        rule
        for rule in rules
        if top + 0.3 * height <= rule.y <= bottom + 0.6 * height and right - height <= rule.left <= right + 4 * height
    ]
    if beside:
        rule = beside[0]
        return max(right, rule.left - 0.5 * height), rule.y - 2.5 * height, rule.right, rule.y + height
    if above:
        rule = max(above, key=lambda rule: rule.y)
        return min(rule.left, left - 0.5 * height), rule.y - 3.2 * height, rule.right, rule.y + 0.2 * height
    near = [rule for rule in below if rule.y <= bottom + 5 * height]
    if near:
        rule = min(near, key=lambda rule: rule.y)
        return rule.left, bottom, rule.right, rule.y + 0.8 * height
    return (right, top - 1.2 * height, right + 12 * height, bottom + 0.8 * height) if colon else None


def _below_print(field: Region, printed: Sequence[Region], label: Region, height: float) -> Region:
    """A field over its label without the row of print above it: what ends well above the line is not written on it."""
    left, top, right, bottom = field
    if label[1] < bottom - height:
        return field
    rows = [
        box[3]
        for box in printed
        if box != label and box[0] < right and box[2] > left and top < box[3] <= bottom - _CLEAR * height
    ]
    return left, max([top, *rows]), right, bottom


def _signed(
    ink: Image, field: Region, label: Region, printed: Sequence[Region], height: float
) -> tuple[bool | None, Region]:
    """Whether a field has a pen's ink, or none at all; None where it has other ink. And where that is."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, middles = cv2.connectedComponentsWithStats(closed, connectivity=8, ltype=cv2.CV_32S)
    found: list[NDArray[np.int32]] = []
    other = False
    for (x, y, width, high, area), middle in zip(stats[1:], middles[1:], strict=True):
        if not _holds(field, middle) or _holds(label, middle) or max(width, high) < _DUST * height:
            continue
        in_print = any(_holds(box, middle) for box in printed)
        wide = width >= (_WIDE_IN_PRINT if in_print else _WIDE) * height and high >= _HIGH * height
        if wide and area <= _FULL * width * high:
            found.append(np.array((x, y, x + width, y + high)))
        other = True
    if not found:
        return (None if other else False), field
    edges = np.array(found, dtype=np.float64)
    return True, (*map(float, edges[:, :2].min(axis=0)), *map(float, edges[:, 2:].max(axis=0)))  # type: ignore[return-value]


def _holds(region: Region, point: NDArray[np.float64]) -> bool:
    return bool(region[0] <= point[0] <= region[2] and region[1] <= point[1] <= region[3])
