"""The short cuts of the guard change nothing: compared with the plain algorithm, which follows every character."""

from itertools import cycle
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.settings.groups import RepetitionSettings
from server.writing.repetition import RepetitionGuard, kind_of_unit

KINDS = {"text": (1, 1), "line": (1, 4), "filler": (10, 10), "row": (10, 20)}
SMALL = RepetitionSettings(min_characters=16, min_times=3, max_unit=9)
PIECES = ["a", "ab", "的", "\ud800", ".", "..", "\n", "| 0 ", "<td></td>", "1, ", "again ", "UK\n", '"x", ', "{x}"]


class Oracle:
    """Compares each character with the `max_unit` before it, and looks for a loop after every one."""

    def __init__(self, settings):
        self.span = settings.max_unit
        periods = np.arange(self.span, 0, -1)[:, None]
        low, high = settings.min_characters * np.array(list(KINDS.values())).T
        turns = settings.min_times * periods
        self.needed = np.maximum(turns, np.clip(8 * turns, low, high)) - periods
        self.unequal = np.zeros(self.span, np.int64)
        self.text = ""
        self.given = 0
        self.loop = None

    def feed(self, piece):
        begin = self.given
        for character in piece if self.loop is None else "":
            self.text += character
            size = len(self.text)
            recent = self.text[-self.span - 1 : -1].rjust(self.span, "\0")
            self.unequal[np.array([other != character for other in recent])] = size
            if self.ends_a_loop(size):
                return self.text[begin : self.given]
        if self.loop is None:
            self.given = int(self.unequal.min())
        return self.text[begin : self.given]

    def ends_a_loop(self, size):
        for row, column in np.argwhere(self.needed == (size - self.unequal)[:, None])[::-1]:
            period, first = self.span - int(row), int(self.unequal[row]) - (self.span - int(row))
            if kind_of_unit(self.text[-period:]) == list(KINDS)[column]:
                self.given = first + period
                self.loop = self.text[first : first + period], (size - first) // period
                return True
        return False


def compare(text, sizes, settings):
    guard, oracle, start = RepetitionGuard(settings), Oracle(settings), 0
    for size in cycle(sizes):
        piece = text[start : start + size]
        assert guard.feed(piece) == oracle.feed(piece)
        assert (guard.loop and (guard.loop.unit, guard.loop.times)) == oracle.loop
        start += size
        if start >= len(text):
            break
    assert guard.flush() == ("" if oracle.loop else text[oracle.given :])


repeated = st.tuples(st.lists(st.sampled_from(PIECES), max_size=3).map("".join), st.integers(1, 40))
texts = st.lists(repeated, max_size=8).map(lambda found: "".join(unit * times for unit, times in found))
sizes = st.lists(st.integers(0, 30), min_size=1, max_size=6).map(lambda found: [*found, 1])


@given(text=texts, sizes=sizes)
def test_pieces_and_loops_are_those_of_the_plain_algorithm(text, sizes):
    compare(text, sizes, SMALL)


@given(text=st.text(alphabet="ab", max_size=200), sizes=sizes)
def test_two_letters_at_random_are_given_out_as_by_the_plain_algorithm(text, sizes):
    compare(text, sizes, SMALL)


@pytest.mark.parametrize("seed", range(6))
def test_long_texts_under_the_default_settings_are_treated_as_by_the_plain_algorithm(seed):
    random = Random(seed)  # noqa: S311
    text = ""
    while len(text) < 6_000:
        unit = "".join(random.choices(PIECES, k=random.choice((1, 2, 5, 30))))
        text += unit * random.choice((1, 1, 2, 5, 250 // len(unit), 380 // len(unit)))
    compare(text, [random.choice((1, 3, 4, 7, 60, 500)) for _ in range(50)], RepetitionSettings())
