"""Work shared by several callers: done once, and given up only when nobody waits any more."""

import asyncio

import pytest

from server.media.shared_work import SharedWork


class Job:
    """Work that waits until it is let go, and counts how often it was begun and cancelled."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return number


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_callers_of_the_same_key_share_one_run():
    shared, job = SharedWork(), Job()
    waiting = [asyncio.create_task(shared.do("a", job)) for _ in range(3)]
    other = asyncio.create_task(shared.do("b", job))
    await settle()
    job.gate.set()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert await other == 2
    assert await shared.do("a", job) == 3


async def test_every_caller_is_told_the_error():
    shared, job = SharedWork(), Job()
    job.error = ValueError("broken")
    waiting = [asyncio.create_task(shared.do("a", job)) for _ in range(2)]
    await settle()
    job.gate.set()
    for caller in waiting:
        with pytest.raises(ValueError, match="broken"):
            await caller


async def test_one_that_leaves_takes_nothing_from_the_others():
    shared, job = SharedWork(), Job()
    leaving, staying = (asyncio.create_task(shared.do("a", job)) for _ in range(2))
    await settle()
    leaving.cancel()
    await settle()
    job.gate.set()
    assert await staying == 1
    assert job.cancelled == 0


async def test_the_last_to_leave_ends_the_work_and_the_next_begins_anew():
    shared, job = SharedWork(), Job()
    waiting = [asyncio.create_task(shared.do("a", job)) for _ in range(2)]
    await settle()
    for caller in waiting:
        caller.cancel()
    await settle()
    assert job.cancelled == 1
    job.gate.set()
    assert await shared.do("a", job) == 2
