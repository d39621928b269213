"""Admission control of concurrent requests, bytes of bodies and of fetched pictures, and pixels.

Peak memory is bounded by these, not by luck (docs/memory.md). A request takes them in one order, body → fetched →
permit → pixels, each once and as a whole, and gives them back in reverse; pixels of further pages are taken when those
of the pages before are given back. A request that waits holds only earlier kinds, so no two can wait for each other.
In every queue callers have their turns round-robin, however often each asks, and a full queue makes room for the
caller that has fewer in it.
"""

import math
import time
from asyncio import timeout
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from server.config import Settings
from server.errors import ImageTooLarge, Overloaded, PayloadTooLarge
from server.pipeline.admission.fair_semaphore import FairSemaphore, MadeRoom
from server.pipeline.admission.retry_after import ServiceTimes

Refusal = Literal["queue_full", "queue_timeout", "made_room"]
Resource = Literal["body", "fetched", "permit", "pixels", "engine"]
"""Bytes of a request's body, bytes of pictures that are fetched (no more than a body may have), the permit to be in
work, pixels of pages as the engine gets them, and a worker of the engine, which the engine itself gives out."""

_BOUNDED_QUEUES: Final[frozenset[Resource]] = frozenset({"body", "permit"})


@dataclass(slots=True)
class Reservation:
    """Units taken from a pool. They may be given back in part, as soon as it shows that fewer will do."""

    pool: FairSemaphore
    units: int

    def keep(self, units: int) -> None:
        """Give back all but `units`; keeping more than is held changes nothing."""
        surplus = max(0, self.units - units)
        self.units -= surplus
        if surplus:
            self.pool.release(surplus)


