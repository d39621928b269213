"""What JSON bodies cost to parse: milliseconds, how late the event loop was, and memory; Linux only.

    python benchmarks/json_bodies.py [--sizes 5 20 60]

Each row is a process of its own, the median of five parses. `bare` is pydantic_core.from_json called on the event
loop; `served` is what the server does: what is dear is counted first, and all of it is done in a thread. `late` is the
longest that a timer of 1 ms had to wait for the loop. Memory is the peak of the first parse, beside the body itself.
"""

import argparse
import asyncio
import base64
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pydantic_core
from rich.console import Console
from rich.table import Table

from server.errors import InvalidRequest
from server.protocol.json_body import parse_json_object

MIB = 2**20
RUNS = 5


def of_text(piece: bytes, size: int) -> bytes:
    """A body with one string of `size` bytes, made of `piece`."""
    return b'{"a":"' + piece * (size // len(piece)) + b'"}'


def of_values(piece: bytes, size: int) -> bytes:
    """A body with one array of `size` bytes, whose members are all `piece`."""
    return b'{"a":[' + (piece + b",") * (size // (len(piece) + 1)) + b"0]}"


KINDS: dict[str, Callable[[int], bytes]] = {
    "picture in base64": lambda size: of_text(base64.b64encode(os.urandom(3 * 2**16)), size),
    "the same, / escaped": lambda size: of_text(b"A" * 63 + rb"\/", size),
    "the same, in lines": lambda size: of_text(b"A" * 76 + rb"\r\n", size),
    "Chinese": lambda size: of_text("票".encode(), size),
    "emoji": lambda size: of_text("🧾".encode(), size),
    "base64 and one emoji": lambda size: of_text(b"A", size)[:-2] + "🧾".encode() + b'"}',
    r"\u0000": lambda size: of_text(rb"\u0000", size),
    r"\ud83e\uddfe": lambda size: of_text(rb"\ud83e\uddfe", size),
    "long integers": lambda size: of_values(b"7" * 4000, size),
    "empty arrays": lambda size: of_values(b"[]", size),
    "small objects": lambda size: of_values(b'{"a":{}}', size),
    "names": lambda size: b"{" + b",".join(b'"%08x":1' % number for number in range(size // 13)) + b"}",
    "nesting": lambda size: b'{"a":' * (size // 5),
    "CSV in a string": lambda size: of_text(rb"a,b,[c],{d}\n", size),
    "line breaks, then a fault": lambda size: b'{"a":' + b"\n" * size,
}


async def longest_wait(work: Callable[[], object], *, on_loop: bool) -> tuple[float, float]:
    """Do `work` while a timer runs: its seconds, and the most that the timer was late."""
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        while True:
            due = time.perf_counter() + 0.001
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - due)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0.05)
    worst, started = 0.0, time.perf_counter()
    if on_loop:
        work()
    else:
        await asyncio.to_thread(work)
    seconds = time.perf_counter() - started
    await asyncio.sleep(0.01)
    ticker.cancel()
    return seconds, worst


def memory(name: str) -> int:
    """A line of this process's status, in bytes: VmRSS, or VmHWM for the peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def measure(kind: str, size: int, side: str) -> None:
    """Parse one body, and print what it cost as JSON."""
    body, outcome = KINDS[kind](size), "parsed"
    kept: list[object] = []

    def parse() -> None:
        nonlocal outcome
        try:
            kept.append(parse_json_object(body) if side == "served" else pydantic_core.from_json(body))
        except (InvalidRequest, ValueError) as error:
            outcome = str(error)[:60]

    parse_json_object(b'{"a":[[],{}],"b":"' + b"A" * MIB + b'"}')  # warm
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    before = memory("VmRSS")
    runs, peak = [], 0
    for _ in range(RUNS):
        runs.append(asyncio.run(longest_wait(parse, on_loop=side == "bare")))
        peak = peak or memory("VmHWM") - before
        kept.clear()
    seconds, late = (statistics.median(column) for column in zip(*runs, strict=True))
    print(json.dumps({"ms": seconds * 1000, "late": late * 1000, "peak": peak / size, "outcome": outcome}))


def main() -> None:
    """Measure everything, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--sizes", nargs="+", type=int, default=[5, 20, 60], metavar="MIB")
    cli.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = cli.parse_args()
    if given.one:
        measure(given.one[0], int(given.one[1]), given.one[2])
        return
    table = Table(title="time and lateness in ms; memory beside the body as a multiple of it")
    for heading in ("body", "MiB", "bare: time", "late", "memory", "served: time", "late", "memory", "outcome"):
        table.add_column(heading)
    for kind in KINDS:
        for size in given.sizes:
            row = [kind, str(size)]
            for side in ("bare", "served"):
                command = [sys.executable, __file__, "--one", kind, str(size * MIB), side]
                found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
                row += [f"{found['ms']:.1f}", f"{found['late']:.1f}", f"{found['peak']:.2f}"]
            table.add_row(*row, found["outcome"])
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
