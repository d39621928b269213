"""Output of `pageglass read`: results on stdout, errors on stderr, and a progress bar on a terminal."""

import time
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from server.cli.read.forms import Form, Outcome, formatted
from server.cli.read.table import Table

_MIN_S: Final = 0.001


class Report:
    """Prints outcomes in the order of their files; `silent` leaves the results to the output folder."""

    def __init__(self, table: Table, *, form: Form, silent: bool, total: int) -> None:
        self.read = 0
        self.failed = 0
        self._total = total
        self._table = table
        self._form: Form = form
        self._silent = silent
        self._pages = 0
        self._began = time.monotonic()
        console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pages_per_s]:.1f} pages/s"),
            TextColumn("{task.fields[failed]} failed"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not (console.is_terminal and total > 1),
            redirect_stdout=False,  # it would send stdout to stderr
            redirect_stderr=False,
        )
        self._bar = self.progress.add_task("reading", total=total, pages_per_s=0.0, failed=0)

    def count(self, outcome: Outcome, *, pages: int) -> None:
        """Count a finished file of `pages` pages and advance the progress bar."""
        self.read += outcome.error is None
        self.failed += outcome.error is not None
        self._pages += pages
        pages_per_s = self._pages / max(_MIN_S, time.monotonic() - self._began)
        self.progress.update(self._bar, advance=1, pages_per_s=pages_per_s, failed=self.failed)

    def tell(self, outcome: Outcome) -> None:
        """Print one outcome, in its turn."""
        text = "" if self._silent else self._written(outcome)
        if not text and outcome.error is None:
            return
        self.progress.stop()  # the bar would otherwise appear in the middle of the text on a terminal
        if outcome.error is not None:
            file = outcome.job.name
            message = outcome.error if outcome.error.startswith(file) else f"{file}: {outcome.error}"
            typer.echo(f"pageglass: {' '.join(message.split())}", err=True)
        _print(text)
        self.progress.start()

    def tell_rest(self) -> None:
        """Print the table rows that had to wait for all columns to be known."""
        if not self._silent:
            _print(self._table.rest())

    def end(self, *, done_before: int, stopped: bool) -> None:
        """Print a summary."""
        if done_before:
            typer.echo(f"pageglass: {done_before} of {done_before + self._total} files were already done", err=True)
        if stopped:
            left = self._total - self.read - self.failed
            typer.echo(f"pageglass: stopped; {self.read} files were read, {left} are left", err=True)
        elif self.failed and self._total > 1:
            typer.echo(f"pageglass: {self.failed} of {self._total} files could not be read", err=True)

    def _written(self, outcome: Outcome) -> str:
        file, answer = outcome.job.name, outcome.answer
        if answer is None and self._form not in {"json", "jsonl"}:
            return ""
        if answer and self._form == "csv":
            return self._table.add(file, {"text": answer.text} if answer.fields is None else answer.fields)
        text = formatted(outcome, self._form)
        return f"==> {file} <==\n{text}\n\n" if self._form == "text" and self._total > 1 else f"{text}\n"


def _print(text: str) -> None:
    typer.echo(text.encode(errors="replace").decode(), nl=False)  # a model may write an unpaired surrogate
