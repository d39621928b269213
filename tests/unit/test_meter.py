"""Limits: exactly as many as may come through do, and what is refused says when there is room again."""

import asyncio
import signal
from collections import deque
from functools import partial

import pytest

from server.access import moving_windows
from server.access.caller import Caller, Limits
from server.access.count_store import build_count_store
from server.access.meter import Meter
from server.errors import ConfigurationError, ImageTooLarge, LimitsUnavailable, QuotaExceeded, RateLimited
from server.settings.callers import LimitSettings


@pytest.fixture(params=["memory", "redis"])
def meters(request):
    """Run a test's coroutine with meters of their own: in this process, and in Redis."""
    url = request.getfixturevalue("redis_server").url if request.param == "redis" else None

    def run(work, **settings):
        async def main():
            store = build_count_store(LimitSettings(redis_url=url, redis_timeout_s=20, **settings))
            try:
                await work(partial(Meter, store, allow_uncounted=False))
            finally:
                await store.close()

        asyncio.run(main())

    return run


def caller(name="acme", **limits):
    return Caller(name=name, id=f"key {name}", limits=Limits(**limits))


async def ask(meters, who, pages=0):
    """One request; gives its meter, or the error that refused it."""
    meter = meters(who)
    try:
        async with meter.request():
            if pages:
                await meter.count_pages(pages)
    except (RateLimited, QuotaExceeded) as error:
        return error
    return meter


@pytest.mark.parametrize("limit", ["requests_per_minute", "requests_per_day"])
def test_of_many_at_once_exactly_as_many_as_may_come_through(meters, limit):
    async def work(meters):
        answers = await asyncio.gather(*(ask(meters, caller(**{limit: 20})) for _ in range(60)))
        assert sum(not isinstance(answer, Exception) for answer in answers) == 20
        other = await ask(meters, caller("other", **{limit: 20}))
        assert other.requests.remaining == 19

    meters(work)


def test_pages_are_counted_whole_or_not_at_all(meters):
    async def work(meters):
        who = caller(pages_per_minute=10)
        assert (await ask(meters, who, pages=7)).pages.remaining == 3
        refused = await ask(meters, who, pages=4)
        assert isinstance(refused, RateLimited)
        assert "3 are left, this request has 4" in refused.message
        assert 58 <= refused.retry_after_s <= 60
        assert (await ask(meters, who, pages=3)).pages.remaining == 0
        with pytest.raises(ImageTooLarge, match="1-10"):
            await ask(meters, who, pages=11)

    meters(work)


def test_pages_that_a_request_reads_twice_are_counted_once(meters):
    async def work(meters):
        meter = meters(caller(pages_per_day=10))
        for pages in (4, 4, 6):
            await meter.count_pages(pages)
        assert meter.pages.remaining == 4

    meters(work)


def test_what_the_minute_refuses_does_not_use_up_the_day(meters):
    async def work(meters):
        who = caller(requests_per_minute=2, requests_per_day=5)
        answers = [await ask(meters, who) for _ in range(10)]
        assert [type(answer).__name__ for answer in answers[2:]] == ["RateLimited"] * 8
        longer = await ask(meters, caller(requests_per_day=5))
        assert longer.requests.remaining == 2

    meters(work)


def test_what_the_day_refuses_does_not_use_up_the_minute(meters):
    async def work(meters):
        who = caller(pages_per_minute=10, pages_per_day=2)
        answers = [await ask(meters, who, pages=2) for _ in range(4)]
        assert [type(answer).__name__ for answer in answers[1:]] == ["QuotaExceeded"] * 3
        assert (await ask(meters, caller(pages_per_minute=10), pages=1)).pages.remaining == 7

    meters(work)


def test_the_day_has_an_error_of_its_own_that_nobody_need_try_again(meters):
    async def work(meters):
        refused = [await ask(meters, caller(requests_per_day=1)) for _ in range(2)][1]
        assert (type(refused), refused.code, refused.retryable) == (QuotaExceeded, "insufficient_quota", False)
        assert 86_390 <= refused.retry_after_s <= 86_400

    meters(work)


def test_a_limit_that_is_changed_keeps_what_was_counted(meters):
    async def work(meters):
        for _ in range(3):
            await ask(meters, caller(requests_per_minute=3))
        assert (await ask(meters, caller(requests_per_minute=5))).requests.remaining == 1

    meters(work)


def test_requests_at_the_same_time_hold_leases_until_they_end(meters):
    async def work(meters):
        who = caller(concurrent_requests=2)
        async with meters(who).request(), meters(who).request():
            refused = await ask(meters, who)
            assert (refused.code, refused.retry_after_s) == ("rate_limit_exceeded", 1)
        answers = await asyncio.gather(*(ask(meters, who) for _ in range(2)))
        assert not any(isinstance(answer, Exception) for answer in answers)

    meters(work)


