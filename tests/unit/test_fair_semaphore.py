import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.admission.fair_semaphore import FairSemaphore, MadeRoom


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_units_are_taken_together_or_not_at_all():
    pool = FairSemaphore(10)
    await pool.acquire(7)
    large = asyncio.create_task(pool.acquire(4))
    await settle()
    assert (pool.held, pool.waiting, large.done()) == (7, 1, False)
    pool.release(7)
    await large
    assert (pool.held, pool.waiting) == (4, 0)


async def test_small_takers_do_not_pass_a_large_one_that_came_first():
    pool, served = FairSemaphore(10), []

    async def take(units):
        await pool.acquire(units)
        served.append(units)

    await pool.acquire(6)
    tasks = [asyncio.create_task(take(units)) for units in (10, 1, 2)]
    await settle()
    assert served == []
    assert not pool.fits(1)
    pool.release(6)
    await settle()
    assert served == [10]
    pool.release(10)
    await asyncio.gather(*tasks)
    assert served == [10, 1, 2]


def test_more_than_there_is_is_an_error_at_once():
    with pytest.raises(ValueError, match="11 units of 10"):
        asyncio.run(FairSemaphore(10).acquire(11))


async def test_a_cancelled_wait_lets_those_behind_it_pass():
    pool = FairSemaphore(10)
    await pool.acquire(6)
    large, small = (asyncio.create_task(pool.acquire(units)) for units in (9, 4))
    await settle()
    large.cancel()
    await small
    assert (pool.held, pool.waiting) == (10, 0)


async def test_a_turn_that_comes_with_its_cancellation_is_given_back():
    for first in ("release", "cancel"):
        pool = FairSemaphore(1)
        await pool.acquire(1)
        waiting = asyncio.create_task(pool.acquire(1))
        await settle()
        steps = {"release": lambda pool=pool: pool.release(1), "cancel": waiting.cancel}
        for name in (first, *(steps.keys() - {first})):
            steps[name]()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (pool.held, pool.waiting) == (0, 0)


TAKERS = st.tuples(st.integers(0, 10), st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 29), st.booleans())


@given(st.lists(TAKERS, max_size=30))
async def test_whatever_happens_no_unit_is_lost_or_made(takers):
    """Each taker holds its units for a few turns of the loop; as it comes another may be cancelled or make room."""
    pool, most = FairSemaphore(10), 0

    async def take(units, caller, turns):
        nonlocal most
        await pool.acquire(units, caller=caller)
        try:
            most = max(most, pool.held)
            for _ in range(turns):
                await asyncio.sleep(0)
        finally:
            pool.release(units)

    tasks = []
    for units, caller, turns, victim, pushes in takers:
        if pushes:
            pool.make_room(caller)
        tasks.append(asyncio.create_task(take(units, caller, turns)))
        await asyncio.sleep(0)
        if victim < len(tasks):
            tasks[victim].cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks, return_exceptions=True)
    assert (pool.held, pool.waiting) == (0, 0)
    assert most <= 10


def lined_up(pool, served, callers):
    """One waiter of a unit for each of `callers`, in that order; each gives its unit back once it is served."""

    async def take(caller):
        await pool.acquire(1, caller=caller)
        served.append(caller)
        await asyncio.sleep(0)
        pool.release(1)

    return [asyncio.create_task(take(caller)) for caller in callers]


async def test_callers_have_their_turns_one_after_the_other_whoever_waits_more():
    pool, served = FairSemaphore(1), []
    await pool.acquire(1)
    tasks = lined_up(pool, served, "aaaaabbc")
    await settle()
    pool.release(1)
    await asyncio.gather(*tasks)
    assert "".join(served) == "abcabaaa"


async def test_one_caller_is_served_in_the_order_it_came():
    pool, served = FairSemaphore(1), []

    async def take(number):
        await pool.acquire(1, caller="one")
        served.append(number)
        pool.release(1)

    await pool.acquire(1)
    tasks = [asyncio.create_task(take(number)) for number in range(5)]
    await settle()
    pool.release(1)
    await asyncio.gather(*tasks)
    assert served == [*range(5)]


async def test_a_caller_that_comes_back_waits_behind_those_who_have_not_been_served():
    pool, served = FairSemaphore(1), []
    await pool.acquire(1)
    tasks = lined_up(pool, served, "abc")
    await settle()
    pool.release(1)
    await settle()
    tasks += lined_up(pool, served, "a" * 3)
    await asyncio.gather(*tasks)
    assert served[:3] == ["a", "b", "c"]


async def test_the_newest_wait_of_the_caller_with_most_makes_room_for_one_with_fewer():
    pool, changes = FairSemaphore(1, on_change=lambda _, waiting: changes.append(waiting)), []
    await pool.acquire(1)
    many = [asyncio.create_task(pool.acquire(1, caller="many")) for _ in range(3)]
    few = asyncio.create_task(pool.acquire(1, caller="few"))
    await settle()
    assert (pool.before("many"), pool.before("few"), pool.before("new")) == (4, 3, 2)
    assert not pool.make_room("many")
    assert pool.make_room("few")
    with pytest.raises(MadeRoom):
        await many[2]
    assert pool.waiting == changes[-1] == 3
    assert not pool.make_room("few")  # it would have as many itself then
    assert pool.make_room("new")
    assert not pool.make_room("new")  # nobody is left without a place
    with pytest.raises(MadeRoom):
        await many[1]
    for task in (many[0], few):
        pool.release(1)
        await task
    assert (pool.held, pool.waiting) == (1, 0)


async def test_a_place_that_is_given_away_as_its_wait_is_cancelled_costs_no_unit():
    pool = FairSemaphore(1)
    await pool.acquire(1)
    waiting = [asyncio.create_task(pool.acquire(1, caller="many")) for _ in range(2)]
    await settle()
    assert pool.make_room("new")
    waiting[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting[1]
    assert (pool.held, pool.waiting) == (1, 1)
    pool.release(1)
    await waiting[0]
    assert (pool.held, pool.waiting) == (1, 0)
