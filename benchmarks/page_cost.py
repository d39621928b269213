"""What a page costs the embedded engine at most: CPU seconds by file, the dearest ten, and those full of print.

    python benchmarks/page_cost.py [FOLDER ...] [--top 10] [--most 3]

Sends the hostile files of the tests, pages drawn to be dear (thin ones, noise, patterns) and every file of the
folders to a server of its own, one at a time and without a page cache. CPU is that of all its processes, before and
after, over the pages of the answer. Pages full of signs that look like print cost what print costs: they have a table
of their own, with the CPU time of a line. Ends with 1 if another page took more than `--most` seconds.
"""

import argparse
import base64
import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psutil
from endpoint import serve
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # where the files are made

from hostile_files import HOSTILE_FILES
from hostile_pictures import blank

ANSWER_TIMEOUT_S = 310
Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one file was answered, and its CPU seconds a page."""

    name: str
    size: int
    status: int
    pages: int
    lines: int
    seconds: float

    @property
    def ms_per_kilobyte(self) -> float:
        """CPU milliseconds for each kilobyte of the file."""
        return self.seconds * self.pages * 1000 / max(self.size / 1000, 0.001)


def _paper(height: int, width: int) -> Gray:
    return np.full((height, width), 255, np.uint8)


def _striped(height: int, width: int) -> Gray:
    page = _paper(height, width)
    page[::9] = 0
    return page


def _columns(height: int, width: int) -> Gray:
    page = _paper(height, width)
    page[:, ::9] = 0
    return page


def _noise(height: int, width: int) -> Gray:
    return np.random.default_rng(1).integers(0, 256, (height, width), dtype=np.uint8)


def _signs(height: int, width: int) -> Gray:
    """One sign, 16 px high, over and over: it packs to next to nothing, and each row may be a line of print."""
    sign = _paper(24, 14)
    sign[4:20, 2:4] = sign[4:6, 2:11] = sign[11:13, 2:9] = sign[18:20, 2:11] = 0
    return np.tile(sign, (height // 24 + 1, width // 14 + 1))[:height, :width]


def _specks(height: int, width: int) -> Gray:
    page = _paper(height, width)
    page[6::20, 6::20] = page[7::20, 6::20] = page[6::20, 7::20] = page[7::20, 7::20] = 0
    return page


def _boxes(height: int, width: int) -> Gray:
    box = _paper(40, 40)
    box[8:30, 8:30] = 0
    box[10:28, 10:28] = 255
    return np.tile(box, (height // 40 + 1, width // 40 + 1))[:height, :width]


Drawn = tuple[tuple[Callable[[int, int], Gray], int, int], ...]
PATTERNS: Drawn = (
    *((draw, *size) for size in ((100_000, 1), (100_000, 16), (16, 100_000)) for draw in (_striped, _columns, _noise)),
    *((draw, *size) for size in ((3000, 3000), (9900, 9900)) for draw in (_paper, _striped, _columns, _noise)),
    *((_specks, side, side) for side in (1400, 6000)),
    (_columns, 40_000, 200),
)
FULL: Drawn = tuple((draw, *size) for size in ((1400, 1400), (4000, 4000), (40_000, 200)) for draw in (_signs, _boxes))


def pictures(drawn: Drawn) -> Iterator[tuple[str, bytes]]:
    """Draw pages, and name them."""
    for draw, height, width in drawn:
        out = io.BytesIO()
        Image.fromarray(draw(height, width)).save(out, "PNG")
        yield f"{draw.__name__.strip('_')} {width} x {height}", out.getvalue()


def files(folders: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Every file that is not full of print, and its name."""
    yield from pictures(PATTERNS)
    for file in HOSTILE_FILES:
        yield file.name, file.make()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield f"{folder.name}/{path.name}", path.read_bytes()


def main() -> None:
    """Send everything and print the dearest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--top", type=int, default=10)
    parser.add_argument("--most", type=float, default=3)
    arguments = parser.parse_args()
    os.environ |= {"PAGEGLASS_PAGE_CACHE_BYTES": "0", "PAGEGLASS_MAX_BODY_BYTES": str(2**26)}
    with serve() as base_url, httpx.Client(base_url=base_url, timeout=ANSWER_TIMEOUT_S, trust_env=False) as client:
        for _ in range(2):  # what is loaded at the first pages is nobody's
            _cost(client, "", blank("PNG"))
        costs = [_cost(client, name, data) for name, data in files(arguments.folders)]
        full = [_cost(client, name, data) for name, data in pictures(FULL)]
    _print("dearest pages", sorted(costs, key=lambda one: -one.seconds)[: arguments.top])
    _print("dearest by byte sent", sorted(costs, key=lambda one: -one.ms_per_kilobyte)[: arguments.top])
    _print("full of print", full)
    over = [cost.name for cost in costs if cost.seconds > arguments.most]
    print(f"{len(costs)} files; {len(over)} with a page of more than {arguments.most:g} CPU seconds")
    raise SystemExit(bool(over))


def _cost(client: httpx.Client, name: str, data: bytes) -> Cost:
    packed = base64.b64encode(data).decode()
    kind = "application/pdf" if b"%PDF-" in data[:1024] else "image/png"
    before = _cpu_seconds()
    answer = client.post("/ocr", json={"image": f"data:{kind};base64,{packed}"})
    seconds = _cpu_seconds() - before
    read = answer.json().get("pages", []) if answer.is_success else []
    return Cost(
        name=name,
        size=len(data),
        status=answer.status_code,
        pages=max(1, len(read)),
        lines=sum(len(page["lines"]) for page in read),
        seconds=seconds / max(1, len(read)),
    )


def _cpu_seconds() -> float:
    """CPU seconds of the server and all below it, those that ended included."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _print(title: str, costs: list[Cost]) -> None:
    table = Table("file", "bytes", "answer", "pages", "lines", "CPU s a page", "CPU ms a kB", title=title)
    for cost in costs:
        counts = f"{cost.size:,}", str(cost.status), str(cost.pages), str(cost.lines)
        figures = *counts, f"{cost.seconds:.2f}", f"{cost.ms_per_kilobyte:.0f}"
        table.add_row(cost.name, *figures)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
