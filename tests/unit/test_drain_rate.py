"""When to try again: from how fast a line has moved, and not from how long nobody came."""

import pytest

from server.pipeline.admission.drain_rate import DrainRate


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def drain(clock):
    return DrainRate(guess_s=0.5, clock=clock)


def leave(drain, clock, *gaps, more_wait=True):
    for gap in gaps:
        clock.now += gap
        drain.left(more_wait=more_wait)


def test_before_there_was_a_line_it_is_a_guess(drain):
    assert drain.seconds_for(4) == 2


def test_departures_while_others_wait_say_how_fast_it_goes(drain, clock):
    drain.line_formed()
    leave(drain, clock, 2, 4)
    assert drain.seconds_for(10) == 30


def test_only_the_last_departures_count(drain, clock):
    drain.line_formed()
    leave(drain, clock, *[9] * 40, *[1] * 32)
    assert drain.seconds_for(3) == 3


def test_idle_time_does_not(drain, clock):
    drain.line_formed()
    leave(drain, clock, 1)
    leave(drain, clock, 1, more_wait=False)
    leave(drain, clock, 5000, more_wait=False)
    clock.now += 5000
    drain.line_formed()
    assert drain.seconds_for(10) == 10


def test_a_line_that_gave_up_is_none(drain, clock):
    drain.line_formed()
    leave(drain, clock, 1)
    clock.now += 1
    drain.line_gone()
    clock.now += 5000
    drain.line_formed()
    assert drain.seconds_for(10) == 10


def test_a_departure_that_is_overdue_counts_as_a_slow_one(drain, clock):
    drain.line_formed()
    leave(drain, clock, 1)
    clock.now += 0.5
    assert drain.seconds_for(1) == 1
    clock.now += 4.5
    assert drain.seconds_for(1) == 3
