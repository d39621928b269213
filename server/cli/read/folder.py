"""The output folder: one result per file, so that an interrupted run resumes where it stopped.

Writes are atomic: a result is written to a temporary file and renamed. A note in the folder holds a digest of the
question, so that results of another question are not mistaken for results of this one.
"""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from server.cli.read.forms import Form, Outcome, formatted
from server.cli.read.question import Question
from server.cli.read.sources import BOXES_SUFFIX, Job
from server.cli.read.table import Table
from server.errors import ConfigurationError

_NOTE: Final = "pageglass-reading"
_GATHERED: Final = Path("results")
_TABLES: Final[frozenset[Form]] = frozenset({"csv", "jsonl"})
_PAGE: Final = re.compile(r"\.page-[0-9]+$")
_SUFFIXES: Final[Mapping[Form, str]] = {"json": ".json", "jsonl": ".jsonl", "csv": ".jsonl", "markdown": ".md"}


class OutputFolder:
    """Results of one question in one folder, in the same subfolders as their files."""

    def __init__(self, folder: Path, question: Question, *, form: Form, annotate: bool, model: str | None) -> None:
        self._folder = folder
        self._question = question
        self._form: Form = form
        self._annotate = annotate
        self._suffix = _SUFFIXES.get(form, ".json" if question.wants_fields else ".txt")
        shape = "short" if form == "json" else self._suffix
        key = json.dumps([asdict(question), model, shape], sort_keys=True)
        self._digest = hashlib.sha256(key.encode()).hexdigest()

    def prepare(self, jobs: Sequence[Job], *, again: bool) -> list[Job]:
        """Create the folder and return those of `jobs` that are not done yet; with `again` all of them.

        Raises:
            ConfigurationError: the folder cannot be created, or holds results of another question.
        """
        note = self._folder / _NOTE
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if again:
                for job in jobs:
                    self._place(job, self._suffix).unlink(missing_ok=True)
            elif note.exists() and note.read_bytes().strip() != self._digest.encode():
                raise ConfigurationError(
                    f"--out: {self._folder} holds results of another task, schema, choice of pages, model or "
                    f"format. Choose another folder, or use --again to read all files again."
                )
            _write_whole(note, self._digest.encode() + b"\n")
            drawn = self._drawn() if self._annotate else None
            return [job for job in jobs if not self._is_done(job, drawn)]
        except OSError as error:
            raise ConfigurationError(f"--out: {self._folder}: {error.strerror or error}.") from None

    def write(self, outcome: Outcome, pictures: Mapping[str, bytes]) -> None:
        """Write an outcome: its pictures first, so that a result is never without them. Errors only as JSON.

        Raises:
            OSError: it cannot be written.
        """
        if outcome.answer is None and self._form != "json":
            return
        place = self._place(outcome.job, self._suffix)
        if pictures:
            place.unlink(missing_ok=True)  # left by a run without --annotate
        for suffix, picture in pictures.items():
            _write_whole(self._place(outcome.job, suffix), picture)
        text = formatted(outcome, self._form)
        _write_whole(place, _bytes((text.rstrip("\n") if self._form == "markdown" else text) + "\n"))

    def gather(self, jobs: Sequence[Job]) -> None:
        """Collect the results of finished `jobs` in one file, for the formats that are tables.

        Raises:
            ConfigurationError: it cannot be written.
        """
        if self._form not in _TABLES:
            return
        place = self._folder / f"{_GATHERED}.{self._form}"
        table = Table(self._question.columns)
        try:
            with _whole_file(place) as file:
                for line in self._lines(jobs):
                    file.write(_bytes(_row(table, line) if self._form == "csv" else line))
                if self._form == "csv":
                    file.write(_bytes(table.rest()))
        except OSError as error:
            raise ConfigurationError(f"--out: {place}: {error.strerror or error}.") from None

    def _lines(self, jobs: Sequence[Job]) -> Iterator[str]:
        for job in jobs:
            place = self._place(job, self._suffix)
            if place.is_file():
                yield place.read_text(encoding="utf-8")

    def _is_done(self, job: Job, drawn: Collection[Path] | None) -> bool:
        place = self._place(job, self._suffix)
        if not place.is_file() or (drawn is not None and self._place(job, "") not in drawn):
            return False
        return self._form != "json" or _recorded_error(place) is None

    def _drawn(self) -> set[Path]:
        """The paths, without suffix, of results that have pictures: one, or one per page."""
        names = [str(file)[: -len(BOXES_SUFFIX)] for file in self._folder.rglob(f"*{BOXES_SUFFIX}")]
        return {Path(name) for name in names} | {Path(_PAGE.sub("", name)) for name in names}

    def _place(self, job: Job, suffix: str) -> Path:
        return self._folder / job.target.with_name(job.target.name + suffix)


def reserved_names(form: Form) -> tuple[Path, ...]:
    """File names, without suffix, that are not available for the result of a file."""
    return (_GATHERED,) if form in _TABLES else ()


def write_beside(job: Job, pictures: Mapping[str, bytes]) -> None:
    """Write the pictures of a file beside it; raises `OSError` if that fails."""
    for suffix, picture in pictures.items():
        _write_whole(job.file.with_name(job.file.name + suffix), picture)


def _row(table: Table, line: str) -> str:
    result: dict[str, Any] = json.loads(line)
    return table.add(result["file"], {"text": result["text"]} if result["fields"] is None else result["fields"])


def _recorded_error(place: Path) -> str | None:
    try:
        error: str | None = json.loads(place.read_text(encoding="utf-8"))["error"]
    except (ValueError, TypeError, KeyError):
        return "This is not a result."
    return error


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")  # a model may write an unpaired surrogate


def _write_whole(place: Path, data: bytes) -> None:
    with _whole_file(place) as file:
        file.write(data)


@contextmanager
def _whole_file(place: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file that replaces `place` atomically once all of it is written."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
