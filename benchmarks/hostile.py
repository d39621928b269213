"""Hostile files against the running server: what each is answered, how fast, and how much memory it takes; Linux only.

    python benchmarks/hostile.py [NAME ...] [--decode-timeout 20] [--repeats 3]

The server runs with the scripted engine, one decode worker and no page cache. Time is the client's, from the first byte
sent to the last received, the median of the repeats; memory is what the peaks of the server and its worker rose over
what they held just before, the most of the repeats. Peaks are the kernel's own (VmHWM, reset before each file), read
every two milliseconds, so that of a worker that dies the last reading counts. The body itself is in both.

COSTLY marks a refusal that took more than 200 ms or 64 MiB. This is not asked of files marked `read` or `drawn`:
those that are read after all, and those that are dear only once pdfium draws them, which the worker's bounds end.
Ends with 1 if any answer is not one of those expected.
"""

import argparse
import statistics
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table
from scripted_server import ROOT, Answer, send, serving

sys.path.insert(0, str(ROOT / "tests" / "support"))  # where the files are made

from hostile_file import HostileFile
from hostile_files import HOSTILE_FILES
from hostile_pictures import blank
from pdfs import drawn_pdf

MOST_MS = 200
MOST_MIB = 64
SAMPLE_EVERY_S = 0.002
RESET_PEAK = "5"  # proc(5), clear_refs


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file and what came of it; `answer` is None where none came."""

    file: HostileFile
    size: int
    answer: Answer | None
    mib: float
    ms: float

    @property
    def is_wrong(self) -> bool:
        """Whether it was answered otherwise than it must be, or not with an error that names the part."""
        if self.answer is None or self.answer.code not in self.file.answers:
            return True
        refused = self.answer.status == 400 and self.answer.param.startswith("messages[0].content[0]")
        return not (refused or self.answer.status == 200)

    @property
    def is_costly(self) -> bool:
        """Whether a file that is refused for what its bytes say took more than it may."""
        return self.is_refused and self.file.quick and (self.ms > MOST_MS or self.mib > MOST_MIB)

    @property
    def is_refused(self) -> bool:
        """Whether it was answered with an error."""
        return self.answer is not None and self.answer.status == 400

    @property
    def marks(self) -> str:
        """What to say of it in the table."""
        what = "drawn" if not self.file.quick else "" if self.is_refused else "read"
        return " ".join(["WRONG"] * self.is_wrong + ["COSTLY"] * self.is_costly + [what])


@dataclass(slots=True, kw_only=True)
class Weight:
    """The memory of processes, in KiB by their id: what they held before, and their peaks since."""

    before: dict[int, int] = field(default_factory=dict)
    peak: dict[int, int] = field(default_factory=dict)

    @property
    def extra_mib(self) -> float:
        """How much the peaks rose, over all processes that were there before."""
        return sum(max(0, self.peak.get(pid, 0) - held) for pid, held in self.before.items()) / 1024


def read_kib(pid: int, name: str) -> int:
    """Return the line `name` of a process's status, 0 where the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


@contextmanager
def weighing(server: psutil.Process) -> Iterator[Weight]:
    """Weigh the server and its workers while the block runs."""
    weight = Weight()
    for process in (server, *server.children(recursive=True)):
        Path(f"/proc/{process.pid}/clear_refs").write_text(RESET_PEAK, encoding="ascii")
        weight.before[process.pid] = read_kib(process.pid, "VmRSS")
    over = threading.Event()

    def sample() -> None:
        last = False
        while not last:
            last = over.wait(SAMPLE_EVERY_S)
            for pid in weight.before:
                weight.peak[pid] = max(weight.peak.get(pid, 0), read_kib(pid, "VmHWM"))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield weight
    finally:
        over.set()
        thread.join()


def try_file(file: HostileFile, client: httpx.Client, server: psutil.Process, *, repeats: int) -> Row:
    """Send `file` and weigh the server over it; files that are not quick are sent once."""
    data = file.make()
    times, weights = [], []
    answer = None
    for _ in range(repeats if file.quick else 1):
        with weighing(server) as weight:
            try:
                answer = send(client, data)
            except httpx.HTTPError:
                answer = None
        times.append(answer.ms if answer else float("inf"))
        weights.append(weight.extra_mib)
        if answer is None:
            break
    return Row(file=file, size=len(data), answer=answer, ms=statistics.median(times), mib=max(weights))


def print_table(rows: Sequence[Row], replaced: dict[str, int]) -> None:
    """Print what came of each file, and the sums."""
    table = Table(title=f"{len(rows)} hostile files")
    for heading, justify in (
        ("file", "left"),
        ("bytes", "right"),
        ("status", "right"),
        ("code", "left"),
        ("ms", "right"),
        ("MiB", "right"),
        ("", "left"),
    ):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for row in rows:
        status, code = (str(row.answer.status), row.answer.code) if row.answer else ("none", "no answer")
        table.add_row(row.file.name, f"{row.size:,}", status, code, f"{row.ms:,.0f}", f"{row.mib:,.1f}", row.marks)
    console = Console(width=150)
    console.print(table)
    wrong, costly = sum(row.is_wrong for row in rows), sum(row.is_costly for row in rows)
    quick = [row for row in rows if row.file.quick and row.is_refused]
    slowest, largest = max((row.ms for row in quick), default=0), max((row.mib for row in quick), default=0)
    console.print(f"{wrong} wrong, {costly} costly, of {len(rows)}; workers replaced: {replaced or 'none'}")
    console.print(
        f"{len(quick)} refused by their bytes: the slowest took {slowest:.0f} ms, the largest {largest:.1f} MiB"
    )


def warm_up(client: httpx.Client) -> None:
    """Have ordinary files read, so that all is imported once."""
    for data in (blank("PNG"), blank("JPEG"), blank("HEIF"), drawn_pdf(["warm"])):
        send(client, data)


def main() -> None:
    """Send every file, print one table, and end with 1 if an answer is wrong."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("names", nargs="*", help="only files with one of these in their names")
    cli.add_argument(
        "--decode-timeout", type=float, default=20, help="seconds for drawing a page; default: the setting's"
    )
    cli.add_argument("--repeats", type=int, default=3, help="how often a quick file is sent")
    given = cli.parse_args()
    chosen = [file for file in HOSTILE_FILES if not given.names or any(name in file.name for name in given.names)]
    settings = {"intake_workers": 1, "page_cache_bytes": 0, "decode_timeout_s": given.decode_timeout}
    with serving(**settings, log_level="error") as server:
        process = psutil.Process(server.process.pid)
        with server.client() as client:
            rows = []
            for number, file in enumerate(chosen):
                if number == 0 or not chosen[number - 1].quick:  # whose worker may be a new one
                    warm_up(client)
                rows.append(try_file(file, client, process, repeats=given.repeats))
            alive = client.get("/health").is_success and send(client, blank("PNG")).status == 200
            replaced = server.replaced(client)
    print_table(rows, replaced)
    raise SystemExit(not alive or any(row.is_wrong for row in rows))


if __name__ == "__main__":
    main()
