"""Pages larger than the model: what tiles give and cost beside the reduced page and the full page at once.

    python benchmarks/large_pages.py [--only NAME ...]

Pages are drawn (`tests/support/drawn_pages.py`) and read by the embedded engine, two workers, each in a process of its
own, so that its peak memory over what the engine takes at rest is that page's. `reduced` is the page in the budget of
`auto`, `whole` the page at full size in one piece, `tiles` what the OCR service does.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from measure import Overlap, compare_words
from PIL import Image
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # where pages are drawn

from drawn_pages import Drawn, newspaper, receipt

from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.media.pixels.tiling import reduced
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.reading.dense_pages import read_whole
from server.reading.page_text import TextBuilder, merge_runs
from server.settings.groups import RapidOCRSettings
from server.values.lines import Lines
from server.values.pages import Page

WITHIN = PP_OCRV6_SMALL.budgets.auto
WORKERS = 2
WAYS = ("reduced", "whole", "tiles")
KINDS: dict[str, Callable[[], Drawn]] = {
    "A3, 8.5 points": newspaper,
    "A3, 7 points": partial(newspaper, points=7),
    "A3, 6 points": partial(newspaper, points=6),
    "A3 lying, 6 points": partial(newspaper, points=6, columns=4, size=(4961, 3508)),
    "A4, 5 points": partial(newspaper, points=5, columns=1, size=(2480, 3508)),
    "receipt 1:12, 20 px": receipt,
    "receipt 1:12, 13 px": partial(receipt, pixels=13),
    "slip on 1/12 of A4": lambda: on_a_sheet(newspaper(points=9, columns=1, size=(1000, 1500)), 1 / 12),
    "slip on 1/24 of A4": lambda: on_a_sheet(newspaper(points=9, columns=1, size=(1000, 1500)), 1 / 24),
}


def on_a_sheet(drawn: Drawn, share: float) -> Drawn:
    """Return a page on a `share` of an A4 sheet at 300 dpi, as a till slip lies on a scanner."""
    sheet, (width, height) = Image.new("RGB", (2480, 3508), "white"), drawn.image.size
    scale = (share * sheet.width * sheet.height / (width * height)) ** 0.5
    small = drawn.image.convert("RGB").resize((round(scale * width), round(scale * height)), Image.Resampling.LANCZOS)
    sheet.paste(small, (1400, 300))
    return Drawn(image=sheet, lines=drawn.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one reading of one page took and gave."""

    tiles: int
    seconds: float
    megabytes: float
    words: Overlap


def measure(kind: str, way: str) -> Figures:
    """Read one page one way, in this process."""
    return asyncio.run(_measure(KINDS[kind](), way))


async def _measure(drawn: Drawn, way: str) -> Figures:
    engine = RapidOCRRecognizer(RapidOCRSettings(workers=WORKERS))
    await engine.start()
    page = _page(np.asarray(drawn.image))
    truth = drawn.lines
    del drawn
    _forget_peak()
    before, began = _peak_megabytes(), time.perf_counter()
    lines = await _read(page, engine, way)
    seconds, after = time.perf_counter() - began, _peak_megabytes()
    await engine.stop()
    text = TextBuilder().add(lines)
    return Figures(tiles=lines.tiles, seconds=seconds, megabytes=after - before, words=compare_words(text, truth))


async def _read(page: Page, engine: RapidOCRRecognizer, way: str) -> Lines:
    if way == "tiles":
        return await read_whole(page, engine, within=WITHIN)
    seen = page if way == "whole" else _page(reduced(page.pixels, WITHIN))
    (lines,) = merge_runs([run async for run in engine.recognise([seen])])
    return lines


def _page(pixels: np.ndarray) -> Page:
    height, width = pixels.shape[:2]
    return Page(pixels=pixels, source_width=width, source_height=height, path="drawn", sha256="0" * 64)


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--only", nargs="*", help="kinds of pages, or their beginnings")
    given = cli.parse_args()
    table = Table(title=f"pages larger than the model, {WORKERS} workers")
    for heading in ("page", "read", "tiles", "seconds", "memory over rest", "word recall", "word F1"):
        table.add_column(heading)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as process:
        for kind in (kind for kind in KINDS if not given.only or kind.startswith(tuple(given.only))):
            for way in WAYS:
                found = process.submit(measure, kind, way).result()
                figures = f"{found.seconds:.1f}", f"{found.megabytes:.0f} MB", f"{found.words.recall:.4f}"
                table.add_row(kind, way, str(found.tiles), *figures, f"{found.words.f1:.4f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
