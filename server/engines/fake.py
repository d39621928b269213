"""Scripted engines for tests and load runs, one per port: instant by default, slow or failing on request.

To the recogniser every page shows the lines of `FakeSettings.text`; `delay_s` is waited before each line. A script of
exceptions, taken in order one a page, makes failures; it can only be handed over in code. The generator writes the
same text word by word, whatever it is asked.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Sequence

from server.engines.base import Turn
from server.engines.parameters import GENERATOR_PARAMETERS, READER_PARAMETERS
from server.errors import EngineUnavailable
from server.settings.groups import FakeSettings
from server.values.chat import Delta, GenerateRequest, Usage
from server.values.lines import Line, Lines
from server.values.pages import Page

_LINE_HEIGHT = 20.0


class _Scripted:
    """What both ports share: an identity, and being started and stopped."""

    name = "fake"
    version = "1"
    ready = False

    def __init__(self, settings: FakeSettings) -> None:
        self._settings = settings

    async def start(self) -> None:
        """Become ready."""
        self.ready = True

    async def stop(self) -> None:
        """Stop being ready."""
        self.ready = False

    def _check_running(self) -> None:
        if not self.ready:
            raise EngineUnavailable("the fake engine is not running", retry_after_s=1)


class FakeRecognizer(_Scripted):
    """A scripted `Recognizer`."""

    parameters = READER_PARAMETERS
    tiled = False

    def __init__(self, settings: FakeSettings, *, failures: Iterable[Exception | None] = ()) -> None:
        super().__init__(settings)
        self._failures = iter(failures)
        self.pages_in_work = 0
        """Pages begun and not yet ended, for tests of cancellation."""
        self.workers = 4  # as far as the default of permits goes

    async def recognise(
        self,
        pages: Sequence[Page],
        turn: Turn | None = None,  # noqa: ARG002 - there is always a worker
    ) -> AsyncGenerator[Lines, None]:
        """Yield the scripted lines of each page, one a run."""
        self._check_running()
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


class FakeGenerator(_Scripted):
    """A scripted `Generator`; a word is one token, and so is a page.

    All `n` answers are the same, written side by side. `asked` keeps the last request, for tests.
    """

    parameters = GENERATOR_PARAMETERS
    asked: GenerateRequest | None = None

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield the scripted text word by word, as far as `max_tokens` goes."""
        self._check_running()
        self.asked = request
        answers, limit = request.sampling.n, request.sampling.max_tokens
        words = re.findall(r"\s*\S+", self._settings.text)
        written = words if limit is None else words[:limit]
        for number, word in enumerate(written, start=1):
            await asyncio.sleep(self._settings.delay_s)
            for index in range(answers):
                yield Delta(index=index, text=word, usage=_used(request, number * answers))
        for index in range(answers):
            yield Delta(
                index=index,
                finish_reason="length" if len(written) < len(words) else "stop",
                usage=_used(request, len(written) * answers),
            )


def _used(request: GenerateRequest, written: int) -> Usage:
    return Usage(prompt_tokens=len(request.pages), completion_tokens=written)


def _line(text: str, row: int) -> Line:
    top, right = row * 1.5 * _LINE_HEIGHT, len(text) * _LINE_HEIGHT / 2
    bottom = top + _LINE_HEIGHT
    return Line(text=text, score=1.0, box=((0.0, top), (right, top), (right, bottom), (0.0, bottom)), row=row)
