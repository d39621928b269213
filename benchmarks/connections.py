"""Connections that ask nothing: does `/ready` still answer, how soon, and how much is written to the log meanwhile?

    python benchmarks/connections.py [--seconds 45] [--server FOLDER]

Each row starts an endpoint with the scripted engine and holds connections to it from ten addresses of this machine:
1,000 that have asked once and stay idle, 1,000 that send headers a byte a second, and 400 silent ones where the server
may have 256 descriptors open. One that is closed is made anew within a second. Meanwhile `/ready` is asked ten times a
second on a connection of its own, for at most five seconds each. `--server` measures the code in another folder.
"""

import argparse
import asyncio
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 60
ASK_TIMEOUT_S = 5.0
ADDRESSES = 10
REQUEST = b"GET /ready HTTP/1.1\r\nhost: localhost\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Connections of one kind: what each sends at first, and then each second; `descriptors` of the server."""

    name: str
    connections: int
    first: bytes = b""
    each_second: bytes = b""
    descriptors: int = 4096


CROWDS = (
    Crowd(name="none", connections=0),
    Crowd(name="1,000 idle", connections=1000, first=REQUEST + b"\r\n"),
    Crowd(name="1,000 slow headers", connections=1000, first=REQUEST + b"x: ", each_second=b"x"),
    Crowd(name="400 silent, 256 descriptors", connections=400, descriptors=256),
)


@dataclass(slots=True, kw_only=True)
class Measured:
    """Times of answers in milliseconds, how many did not come, lines of the log, and connections that were closed."""

    answered_ms: list[float] = field(default_factory=list)
    unanswered: int = 0
    log_lines: int = 0
    closed: int = 0

    def row(self, name: str) -> str:
        """One row of the table."""
        middle, late = "-", "-"
        if len(self.answered_ms) > 1:
            middle = f"{statistics.median(self.answered_ms):.1f}"
            late = f"{statistics.quantiles(self.answered_ms, n=100)[98]:.1f}"
        came = f"{len(self.answered_ms)} of {len(self.answered_ms) + self.unanswered}"
        return f"| {name} | {came} | {middle} | {late} | {self.log_lines:,} | {self.closed:,} |"


@contextmanager
def served(folder: Path, log: Path, descriptors: int) -> Iterator[int]:
    """Run the endpoint of `folder` under a limit of descriptors; gives its port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAGEGLASS_")}
    with log.open("wb") as writing, tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", "0"],
            cwd=empty,
            env=kept | {"PYTHONPATH": str(folder), "PAGEGLASS_ENGINE": "fake"},
            stderr=writing,
        )
        try:
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))
            yield _port(process, log)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"this machine\s+http://\S+:(\d+)/v1", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise SystemExit(f"The endpoint did not start:\n{log.read_text()[-2000:]}")


async def crowd_in(crowd: Crowd, port: int, measured: Measured) -> None:
    """Hold one connection of the crowd for ever, each time with a new one where it is closed."""
    number = 0
    while True:
        number += 1
        writer: asyncio.StreamWriter | None = None
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(f"127.0.0.{number % ADDRESSES + 2}", 0)
            )
            writer.write(crowd.first)
            reading = asyncio.ensure_future(reader.read())
            reading.add_done_callback(lambda each: each.cancelled() or each.exception())  # a reset is an end as well
            while not reading.done():
                await asyncio.wait({reading}, timeout=1)
                if crowd.each_second:
                    writer.write(crowd.each_second)
            measured.closed += 1
        if writer is not None:
            writer.close()
        await asyncio.sleep(1)


async def ask(port: int) -> bool:
    """Ask `/ready` on a connection of its own; whether the answer was 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(REQUEST + b"connection: close\r\n\r\n")
        return (await reader.readline()).startswith(b"HTTP/1.1 200")
    finally:
        writer.close()


async def measure(crowd: Crowd, port: int, seconds: float, log: Path) -> Measured:
    """Hold the crowd, and ask meanwhile; the lines of requests answered are not counted."""
    measured = Measured()
    holding = [asyncio.ensure_future(crowd_in(crowd, port, measured)) for _ in range(crowd.connections)]
    await asyncio.sleep(2)
    measured.closed, before = 0, _lines(log)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                answered = await ask(port)
        except (OSError, TimeoutError):
            answered = False
        if answered:
            measured.answered_ms.append((time.monotonic() - began) * 1000)
        else:
            measured.unanswered += 1
        await asyncio.sleep(0.1)
    measured.log_lines = _lines(log) - before
    for each in holding:
        each.cancel()
    await asyncio.gather(*holding, return_exceptions=True)
    return measured


def _lines(log: Path) -> int:
    with log.open("rb") as reading:
        return sum(b"[server.request]" not in line for line in reading)


def main() -> None:
    """Measure each crowd and print the table."""
    parser = argparse.ArgumentParser(description="Connections that ask nothing.")
    parser.add_argument("--seconds", type=float, default=45, help="how long each crowd stays")
    parser.add_argument("--server", type=Path, default=ROOT, help="folder of the code to measure")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print("| connections | /ready answered | median, ms | p99, ms | lines in the log | closed |")
    print("|---|---|---|---|---|---|")
    for crowd in CROWDS:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            with served(options.server.resolve(), log, crowd.descriptors) as port:
                measured = asyncio.run(measure(crowd, port, options.seconds, log))
        print(measured.row(crowd.name), flush=True)


if __name__ == "__main__":
    main()
