import asyncio

import pytest

from server.errors import ImageTooLarge, Overloaded, PayloadTooLarge
from server.pipeline.admission.admission import Admission


def make(**limits):
    defaults = {"max_in_flight": 2, "max_queue": 5, "queue_timeout_s": 5, "max_bytes": 100, "max_pixels": 1000}
    return Admission(**defaults | limits)


def holding(admission):
    return (admission.requests.held, admission.bodies.held, admission.fetches.held, admission.pages.held)


def waiting(admission):
    return sum(pool.waiting for pool in (admission.requests, admission.bodies, admission.fetches, admission.pages))


async def settle():
    await asyncio.sleep(0.01)


async def hold(taking, release):
    async with taking:
        await release.wait()


async def scene(admission, holders):
    release = asyncio.Event()
    tasks = [asyncio.create_task(hold(admission.hold("permit"), release)) for _ in range(holders)]
    await settle()
    return release, tasks


POOLS = {
    "body": lambda admission: admission.hold("body", 100),
    "permit": lambda admission: admission.hold("permit"),
    "fetched": lambda admission: admission.hold("fetched", 100),
    "pixels": lambda admission: admission.hold("pixels", 1000),
}


@pytest.fixture(params=POOLS.values(), ids=POOLS.keys())
def whole(request):
    """Takes the whole of a pool of an admission with one permit."""
    return request.param


async def test_one_more_than_the_queue_holds_is_turned_away_with_a_time_to_retry():
    admission = make(max_queue=1)
    release, tasks = await scene(admission, 3)
    assert (admission.requests.held, waiting(admission)) == (2, 1)
    with pytest.raises(Overloaded, match="Try again in") as refused:
        async with admission.hold("permit"):
            pass
    assert refused.value.retry_after_s >= 1
    release.set()
    await asyncio.gather(*tasks)
    assert (admission.requests.held, waiting(admission)) == (0, 0)
    async with admission.hold("permit"):
        assert admission.requests.held == 1


async def test_the_line_for_bodies_is_as_long_as_the_one_for_permits():
    admission, release = make(max_queue=1), asyncio.Event()
    tasks = [asyncio.create_task(hold(admission.hold("body", size), release)) for size in (100, 1)]
    await settle()
    with pytest.raises(Overloaded):
        async with admission.hold("body", 1):
            pass
    release.set()
    await asyncio.gather(*tasks)


def test_no_more_come_inside_than_may_be_in_work_or_wait():
    admission = make(max_in_flight=2, max_queue=1)
    with (
        admission.enter(),
        admission.enter(),
        admission.enter(),
        pytest.raises(Overloaded, match="3 requests are in work or wait"),
        admission.enter(),
    ):
        pass
    with admission.enter():
        pass


async def test_a_queue_of_nothing_still_lets_a_free_turn_be_taken():
    admission = make(max_in_flight=1, max_queue=0)
    release, tasks = await scene(admission, 1)
    with pytest.raises(Overloaded):
        async with admission.hold("permit"):
            pass
    release.set()
    await asyncio.gather(*tasks)
    async with admission.hold("body", 100), admission.hold("permit"):
        pass


async def test_a_queue_of_nothing_lets_those_inside_wait_for_memory():
    admission, release = make(max_queue=0), asyncio.Event()
    first, second = (asyncio.create_task(hold(admission.hold("pixels", 600), release)) for _ in range(2))
    await settle()
    assert (admission.pages.held, waiting(admission)) == (600, 1)
    release.set()
    await asyncio.gather(first, second)


async def test_waiting_too_long_is_an_answer_not_a_hang(whole):
    admission, release = make(max_in_flight=1, queue_timeout_s=0.05), asyncio.Event()
    holder = asyncio.create_task(hold(whole(admission), release))
    await settle()
    with pytest.raises(Overloaded, match=r"waited 0\.05 s"):
        async with whole(admission):
            pass
    assert waiting(admission) == 0
    release.set()
    await holder


async def test_a_cancelled_wait_and_a_cancelled_turn_give_everything_back(whole):
    admission, never = make(max_in_flight=1), asyncio.Event()
    tasks = [asyncio.create_task(hold(whole(admission), never)) for _ in range(3)]
    await settle()
    assert waiting(admission) == 2
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (holding(admission), waiting(admission)) == ((0, 0, 0, 0), 0)
    async with asyncio.timeout(1), whole(admission):
        pass


@pytest.mark.parametrize(
    ("taking", "error", "code", "setting"),
    [
        (lambda admission: admission.hold("body", 101), PayloadTooLarge, "request_too_large", "MAX_BYTES_IN_FLIGHT"),
        (
            lambda admission: admission.hold("pixels", 1001, path="here"),
            ImageTooLarge,
            "too_many_pixels",
            "MAX_PIXELS_IN_FLIGHT",
        ),
    ],
)
def test_what_will_never_fit_is_refused_at_once_and_the_setting_named(taking, error, code, setting):
    async def main():
        async with taking(make()):
            pass

    with pytest.raises(error, match=f"raise PAGEGLASS_{setting}") as caught:
        asyncio.run(main())
    assert caught.value.code == code
    assert caught.value.param == (None if error is PayloadTooLarge else "here")


