"""Rendering-bomb guard: counts how often the forms and patterns of a PDF draw one another.

pdfium parses a form again each time it is drawn, down to 40 levels, so ten forms of ten calls each are 10 to the tenth.
Only what stands in plain is followed: a reference in the form's own dictionary, or in one that this one refers to; for
a form that has no resources, in those of the pages, where they mean one thing by a name.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Final

from server.media.pdf.filters import inflate, pieces
from server.media.pdf.streams import Stream

MOST_STEPS: Final = 300_000
MOST_OVERLAP: Final = 1_000  # pdfium 149 takes 0.3 ms for each tile over a point of an A4 page at 1.5 megapixels
_LEVELS: Final = 40
_LONGEST_FORM: Final = 16  # pieces of 64 KiB looked at in one form
_MOST_PIECES: Final = 10_000  # in all of them; a short form is one
_MOST_LISTS: Final = 10_000
_MOST_FORMS: Final = 10_000
_MOST_OBJECTS: Final = 20
_LONGEST_OBJECT: Final = 64 * 1024
_LONGEST_WAY: Final = 3  # form, its resources, their list of forms
_CALL: Final = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+(?:Do|scn|SCN|sh)\b")
_NAMED: Final = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+(\d{1,10})\s+\d{1,5}\s+R\b")
_KEPT_ELSEWHERE: Final = (b"Resources", b"XObject", b"Pattern")
_USES_OTHERS: Final = re.compile(rb"/(?:XObject|Pattern)(?![A-Za-z])|/Resources\s+\d")
_PATTERN: Final = re.compile(rb"/PatternType\s+1(?!\d)")
_LIST: Final = re.compile(rb"/(?:XObject|Pattern)\s*<<([^<>]{1,4000})>>")
_NUMBER: Final = rb"([-+]?\d*\.?\d+)"
_BOX: Final = re.compile(rb"/BBox\s*\[\s*" + rb"\s+".join([_NUMBER] * 4))
_STEP: Final = re.compile(rb"/[XY]Step\s+" + _NUMBER)
_LEAST_STEP: Final = 1e-6


def pattern_overlap(stream: Stream) -> float:
    """Return how many tiles of a tiling pattern lie over any one point; 1 where it is none, or says it elsewhere."""
    box, steps = _BOX.search(stream.head), _STEP.findall(stream.head)
    if not _PATTERN.search(stream.head) or box is None or len(steps) != 2:
        return 1.0
    left, bottom, right, top = (float(number) for number in box.groups())
    across, up = (max(abs(float(step)), _LEAST_STEP) for step in steps)
    return max(1.0, abs(right - left) / across) * max(1.0, abs(top - bottom) / up)


def drawing_steps(data: bytes, drawn: Sequence[Stream]) -> float:
    """Return how many forms and tiles are drawn for the costliest of the forms and patterns `drawn`, at most.

    Stops at the first sum beyond `MOST_STEPS`; loops are counted down to pdfium's own depth.
    """
    reader = _Reader(data)
    known = {stream.number: stream for stream in drawn[:_MOST_FORMS]}
    calls = {number: reader.calls(stream, known) for number, stream in known.items()}
    calls = {number: called for number, called in calls.items() if called}
    overlaps = {number: pattern_overlap(stream) for number, stream in known.items()}
    before: dict[int, float] = {}
    steps = overlaps
    branches = any(called.total() > 1 for called in calls.values()) or any(tiles > 1 for tiles in overlaps.values())
    for _ in range(_LEVELS if branches else 1):
        if steps == before or max(steps.values(), default=0) > MOST_STEPS:
            break
        before = steps
        steps = before | {
            number: overlaps[number] * (1 + sum(times * before[form] for form, times in called.items()))
            for number, called in calls.items()
        }
    return max(steps.values(), default=0)


class _Reader:
    """Reads what forms say, and the objects they refer to, as far as a fixed amount of work goes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._objects: dict[int, bytes] = {}
        self._pieces_left = _MOST_PIECES

    def calls(self, stream: Stream, known: Mapping[int, Stream]) -> Counter[int]:
        """Count how often the form or pattern `stream` draws each of those in `known`."""
        called: Counter[int] = Counter()
        has_own = b"/Resources" in stream.head
        if has_own and not _USES_OTHERS.search(stream.head):
            return called
        names = Counter(_CALL.findall(self._content(stream)))
        if not names:
            return called
        table = self._table(stream.head) if has_own else self._shared
        for name, times in names.items():
            if table.get(name) in known:
                called[table[name]] += times
        return called

    def _content(self, stream: Stream) -> bytes:
        """Return the beginning of what the form says; nothing where another filter than Flate is on it."""
        if stream.filters is None or set(stream.filters) - {b"FlateDecode"}:
            return b""
        said = pieces(self._data, stream.start, stream.end)
        for _ in stream.filters:
            said = inflate(said)
        taken = list(islice(said, min(_LONGEST_FORM, self._pieces_left)))
        self._pieces_left -= len(taken)
        return b"".join(taken)

    def _table(self, head: bytes) -> dict[bytes, int]:
        """Return which object each name means by the dictionary `head`, and by those it keeps its resources in."""
        table: dict[bytes, int] = {}
        for _ in range(_LONGEST_WAY):
            found = {name: int(number) for name, number in _NAMED.findall(head)}
            table |= found
            elsewhere = [found[name] for name in _KEPT_ELSEWHERE if name in found]
            if not elsewhere:
                break
            head = b"".join(self._object(number) for number in elsewhere)
        return table

    @cached_property
    def _shared(self) -> dict[bytes, int]:
        """Which object each name means in all lists of forms and patterns in the file that do not differ about it."""
        meanings: dict[bytes, set[int]] = {}
        for listed in islice(_LIST.finditer(self._data), _MOST_LISTS):
            for name, number in _NAMED.findall(listed[1]):
                meanings.setdefault(name, set()).add(int(number))
        return {name: numbers.pop() for name, numbers in meanings.items() if len(numbers) == 1}

    def _object(self, number: int) -> bytes:
        """Return the text of the object `number` as it stands last in the file; nothing where it is not in plain."""
        if number in self._objects or len(self._objects) >= _MOST_OBJECTS:
            return self._objects.get(number, b"")
        opening = b"%d 0 obj" % number
        place = self._data.rfind(opening)
        while place > 0 and self._data[place - 1 : place].isdigit():
            place = self._data.rfind(opening, 0, place)
        text = self._data[place + len(opening) :][:_LONGEST_OBJECT] if place >= 0 else b""
        self._objects[number] = text.partition(b"endobj")[0]
        return self._objects[number]
