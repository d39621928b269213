"""`pageglass read`: files and folders to text or fields, several at a time, told in the order given."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from server.cli.reader import Endpoint, ReadingError, ReadPicture, Wanted, parse_fields, read_here, read_there
from server.config import Settings
from server.engines.base import JSONObject
from server.errors import ConfigurationError

SUFFIXES = frozenset(
    {*(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"), *(".pdf", ".heic", ".heif", ".avif")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where results go: stdout as text or JSON lines, and into `folder` as one file each."""

    as_json: bool = False
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One picture to read; `target` is its name below the output folder, without suffix."""

    file: Path
    target: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one picture gave: text, fields or an error."""

    job: Job
    text: str | None = None
    fields: JSONObject | None = None
    error: str | None = None

    @property
    def as_json(self) -> str:
        """The outcome as one line of JSON."""
        result = {"fields": self.fields} if self.fields is not None else {"text": self.text}
        return json.dumps({"file": str(self.job.file), **result, "error": self.error}, ensure_ascii=False)


def read_files(  # noqa: PLR0913 - one parameter per flag
    sources: Sequence[Path],
    *,
    schema_file: Path | None,
    pages: str | None = None,
    output: Output,
    settings: Settings,
    endpoint: Endpoint | None,
) -> int:
    """Read every file of `sources`, of documents the chosen `pages`; returns the exit code, 1 if any could not be read.

    Raises:
        ConfigurationError: a file or the schema is missing, or neither engine nor endpoint can be had.
    """
    jobs = plan_jobs(sources)
    schema = load_schema(schema_file) if schema_file else None
    if output.folder:
        _make_folder(output.folder)
    wanted = Wanted(schema=schema, pages=pages)
    reader = read_there(endpoint, wanted) if endpoint else read_here(settings, wanted)
    report = Report(output=output, total=len(jobs))
    with report.progress:
        failed = asyncio.run(
            _read_all(jobs, reader, report, fields=schema is not None, at_once=settings.max_in_flight or 8)
        )
    if failed and len(jobs) > 1:
        typer.echo(f"pageglass: {failed} of {len(jobs)} files could not be read", err=True)
    return 1 if failed else 0


async def _read_all(
    jobs: Sequence[Job],
    reader: AbstractAsyncContextManager[ReadPicture],
    report: "Report",
    *,
    fields: bool,
    at_once: int,
) -> int:
    """Read all of `jobs`, `at_once` at a time; returns how many failed."""
    turns = asyncio.Semaphore(at_once)
    failed = 0
    async with reader as read_picture:
        tasks = [asyncio.create_task(_read_one(job, read_picture, turns, fields=fields)) for job in jobs]
        try:
            for task in tasks:
                outcome = await task
                report.show(outcome)
                failed += outcome.error is not None
        finally:  # Ctrl-C, or nobody listens any more: the rest is not read
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return failed


async def _read_one(job: Job, read_picture: ReadPicture, turns: asyncio.Semaphore, *, fields: bool) -> Outcome:
    async with turns:
        try:
            picture = await asyncio.to_thread(job.file.read_bytes)
            if not picture:
                return Outcome(job=job, error=f"{job.file} is empty.")
            text = await read_picture(str(job.file), picture)
            return Outcome(job=job, fields=parse_fields(text)) if fields else Outcome(job=job, text=text)
        except OSError as error:
            return Outcome(job=job, error=f"{job.file}: {error.strerror or error}")
        except ReadingError as error:
            return Outcome(job=job, error=str(error))


class Report:
    """Tells each outcome on stdout, stderr and in files, with a progress bar on stderr between them."""

    def __init__(self, *, output: Output, total: int) -> None:
        self._output = output
        self._several = total > 1
        console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not (console.is_terminal and self._several),
            redirect_stdout=False,  # it would send what belongs on stdout to stderr
            redirect_stderr=False,
        )
        self._bar = self.progress.add_task("reading", total=total)

    def show(self, outcome: Outcome) -> None:
        """Tell one outcome and move the bar on."""
        self.progress.stop()  # the bar would otherwise stand in the middle of the text on a terminal
        if outcome.error is not None:
            file = str(outcome.job.file)
            told = outcome.error if outcome.error.startswith(file) else f"{file}: {outcome.error}"
            typer.echo(f"pageglass: {told}", err=True)
        if self._output.folder:
            self._write(outcome, self._output.folder)
        elif self._output.as_json:
            typer.echo(outcome.as_json)
        elif outcome.error is None:
            self._print(outcome)
        self.progress.advance(self._bar)
        self.progress.start()

    def _print(self, outcome: Outcome) -> None:
        if self._several:
            typer.echo(f"==> {outcome.job.file} <==")
        typer.echo(_readable(outcome))
        if self._several:
            typer.echo()

    def _write(self, outcome: Outcome, folder: Path) -> None:
        as_json = self._output.as_json or outcome.fields is not None
        if outcome.error is not None and not self._output.as_json:
            return
        target = folder / outcome.job.target.with_name(outcome.job.target.name + (".json" if as_json else ".txt"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((outcome.as_json if self._output.as_json else _readable(outcome)) + "\n", encoding="utf-8")


def _readable(outcome: Outcome) -> str:
    if outcome.fields is not None:
        return json.dumps(outcome.fields, indent=2, ensure_ascii=False)
    return outcome.text or ""


def plan_jobs(sources: Sequence[Path]) -> list[Job]:
    """List the pictures of `sources`, folders searched to the bottom, each with a name of its own for its result.

    Raises:
        ConfigurationError: a file or folder does not exist, or a folder has no picture in it.
    """
    found: dict[Path, Path] = {}
    for source in sources:
        for file, relative in _pictures(source):
            found.setdefault(file, relative)
    stems = [relative.with_suffix("") for relative in found.values()]
    taken: set[Path] = set()
    jobs = []
    for (file, relative), stem in zip(found.items(), stems, strict=True):
        target = stem if stems.count(stem) == 1 else relative  # a.png beside a.jpg: a.png.txt and a.jpg.txt
        number = 1
        while target in taken:
            number += 1
            target = relative.with_name(f"{relative.name}-{number}")
        taken.add(target)
        jobs.append(Job(file=file, target=target))
    return jobs


def _pictures(source: Path) -> Iterable[tuple[Path, Path]]:
    """Yield (file, its path relative to the folder asked for)."""
    if source.is_file():
        return [(source, Path(source.name))]
    if not source.is_dir():
        raise ConfigurationError(f"{source}: there is no such file or folder.")
    inside = sorted(file for file in source.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not inside:
        raise ConfigurationError(f"{source}: no picture or document in this folder ({', '.join(sorted(SUFFIXES))}).")
    return [(file, file.relative_to(source)) for file in inside]


def load_schema(file: Path) -> JSONObject:
    """Read a JSON schema.

    Raises:
        ConfigurationError: the file is missing or is not a JSON object.
    """
    try:
        schema = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"--schema: {file}: {error.strerror or error}.") from None
    except ValueError as error:
        raise ConfigurationError(f"--schema: {file} is not JSON: {error}.") from None
    if not isinstance(schema, dict):
        raise ConfigurationError(f"--schema: {file} holds JSON, but a schema is an object.")
    return schema


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--out: {folder}: {error.strerror or error}.") from None
