"""`pageglass read`: files and folders to text or fields, several concurrently, printed in the order given.

However the run ends, finished results are kept.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from server.cli.read.boxes import BoxDrawer
from server.cli.read.endpoint import Endpoint, read_there
from server.cli.read.folder import OutputFolder, reserved_names, write_beside
from server.cli.read.forms import Form, Outcome
from server.cli.read.in_process import ReadDocument, ReadingError, check_fields, read_here
from server.cli.read.question import Question
from server.cli.read.report import Report
from server.cli.read.sources import Job, plan_jobs
from server.cli.read.table import Table
from server.config import Settings

_STOPPED = 130  # 128 + SIGINT, the shells' convention
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where results go: stdout, or one file each in `folder`, existing ones skipped unless `again`.

    With `annotate`, pages are drawn with their boxes, into the folder or beside the files.
    """

    form: Form = "text"
    folder: Path | None = None
    annotate: bool = False
    again: bool = False


def read_files(  # noqa: PLR0913 - the flags, grouped
    sources: Sequence[Path],
    question: Question,
    output: Output,
    *,
    settings: Settings,
    endpoint: Endpoint | None = None,
    jobs: int | None = None,
) -> int:
    """Read every file of `sources`, `jobs` concurrently; returns the exit code: 1 if any failed, 130 on Ctrl-C.

    Raises:
        ConfigurationError: a source is missing, the output folder cannot be used, the engine or endpoint is not
            available, or it does not support the request.
    """
    planned = plan_jobs(sources, reserved=reserved_names(output.form) if output.folder else ())
    todo, folder = planned, None
    if output.folder:
        model = endpoint.model if endpoint else settings.model
        folder = OutputFolder(output.folder, question, form=output.form, annotate=output.annotate, model=model)
        todo = folder.prepare(planned, again=output.again)
    report = Report(Table(question.columns), form=output.form, silent=folder is not None, total=len(todo))
    at_once = jobs or settings.max_in_flight or _AT_ONCE
    reader = read_there(endpoint, question) if endpoint else read_here(settings, question, at_once=at_once)
    drawer = BoxDrawer(settings) if output.annotate else None
    stopped = False
    try:
        if todo:
            run = _Run(question, report, folder=folder, drawer=drawer, at_once=at_once)
            with report.progress:
                asyncio.run(run.read_all(todo, reader))
    except KeyboardInterrupt:
        stopped = True
    finally:
        report.tell_rest()
        if folder:
            folder.gather(planned)
    report.end(done_before=len(planned) - len(todo), stopped=stopped)
    return _STOPPED if stopped else 1 if report.failed else 0


class _Run:
    """One run over many files."""

    def __init__(
        self, question: Question, report: Report, *, folder: OutputFolder | None, drawer: BoxDrawer | None, at_once: int
    ) -> None:
        self._question = question
        self._report = report
        self._folder = folder
        self._drawer = drawer
        self._turns = asyncio.Semaphore(at_once)

    async def read_all(self, jobs: Sequence[Job], reader: AbstractAsyncContextManager[ReadDocument]) -> None:
        """Read all of `jobs`, and report each in its turn."""
        async with AsyncExitStack() as held:
            if self._drawer:
                await held.enter_async_context(self._drawer)
            read_document = await held.enter_async_context(reader)
            tasks = [asyncio.create_task(self._read_one(job, read_document)) for job in jobs]
            unreported = list(tasks)
            try:
                while unreported:
                    outcome = await unreported[0]
                    del unreported[0]
                    self._report.tell(outcome)
            except asyncio.CancelledError:  # Ctrl-C: files after one that is still being read may be done
                for task in unreported:
                    if task.done() and not task.cancelled() and task.exception() is None:
                        self._report.tell(task.result())
                raise
            finally:  # Ctrl-C, or stdout was closed: the rest is not read
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _read_one(self, job: Job, read_document: ReadDocument) -> Outcome:
        async with self._turns:
            outcome = await self._outcome(job, read_document)
        pages = len(outcome.answer.pages) if outcome.answer else 0
        self._report.count(outcome, pages=pages)
        # The answer is in the folder, so it need not be held until its turn.
        return Outcome(job=job, error=outcome.error) if self._folder else outcome

    async def _outcome(self, job: Job, read_document: ReadDocument) -> Outcome:
        try:
            data = await asyncio.to_thread(job.file.read_bytes)
            if not data:
                return await self._failed(job, f"{job.name} is empty.")
            answer = check_fields(await read_document(job.name, data), self._question)
            pictures = await self._drawer.draw(job.name, data, answer) if self._drawer else {}
            outcome = Outcome(job=job, answer=answer)
            if self._folder:
                await asyncio.to_thread(self._folder.write, outcome, pictures)
            else:
                await asyncio.to_thread(write_beside, job, pictures)
        except OSError as error:
            return await self._failed(job, f"{job.name}: {_reason(error, job)}")
        except ReadingError as error:
            return await self._failed(job, str(error))
        return outcome

    async def _failed(self, job: Job, error: str) -> Outcome:
        outcome = Outcome(job=job, error=error)
        if self._folder:
            try:
                await asyncio.to_thread(self._folder.write, outcome, {})
            except OSError as fault:
                return Outcome(job=job, error=f"{error} This error could not be written either: {_reason(fault, job)}")
        return outcome


def _reason(error: OSError, job: Job) -> str:
    """The system's message, with the file it concerns if that is not the file being read."""
    of_another = f" ({error.filename})" if error.filename and Path(str(error.filename)) != job.file else ""
    return f"{error.strerror or error}{of_another}"
