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
        if work is None:
            work = self._works[key] = _Work(asyncio.create_task(begin()))
            work.task.add_done_callback(lambda task: self._forget(key, task))
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting and not work.task.done():
                self._forget(key, work.task)
                work.task.cancel()

    def _forget(self, key: Key, task: asyncio.Task[Result]) -> None:
        work = self._works.get(key)
        if work is not None and work.task is task:
            del self._works[key]
        if task.done() and not task.cancelled():
            task.exception()  # read, so that asyncio does not report an error that its callers have received
