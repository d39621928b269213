"""Background work behind a stream: runs in its own task, so that a deadline or a close ends it at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, Self, TypeVar

from server.errors import EngineTimeout

Item = TypeVar("Item")

_DEPTH = 64  # items that may wait for a slow client before the work is held up


class _End:
    """Marks the end of the work."""


class WorkStream(Generic[Item]):
    """An async iterator of what work gives; `aclose` cancels the work and waits until it has ended."""

    def __init__(self, work: AsyncGenerator[Item, None], *, timeout_s: float) -> None:
        self._queue: asyncio.Queue[Item | Exception | _End] = asyncio.Queue(_DEPTH)
        self._first: Item | None = None
        self._task = asyncio.create_task(self._pump(work, timeout_s))

    async def await_first(self, wait_s: float) -> None:
        """Wait up to `wait_s` for the first item, so that an early failure is raised here."""
        try:
            async with asyncio.timeout(wait_s):
                self._first = await anext(self, None)
        except TimeoutError:
            return

    def __aiter__(self) -> Self:
        """Iterate over itself."""
        return self

    async def __anext__(self) -> Item:
        """Give the next item; raise what ended the work."""
        first, self._first = self._first, None
        if first is not None:
            return first
        item = await self._queue.get()
        if isinstance(item, Exception | _End):
            self._queue.put_nowait(_End())  # whoever asks again is told again
            raise item if isinstance(item, Exception) else StopAsyncIteration
        return item

    async def aclose(self) -> None:
        """Cancel the work and wait for its end."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _pump(self, work: AsyncGenerator[Item, None], timeout_s: float) -> None:
        end: Exception | _End = _End()
        try:
            async with asyncio.timeout(timeout_s), aclosing(work):
                async for item in work:
                    await self._queue.put(item)
        except TimeoutError:
            end = EngineTimeout(
                f"The request took longer than {timeout_s:g} s. Send fewer or smaller pictures at once, "
                "ask for a shorter answer (max_tokens), or raise PAGEGLASS_REQUEST_TIMEOUT_S."
            )
        except Exception as error:  # noqa: BLE001 - handed to whoever reads the stream
            end = error
        await self._queue.put(end)
