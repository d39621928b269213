"""Tesseract as a `Recognizer`: one process a page, as many at once as there are workers."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from math import isqrt
from typing import Final

import numpy as np
from PIL import Image

from server.engines.base import Turn
from server.engines.parameters import READER_PARAMETERS
from server.engines.reading_order import arrange, page_slope
from server.engines.tesseract.hocr import lines_of
from server.engines.tesseract.program import (
    Cancellation,
    NoLongerWanted,
    TesseractFailed,
    TesseractProgram,
    TesseractTooSlow,
)
from server.engines.tesseract.program import find_program as find_tesseract
from server.errors import EngineTimeout, EngineUnavailable, InternalError
from server.machine import usable_cores
from server.media.pixels.tiling import upright
from server.settings.groups import TesseractSettings
from server.values.lines import Lines
from server.values.pages import Page, Pixels

_PAGE: Final = ("--psm", "3", "hocr")  # a page of unknown layout
_STANDING: Final = ("--psm", "0")
_TURN: Final = re.compile(r"^Rotate: (90|180|270)$", re.MULTILINE)
_SURENESS: Final = re.compile(r"^Orientation confidence: (\d+(?:\.\d+)?)$", re.MULTILINE)
_STANDING_PIXELS: Final = 2_000_000  # are enough to see how a page stands, in half the time
_SURE: Final = 5.0  # of how a page stands; a few lines that stand upright reach 2 to 4 for another turn


@dataclass(frozen=True, slots=True)
class _Job:
    lines: "Future[Lines]"
    cancellation: Cancellation
    begun: asyncio.Event


class TesseractRecognizer:
    """A `Recognizer` of the scripts whose packs are installed."""

    name = "tesseract"
    parameters = READER_PARAMETERS
    tiled = False

    def __init__(self, settings: TesseractSettings) -> None:
        self._settings = settings
        self._workers = settings.workers or usable_cores()
        self._program: TesseractProgram | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: set[Cancellation] = set()

    @property
    def version(self) -> str:
        """The program's version and its packs; before the start, that it is not known."""
        program = self._program
        return f"tesseract-{program.version} {'+'.join(program.packs)}" if program else "tesseract"

    @property
    def ready(self) -> bool:
        """Whether the program and its packs were found."""
        return self._pool is not None

    async def start(self) -> None:
        """Look for the program and its packs.

        Raises:
            ConfigurationError: the program or a pack is missing.
        """
        self._program = await asyncio.to_thread(find_tesseract, self._settings)
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="tesseract")

    async def stop(self) -> None:
        """Let the workers go; pages under way are abandoned."""
        pool, self._pool = self._pool, None
        for cancellation in self._under_way:
            cancellation.cancel()
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    @property
    def workers(self) -> int:
        """How many pages are read at the same time."""
        return self._workers

    async def recognise(self, pages: Sequence[Page], turn: Turn | None = None) -> AsyncGenerator[Lines, None]:
        """Yield the lines of `pages`, one run a page; as many pages as there are workers are read ahead.

        Raises:
            EngineUnavailable: the engine is not running.
            Overloaded: no worker was free in time, by `turn`.
            InternalError: the program crashed, or was refused memory.
            EngineTimeout: reading a page, once begun, took longer than `page_timeout_s`.
        """
        jobs: list[_Job] = []
        try:
            for number in range(len(pages)):
                while len(jobs) < min(len(pages), number + self._workers):
                    jobs.append(self._submit(pages[len(jobs)], len(jobs)))
                if turn and not jobs[number].begun.is_set():
                    async with turn.waiting(begun=number > 0):
                        await jobs[number].begun.wait()
                yield await _result(jobs[number].lines)
        finally:
            for job in jobs:
                job.cancellation.cancel()
                self._under_way.discard(job.cancellation)
                job.lines.cancel()

    def _submit(self, page: Page, number: int) -> _Job:
        if self._pool is None or self._program is None:
            raise _not_running()
        cancellation = Cancellation()
        self._under_way.add(cancellation)
        begun, loop = asyncio.Event(), asyncio.get_running_loop()

        def begin(_: object = None) -> None:
            with suppress(RuntimeError):  # the loop has closed: nobody waits
                loop.call_soon_threadsafe(begun.set)

        def read(program: TesseractProgram) -> Lines:
            begin()
            return self._read(program, page, number, cancellation)

        lines = self._pool.submit(read, self._program)
        lines.add_done_callback(begin)  # a stop drops pages that have not begun
        return _Job(lines, cancellation, begun)

    def _read(self, program: TesseractProgram, page: Page, number: int, cancellation: Cancellation) -> Lines:
        deadline = time.monotonic() + self._settings.page_timeout_s
        try:
            turns = _turns(program, page.pixels, deadline, cancellation) if program.turns_pages else 0
            pixels = np.ascontiguousarray(upright(page.pixels, turns))
            found = list(lines_of(program.run(pixels, *_PAGE, deadline=deadline, cancellation=cancellation)))
        except TesseractTooSlow:
            raise self._too_slow(page) from None
        except (TesseractFailed, ValueError) as error:
            raise InternalError(f"Tesseract gave up on the picture at {page.path}: {error}", param=page.path) from error
        slope = page_slope([line.box for line in found])
        lines = [line for line in found if line.score >= self._settings.min_score]
        height, width = pixels.shape[:2]
        return Lines(
            page=number,
            width=width,
            height=height,
            quarter_turns=turns,
            slope=slope,
            lines=arrange(lines, slope=slope),
        )

    def _too_slow(self, page: Page) -> EngineTimeout:
        return EngineTimeout(
            f"Reading the picture at {page.path} took longer than {self._settings.page_timeout_s:g} s. "
            "Send a smaller picture. The operator can raise PAGEGLASS_TESSERACT__PAGE_TIMEOUT_S.",
            param=page.path,
        )


async def _result(lines: "Future[Lines]") -> Lines:
    """Wait for a page; a stop drops pages that have not begun."""
    try:
        return await asyncio.wrap_future(lines)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise _not_running() from None
    except NoLongerWanted:
        raise _not_running() from None


def _turns(program: TesseractProgram, pixels: Pixels, deadline: float, cancellation: Cancellation) -> int:
    """How many quarter turns clockwise bring the page upright; 0 where too little print says so."""
    factor = max(1, isqrt(pixels.shape[0] * pixels.shape[1] // _STANDING_PIXELS))
    small = np.asarray(Image.fromarray(pixels).reduce(factor))
    try:
        said = program.run(small, *_STANDING, deadline=deadline, cancellation=cancellation, packs=("osd",))
    except TesseractFailed:  # the program's answer to a page of few characters
        return 0
    turn, sureness = _TURN.search(said), _SURENESS.search(said)
    return int(turn[1]) // 90 if turn and sureness and float(sureness[1]) >= _SURE else 0


def _not_running() -> EngineUnavailable:
    return EngineUnavailable("Tesseract is not running. Try again in a few seconds.", retry_after_s=5)
