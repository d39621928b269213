"""Times of a request's stages: what counts to which, and how often."""

import asyncio
from types import SimpleNamespace

import pytest

from server.observability import stages as module
from server.observability.stages import Stages


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""
    now = [100.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


async def items(clock, *seconds):
    for number, taken in enumerate(seconds):
        clock[0] += taken
        yield number


async def drain(stages, clock, *seconds):
    drained = []
    with stages.answering() as note_item:
        async for item in items(clock, *seconds):
            note_item()
            drained.append(item)
    return drained


def fail_after(seconds, stages, clock):
    with stages.timed("queue"):
        clock[0] += seconds
        raise ZeroDivisionError


def test_a_stage_that_is_entered_twice_counts_together_however_it_ends(clock):
    stages = Stages()
    with stages.timed("queue"):
        clock[0] += 1
    with pytest.raises(ZeroDivisionError):
        fail_after(2, stages, clock)
    assert stages.seconds == {"queue": 3}


def test_an_answer_in_several_goes_has_one_first_item(clock):
    stages = Stages()
    assert asyncio.run(drain(stages, clock, 5, 1, 1)) == [0, 1, 2]
    assert asyncio.run(drain(stages, clock, 7, 2)) == [0, 1]
    assert stages.seconds == {"first_token": 5, "generation": 11}


def test_an_answer_of_nothing_ends(clock):
    stages = Stages()
    assert asyncio.run(drain(stages, clock)) == []
