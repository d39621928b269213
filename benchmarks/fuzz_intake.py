"""Damaged files by the thousand, against the running server or the decoders themselves.

    python benchmarks/fuzz_intake.py [--minutes 10] [--seed 1] [--jobs 2] [--out FOLDER]
    python benchmarks/fuzz_intake.py --in-process [--seeded] [--minutes 10] [--seed 1] [--out FOLDER]

Through the server (`--engine fake`) every answer must be a 200, or a 400 whose error names the part: a 5xx, another
status or a dropped connection is a failure, and so is a server that is not well afterwards. A worker that crashes over
a file is replaced and costs that request a 400: counted, and no failure. The same seed gives the same files.

With --in-process the decoders are called directly, with no process to guard them: by atheris, which looks for new
paths, where it is installed, else (and with --seeded) with the same seeded damage. Whatever they raise that is not an
error of ours is a failure. PDFs are opened there and not drawn: where a page asks for too much memory, pdfium ends the
process it runs in.
Files that fail are kept in the folder --out.
"""

import argparse
import hashlib
import itertools
import math
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import httpx
from damage import damaged, drawn_files
from rich.console import Console
from rich.table import Table
from scripted_server import ScriptedServer, send, serving

from server.errors import PageglassError
from server.media.formats.signatures import known_format
from server.media.pdf import rendering as pdf
from server.media.pixels import decode
from server.values.pages import DecodeLimits, PixelBudget

LIMITS = DecodeLimits(max_pixels=4_000_000, max_frames=50, max_pdf_object_bytes=2**24)
BUDGET = PixelBudget(longest_side=512, max_pixels=200_000, min_side=32)
MOST_PAGES = 3
PATH = "messages[0].content[0]"


@dataclass(kw_only=True)
class Findings:
    """What came of the files so far; `failures` are sentences."""

    out: Path
    answers: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "none")
    failures: list[str] = field(default_factory=list)

    def fail(self, seed: int, data: bytes, fault: str) -> None:
        """Keep the file and say what it did."""
        self.out.mkdir(parents=True, exist_ok=True)
        file = self.out / f"{seed}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
        file.write_bytes(data)
        self.failures.append(f"seed {seed}: {fault}; kept as {file}")

    def took(self, seed: int, ms: float, answer: str) -> None:
        """Count an answer."""
        self.answers[answer] += 1
        self.slowest = max(self.slowest, (ms, f"seed {seed}"))


def fuzz_server(findings: Findings, *, seconds: float, seed: int, jobs: int) -> dict[str, int]:
    """Send damaged files to a server of our own for `seconds`, `jobs` at once: which workers were replaced, and why."""
    files = drawn_files()
    seeds = itertools.count(seed)
    limits = {"max_image_pixels": LIMITS.max_pixels, "decode_timeout_s": 10, "page_cache_bytes": 0, "image_urls": "off"}
    with serving(intake_workers=jobs, log_level="error", **limits) as server, server.client() as client:
        for whole in files:
            try_server(findings, server, client, -1, whole)
        end = time.monotonic() + seconds

        def work() -> None:
            with server.client() as own:
                while time.monotonic() < end and server.process.poll() is None:
                    number = next(seeds)
                    try_server(findings, server, own, number, damaged(files, number))

        with ThreadPoolExecutor(jobs) as pool:
            for job in [pool.submit(work) for _ in range(jobs)]:
                job.result()
        if server.process.poll() is not None or send(client, files[0]).status != 200:
            findings.failures.append("the server was not well afterwards:\n" + "".join(server.log)[-2000:])
            return {}
        return server.replaced(client)


def try_server(findings: Findings, server: ScriptedServer, client: httpx.Client, seed: int, data: bytes) -> None:
    """Send one file."""
    try:
        answer = send(client, data)
    except httpx.HTTPError as error:
        alive = server.process.poll() is None
        findings.fail(seed, data, f"no answer ({error!r}); the server is {'alive' if alive else 'gone'}")
        return
    findings.took(seed, answer.ms, f"{answer.status} {answer.code}")
    named = answer.status == 200 or (answer.status == 400 and answer.param.startswith(PATH))
    if not named:
        findings.fail(seed, data, f"answered {answer.status} {answer.code} about {answer.param}")


