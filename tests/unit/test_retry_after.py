"""When to try again: never at once, never too far off, and later the longer the queue is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.admission.retry_after import ServiceTimes

SECONDS = st.floats(0, 10_000)
COUNT = st.integers(0, 10_000)


def after(*seconds):
    times = ServiceTimes()
    for each in seconds:
        times.served(each)
    return times


@given(st.lists(SECONDS, max_size=50), COUNT, st.integers(0, 500))
def test_it_is_whole_seconds_from_one_to_sixty(seconds, waiting, at_once):
    told = after(*seconds).retry_after_s(waiting, at_once)
    assert isinstance(told, int)
    assert 1 <= told <= 60


@given(st.lists(SECONDS, max_size=50), COUNT, COUNT, st.integers(1, 500))
def test_it_grows_with_the_queue_and_shrinks_with_what_is_served_at_once(seconds, shorter, more, at_once):
    times = after(*seconds)
    assert times.retry_after_s(shorter, at_once) <= times.retry_after_s(shorter + more, at_once)
    assert times.retry_after_s(shorter, at_once + 1) <= times.retry_after_s(shorter, at_once)


def test_before_a_request_was_served_it_is_a_guess_of_a_second_each():
    assert after().retry_after_s(6, 1) == 6
    assert after().retry_after_s(6, 2) == 3


@pytest.mark.parametrize(("waiting", "at_once"), [(10, 1), (10, 4), (3, 8)])
def test_it_is_how_long_the_queue_takes(waiting, at_once):
    assert after(2, 3, 4).retry_after_s(waiting, at_once) == math.ceil(waiting * 3 / at_once)


def test_a_request_that_took_ages_changes_little():
    assert after(2, 2, 2, 500).retry_after_s(10, 1) == 20


def test_only_the_last_requests_count():
    assert after(*[9] * 40, *[1] * 32).retry_after_s(3, 1) == 3
