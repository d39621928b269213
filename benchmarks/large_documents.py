"""Large documents through the running server: time, memory, and whether anything is lost or doubled where pieces meet.

    python benchmarks/large_documents.py [--pages 40] [--only NAME ...]

A newspaper page of A3 at 300 dpi, a till receipt of 1 to 12 and a long PDF are drawn (`tests/support/drawn_pages.py`)
and sent to /v1/ocr, the PDF as a stream. Every drawn line is looked for in the answer: lost is what no line of the
answer resembles, doubled what two resemble. Memory is that of the server and
its processes, at its peak over rest.
"""

import argparse
import base64
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psutil
from endpoint import ANSWER_TIMEOUT_S, serve
from measure import compare_words
from process_memory import Weighing
from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # where pages are drawn

from drawn_pages import DPI, Drawn, newspaper, receipt

SCANNED_DPI = 200
ALIKE = 80  # per cent, from which a line of the answer is the drawn one


@dataclass(kw_only=True)
class Sent:
    """A file, what it says, and what reading it took and gave."""

    file: bytes
    lines: list[str]
    stream: bool = False
    seconds: float = 0.0
    first_page_s: float = 0.0
    tiles: list[int] = field(default_factory=list)
    read: list[str] = field(default_factory=list)


def picture(draw: Callable[[], Drawn]) -> Sent:
    """Draw a page as a PNG file."""
    drawn, file = draw(), io.BytesIO()
    drawn.image.save(file, "PNG", compress_level=1)
    return Sent(file=file.getvalue(), lines=drawn.lines)


def document(pages: int) -> Sent:
    """Draw a scanned PDF: A4 pages of two columns of 11 points at 200 dpi, as JPEGs."""
    points = 11 * SCANNED_DPI / DPI  # as it is drawn for 300 dpi
    drawn = [newspaper(points=points, columns=2, size=(1654, 2339), picture=False, seed=seed) for seed in range(pages)]
    file = io.BytesIO()
    first, *rest = (page.image for page in drawn)
    first.save(file, "PDF", save_all=True, append_images=rest, resolution=SCANNED_DPI, quality=70)
    return Sent(file=file.getvalue(), lines=[line for page in drawn for line in page.lines], stream=True)


def ask(url: str, sent: Sent) -> None:
    """Send the file, and note what comes back and when."""
    body = {"file": base64.b64encode(sent.file).decode(), "task": "lines", "stream": sent.stream, "cache": False}
    began = time.perf_counter()
    with httpx.stream("POST", f"{url}/ocr", json=body, trust_env=False, timeout=ANSWER_TIMEOUT_S) as answer:
        if not sent.stream or not answer.is_success:
            text = answer.read().decode()
            if not answer.is_success:
                raise SystemExit(text)
            pages = json.loads(text)["pages"]
        else:
            pages = []
            for event in _events(answer.iter_lines()):
                sent.first_page_s = sent.first_page_s or time.perf_counter() - began
                pages = event.get("pages") or pages
    sent.seconds = time.perf_counter() - began
    sent.read = [line for page in pages for line in page["text"].split("\n") if line]
    sent.tiles = [page["tiles"] for page in pages]


def _events(lines: Iterator[str]) -> Iterator[dict]:
    for line in lines:
        data = line.removeprefix("data: ")
        if data not in {line, "[DONE]"}:
            yield json.loads(data)


def lost_and_doubled(drawn: Sequence[str], read: Sequence[str]) -> tuple[int, int]:
    """How many drawn lines are in the answer less often, and more often, than on the page."""
    spare = [" ".join(line.split()) for line in read]
    lost = 0
    for line in drawn:
        best = process.extractOne(line, spare, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if best is None:
            lost += 1
        else:
            spare.pop(best[2])
    return lost, sum(
        process.extractOne(line, drawn, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None for line in spare
    )


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--pages", type=int, default=40, help="of the long PDF")
    cli.add_argument("--only", nargs="*", help="kinds of documents, or their beginnings")
    given = cli.parse_args()
    kinds: dict[str, Callable[[], Sent]] = {
        "receipt 1:12": partial(picture, receipt),
        "A3 newspaper, 300 dpi, 8.5 points": partial(picture, newspaper),
        "A3 newspaper, 300 dpi, 6 points": partial(picture, partial(newspaper, points=6, columns=5)),
        f"PDF of {given.pages} scanned A4 pages": partial(document, given.pages),
    }
    table = Table(title="large documents through the server")
    for heading in (
        "document",
        "MB sent",
        "seconds",
        "first page",
        "memory over rest",
        "tiles",
        "lost",
        "doubled",
        "word F1",
    ):
        table.add_column(heading)
    for name in (name for name in kinds if not given.only or name.startswith(tuple(given.only))):
        sent = kinds[name]()
        with serve() as url:  # anew for each, so that none finds what another left
            (server,) = (child for child in psutil.Process().children() if "serve" in child.cmdline())
            with Weighing(server) as memory:
                ask(url, sent)
        lost, doubled = lost_and_doubled(sent.lines, sent.read)
        words = compare_words("\n".join(sent.read), sent.lines)
        table.add_row(
            *(name, f"{len(sent.file) / 1e6:.1f}", f"{sent.seconds:.1f}"),
            f"{sent.first_page_s:.1f}" if sent.stream else "",
            f"{(memory.peak - memory.rest) / 2**20:.0f} MiB",
            str(max(sent.tiles)),
            *(f"{lost} of {len(sent.lines)}", str(doubled), f"{words.f1:.4f}"),
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
