"""An answer under way: work goes on in a task of its own, so that a deadline or a close ends it at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Self

from server.engines.base import Delta
from server.errors import EngineTimeout

_DEPTH = 64  # deltas that may wait for a slow client before the engine is held up


class _End:
    """Marks the end of the answer."""


class DeltaStream:
    """An async iterator of deltas; `aclose` cancels the work and waits until it has ended."""

    def __init__(self, deltas: AsyncGenerator[Delta, None], *, timeout_s: float) -> None:
        self._queue: asyncio.Queue[Delta | Exception | _End] = asyncio.Queue(_DEPTH)
        self._first: Delta | None = None
        self._task = asyncio.create_task(self._pump(deltas, timeout_s))

    async def await_first(self, wait_s: float) -> None:
        """Wait up to `wait_s` for the first delta, so that an early failure is raised here."""
        try:
            async with asyncio.timeout(wait_s):
                self._first = await anext(self, None)
        except TimeoutError:
            return

    def __aiter__(self) -> Self:
        """Iterate over itself."""
        return self

    async def __anext__(self) -> Delta:
        """Give the next delta; raise what ended the work."""
        item, self._first = self._first or await self._queue.get(), None
        if isinstance(item, Delta):
            return item
        self._queue.put_nowait(_End())  # whoever asks again is told again
        if isinstance(item, Exception):
            raise item
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Cancel the work and wait for its end."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _pump(self, deltas: AsyncGenerator[Delta, None], timeout_s: float) -> None:
        end: Exception | _End = _End()
        try:
            async with asyncio.timeout(timeout_s), aclosing(deltas):
                async for delta in deltas:
                    await self._queue.put(delta)
        except TimeoutError:
            end = EngineTimeout(
                f"The request took longer than {timeout_s:g} s. Send fewer or smaller pictures at once, "
                "ask for a shorter answer (max_tokens), or raise PAGEGLASS_REQUEST_TIMEOUT_S."
            )
        except Exception as error:  # noqa: BLE001 - handed to whoever reads the stream
            end = error
        await self._queue.put(end)
