"""Repetition guard: detects a language model's loop while the answer is streamed, and cuts it to one turn.

Threat: a model in a loop writes until its token limit, and occupies a place in the batch all that time.
Invariant: the output is a prefix of the input; without a loop, after `flush`, all of it.
Not detected: loops that count ("1. a 2. a 3. a"), and turns longer than `max_unit`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from server.settings.groups import RepetitionSettings

Kind = Literal["text", "line", "filler", "row"]

_ROOM: dict[Kind, tuple[int, int]] = {"text": (1, 1), "line": (1, 4), "filler": (10, 10), "row": (10, 20)}
_KINDS = tuple(_ROOM)
_PAGE = 8  # times `min_times`: the lines of a page, all equal
_NO_CHARACTER = 0xFFFF_FFFF  # stands before the text's beginning; equals no code point
_SEAM = 8  # characters: patterns up to this length are seen across the ends of however short a unit
_MARKUP = re.compile(
    r"</?(?:table|thead|tbody|tfoot|tr|td|th|[a-z]cel|ched|rhed|srow|nl)\b[^<>]*>|&nbsp;|\\hline", re.IGNORECASE
)  # of tables in HTML, OTSL (`<fcel>`, `<ecel>`, `<nl>`) and LaTeX
_LEADERS = re.compile(r"[\s.·•‥…_\-‐-―−=*~#+:|/\\,;\"\[\](){}&─-╿■-◿☐-☒・＿．－￣]*")
_ROW = re.compile(r"\||\\\\|[}\]]\s*,|[-_=~*·.]{4}|…{2}")  # cells, rows of LaTeX and JSON, a form's line with its label
_LETTER = re.compile(r"[^\W\d_]")
_BETWEEN_NUMBERS = re.compile(r"[\s,;&]")
_QUOTED_ELEMENT = re.compile(r'"\s*,')


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What repeats: `unit`, as it stood the first time, and how many whole times it stood there when it was noticed."""

    unit: str
    times: int


class RepetitionGuard:
    r"""Takes one answer piece by piece and gives it out again, without the turns of a loop after the first.

    The rule. A loop is a unit of 1 to `max_unit` characters that follows itself without a gap at least `min_times`
    times, and often enough that all turns together fill some room. How much depends on what the unit is
    (`kind_of_unit`), because to cut a true answer is worse than to notice a loop some hundred tokens later. With the
    default settings (400 characters, 8 times):

    ====== ============================================================================= =====================
    kind   what                                                                          characters at least
    ====== ============================================================================= =====================
    text   words, characters, `000`, `\quad`, empty lines                                400
    line   whole lines, quoted elements of JSON: a column of a table, a sheet of labels  64 turns: 400 to 1600
    filler leaders, rules, white space, empty cells                                      4000
    row    rows of tables and of JSON objects, columns of numbers, a form's lines        64 turns: 4000 to 8000
    ====== ============================================================================= =====================

    64 turns, because a page has room for about 60 lines, and they may be equal: 60 rows of up to 133 characters pass,
    and a row written for ever is still stopped. In terms of the settings: 1, 4, 10 and 20 times `min_characters`, and
    8 times `min_times`. For comparison, HunyuanOCR 1.0 cuts from 8000 characters and 10 turns on, 1.5 from 4000
    characters and 8 turns of up to 256 characters.

    What is held back. The longest end of the text so far that equals what stands up to `max_unit` characters before
    it, and no more: only so can a stream be cut to the first turn. In ordinary text these are a few characters, in
    tables a few cells; within equal rows or a leader all but the first, and never as much as 20 times `min_characters`
    or `min_times` of the longest units. It is given out unchanged with the character that breaks the repetition.

    Work. Nearly all text is far from a loop: while what is held back and the new piece are together shorter than the
    shortest run that counts (350 characters), a few searches of the last `max_unit` characters say all. From there on
    `_Runs` follows every unit length character by character, until the repetition breaks.
    """

    def __init__(self, settings: RepetitionSettings) -> None:
        self._needed = _needed(settings)
        self._least = int(self._needed.min())  # the length of the shortest run that may end a loop
        self._span = settings.max_unit
        self._on = settings.guard
        self._tail = ""  # the end of the text so far: as much as a later piece may be compared with
        self._held = ""
        self._runs: _Runs | None = None
        self.loop: Loop | None = None

    def feed(self, text: str) -> str:
        """Take the next piece of the answer and return what may be given out now.

        Once `loop` is set, what was returned in all ends with the loop's first turn, and nothing follows: the caller
        stops the generation. How the answer is cut into pieces changes neither the verdict nor what is given in all.
        """
        if self.loop is not None or not self._on:
            return "" if self._on else text
        pending = self._held + text
        tail = self._tail + text
        size = len(pending)
        if size < self._least:
            self._runs = None
            given = size - _repeated(tail, size, self._span)
        else:
            given = size - self._follow(text)
        self._tail = tail[-self._least - self._span :]
        self._held = "" if self.loop else pending[given:]
        return pending[:given]

    def flush(self) -> str:
        """Return what is still held back: the answer has ended, and not in a loop."""
        held, self._held = self._held, ""
        return held

    def _follow(self, text: str) -> int:
        """Take `text` in character by character; return how many characters at the end are held back or cut."""
        if self._runs is None:
            self._runs = _Runs(self._needed, self._tail, len(self._held))
        left = self._runs.feed(text)
        self.loop = self._runs.loop
        return left


