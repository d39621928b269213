"""Store of the counts of requests, pages and leases, with a timeout and handling of outages."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from server.access.leases import Leases
from server.access.windows import Windows
from server.errors import LimitsUnavailable

_LOGGER = logging.getLogger(__name__)


async def _nothing() -> None:
    """Do nothing: there is nothing to close."""


@dataclass(slots=True, kw_only=True)
class CountStore:
    """A store; `faults` are its client's exceptions during an outage, `renew_s` is the interval for renewing leases."""

    windows: Windows
    leases: Leases
    timeout_s: float | None = None
    renew_s: float | None = None
    faults: tuple[type[Exception], ...] = (TimeoutError,)
    close: Callable[[], Awaitable[None]] = _nothing
    gone: bool = field(default=False, init=False)

    async def greet(self) -> None:
        """Probe the store, so that an outage is logged at the start."""
        with suppress(LimitsUnavailable):
            async with self.asked():
                await self.windows.look("start", limit=1, seconds=1, units=1)

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[None]:
        """Run one operation within `timeout_s`.

        Raises:
            LimitsUnavailable: the store does not answer. The outage and its end are logged once each.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                yield
        except self.faults as error:
            if not self.gone:
                self.gone = True
                _LOGGER.error(  # noqa: TRY400 - a traceback would say no more
                    "Redis (PAGEGLASS_LIMITS__REDIS_URL) does not count requests: %s: %s",
                    type(error).__name__,
                    str(error)[:200] or f"no answer in {self.timeout_s} s",
                )
            raise LimitsUnavailable(
                "This key has limits, and the store that counts requests does not answer. Try again in a "
                "moment; the operator of the server finds the reason in its log.",
                retry_after_s=5,
            ) from None
        if self.gone:
            self.gone = False
            _LOGGER.warning("Redis (PAGEGLASS_LIMITS__REDIS_URL) counts requests again.")
