"""Single-flight: concurrent callers of the same work share one execution."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


@dataclass(slots=True)
class _Work(Generic[Result]):
    task: asyncio.Task[Result]
    waiting: int = 0


class SharedWork(Generic[Key, Result]):
    """Callers of `do` with the same key share one run; it is cancelled when the last of them has gone."""

    def __init__(self) -> None:
        self._works: dict[Key, _Work[Result]] = {}

    async def do(self, key: Key, begin: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Wait for the run under way for `key`, or begin one; gives its result or raises its error."""
        work = self._works.get(key)
        if work is None or work.task.done():
            work = self._works[key] = _Work(asyncio.create_task(begin()))
            # An error that nobody waits for any more is read, or asyncio would report it.
            work.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting:
                work.task.cancel()
                if self._works.get(key) is work:
                    del self._works[key]
