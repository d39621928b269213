"""What may be in work at once: requests, the bytes of their bodies and of fetched pictures, and pixels.

Peak memory is bounded by these, not by luck (docs/memory.md). A request takes them in one order, body → fetched →
permit → pixels, each once and as a whole, and gives them back in reverse; pixels of further pages are taken when those
of the pages before are given back. Whoever waits holds only earlier kinds, so no two requests can wait for each other.
"""

import math
import time
from asyncio import timeout
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from server.config import Settings
from server.errors import ImageTooLarge, Overloaded, PayloadTooLarge
from server.pipeline.weighted_semaphore import WeightedSemaphore


class Share:
    """Units taken from a pool. They may be given back in part, as soon as it shows that fewer will do."""

    def __init__(self, pool: WeightedSemaphore, units: int) -> None:
        self._pool = pool
        self.units = units

    def keep(self, units: int) -> None:
        """Give back all but `units`; keeping more than is held changes nothing."""
        surplus = max(0, self.units - units)
        self.units -= surplus
        self._pool.release(surplus)


class Admission:
    """Bounded pools, each first come first served: a request waits `queue_timeout_s` at most in each line.

    At most `max_queue` requests wait for their body's bytes, and as many for a permit; what comes after is waited for
    inside a permit. A body that has been read is parsed only if one of these places will take it (`enter`).
    """

    def __init__(
        self, *, max_in_flight: int, max_queue: int, queue_timeout_s: float, max_bytes: int, max_pixels: int
    ) -> None:
        self.requests = WeightedSemaphore(max_in_flight)
        self.bodies = WeightedSemaphore(max_bytes)
        self.fetches = WeightedSemaphore(max_bytes)
        self.pages = WeightedSemaphore(max_pixels)
        self._max_queue = max_queue
        self._queue_timeout_s = queue_timeout_s
        self._service_s = 1.0
        self._inside = 0

    @property
    def in_flight(self) -> int:
        """Requests that hold a permit."""
        return self.requests.held

    @property
    def inside(self) -> int:
        """Requests whose body was read and whose answer has not ended."""
        return self._inside

    @property
    def waiting(self) -> int:
        """Requests that wait for anything."""
        return sum(pool.waiting for pool in (self.requests, self.bodies, self.fetches, self.pages))

    @asynccontextmanager
    async def body(self, size: int) -> AsyncIterator[Share]:
        """Hold `size` bytes of a request's body.

        Raises:
            PayloadTooLarge: there will never be room for so many.
            Overloaded: too many wait, or the turn did not come in time; carries when to try again.
        """
        if size > self.bodies.capacity:
            raise PayloadTooLarge(
                f"The body may have {size} bytes, and all bodies together {self.bodies.capacity}. Send fewer or "
                f"smaller pictures at once, or raise PAGEGLASS_MAX_BYTES_IN_FLIGHT."
            )
        self._check_line(self.bodies, size)
        async with self._share(self.bodies, size) as share:
            yield share

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Come inside with a body that has been read: `max_in_flight` + `max_queue` requests may be.

        Raises:
            Overloaded: that many are; carries when to try again.
        """
        if self._inside >= self.requests.capacity + self._max_queue:
            raise self._overloaded(f"{self._inside} requests are in work or wait, which is the limit")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def permit(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        Raises:
            Overloaded: the queue is full, or the turn did not come in time; carries when to try again.
        """
        self._check_line(self.requests, 1)
        async with self._share(self.requests, 1):
            started = time.monotonic()
            try:
                yield
            finally:
                self._service_s += 0.2 * (time.monotonic() - started - self._service_s)

    @asynccontextmanager
    async def fetched(self, size: int) -> AsyncIterator[Share]:
        """Hold `size` bytes for pictures that are fetched: no more than a body may have, so there is room for them.

        Raises:
            Overloaded: the turn did not come in time; carries when to try again.
        """
        async with self._share(self.fetches, size) as share:
            yield share

    @asynccontextmanager
    async def pixels(self, count: int, *, path: str | None = None) -> AsyncIterator[Share]:
        """Hold `count` pixels of pages as the engine gets them; `path` is the first page's place in the request.

        Raises:
            ImageTooLarge: there will never be room for so many.
            Overloaded: the turn did not come in time; carries when to try again.
        """
        if count > self.pages.capacity:
            raise ImageTooLarge(
                f"The pages of this request may have {count:,} pixels together at this detail, and at most "
                f"{self.pages.capacity:,} are held. Send fewer pages at once, ask for a lower detail, or raise "
                f"PAGEGLASS_MAX_PIXELS_IN_FLIGHT.",
                param=path,
                code="too_many_pixels",
            )
        async with self._share(self.pages, count) as share:
            yield share

    @asynccontextmanager
    async def _share(self, pool: WeightedSemaphore, units: int) -> AsyncIterator[Share]:
        try:
            async with timeout(self._queue_timeout_s):
                await pool.acquire(units)
        except TimeoutError:
            raise self._overloaded(f"the request waited {self._queue_timeout_s:g} s for its turn") from None
        share = Share(pool, units)
        try:
            yield share
        finally:
            share.keep(0)

    def _check_line(self, pool: WeightedSemaphore, units: int) -> None:
        if pool.waiting >= self._max_queue and not pool.fits(units):
            raise self._overloaded(f"{self.in_flight} requests are in work and {pool.waiting} wait, which is the limit")

    def _overloaded(self, why: str) -> Overloaded:
        """Tell when to try again from how fast requests have been answered of late."""
        turns = (self.waiting + 1) / self.requests.capacity
        retry_after_s = max(1, min(60, math.ceil(self._service_s * turns)))
        return Overloaded(
            f"The server is busy: {why}. Try again in {retry_after_s} s, or send fewer requests at once.",
            retry_after_s=retry_after_s,
        )


def most_pixels_by_default(in_flight: int) -> int:
    """The pixels held at the same time where the settings name no number, for an engine that likes `in_flight`."""
    return max(128_000_000, 2_500_000 * in_flight)


def build_admission(settings: Settings, *, in_flight: int = 8) -> Admission:
    """Make the pools that `settings` asks for; `in_flight` is what the engine likes, where they do not say."""
    return Admission(
        max_in_flight=settings.max_in_flight or in_flight,
        max_queue=settings.max_queue,
        queue_timeout_s=settings.queue_timeout_s,
        max_bytes=settings.max_bytes_in_flight,
        max_pixels=settings.max_pixels_in_flight or most_pixels_by_default(in_flight),
    )
