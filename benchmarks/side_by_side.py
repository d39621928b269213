"""Pageglass beside vLLM's own server: requests a second, latency, and how /health fares meanwhile; a Markdown table.

    .venv-vllm/bin/python benchmarks/side_by_side.py [--rounds 3] [--seconds 8] [--files new six] [--model DIR]

The same model and settings behind both, caches off, on this machine (`vllm_pair.py`); the load comes from a process of
its own (`picture_load.py`), and answers are one token long, so that what happens before the model is what is measured.
Rounds of both take turns, and the first of a round is last in the next; figures are medians over the rounds, and the
ratio is theirs, with that of the worst and the best round behind it. Times are in milliseconds; the CPU of the front
end is what a request takes of all processes but vLLM's engine, and says something on a busy machine too.

Ends with 1 where a server does not start or a request is not answered 200, never because of a speed.
"""

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import Self

from picture_load import KINDS, WARMING, Order, Result
from vllm_pair import MODEL, OWN_BUDGET, READER, Served, both

FILES = ("new", "six")
BUDGETS = {"512x512": OWN_BUDGET, "1.3 MP": 1_300_000}
CONCURRENCIES = (4, 8)
PROBE_EVERY_S = 0.05
HEADINGS = (
    *("budget", "picture", "files", "at once", "vLLM requests/s", "Pageglass requests/s", "ratio", "by round"),
    *("p50 vLLM", "p50 Pageglass", "/health p99 vLLM", "/health p99 Pageglass"),
    *("CPU of the front end vLLM", "Pageglass", "prompt tokens vLLM, Pageglass"),
)


class LoadProcess:
    """The client's process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def put(self, order: Order) -> Result:
        """Have one load put on a server."""
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("the load client has no pipes")
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the load client ended early; its words are above")
        return Result(**json.loads(line))


@contextmanager
def load_process() -> Iterator[LoadProcess]:
    """Start the client, and end it by closing its stdin."""
    command = [sys.executable, str(Path(__file__).parent / "picture_load.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield LoadProcess(process)
        finally:
            if process.stdin:
                process.stdin.close()


class Probe:
    """Asks one server for /health, again and again, while a `with` block runs; `seconds` is what each answer took."""

    def __init__(self, port: int) -> None:
        self.seconds: list[float] = []
        self._port = port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._over.wait(PROBE_EVERY_S):
            began = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            self.seconds.append(time.perf_counter() - began)


@dataclass(slots=True, kw_only=True)
class Column:
    """What one server showed in one row, round by round."""

    speeds: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    prompt_tokens: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, result: Result, *, health: Sequence[float], cpu: float) -> None:
        """Take what a round showed; `cpu` is in seconds."""
        self.speeds.append(len(result.latency) / result.seconds)
        self.cpu.append(cpu / (len(result.latency) + WARMING))
        self.latency += result.latency
        self.health += health
        self.prompt_tokens = result.prompt_tokens
        self.faults += result.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of picture at one concurrency."""

    budget: str
    kind: str
    files: str
    concurrency: int
    columns: tuple[Column, Column] = field(default_factory=lambda: (Column(), Column()))

    def cells(self) -> list[str]:
        """The row as printed."""
        theirs, ours = self.columns
        speeds = [statistics.median(column.speeds) for column in self.columns]
        ratios = [mine / other for mine, other in zip(ours.speeds, theirs.speeds, strict=True)]
        return [
            *(self.budget, self.kind, self.files, str(self.concurrency)),
            *(f"{speeds[0]:.2f}", f"{speeds[1]:.2f}", f"**{speeds[1] / speeds[0]:.2f}**"),
            f"{min(ratios):.2f} to {max(ratios):.2f}",
            *(_at(column.latency, 0.5) for column in self.columns),
            *(_at(column.health, 0.99) for column in self.columns),
            *(_at(column.cpu, 0.5) for column in self.columns),
            f"{theirs.prompt_tokens}, {ours.prompt_tokens}",
        ]


def measure(row: Row, servers: Sequence[Served], client: LoadProcess, given: argparse.Namespace) -> None:
    """Load both servers in turn, round by round."""
    for number in range(given.rounds):
        turns = list(zip(servers, row.columns, strict=True))
        for server, column in turns if number % 2 == 0 else reversed(turns):
            order = Order(
                port=server.port,
                model=MODEL,
                kind=row.kind,
                concurrency=row.concurrency,
                requests=given.requests,
                seconds=given.seconds,
                new_files=row.files == "new",
            )
            before = server.front_end_seconds
            with Probe(server.port) as probe:
                result = client.put(order)
            cpu = server.front_end_seconds - before
            if not result.latency:
                raise SystemExit(f"{server.name} answered none of {row.kind}: {''.join(result.faults[:1])}")
            column.add(result, health=probe.seconds, cpu=cpu)
            label = (
                f"{row.budget} {row.kind}, {row.files} files, at {row.concurrency}, round {number + 1}, {server.name}"
            )
            print(f"{label}: {column.speeds[-1]:.2f} requests/s {''.join(result.faults[:1])}", file=sys.stderr)


def print_table(rows: Sequence[Row], given: argparse.Namespace) -> None:
    """Print what was measured."""
    print(f"\n{given.rounds} rounds, each of at most {given.requests} requests or {given.seconds:g} s; times in ms\n")
    print(f"| {' | '.join(HEADINGS)} |")
    print(f"|{'---|' * len(HEADINGS)}")
    for row in rows:
        print(f"| {' | '.join(row.cells())} |")


def _at(values: Sequence[float], share: float) -> str:
    """The value that `share` of `values` lie under, in milliseconds."""
    return f"{sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000:.0f}" if values else "none"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--model", type=Path, default=READER, help="folder of a model of the Qwen3-VL architecture")
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--seconds", type=float, default=8, help="none of a round's requests begins later")
    cli.add_argument("--requests", type=int, default=400, help="most requests of a round")
    cli.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    cli.add_argument("--budgets", nargs="+", choices=list(BUDGETS), default=list(BUDGETS))
    cli.add_argument("--files", nargs="+", choices=FILES, default=list(FILES), help="all new, or six over and over")
    cli.add_argument("--concurrency", nargs="+", type=int, default=CONCURRENCIES)
    return cli.parse_args()


def main() -> None:
    """Measure every row, and print one table."""
    given = arguments()
    rows = []
    with load_process() as client:
        for budget in given.budgets:
            with both(given.model.resolve(), max_pixels=BUDGETS[budget]) as servers:
                for kind, files, concurrency in product(given.kinds, given.files, given.concurrency):
                    rows.append(Row(budget=budget, kind=kind, files=files, concurrency=concurrency))
                    measure(rows[-1], servers, client, given)
    print_table(rows, given)
    faults = [fault for row in rows for column in row.columns for fault in column.faults]
    if faults:
        raise SystemExit(f"{len(faults)} requests were not answered 200, the first: {faults[0]}")


if __name__ == "__main__":
    main()