def _repeated(tail: str, most: int, span: int) -> int:
    """Length of the longest end of `tail`, `most` at most, that stands up to `span` characters earlier as well."""
    end = len(tail)
    low, high, size = 0, most + 1, most
    while high - low > 1:  # an end of a repeated end is repeated as well
        if tail.find(tail[end - size :], max(0, end - size - span), end - 1) >= 0:
            low = size
        else:
            high = size
        size = (low + high) // 2
    return low


class _Runs:
    """How long the text has been equal to itself, for every unit length at once: two numpy operations a character.

    `tail` is the text so far, as far back as it matters, of which the last `held` characters are repeated.
    """

    def __init__(self, needed: "np.ndarray[tuple[int, int], np.dtype[np.int64]]", tail: str, held: int) -> None:
        span = len(needed)
        before = np.concatenate((np.full(span + held + 1, _NO_CHARACTER, np.uint32), _codes(tail)))[-span - held - 1 :]
        equal_to = np.lib.stride_tricks.sliding_window_view(before[:-1], span)
        self._needed = needed
        self._span = span
        self._history = before[-span:]
        self._position = 0  # of the last character
        self._unequal = -(equal_to != before[span:, None])[::-1].argmax(0)  # per period: the last position that differs
        self._next_look = 1  # no position before this one can end a loop
        self.loop: Loop | None = None

    def feed(self, text: str) -> int:
        """Take `text` in; return how many characters at its end are repeated, or follow the first turn of a loop."""
        codes = _codes(text)
        end = self._position + len(codes)
        history, span, unequal = np.concatenate((self._history, codes)), self._span, self._unequal
        for index in range(len(codes)):
            self._position += 1
            unequal[history[index : index + span] != codes[index]] = self._position
            if self._position >= self._next_look:
                period = self._find_loop(history[: index + 1 + span])
                if period:
                    return end - int(unequal[span - period])
        self._history = history[len(codes) :]
        return end - int(unequal.min())

    def _find_loop(self, history: "np.ndarray[tuple[int], np.dtype[np.uint32]]") -> int:
        """Set `loop` and return its period where one has just become long enough, else return 0.

        A run of equal characters grows by one at a time, so it meets each kind's number exactly, once, at a position
        that can be foretold: a unit is looked at only then, which bounds the work within a long leader, too.
        """
        runs = self._position - self._unequal
        missing = self._needed - runs[:, None]
        least = int(self._needed.min())
        self._next_look = self._position + int(missing.min(initial=least, where=missing > 0))
        for row, column in np.argwhere(missing == 0)[::-1]:  # short units first
            period = self._span - int(row)
            unit = history[len(history) - period :].tobytes().decode("utf-32-le", "surrogatepass")
            if kind_of_unit(unit) == _KINDS[column]:
                run = int(runs[row])
                shift = -run % period  # from the last turn's beginning to a place where the first one's came round
                self.loop = Loop(unit=unit[shift:] + unit[:shift], times=run // period + 1)
                return period
        return 0


def _codes(text: str) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@lru_cache(maxsize=16)
def _needed(settings: RepetitionSettings) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """How long a run has to be, less one turn: a row for each period, the longest first, a column for each kind."""
    periods = np.arange(settings.max_unit, 0, -1)[:, None]
    low, high = settings.min_characters * np.array(list(_ROOM.values())).T
    turns = settings.min_times * periods
    needed = np.maximum(turns, np.clip(_PAGE * turns, low, high)) - periods
    needed.setflags(write=False)
    return needed


def kind_of_unit(unit: str) -> Kind:
    """Say what repeats, as in the table of `RepetitionGuard`; rotations and multiples of a unit are of its kind.

    A unit may begin anywhere, so everything is looked for in several turns of it: `d></td><t` is an empty cell.
    """
    if unit.isspace():
        return "text" if 2 * unit.count("\n") >= len(unit) else "filler"
    turns = unit * (2 + _SEAM // len(unit))
    markup = _MARKUP.search(turns)
    start = markup.start() % len(unit) if markup else 0
    bare = _MARKUP.sub("", unit[start:] + unit[:start])
    if _LEADERS.fullmatch(bare):
        return "filler"
    numbers = not _LETTER.search(bare) and _BETWEEN_NUMBERS.search(bare) and any(map(str.isdecimal, bare))
    if markup or numbers or _ROW.search(turns):
        return "row"
    return "line" if "\n" in unit or _QUOTED_ELEMENT.search(turns) else "text"
