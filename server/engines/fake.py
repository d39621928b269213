"""A scripted recogniser for tests and load runs: instant by default, slow or failing on request.

Every page shows the lines of `FakeSettings.text`; `delay_s` is waited before each line. A script of exceptions, taken
in order one a page, makes failures; it can only be handed over in code.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence

from server.config import FakeSettings
from server.engines.base import Line, Lines, ParameterRule
from server.engines.parameters import READER_PARAMETERS
from server.errors import EngineUnavailable
from server.media.types import Page

_LINE_HEIGHT = 20.0


class FakeRecognizer:
    """A `Recognizer` that reads what it was told to."""

    name = "fake"
    version = "1"

    def __init__(self, settings: FakeSettings, *, failures: Iterable[Exception | None] = ()) -> None:
        self._settings = settings
        self._failures = iter(failures)
        self._running = False
        self.pages_in_work = 0
        """Pages begun and not yet ended, for tests of cancellation."""

    @property
    def parameters(self) -> Mapping[str, ParameterRule]:
        """The table of every reader."""
        return READER_PARAMETERS

    @property
    def ready(self) -> bool:
        """Whether it was started and not stopped."""
        return self._running

    async def start(self) -> None:
        """Become ready."""
        self._running = True

    async def stop(self) -> None:
        """Stop being ready."""
        self._running = False

    async def recognise(self, pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
        """Yield the scripted lines of each page, one a run."""
        if not self._running:
            raise EngineUnavailable("the fake engine is not running", retry_after_s=1)
        texts = self._settings.text.split("\n") if self._settings.text else []
        for number, page in enumerate(pages):
            self.pages_in_work += 1
            try:
                async for run in self._read(number, page, texts):
                    yield run
            finally:
                self.pages_in_work -= 1

    async def _read(self, number: int, page: Page, texts: list[str]) -> AsyncGenerator[Lines, None]:
        for row, text in enumerate(texts):
            await asyncio.sleep(self._settings.delay_s)
            yield Lines(
                page=number, width=page.width, height=page.height, lines=(_line(text, row),), last=row == len(texts) - 1
            )
            if row == 0 and (failure := next(self._failures, None)):
                raise failure
        if not texts:
            yield Lines(page=number, width=page.width, height=page.height)


def _line(text: str, row: int) -> Line:
    top, right = row * 1.5 * _LINE_HEIGHT, len(text) * _LINE_HEIGHT / 2
    bottom = top + _LINE_HEIGHT
    return Line(text=text, score=1.0, box=((0.0, top), (right, top), (right, bottom), (0.0, bottom)), row=row)
