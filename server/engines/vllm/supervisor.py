"""Supervisor of a generator: watches its engine, fails pending requests if it dies, restarts it with backoff.

What was in work when the engine died is answered 503 and never put to the next one: one of those requests may be what
killed it. After too many deaths in a while the engine is given up, and `fault` says so.
"""

import asyncio
import contextlib
import gc
import logging
import math
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from server.errors import EngineUnavailable
from server.values.chat import Delta, GenerateRequest

_LOOK_EVERY_S = 0.2
_LONGEST_BACKOFF_S = 60.0
_log = logging.getLogger(__name__)


class CoreDied(Exception):
    """The engine ended while it worked, or before."""


class Core(Protocol):
    """A running engine."""

    @property
    def alive(self) -> bool:
        """Whether it can still answer."""
        ...

    def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield the answers; raises `CoreDied` when the engine ends meanwhile."""
        ...

    async def stop(self) -> None:
        """Give everything back, whether alive or not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How an engine is started again: waits double from `backoff_s`, and `max_failures` in a window end it."""

    backoff_s: float
    max_failures: int
    window_s: float


class Supervisor:
    """Holds one engine, made by `launch`, and keeps it running."""

    def __init__(self, launch: Callable[[], Awaitable[Core]], patience: Patience) -> None:
        self._launch = launch
        self._patience = patience
        self._core: Core | None = None
        self._watching: asyncio.Task[None] | None = None
        self._died = asyncio.Event()
        self._launching: asyncio.Future[Core] | None = None
        self._held = False
        self._failures: deque[float] = deque()
        self._start_s = 1.0
        self.fault: str | None = None
        """Why the engine was given up; None as long as it was not."""

    @property
    def ready(self) -> bool:
        """Whether the engine is ready."""
        return self._core is not None and self._core.alive

    async def start(self) -> None:
        """Start the engine for the first time; what stops it from starting is raised."""
        await self._launch_core()
        self._watching = asyncio.create_task(self._watch())

    def hold(self) -> None:
        """Start no other engine from now on: the server is about to stop, and a Ctrl-C reaches the engine as well."""
        self._held = True

    async def stop(self) -> None:
        """Stop watching, then the engine; one that is just starting is waited for, or it would be left behind."""
        self.hold()
        if self._watching:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        if self._launching:
            await asyncio.wait({self._launching})
            if not self._launching.cancelled() and not self._launching.exception():
                self._core = self._launching.result()
        await self._discard()

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield what the engine writes.

        Raises:
            EngineUnavailable: the engine is not running, or died over this request or another; carries when to try
                again.
        """
        core = self._core
        if core is None or not core.alive:
            self._died.set()
            raise self._unavailable("The engine is starting again")
        try:
            async with aclosing(core.generate(request)) as deltas:
                async for delta in deltas:
                    yield delta
        except CoreDied:
            self._died.set()
            raise self._unavailable("The engine ended while it worked on this request, and is starting again") from None

    def _unavailable(self, what: str) -> EngineUnavailable:
        wait = math.ceil(min(_LONGEST_BACKOFF_S, self._start_s + self._backoff_s()))
        return EngineUnavailable(f"{what}. Try again in {wait} s.", retry_after_s=wait)

    async def _launch_core(self) -> None:
        begun = time.monotonic()
        self._launching = asyncio.ensure_future(self._launch())
        self._core = await asyncio.shield(self._launching)
        self._launching = None
        self._start_s = time.monotonic() - begun

    async def _watch(self) -> None:
        while True:
            if self.ready:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._died.wait(), _LOOK_EVERY_S)
                self._died.clear()
                continue
            await self._discard()
            if self._held:
                return
            self._count_failure()
            if self.fault:
                _log.critical(self.fault)
                return
            backoff = self._backoff_s()
            _log.error("the engine died; it is started again in %.1f s (death %d)", backoff, len(self._failures))
            await asyncio.sleep(backoff)
            try:
                await self._launch_core()
                _log.warning("the engine is back after %.1f s", self._start_s)
            except Exception:  # noqa: BLE001 - whatever it was, it is tried again, and counted
                _log.exception("the engine did not start again")

    def _count_failure(self) -> None:
        now = time.monotonic()
        self._failures.append(now)
        while self._failures and self._failures[0] < now - self._patience.window_s:
            self._failures.popleft()
        if len(self._failures) >= self._patience.max_failures:
            self.fault = (
                f"The engine died {len(self._failures)} times within {self._patience.window_s:g} s and is given up. "
                "The lines above say why; once that is mended, start the server again."
            )

    def _backoff_s(self) -> float:
        doublings = max(0, min(10, len(self._failures) - 1))
        return min(_LONGEST_BACKOFF_S, self._patience.backoff_s * 2.0**doublings)

    async def _discard(self) -> None:
        core, self._core = self._core, None
        if core:
            try:
                await core.stop()
            except Exception:  # noqa: BLE001 - the next one is started all the same
                _log.exception("the engine did not stop cleanly")
            del core
            gc.unfreeze()  # what was there at the start of the server is among what ends now
            await asyncio.to_thread(gc.collect)  # vLLM's engine is a ring of references, and complains if it ends last
