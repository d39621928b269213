"""Timings of a request's stages; with tracing on, each stage is also a span."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Literal, TypeVar, get_args

Item = TypeVar("Item")
Stage = Literal["body", "queue", "fetch", "decode", "first_token", "generation"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
"""In the order of a request: its body arrives, it is queued, its pictures are fetched, opened and decoded, the engine
yields the first token, and the rest."""


class Stages:
    """Seconds spent in each stage of a request, summed over repeated entries.

    `follow` opens a context for the duration of a stage, such as a span.
    """

    def __init__(self, *, follow: Callable[[Stage], AbstractContextManager[object]] = lambda _: nullcontext()) -> None:
        self.seconds: dict[Stage, float] = {}
        self._answered = False
        self._follow = follow

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Add the time of the block to `stage`, however it ends."""
        began = time.monotonic()
        try:
            with self._follow(stage):
                yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0) + time.monotonic() - began

    async def answering(self, items: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
        """Pass on an engine's items: the time to the first one is `first_token`, that of the rest `generation`.

        An answer made in several runs, such as that of a long document, has one first item.
        """
        with self.timed("generation" if self._answered else "first_token"):
            first = await anext(items, None)
        if first is None:
            return
        self._answered = True
        with self.timed("generation"):
            yield first
            async for item in items:
                yield item