def decode_all(data: bytes) -> str:
    """Decode as a worker does, but for PDFs: "read", or the code of the refusal. All but our errors goes through."""
    try:
        if known_format(data) == "PDF":
            pdf.count_pages(data, path=PATH, limits=LIMITS)
        else:
            count = decode.count_pages(data, path=PATH, limits=LIMITS)
            numbers = range(1, min(count, MOST_PAGES) + 1)
            decode.decode_pages(data, path=PATH, limits=LIMITS, budget=BUDGET, numbers=numbers)
    except PageglassError as error:
        return error.code
    except MemoryError:
        return "out of memory"
    return "read"


def fuzz_decoders(findings: Findings, *, seconds: float, seed: int) -> None:
    """Decode damaged files in this process for `seconds`; should it die, the file is left behind as ``current.bin``."""
    decode.prepare()
    files = drawn_files()
    findings.out.mkdir(parents=True, exist_ok=True)
    current = findings.out / "current.bin"
    end = time.monotonic() + seconds
    for number in itertools.count(seed):
        if time.monotonic() > end:
            break
        data = damaged(files, number)
        current.write_bytes(data)
        began = time.perf_counter()
        try:
            answer = decode_all(data)
        except Exception as error:  # noqa: BLE001 - which is what is looked for
            findings.fail(number, data, f"raised {error!r}")
            continue
        findings.took(number, (time.perf_counter() - began) * 1000, answer)
    current.unlink(missing_ok=True)


def fuzz_with_atheris(findings: Findings, *, seconds: float, seed: int) -> None:
    """Let atheris decode for `seconds`, in a process of its own, since it ends the one it runs in."""
    findings.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as corpus:
        for number, data in enumerate(drawn_files()):
            (Path(corpus) / f"{number:03}").write_bytes(data)
        options = [
            f"-max_total_time={math.ceil(seconds)}",
            f"-seed={seed}",
            f"-artifact_prefix={findings.out}/",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            corpus,
        ]
        command = [sys.executable, str(Path(__file__).with_name("fuzz_decoders.py")), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if found := re.search(r"number_of_executed_units: (\d+)", done.stderr):
        findings.answers["decoded"] += int(found[1])
    if done.returncode:
        findings.failures.append(f"atheris ended with {done.returncode}:\n{done.stderr[-2000:]}")


def print_findings(findings: Findings, replaced: dict[str, int]) -> None:
    """Print what the files were answered, and every failure."""
    table = Table("answer", "files", title=f"{findings.answers.total():,} damaged files")
    for answer, count in findings.answers.most_common():
        table.add_row(answer, f"{count:,}")
    console = Console(width=110)
    console.print(table)
    ms, which = findings.slowest
    console.print(f"slowest: {ms:,.0f} ms ({which}); workers replaced: {replaced or 'none'}")
    console.print(f"{len(findings.failures)} failures", *findings.failures, sep="\n")


def main() -> None:
    """Fuzz, print one table, and end with 1 if anything failed."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--minutes", type=float, default=10)
    cli.add_argument("--seed", type=int, default=1)
    cli.add_argument("--jobs", type=int, default=2, help="requests at once, and decode workers")
    cli.add_argument(
        "--out", type=Path, default=Path(gettempdir()) / "pageglass-fuzz", help="where files that fail are kept"
    )
    cli.add_argument("--in-process", action="store_true", help="call the decoders directly")
    cli.add_argument("--seeded", action="store_true", help="not by atheris, even where that is installed")
    given = cli.parse_args()
    findings, replaced, seconds = Findings(out=given.out), {}, given.minutes * 60
    if not given.in_process:
        replaced = fuzz_server(findings, seconds=seconds, seed=given.seed, jobs=given.jobs)
    elif find_spec("atheris") and not given.seeded:
        fuzz_with_atheris(findings, seconds=seconds, seed=given.seed)
    else:
        fuzz_decoders(findings, seconds=seconds, seed=given.seed)
    print_findings(findings, replaced)
    raise SystemExit(bool(findings.failures))


if __name__ == "__main__":
    main()
