"""An engine that dies and comes back: over cores that end when they are told to."""

import asyncio

import pytest

from server.engines.vllm.supervisor import CoreDied, Patience, Supervisor
from server.errors import ConfigurationError, EngineUnavailable
from server.values.chat import Delta, GenerateRequest, Message, TextPart, Usage

REQUEST = GenerateRequest(messages=(Message(role="user", parts=(TextPart(text="Read."),)),))


class Core:
    """Writes two words, and dies between them when it is to."""

    def __init__(self):
        self.alive = True
        self.stopped = False
        self.dies = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def generate(self, request):
        yield Delta(text="one ")
        await self.goes_on.wait()
        if self.dies.is_set():
            self.alive = False
            raise CoreDied
        yield Delta(text="two", finish_reason="stop", usage=Usage(prompt_tokens=1, completion_tokens=2))

    async def stop(self):
        self.stopped = True


class Launcher:
    """Launches cores; `faults` are raised at their turns in place of a core."""

    def __init__(self, faults=()):
        self.cores = []
        self.faults = dict(faults)
        self.tries = 0

    async def __call__(self):
        self.tries += 1
        if fault := self.faults.get(self.tries):
            raise fault
        self.cores.append(Core())
        return self.cores[-1]


def supervised(use, *, faults=(), max_failures=5):
    async def main():
        launch = Launcher(faults)
        supervisor = Supervisor(launch, Patience(backoff_s=0.01, max_failures=max_failures, window_s=600))
        await supervisor.start()
        try:
            return await asyncio.wait_for(use(supervisor, launch), 20)
        finally:
            await supervisor.stop()

    return asyncio.run(main())


async def until(condition):
    while not condition():  # noqa: ASYNC110 - the supervisor has no event for it
        await asyncio.sleep(0.005)


async def kill(supervisor, core):
    core.dies.set()
    core.goes_on.set()
    with pytest.raises(EngineUnavailable) as caught:
        async for _ in supervisor.generate(REQUEST):
            pass
    return caught.value


def test_what_was_in_work_is_told_when_to_come_back_and_the_next_engine_is_not_asked_it_again():
    async def use(supervisor, launch):
        fault = await kill(supervisor, launch.cores[0])
        assert not supervisor.ready
        with pytest.raises(EngineUnavailable):
            await anext(supervisor.generate(REQUEST))
        await until(lambda: supervisor.ready)
        launch.cores[1].goes_on.set()
        deltas = [delta async for delta in supervisor.generate(REQUEST)]
        return fault, deltas, launch

    fault, deltas, launch = supervised(use)
    assert (fault.status, fault.retry_after_s >= 1) == (503, True)
    assert "".join(delta.text for delta in deltas) == "one two"
    assert (len(launch.cores), launch.cores[0].stopped) == (2, True)


def test_an_engine_that_dies_at_rest_is_noticed():
    async def use(supervisor, launch):
        launch.cores[0].alive = False
        assert not supervisor.ready
        await until(lambda: supervisor.ready)
        return len(launch.cores)

    assert supervised(use) == 2


def test_a_start_that_fails_is_tried_again():
    async def use(supervisor, launch):
        await kill(supervisor, launch.cores[0])
        await until(lambda: supervisor.ready)
        return launch.tries, supervisor.fault

    assert supervised(use, faults={2: RuntimeError("no memory yet")}) == (3, None)


def test_after_too_many_deaths_it_is_given_up():
    async def use(supervisor, launch):
        await kill(supervisor, launch.cores[0])
        await until(lambda: supervisor.ready)
        await kill(supervisor, launch.cores[1])
        await until(lambda: supervisor.fault)
        return supervisor.fault, launch.tries

    fault, tries = supervised(use, max_failures=2)
    assert "died 2 times" in fault
    assert tries == 2


def test_waits_double_and_are_told():
    async def main():
        supervisor = Supervisor(Launcher(), Patience(backoff_s=4, max_failures=99, window_s=600))
        waits = []
        for _ in range(6):
            supervisor._count_failure()
            waits.append(supervisor._backoff_s())
        return waits

    assert asyncio.run(main()) == [4, 8, 16, 32, 60, 60]


def test_what_stops_the_first_start_is_raised():
    async def use(supervisor, launch):
        return None

    with pytest.raises(ConfigurationError):
        supervised(use, faults={1: ConfigurationError("there is no GPU")})


def test_leaving_early_closes_the_work_and_stopping_stops_the_engine():
    async def use(supervisor, launch):
        deltas = supervisor.generate(REQUEST)
        assert (await anext(deltas)).text == "one "
        await deltas.aclose()
        return launch.cores[0]

    assert supervised(use).stopped


def test_no_engine_is_started_again_once_the_server_is_about_to_stop():
    async def use(supervisor, launch):
        supervisor.hold()
        launch.cores[0].alive = False
        await until(lambda: launch.cores[0].stopped)
        await asyncio.sleep(0.05)
        return launch.tries

    assert supervised(use) == 1


def test_an_engine_that_is_just_starting_is_not_left_behind():
    async def main():
        may_start = asyncio.Event()

        class Slow(Launcher):
            async def __call__(self):
                if self.tries:
                    await may_start.wait()
                return await super().__call__()

        launch = Slow()
        supervisor = Supervisor(launch, Patience(backoff_s=0.001, max_failures=5, window_s=600))
        await supervisor.start()
        launch.cores[0].alive = False
        await until(lambda: launch.cores[0].stopped)
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(supervisor.stop())
        await asyncio.sleep(0.05)
        may_start.set()
        await asyncio.wait_for(stopping, 5)
        return launch.cores

    assert [core.stopped for core in asyncio.run(main())] == [True, True]
