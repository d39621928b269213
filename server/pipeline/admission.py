"""How many requests are worked on at once, and how many may wait: a permit is taken before any expensive work."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.errors import Overloaded


class Admission:
    """A bounded number of requests in work and a bounded queue with a deadline, first come first served."""

    def __init__(self, *, max_in_flight: int, max_queue: int, queue_timeout_s: float) -> None:
        self._permits = asyncio.Semaphore(max_in_flight)
        self._max_in_flight = max_in_flight
        self._max_queue = max_queue
        self._queue_timeout_s = queue_timeout_s
        self._service_s = 1.0
        self.in_flight = 0
        self.waiting = 0

    @asynccontextmanager
    async def permit(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        Raises:
            Overloaded: the queue is full, or the turn did not come in time; carries when to try again.
        """
        await self._wait()
        self.in_flight += 1
        started = time.monotonic()
        try:
            yield
        finally:
            self.in_flight -= 1
            self._service_s += 0.2 * (time.monotonic() - started - self._service_s)
            self._permits.release()

    async def _wait(self) -> None:
        if self._permits.locked() and self.waiting >= self._max_queue:
            raise self._overloaded(f"{self.in_flight} requests are in work and {self.waiting} wait, which is the limit")
        self.waiting += 1
        try:
            async with asyncio.timeout(self._queue_timeout_s):
                await self._permits.acquire()
        except TimeoutError:
            raise self._overloaded(f"the request waited {self._queue_timeout_s:g} s for its turn") from None
        finally:
            self.waiting -= 1

    def _overloaded(self, why: str) -> Overloaded:
        retry_after_s = max(1, min(60, math.ceil(self._service_s * (self.waiting + 1) / self._max_in_flight)))
        return Overloaded(
            f"The server is busy: {why}. Try again in {retry_after_s} s, or send fewer requests at once.",
            retry_after_s=retry_after_s,
        )
