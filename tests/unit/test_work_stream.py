import asyncio

import pytest

from server.errors import EngineTimeout, EngineUnavailable, InvalidImage
from server.pipeline.admission.work_stream import WorkStream
from server.values.chat import Delta


async def deltas(*items, delay=0.0, closed=None):
    try:
        for item in items:
            await asyncio.sleep(delay)
            if isinstance(item, Exception):
                raise item
            yield Delta(text=item)
    finally:
        if closed is not None:
            closed.append(True)


async def test_deltas_come_through_in_order_however_slow_the_reader():
    texts = [str(n) for n in range(300)]
    stream = WorkStream(deltas(*texts), timeout_s=5)
    got = []
    async for delta in stream:
        got.append(delta.text)
        if len(got) == 1:
            await asyncio.sleep(0.05)  # the queue fills and the engine is held up meanwhile
    assert got == texts
    assert [delta async for delta in stream] == []


async def test_an_early_failure_is_raised_before_the_first_delta():
    stream = WorkStream(deltas(InvalidImage("broken")), timeout_s=5)
    with pytest.raises(InvalidImage, match="broken"):
        await stream.wait(5)


async def test_a_slow_first_delta_is_not_waited_for_for_ever_and_not_lost():
    stream = WorkStream(deltas("a", "b", delay=0.1), timeout_s=5)
    await stream.wait(0.01)
    assert [delta.text async for delta in stream] == ["a", "b"]


async def test_a_cancelled_wait_closes_the_work():
    closed = []
    waiting = asyncio.create_task(WorkStream(deltas("a", delay=9, closed=closed), timeout_s=20).wait(15))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert closed == [True]


async def test_the_awaited_first_delta_comes_first():
    stream = WorkStream(deltas("a", "b"), timeout_s=5)
    await stream.wait(5)
    assert [delta.text async for delta in stream] == ["a", "b"]


async def test_a_late_failure_comes_after_what_was_given():
    stream = WorkStream(deltas("a", InvalidImage("broken")), timeout_s=5)
    assert (await anext(stream)).text == "a"
    with pytest.raises(InvalidImage):
        await anext(stream)


async def test_the_deadline_ends_the_work_with_a_timeout():
    closed = []
    stream = WorkStream(deltas("a", delay=10, closed=closed), timeout_s=0.05)
    with pytest.raises(EngineTimeout, match="longer than"):
        await anext(stream)
    assert closed == [True]


async def test_closing_cancels_the_work():
    closed = []
    stream = WorkStream(deltas("a", "b", delay=0.05, closed=closed), timeout_s=5)
    await anext(stream)
    await stream.aclose()
    assert closed == [True]


async def test_work_that_is_cancelled_from_within_ends_the_wait_of_its_reader():
    async def work():
        yield "a"
        raise asyncio.CancelledError

    stream = WorkStream(work(), timeout_s=5)
    assert await anext(stream) == "a"
    async with asyncio.timeout(2):
        with pytest.raises(EngineUnavailable, match="cancelled"):
            await anext(stream)
        assert [item async for item in stream] == []


async def test_all_that_is_ready_is_taken_at_once():
    stream = WorkStream(deltas("a", "b", "c"), timeout_s=5)
    await asyncio.sleep(0.05)
    assert [delta.text for delta in await stream.take(5)] == ["a", "b", "c"]
    assert await stream.take(5) is None
    assert await stream.take(5) is None


async def test_silence_is_nothing_taken_and_a_later_wait_begins_anew():
    stream = WorkStream(deltas("a", "b", delay=0.3), timeout_s=5)
    assert await stream.take(0.1) == []
    assert [delta.text for delta in await stream.take(5)] == ["a"]
    assert await stream.take(0.1) == []
    assert [delta.text async for delta in stream] == ["b"]


async def test_a_wait_that_is_over_does_not_end_one_without_an_end():
    stream = WorkStream(deltas("a", "b", delay=0.2), timeout_s=5)
    await stream.wait(0.3)  # its timer still runs when the second is waited for
    assert [delta.text async for delta in stream] == ["a", "b"]


async def test_work_waits_for_a_reader_that_is_slow():
    given = []

    async def work():
        for number in range(200):
            given.append(number)
            yield number

    stream = WorkStream(work(), timeout_s=5)
    await asyncio.sleep(0.05)
    assert len(given) == 64
    taken = await stream.take(5)
    await asyncio.sleep(0.05)
    assert (len(taken), len(given)) == (64, 128)
    await stream.aclose()


async def test_a_fault_is_raised_once_after_all_before_it():
    stream = WorkStream(deltas("a", "b", InvalidImage("broken")), timeout_s=5)
    await asyncio.sleep(0.05)
    await stream.wait(5)
    assert len(await stream.take(5)) == 2
    with pytest.raises(InvalidImage):
        await stream.take(5)
    assert await stream.take(5) is None
