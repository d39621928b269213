"""Timings of a request's stages; with tracing on, each stage is also a span."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Stage = Literal["body", "queue", "fetch", "decode", "first_token", "generation"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
"""In the order of a request: its body arrives, it is queued, its pictures are fetched, opened and decoded, the engine
yields the first token, and the rest."""


@dataclass(slots=True, kw_only=True)
class Stages:
    """Seconds spent in each stage of a request, summed over repeated entries.

    `follow` opens a context for the duration of a stage, such as a span.
    """

    follow: Callable[[Stage], AbstractContextManager[object]] = lambda _: nullcontext()
    seconds: dict[Stage, float] = field(default_factory=dict)
    _answered: bool = field(default=False, init=False)
    _answering: Stage | None = field(default=None, init=False)

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Add the time of the block to `stage`, however it ends."""
        began = time.monotonic()
        try:
            with self.follow(stage):
                yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0) + time.monotonic() - began

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Time the block as `queue`, and not as the stage of the answer that it is a part of."""
        began = time.monotonic()
        try:
            with self.follow("queue"):
                yield
        finally:
            waited = time.monotonic() - began
            self.seconds["queue"] = self.seconds.get("queue", 0) + waited
            if self._answering:
                self.seconds[self._answering] = self.seconds.get(self._answering, 0) - waited

    @contextmanager
    def answering(self) -> Iterator[Callable[[], None]]:
        """Time the block, in which an engine answers; call what it gives at every item.

        The time to the first item is `first_token`, the rest `generation`. An answer made in several runs, such as that
        of a long document, has one first item.
        """
        with ExitStack() as stage:

            def note_item() -> None:
                if not self._answered:
                    self._answered = True
                    stage.close()
                    enter("generation")

            def enter(name: Stage) -> None:
                self._answering = name
                stage.enter_context(self.timed(name))

            try:
                enter("generation" if self._answered else "first_token")
                yield note_item
            finally:
                self._answering = None
