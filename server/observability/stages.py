"""The stages of one request, timed; where tracing is on, each is a span as well."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Literal, TypeVar, get_args

Item = TypeVar("Item")
Stage = Literal["body", "queue", "fetch", "decode", "first_token", "generation"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
"""In the order in which a request comes to them: its body arrives, it waits its turn, its pictures are fetched from
addresses, opened and decoded, the engine gives the first of the answer, and the rest."""


class Stages:
    """How many seconds each stage of a request took; one that was entered several times counts together.

    `follow` opens what lasts as long as the stage does, such as a span.
    """

    def __init__(self, *, follow: Callable[[Stage], AbstractContextManager[object]] = lambda _: nullcontext()) -> None:
        self.seconds: dict[Stage, float] = {}
        self._answered = False
        self._follow = follow

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Count the time of the block to `stage`, however it ends."""
        began = time.monotonic()
        try:
            with self._follow(stage):
                yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0) + time.monotonic() - began

    async def answering(self, items: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
        """Pass on what an engine gives: the time to the first item is `first_token`, that of the rest `generation`.

        An answer that is made in several goes, as that of a long document is, has one first item.
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
