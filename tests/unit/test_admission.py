import asyncio

import pytest

from server.errors import Overloaded
from server.pipeline.admission import Admission


async def hold(admission, release):
    async with admission.permit():
        await release.wait()


async def scene(admission, holders):
    release = asyncio.Event()
    tasks = [asyncio.create_task(hold(admission, release)) for _ in range(holders)]
    await asyncio.sleep(0.01)
    return release, tasks


def test_one_more_than_the_queue_holds_is_turned_away_with_a_time_to_retry():
    async def main():
        admission = Admission(max_in_flight=2, max_queue=1, queue_timeout_s=5)
        release, tasks = await scene(admission, 3)
        assert (admission.in_flight, admission.waiting) == (2, 1)
        with pytest.raises(Overloaded, match="Try again in") as refused:
            async with admission.permit():
                pass
        assert refused.value.retry_after_s >= 1
        release.set()
        await asyncio.gather(*tasks)
        assert (admission.in_flight, admission.waiting) == (0, 0)
        async with admission.permit():
            assert admission.in_flight == 1

    asyncio.run(main())


def test_a_queue_of_nothing_still_lets_a_free_turn_be_taken():
    async def main():
        admission = Admission(max_in_flight=1, max_queue=0, queue_timeout_s=5)
        release, tasks = await scene(admission, 1)
        with pytest.raises(Overloaded):
            async with admission.permit():
                pass
        release.set()
        await asyncio.gather(*tasks)
        async with admission.permit():
            pass

    asyncio.run(main())


def test_waiting_too_long_is_an_answer_not_a_hang():
    async def main():
        admission = Admission(max_in_flight=1, max_queue=5, queue_timeout_s=0.05)
        release, tasks = await scene(admission, 1)
        with pytest.raises(Overloaded, match="waited"):
            async with admission.permit():
                pass
        assert admission.waiting == 0
        release.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())


def test_a_cancelled_wait_and_a_cancelled_turn_give_everything_back():
    async def main():
        admission = Admission(max_in_flight=1, max_queue=5, queue_timeout_s=5)
        _, tasks = await scene(admission, 3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (admission.in_flight, admission.waiting) == (0, 0)
        async with asyncio.timeout(1), admission.permit():
            pass

    asyncio.run(main())