class Admission:
    """Bounded pools with a line of callers each: a request waits `queue_timeout_s` at most in each line.

    At most `max_queue` requests wait for their body's bytes, and as many for a permit; what comes after is waited for
    inside a permit. A body that has been read is parsed only if one of these places will take it (`enter`).
    `body_timeout_s` is the most that is waited for a body's bytes. `caller` is what tells callers apart, everywhere.
    """

    def __init__(  # noqa: PLR0913 - one parameter per limit
        self,
        *,
        max_in_flight: int,
        max_queue: int,
        queue_timeout_s: float,
        max_bytes: int,
        max_pixels: int,
        body_timeout_s: float = math.inf,
        on_refused: Callable[[Refusal], None] = lambda _: None,
    ) -> None:
        self.requests = FairSemaphore(max_in_flight)
        self.bodies = FairSemaphore(max_bytes)
        self.fetches = FairSemaphore(max_bytes)
        self.pages = FairSemaphore(max_pixels)
        self._pools: dict[Resource, FairSemaphore] = {
            "permit": self.requests,
            "body": self.bodies,
            "fetched": self.fetches,
            "pixels": self.pages,
        }
        self._max_queue = max_queue
        self.queue_timeout_s = queue_timeout_s
        self._body_timeout_s = min(queue_timeout_s, body_timeout_s)
        self._service_times = ServiceTimes()
        self._on_refused = on_refused
        self._inside = 0
        self._leaving = 0
        self._wait_for_engine = 0
        self._watcher: Callable[[Resource, int, int], None] = lambda _resource, _held, _waiting: None

    def watch(self, watcher: Callable[[Resource, int, int], None]) -> None:
        """Call `watcher` after every change: of which resource how many units are held, and how many requests wait."""
        self._watcher = watcher
        for resource, pool in self._pools.items():
            pool.on_change = partial(watcher, resource)

    @property
    def inside(self) -> int:
        """Requests whose body was read and whose answer has not ended."""
        return self._inside + self._leaving

    @asynccontextmanager
    async def hold(
        self, resource: Resource, units: int = 1, *, caller: str = "", path: str | None = None
    ) -> AsyncIterator[Reservation]:
        """Wait for a turn, and hold `units` of `resource`; `path` is what an error names as the place in the request.

        Raises:
            PayloadTooLarge, ImageTooLarge: there will never be room for so many.
            Overloaded: too many wait, or the turn did not come in time; carries when to try again.
        """
        pool = self._pools[resource]
        timeout_s = self._body_timeout_s if resource == "body" else self.queue_timeout_s
        if units > pool.capacity:
            raise _never(resource, units, pool.capacity, path)
        full = resource in _BOUNDED_QUEUES and pool.waiting >= self._max_queue and not pool.fits(units)
        if full and not pool.make_room(caller):
            why = f"{self.requests.held} requests are in work and {pool.waiting} wait, which is the limit"
            raise self._refusal("queue_full", why, caller)
        try:
            async with timeout(timeout_s):
                await pool.acquire(units, caller=caller)
        except TimeoutError:
            raise self._refusal("queue_timeout", f"the request waited {timeout_s:g} s for its turn", caller) from None
        except MadeRoom:
            why = "the queue is full, and this caller's newest request made room for a caller with fewer in it"
            raise self._refusal("made_room", why, caller) from None
        reservation, began = Reservation(pool, units), time.monotonic()
        try:
            yield reservation
        finally:
            reservation.keep(0)
            if resource == "permit":
                self._service_times.served(time.monotonic() - began)

    @contextmanager
    def engine_wait(self) -> Iterator[None]:
        """Count a request that waits for a worker of its engine."""
        self._count_engine_wait(1)
        try:
            yield
        finally:
            self._count_engine_wait(-1)

    def _count_engine_wait(self, change: int) -> None:
        self._wait_for_engine += change
        self._watcher("engine", 0, self._wait_for_engine)

    def engine_refusal(self, caller: str) -> Overloaded:
        """Refuse a request that waited too long for a worker of its engine."""
        why = f"the request waited {self.queue_timeout_s:g} s for a worker of the engine"
        return self._refusal("queue_timeout", why, caller)

    @contextmanager
    def enter(self, *, caller: str = "") -> Iterator[None]:
        """Come inside with a body that has been read: `max_in_flight` + `max_queue` requests may be.

        Raises:
            Overloaded: that many are, and none of another caller makes room; carries when to try again.
        """
        if self._inside >= self.requests.capacity + self._max_queue:
            if not self.requests.make_room(caller):
                why = f"{self._inside} requests are in work or wait, which is the limit"
                raise self._refusal("queue_full", why, caller)
            self._inside -= 1  # its place is ours now; it gets a refusal, and leaves at once
            self._leaving += 1
        self._inside += 1
        try:
            yield
        finally:
            if self._leaving:  # the first to end stands for the one that made room
                self._leaving -= 1
            else:
                self._inside -= 1

    def _refusal(self, reason: Refusal, why: str, caller: str) -> Overloaded:
        self._on_refused(reason)
        before = sum(pool.before(caller) for pool in self._pools.values()) + self._wait_for_engine
        retry_after_s = self._service_times.retry_after_s(before + 1, self.requests.held)
        return Overloaded(
            f"The server is busy: {why}. Try again in {retry_after_s} s, or send fewer requests at once.",
            retry_after_s=retry_after_s,
        )


def pixel_room(settings: Settings, in_flight: int) -> int:
    """The pixels held at the same time; where `settings` name no number, for an engine that likes `in_flight`."""
    return settings.max_pixels_in_flight or max(128_000_000, 2_500_000 * in_flight)


def _never(resource: Resource, units: int, most: int, path: str | None) -> PayloadTooLarge | ImageTooLarge:
    if resource == "pixels":
        return ImageTooLarge(
            f"The pages of this request may have {units:,} pixels together at this detail, and at most {most:,} are "
            f"held. Send fewer pages at once or ask for a lower detail. The operator can raise "
            f"PAGEGLASS_MAX_PIXELS_IN_FLIGHT.",
            param=path,
            code="too_many_pixels",
        )
    return PayloadTooLarge(
        f"The body may have {units} bytes, and all bodies together {most}. Send fewer or smaller pictures at "
        f"once. The operator can raise PAGEGLASS_MAX_BYTES_IN_FLIGHT."
    )


def build_admission(
    settings: Settings, *, in_flight: int = 8, on_refused: Callable[[Refusal], None] = lambda _: None
) -> Admission:
    """Make the pools that `settings` asks for; `in_flight` is what the engine likes, where they do not say."""
    return Admission(
        max_in_flight=settings.max_in_flight or in_flight,
        max_queue=settings.max_queue,
        queue_timeout_s=settings.queue_timeout_s,
        max_bytes=settings.max_bytes_in_flight,
        max_pixels=pixel_room(settings, in_flight),
        body_timeout_s=settings.request_timeout_s,
        on_refused=on_refused,
    )