async def test_what_is_not_needed_is_given_back_before_the_end():
    admission = make()
    async with admission.hold("body", 100) as reservation:
        reservation.keep(30)
        reservation.keep(60)  # nothing is taken again
        async with admission.hold("body", 70):
            assert admission.bodies.held == 100
    assert admission.bodies.held == 0


async def test_bodies_and_fetched_pictures_have_a_pool_each():
    admission = make()
    async with (
        asyncio.timeout(1),
        admission.hold("body", 100),
        admission.hold("permit"),
        admission.hold("fetched", 100),
    ):
        assert holding(admission) == (1, 100, 100, 0)


async def test_requests_that_each_want_most_of_everything_all_get_it_in_the_end():
    async def request(admission, number):
        async with (
            admission.hold("body", 40 + number),
            admission.hold("fetched", 90 - number),
            admission.hold("permit"),
            admission.hold("pixels", 600 + number),
        ):
            await asyncio.sleep(0)

    admission = make(max_queue=50)
    async with asyncio.timeout(20):
        await asyncio.gather(*(request(admission, number) for number in range(40)))
    assert (holding(admission), waiting(admission)) == ((0, 0, 0, 0), 0)


async def test_a_full_queue_makes_room_for_a_caller_with_fewer_in_it():
    refusals = []
    admission, release = make(max_in_flight=1, max_queue=3, on_refused=refusals.append), asyncio.Event()
    holder = asyncio.create_task(hold(admission.hold("permit", caller="many"), release))
    await settle()
    many = [asyncio.create_task(hold(admission.hold("permit", caller="many"), release)) for _ in range(3)]
    await settle()
    with pytest.raises(Overloaded, match="which is the limit"):
        await hold(admission.hold("permit", caller="many"), release)
    few = asyncio.create_task(hold(admission.hold("permit", caller="few"), release))
    await settle()
    with pytest.raises(Overloaded, match="made room for a caller with fewer") as refused:
        await many[2]
    assert refused.value.retry_after_s >= 1
    assert refusals == ["queue_full", "made_room"]
    assert waiting(admission) == 3
    release.set()
    await asyncio.gather(holder, few, *many[:2])
    assert (holding(admission), waiting(admission)) == ((0, 0, 0, 0), 0)


async def test_a_place_inside_is_given_to_a_caller_with_fewer_and_counted_once():
    async def inside(admission, caller, release):
        with admission.enter(caller=caller):
            await hold(admission.hold("permit", caller=caller), release)

    admission, release = make(max_in_flight=1, max_queue=2), asyncio.Event()
    many = [asyncio.create_task(inside(admission, "many", release)) for _ in range(3)]
    await settle()
    with pytest.raises(Overloaded, match="3 requests are in work or wait"):
        await inside(admission, "many", release)
    few = asyncio.create_task(inside(admission, "few", release))
    await settle()
    with pytest.raises(Overloaded, match="made room"):
        await many[2]
    assert (admission.inside, waiting(admission)) == (3, 2)
    release.set()
    await asyncio.gather(*many[:2], few)
    assert admission.inside == 0
    for _ in range(3):  # no place was lost
        many = [asyncio.create_task(inside(admission, "many", asyncio.Event())) for _ in range(3)]
        await settle()
        assert admission.inside == 3
        for task in many:
            task.cancel()
        await asyncio.gather(*many, return_exceptions=True)


async def test_when_to_try_again_follows_how_fast_requests_leave():
    """The wait told to a caller of the full queue is longer than the one told to a caller with nobody before it."""

    async def told(admission, caller):
        with pytest.raises(Overloaded) as refused:
            async with admission.hold("permit", caller=caller):
                pass
        return refused.value.retry_after_s

    admission, release = make(max_in_flight=1, max_queue=6, queue_timeout_s=60), asyncio.Event()
    tasks = [asyncio.create_task(hold(admission.hold("permit", caller=name), release)) for name in "aaabbbb"]
    await settle()
    assert 6 <= await told(admission, "b") <= 7  # the guess is a request a second
    release.set()
    await asyncio.gather(*tasks)
    never = asyncio.Event()
    tasks = [asyncio.create_task(hold(admission.hold("permit", caller=name), never)) for name in "aaabbbb"]
    await settle()
    assert await told(admission, "b") == 1  # they left within milliseconds
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_watcher_sees_every_change():
    admission, seen = make(max_in_flight=1), []
    admission.watch(lambda *change: seen.append(change))
    async with admission.hold("body", 10), admission.hold("permit"):
        task = asyncio.create_task(hold(admission.hold("permit"), asyncio.Event()))
        await settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    permits = [("permit", 1, 0), ("permit", 1, 1), ("permit", 1, 0), ("permit", 0, 0)]
    assert seen == [("body", 10, 0), *permits, ("body", 0, 0)]
