import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.weighted_semaphore import WeightedSemaphore


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


def test_units_are_taken_together_or_not_at_all():
    async def main():
        pool = WeightedSemaphore(10)
        await pool.acquire(7)
        large = asyncio.create_task(pool.acquire(4))
        await settle()
        assert (pool.held, pool.waiting, large.done()) == (7, 1, False)
        pool.release(7)
        await large
        assert (pool.held, pool.waiting) == (4, 0)

    asyncio.run(main())


def test_small_takers_do_not_pass_a_large_one_that_came_first():
    async def main():
        pool, served = WeightedSemaphore(10), []

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

    asyncio.run(main())


def test_more_than_there_is_is_an_error_at_once():
    with pytest.raises(ValueError, match="11 units of 10"):
        asyncio.run(WeightedSemaphore(10).acquire(11))


def test_a_cancelled_wait_lets_those_behind_it_pass():
    async def main():
        pool = WeightedSemaphore(10)
        await pool.acquire(6)
        large, small = (asyncio.create_task(pool.acquire(units)) for units in (9, 4))
        await settle()
        large.cancel()
        await small
        assert (pool.held, pool.waiting) == (10, 0)

    asyncio.run(main())


def test_a_turn_that_comes_with_its_cancellation_is_given_back():
    async def main():
        for first in ("release", "cancel"):
            pool = WeightedSemaphore(1)
            await pool.acquire(1)
            waiting = asyncio.create_task(pool.acquire(1))
            await settle()
            steps = {"release": lambda pool=pool: pool.release(1), "cancel": waiting.cancel}
            for name in (first, *(steps.keys() - {first})):
                steps[name]()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert (pool.held, pool.waiting) == (0, 0)

    asyncio.run(main())


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 3), st.integers(0, 29)), max_size=30))
def test_whatever_happens_no_unit_is_lost_or_made(takers):
    """Each taker holds its units for a few turns of the loop, and as it comes another one may be cancelled."""

    async def main():
        pool, most = WeightedSemaphore(10), 0

        async def take(units, turns):
            nonlocal most
            await pool.acquire(units)
            try:
                most = max(most, pool.held)
                for _ in range(turns):
                    await asyncio.sleep(0)
            finally:
                pool.release(units)

        tasks = []
        for units, turns, victim in takers:
            tasks.append(asyncio.create_task(take(units, turns)))
            await asyncio.sleep(0)
            if victim < len(tasks):
                tasks[victim].cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks, return_exceptions=True)
        assert (pool.held, pool.waiting) == (0, 0)
        assert most <= 10

    asyncio.run(main())
