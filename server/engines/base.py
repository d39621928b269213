"""The two engine ports, `Recognizer` and `Generator`; independent of HTTP and of OpenAI's types.

A `Generator` turns messages and pages into text, a `Recognizer` turns pages into lines with boxes. Fields, tools and
text are built from lines in `server.pipeline`.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from server.values.chat import JSON, Delta, GenerateRequest
from server.values.lines import Lines
from server.values.pages import Page


class Support(StrEnum):
    """What an engine does with a request field."""

    HONOURED = "honoured"
    NO_EFFECT = "no effect"
    NEUTRAL_ONLY = "refused unless neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRule:
    """How an engine treats one request field; `neutral` lists the values that change nothing."""

    support: Support
    neutral: tuple[JSON, ...] = ()
    reason: str = ""


class Engine(Protocol):
    """What every engine has: an identity, rules for request fields, a start and a stop."""

    @property
    def name(self) -> str:
        """The engine's name in settings, such as ``rapidocr``."""
        ...

    @property
    def version(self) -> str:
        """Version of the library that computes and of the model, for `system_fingerprint`."""
        ...

    @property
    def parameters(self) -> Mapping[str, ParameterRule]:
        """Rules by wire name."""
        ...

    @property
    def ready(self) -> bool:
        """Whether a request would be answered now."""
        ...

    async def start(self) -> None:
        """Load what is needed; raises `ConfigurationError` where that cannot work."""
        ...

    async def stop(self) -> None:
        """Give everything back; work in hand is abandoned."""
        ...


class Turn(Protocol):
    """How a request waits for a worker of an engine."""

    def waiting(self, *, begun: bool) -> AbstractAsyncContextManager[None]:
        """Wait inside of this block for a worker; `begun` says that another page of the same request was read before.

        Raises:
            Overloaded: the wait was longer than a request may wait that has not begun.
        """
        ...


class PageReader(Protocol):
    """Reads pages into lines."""

    @property
    def tiled(self) -> bool:
        """Whether a page larger than it sees at once is worth cutting into pieces for it."""
        ...

    def recognise(self, pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
        """Yield the lines of `pages`, page by page in order, top to bottom.

        Closing the iterator stops the work. Raises `EngineUnavailable` when the engine is not running.
        """
        ...


@runtime_checkable
class Recognizer(Engine, Protocol):
    """An engine that reads pages, at most `workers` at once."""

    @property
    def tiled(self) -> bool:
        """As of `PageReader`."""
        ...

    @property
    def workers(self) -> int:
        """How many pages are read at the same time."""
        ...

    def recognise(self, pages: Sequence[Page], turn: Turn | None = None) -> AsyncGenerator[Lines, None]:
        """Yield lines as a `PageReader` does, and wait for a worker by `turn`. Raises what that raises as well."""
        ...


@runtime_checkable
class Generator(Engine, Protocol):
    """Writes an answer to messages and pages."""

    def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield the answer piece by piece. Closing the iterator aborts the generation."""
        ...