def test_a_request_that_is_refused_holds_no_lease(meters):
    async def work(meters):
        who = caller(concurrent_requests=1, requests_per_minute=1)
        for expected in ("Meter", "RateLimited", "RateLimited"):
            assert type(answer := await ask(meters, who)).__name__ == expected
        assert "in any 60 seconds" in answer.message

    meters(work)


def test_no_limit_asks_nobody(meters):
    async def work(meters):
        meter = await ask(meters, caller(requests_per_minute=0), pages=5)
        assert meter.requests is meter.pages is None

    meters(work)


async def test_a_lease_of_a_process_that_died_ends_and_one_of_a_live_process_does_not(redis_server):
    settings = LimitSettings(redis_url=redis_server.url, redis_timeout_s=20, lease_s=1)
    who = caller(concurrent_requests=1)
    store = build_count_store(settings)
    meters = partial(Meter, store, allow_uncounted=False)
    await store.leases.take("key acme/at work", most=1)  # by one that never gives it back
    assert isinstance(await ask(meters, who), RateLimited)
    while isinstance(await ask(meters, who), RateLimited):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    async with meters(who).request():
        await asyncio.sleep(2.5)
        assert isinstance(await ask(meters, who), RateLimited)
    await store.close()


@pytest.mark.parametrize("allow", [False, True])
async def test_a_redis_that_is_gone_or_stalls_is_told_in_time_and_taken_back(redis_server, allow, caplog):
    settings = LimitSettings(redis_url=redis_server.url, redis_timeout_s=1)
    who = caller(requests_per_minute=9, concurrent_requests=9)
    store = build_count_store(settings)
    meters = partial(Meter, store, allow_uncounted=allow)

    async def counted():
        try:
            return (await ask(meters, who)).requests
        except LimitsUnavailable as error:
            return error

    assert (await counted()).remaining == 8
    redis_server.send_signal(signal.SIGSTOP)
    stalled = await asyncio.wait_for(counted(), 20)
    redis_server.send_signal(signal.SIGCONT)
    redis_server.stop()
    gone = await asyncio.wait_for(counted(), 20)
    for answer in (stalled, gone):
        assert answer is None if allow else answer.code == "limits_unavailable"
    redis_server.start()
    assert (await counted()).remaining == 8  # it is another, with nothing counted
    await store.close()
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if "does not count" in line][1:] == []
    assert sum("counts requests again" in line for line in lines) == 1


async def test_windows_in_memory_let_go_what_has_left_them(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(moving_windows.time, "monotonic", lambda: now[0])
    windows = moving_windows.MovingWindows()

    async def ask(key="a", units=1, *, limit=10, take=True):
        state = await (windows.take if take else windows.look)(key, limit=limit, seconds=60, units=units)
        return state.fits, state.used, state.reset_s, state.room_s

    assert await ask(units=6) == (True, 6, 60, 0)
    now[0] += 30
    assert await ask(units=4) == (True, 10, 30, 0)
    assert await ask(units=1) == (False, 10, 30, 30)
    assert await ask(units=7, take=False) == (False, 10, 30, 60)
    assert await ask(limit=4, take=False) == (False, 10, 30, 60)
    now[0] += 31
    assert await ask(take=False) == (True, 4, 29, 0)
    now[0] += 100
    assert await ask("b", limit=1) == (True, 1, 60, 0)
    assert set(windows._windows) == {"b"}
    assert windows._windows["b"].hits == deque([(now[0], 1)])


def test_a_window_that_was_asked_for_too_much_says_when_there_is_room(meters):
    async def work(meters):
        who = caller(pages_per_minute=10)
        for pages in (2, 3, 5):
            await ask(meters, who, pages=pages)
        refused = [await ask(meters, who, pages=pages) for pages in (1, 3, 10)]
        lower = await ask(meters, caller(pages_per_minute=4), pages=1)
        assert all(55 <= error.retry_after_s <= 60 for error in (*refused, lower))

    meters(work)


def test_room_comes_when_as_many_as_are_wanted_have_left(meters):
    async def work(meters):
        who = caller(pages_per_minute=4)
        await ask(meters, who, pages=2)
        await asyncio.sleep(2.1)
        await ask(meters, who, pages=2)
        many, few = [await ask(meters, who, pages=pages) for pages in (3, 1)]
        assert few.retry_after_s < many.retry_after_s

    meters(work)


@pytest.mark.parametrize("url", ["nonsense", "http://host", "redis://host:port/0", "redis://host/0?colour=red"])
def test_an_address_that_is_no_redis_is_told_without_its_password(url):
    with pytest.raises(ConfigurationError, match="PAGEGLASS_LIMITS__REDIS_URL"):
        build_count_store(LimitSettings(redis_url=url))
