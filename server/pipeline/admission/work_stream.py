"""Work under way: it goes on in a task of its own, so that a deadline or a close ends it at once.

What it gives waits in a bounded buffer (backpressure: the work pauses while the buffer is full), from which a reader
takes all that is ready at each wake-up. A token costs neither a task nor a timer: one timer a stream watches for
silence, and is armed again only where there was some.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, Self, TypeVar

from server.errors import EngineTimeout, EngineUnavailable

Item = TypeVar("Item")

_DEPTH = 64  # items that may wait for a slow client before the work is held up


class WorkStream(Generic[Item]):
    """An async iterator of what work gives; `aclose` cancels the work and waits until it has ended.

    It has one reader at a time.
    """

    def __init__(self, work: AsyncGenerator[Item, None], *, timeout_s: float) -> None:
        self._items: deque[Item] = deque()
        self._ended = False
        self._fault: Exception | None = None
        self._loop = asyncio.get_running_loop()
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._task = asyncio.create_task(self._pump(work, timeout_s))

    async def take(self, wait_s: float) -> list[Item] | None:
        """Give all items that are ready; where none is, those that come within `wait_s` seconds, which may be none.

        None stands for the end; what ended the work early is raised once all before it has been taken.
        """
        if not self._items:
            await self.wait(wait_s)
        if self._ended and not self._items:
            return None
        taken = list(self._items)
        self._items.clear()
        _wake(self._writer)
        return taken

    def __aiter__(self) -> Self:
        """Iterate over itself."""
        return self

    async def __anext__(self) -> Item:
        """Give the next item; raise what ended the work."""
        if not self._items:
            await self.wait(math.inf)
        if not self._items:
            raise StopAsyncIteration
        item = self._items.popleft()
        _wake(self._writer)
        return item

    async def aclose(self) -> None:
        """Cancel the work and wait for its end."""
        if self._timer:
            self._timer.cancel()
        self._task.cancel()
        await asyncio.wait({self._task})

    async def wait(self, wait_s: float) -> None:
        """Wait for an item or the end, for `wait_s` seconds at most; a cancelled wait closes the stream.

        What ended the work is raised, once, when all items have been taken.
        """
        if not self._items and not self._ended:
            self._reader = self._loop.create_future()
            self._due = self._loop.time() + wait_s
            if self._timer is None or self._timer.when() > self._due:
                self._watch()
            try:
                await self._reader
            except asyncio.CancelledError:
                await self.aclose()
                raise
            finally:
                self._reader = None
        if self._fault and not self._items:
            fault, self._fault = self._fault, None
            raise fault

    def _watch(self) -> None:
        """Look at the reader once its time is up."""
        if self._timer:
            self._timer.cancel()
        self._timer = None if self._due == math.inf else self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        """End the wait of a reader whose time is up; look again at one that began to wait meanwhile."""
        self._timer = None
        if self._reader is not None and self._loop.time() < self._due:
            self._watch()
        else:
            _wake(self._reader)

    async def _pump(self, work: AsyncGenerator[Item, None], timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s), aclosing(work):
                async for item in work:
                    self._items.append(item)
                    _wake(self._reader)
                    if len(self._items) >= _DEPTH:
                        await self._room()
        except TimeoutError:
            self._fault = EngineTimeout(
                f"The request took longer than {timeout_s:g} s. Send fewer or smaller pictures at once, or "
                "ask for a shorter answer (max_tokens). The operator can raise PAGEGLASS_REQUEST_TIMEOUT_S."
            )
        except Exception as error:  # noqa: BLE001 - handed to the reader of the stream
            self._fault = error
        except asyncio.CancelledError:  # by `aclose`, or by the work itself, whose reader would wait for ever
            self._fault = EngineUnavailable("The work on this request was cancelled before its end. Send it again.")
            raise
        finally:
            self._ended = True
            _wake(self._reader)

    async def _room(self) -> None:
        """Wait until the reader has taken something."""
        self._writer = self._loop.create_future()
        try:
            await self._writer
        finally:
            self._writer = None


def _wake(sleeper: "asyncio.Future[None] | None") -> None:
    if sleeper is not None and not sleeper.done():
        sleeper.set_result(None)
