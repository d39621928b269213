"""Meter of a request: counts it against its caller's limits on requests, pages and concurrent requests.

A limit of N admits exactly N, even under concurrency: the store checks and counts atomically. A request refused by the
limit per minute does not count against the daily quota, so that retries do not use it up.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from server.access.caller import Caller
from server.access.counts import CountStore
from server.access.windows import WindowState
from server.errors import ImageTooLarge, LimitsUnavailable, QuotaExceeded, RateLimited

Counted = Literal["requests", "pages"]
Period = Literal["minute", "day"]
_SECONDS: dict[Period, int] = {"minute": 60, "day": 86_400}
_SPAN: dict[Period, str] = {"minute": "60 seconds", "day": "24 hours"}
_VERB: dict[Counted, str] = {"requests": "may make", "pages": "may have read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStatus:
    """A caller's state in one limit; in `reset_s` seconds the oldest counted unit leaves the sliding window."""

    counted: Counted
    period: Period
    limit: int
    remaining: int
    reset_s: float


class Meter:
    """One request's meter. `requests` and `pages` are its caller's state once counted; None without a limit."""

    def __init__(self, store: CountStore, caller: Caller, *, allow_uncounted: bool) -> None:
        self._store = store
        self._allow_uncounted = allow_uncounted
        self._caller = caller
        self._counted_pages = 0
        self.requests: LimitStatus | None = None
        self.pages: LimitStatus | None = None

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Hold a lease of the caller's concurrent requests, and count the request.

        Raises:
            RateLimited: the limit of concurrent requests, or per minute, is reached.
            QuotaExceeded: the daily quota is used up.
            LimitsUnavailable: the store does not answer, and the settings refuse requests in this case.
        """
        most = self._caller.limits.concurrent_requests
        lease = await self._lease(most) if most else None
        renewing = asyncio.ensure_future(self._renew(lease)) if lease else None
        try:
            self.requests = await self._count("requests", 1)
            yield
        finally:
            if lease and renewing:
                renewing.cancel()
                with suppress(LimitsUnavailable):  # then it expires
                    async with self._store.asked():
                        await self._store.leases.give_back(self._lease_key, lease)

    async def count_pages(self, pages: int) -> None:
        """Count the pages of the request's documents, once, even if they are read repeatedly.

        Raises:
            ImageTooLarge: they are more than the limit, so they could never be admitted.
            RateLimited, QuotaExceeded, LimitsUnavailable: as for requests.
        """
        more, self._counted_pages = pages - self._counted_pages, max(pages, self._counted_pages)
        if more > 0:
            self.pages = await self._count("pages", more)

    async def _count(self, counted: Counted, units: int) -> LimitStatus | None:
        limits = self._caller.limits
        minute, day = limits.requests_per_minute, limits.requests_per_day
        if counted == "pages":
            minute, day = limits.pages_per_minute, limits.pages_per_day
        periods: tuple[tuple[Period, int | None], ...] = (("minute", minute), ("day", day))
        rules = [(period, limit) for period, limit in periods if limit]
        for period, limit in rules:
            if units > limit:
                raise self._never(period, limit, units)
        statuses = []
        try:
            if len(rules) > 1:  # a refusal by one window must not count in another, the minute's not in the daily quota
                for period, limit in rules:
                    await self._look(counted, period, limit, units)
            for period, limit in rules:
                statuses.append(await self._hit(counted, period, limit, units))
        except LimitsUnavailable:
            if not self._allow_uncounted:
                raise
        return min(statuses, key=lambda status: status.remaining, default=None)

    async def _look(self, counted: Counted, period: Period, limit: int, units: int) -> None:
        """Refuse a request that does not fit, without counting anything."""
        windows, seconds = self._store.windows, _SECONDS[period]
        key = self._window_key(counted, period)
        async with self._store.asked():
            state = await windows.look(key, limit=limit, seconds=seconds, units=units)
        if not state.fits:
            raise self._refused(counted, period, limit, state, units)

    async def _hit(self, counted: Counted, period: Period, limit: int, units: int) -> LimitStatus:
        windows, seconds = self._store.windows, _SECONDS[period]
        key = self._window_key(counted, period)
        async with self._store.asked():
            state = await windows.take(key, limit=limit, seconds=seconds, units=units)
        if not state.fits:
            raise self._refused(counted, period, limit, state, units)
        return _status(counted, period, limit, state)

    async def _lease(self, most: int) -> str | None:
        try:
            async with self._store.asked():
                lease = await self._store.leases.take(self._lease_key, most=most)
        except LimitsUnavailable:
            if self._allow_uncounted:
                return None
            raise
        if lease is None:
            raise RateLimited(
                f"{self._who} may have {most} requests at the same time, and has reached that. Wait for one to end, "
                "or ask the operator of the server for a higher limit.",
                retry_after_s=1,
            )
        return lease

    async def _renew(self, lease: str) -> None:
        while self._store.renew_s:
            await asyncio.sleep(self._store.renew_s)
            with suppress(LimitsUnavailable):
                async with self._store.asked():
                    await self._store.leases.renew(self._lease_key, lease)

    def _window_key(self, counted: Counted, period: Period) -> str:
        return f"{self._caller.id or 'anybody'}/{counted}/{period}"

    @property
    def _lease_key(self) -> str:
        return f"{self._caller.id or 'anybody'}/at work"

    @property
    def _who(self) -> str:
        return f"The key {self._caller.name!r}" if self._caller.id else "This server, which wants no keys,"

    def _refused(
        self, counted: Counted, period: Period, limit: int, state: WindowState, units: int
    ) -> RateLimited | QuotaExceeded:
        """The error of a full window, whose state goes into the answer's headers."""
        status = _status(counted, period, limit, state)
        setattr(self, counted, status)
        wait_s = max(1, math.ceil(state.room_s))
        asked = "" if status.counted == "requests" else f", this request has {units}"
        kind = RateLimited if status.period == "minute" else QuotaExceeded
        return kind(
            f"{self._who} {_VERB[status.counted]} {status.limit} {status.counted} in any "
            f"{_SPAN[status.period]}: {status.remaining} are left{asked}, and there is room again in {wait_s} s. "
            "Wait that long, or ask the operator of the server for a higher limit.",
            retry_after_s=wait_s,
        )

    def _never(self, period: Period, limit: int, pages: int) -> ImageTooLarge:
        return ImageTooLarge(
            f"The request has {pages} pages, and {self._who[0].lower()}{self._who[1:]} may have read {limit} in any "
            f'{_SPAN[period]}. Choose pages of a document with "pages": "1-{limit}" beside its data, or send several '
            "requests.",
            code="too_many_pages",
        )


def _status(counted: Counted, period: Period, limit: int, state: WindowState) -> LimitStatus:
    remaining, reset_s = max(0, limit - state.used), max(0.0, state.reset_s)
    return LimitStatus(counted=counted, period=period, limit=limit, remaining=remaining, reset_s=reset_s)
