"""The embedded engine: PP-OCRv6 through RapidOCR in a bounded thread pool, each thread with its own models.

Threads, because inference runs outside Python's lock: two threads read 0.98 times as many pages per second as two
processes (benchmarks/README.md), and lines reach a stream, and a cancellation a worker, without a pipe in between.
"""

import asyncio
import importlib.util
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version

from server.engines.base import Turn
from server.engines.parameters import READER_PARAMETERS
from server.engines.ppocr.inference_memory import FreedMemory
from server.errors import ConfigurationError, EngineTimeout, EngineUnavailable
from server.settings.groups import RapidOCRSettings, TesseractSettings
from server.values.lines import Lines
from server.values.pages import Page


@dataclass(slots=True)
class _Job:
    """One page under way: whether a worker has begun it, its runs of lines as they come, and whether it is wanted."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    runs: asyncio.Queue[Lines | Exception | None] = field(default_factory=asyncio.Queue)
    cancelled: threading.Event = field(default_factory=threading.Event)


class RapidOCRRecognizer:
    """A `Recognizer` on the CPU that needs no download."""

    name = "rapidocr"
    parameters = READER_PARAMETERS
    tiled = True

    def __init__(self, settings: RapidOCRSettings, *, tesseract: TesseractSettings | None = None) -> None:
        self._settings = settings
        self._tesseract = tesseract or TesseractSettings()
        self._workers = settings.workers_here
        self._backend = _backend(settings)
        self._pool: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._line_readers: tuple[str, ...] = ()
        self._freed = FreedMemory()

    @property
    def version(self) -> str:
        """Versions of RapidOCR, the model, the inference library and, once started, the readers of other scripts."""
        own = f"rapidocr-{version('rapidocr')} PP-OCRv6-small {self._backend}-{version(self._backend)}"
        return " ".join((own, *self._line_readers))

    @property
    def ready(self) -> bool:
        """Whether every worker has loaded its models."""
        return self._pool is not None

    async def start(self) -> None:
        """Load every worker's models.

        Raises:
            ConfigurationError: the inference library or its models do not load, there is no list for a language, or a
                reader of another script is missing or unfit.
        """
        check_languages(self._settings)
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="ppocr")
        all_there = threading.Barrier(self._workers)
        loop = asyncio.get_running_loop()
        try:
            await asyncio.gather(*(loop.run_in_executor(pool, self._load, all_there) for _ in range(self._workers)))
        except ConfigurationError:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        except Exception as error:
            pool.shutdown(wait=False, cancel_futures=True)
            raise ConfigurationError(
                f"The embedded engine does not start ({self._backend}: {type(error).__name__}: {error}). "
                "If memory is short, free some or lower PAGEGLASS_RAPIDOCR__WORKERS. Otherwise reinstall it: pip "
                "install --force-reinstall rapidocr onnxruntime openvino"
            ) from error
        self._pool = pool

    async def stop(self) -> None:
        """Let the workers go; pages under way are abandoned at their next line."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.get_running_loop().run_in_executor(None, lambda: pool.shutdown(cancel_futures=True))

    @property
    def workers(self) -> int:
        """How many pages are read at the same time."""
        return self._workers

    async def recognise(self, pages: Sequence[Page], turn: Turn | None = None) -> AsyncGenerator[Lines, None]:
        """Yield the lines of `pages` in order; as many pages as there are workers are read ahead.

        Raises:
            EngineUnavailable: the engine is not running.
            Overloaded: no worker was free in time, by `turn`.
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
                while (item := await jobs[number].runs.get()) is not None:
                    if isinstance(item, Exception):
                        raise item
                    yield item
        finally:
            for job in jobs:
                job.cancelled.set()

    def _submit(self, page: Page, number: int) -> _Job:
        if self._pool is None:
            raise _not_running()
        job, loop = _Job(), asyncio.get_running_loop()
        future = self._pool.submit(self._read, job, page, number, loop)
        # A stop drops work that has not begun; its waiters must be notified.
        future.add_done_callback(lambda done: _drop(loop, job) if done.cancelled() else None)
        return job

    def _load(self, all_there: threading.Barrier) -> None:
        """Give this worker thread its models; the barrier keeps one quick thread from taking two turns."""
        try:
            from server.engines.ppocr.line_readers import load_line_readers  # noqa: PLC0415 - see `start`
            from server.engines.ppocr.page_reader import PPOCRReader  # noqa: PLC0415

            self._local.line_readers = load_line_readers(self._settings, self._tesseract, backend=self._backend)
            self._line_readers = tuple(reader.version for reader in self._local.line_readers)
            self._local.reader = PPOCRReader(self._settings, backend=self._backend, others=self._local.line_readers)
        except BaseException:
            all_there.abort()
            raise
        with suppress(threading.BrokenBarrierError):
            all_there.wait()

    def _read(self, job: _Job, page: Page, number: int, loop: asyncio.AbstractEventLoop) -> None:
        """Read one page in a worker thread, looking between lines whether it is still wanted and in time."""
        _call(loop, job.begun.set)
        end: Exception | None = None
        deadline = time.monotonic() + self._settings.page_timeout_s
        try:
            if not job.cancelled.is_set():
                for run in self._local.reader.read(page.pixels, page=number):
                    _hand_over(loop, job, run)
                    if job.cancelled.is_set():
                        break
                    if not run.last and time.monotonic() > deadline:
                        end = self._too_slow(page)
                        break
        except Exception as error:  # noqa: BLE001 - raised where the lines are awaited
            end = error
        _hand_over(loop, job, end)
        self._freed.page_done()

    def _too_slow(self, page: Page) -> EngineTimeout:
        return EngineTimeout(
            f"Reading the picture at {page.path} took longer than {self._settings.page_timeout_s:g} s. "
            "Send a smaller picture. The operator can raise PAGEGLASS_RAPIDOCR__PAGE_TIMEOUT_S.",
            param=page.path,
        )


def check_languages(settings: RapidOCRSettings) -> None:
    """Look for the list of words of each language.

    Raises:
        ConfigurationError: there is none for one.
    """
    if not settings.languages:
        return
    # Imported at the start, since a server of another engine has no use for what weighs a second of its own start.
    from server.engines.ppocr.word_choice import known_languages  # noqa: PLC0415

    known = known_languages()
    if missing := next((language for language in settings.languages if language not in known), None):
        raise ConfigurationError(
            f"PAGEGLASS_RAPIDOCR__LANGUAGES: there is no list of words for {missing!r}. There is one for: "
            f"{', '.join(known)}."
        )


def _not_running() -> EngineUnavailable:
    return EngineUnavailable("The embedded engine is not running. Try again in a few seconds.", retry_after_s=5)


def _hand_over(loop: asyncio.AbstractEventLoop, job: _Job, item: Lines | Exception | None) -> None:
    _call(loop, lambda: job.runs.put_nowait(item))


def _drop(loop: asyncio.AbstractEventLoop, job: _Job) -> None:
    """End a page that no worker will begin."""
    _call(loop, job.begun.set)
    _hand_over(loop, job, _not_running())


def _call(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has closed: nobody waits
        loop.call_soon_threadsafe(callback)


def _backend(settings: RapidOCRSettings) -> str:
    """Choose the inference library: OpenVINO reads 1.4 times as many pages (benchmarks/README.md)."""
    if settings.backend != "auto":
        return settings.backend
    return "openvino" if importlib.util.find_spec("openvino") else "onnxruntime"
