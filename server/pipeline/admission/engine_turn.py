"""How requests wait for a worker of an engine that reads pages: counted, timed, and bounded as every other wait."""

from asyncio import timeout
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.engines.base import Recognizer
from server.pipeline.admission.admission import Admission
from server.pipeline.request_context import RequestContext
from server.values.lines import Lines
from server.values.pages import Page


@dataclass(frozen=True, slots=True)
class EngineTurn:
    """The turns of one request; its first page waits `PAGEGLASS_QUEUE_TIMEOUT_S` at most."""

    admission: Admission
    context: RequestContext

    @asynccontextmanager
    async def waiting(self, *, begun: bool) -> AsyncIterator[None]:
        """Count and time a wait for a worker; raises `Overloaded` where nothing was `begun` and it takes too long."""
        limit_s = None if begun else self.admission.queue_timeout_s
        with self.context.stages.waiting(), self.admission.engine_wait():
            try:
                async with timeout(limit_s):
                    yield
            except TimeoutError:
                raise self.admission.engine_refusal(self.context.caller) from None


@dataclass(frozen=True, slots=True)
class ReaderInTurn:
    """A `PageReader` that waits for the workers of an `engine` by the turns of one request."""

    engine: Recognizer
    turn: EngineTurn

    @property
    def tiled(self) -> bool:
        """As of the engine."""
        return self.engine.tiled

    def recognise(self, pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
        """Yield the lines of `pages`; raises what the engine raises, and `Overloaded`."""
        return self.engine.recognise(pages, self.turn)
