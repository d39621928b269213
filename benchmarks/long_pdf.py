"""A long PDF through the intake alone, a few pages at a time as /v1/ocr reads it: time, and CPU of its workers.

    python benchmarks/long_pdf.py [--pages 200] [--repeats 5]

Text drawn by fpdf2, noisy scans of some 50 KB a page, and both encrypted, which are scanned for bombs as stored and as
decrypted. No page cache. The median of the repeats, and the least and most of them.
"""

import argparse
import asyncio
import io
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # where PDFs are made

from pdfs import drawn_pdf, locked_pdf

from server.config import Settings
from server.media.loader import PageLoader
from server.media.opening import OpenDocument
from server.observability.metrics import Metrics
from server.values.pages import DetailBudgets, ImageSource, PixelBudget

BUDGET = PixelBudget(longest_side=16_384, max_pixels=2_000_000)
BATCH = 4  # pages at a time
BUDGETS = DetailBudgets(low=BUDGET, auto=BUDGET, high=BUDGET, original=BUDGET)


def scanned_pdf(pages: int) -> bytes:
    """A PDF of noisy pages of A4 at 100 dpi, each a JPEG."""
    chance = np.random.default_rng(1)
    scans = [Image.fromarray(chance.integers(190, 256, (1169, 827), dtype=np.uint8)) for _ in range(pages)]
    file = io.BytesIO()
    scans[0].save(file, "PDF", save_all=True, append_images=scans[1:], resolution=100, quality=15)
    return file.getvalue()


async def time_document(data: bytes, pages: int) -> tuple[float, float]:
    """Open `data` and decode all of its pages; gives seconds of the clock, and of the workers' CPUs."""
    settings = Settings(page_cache_bytes=0, max_pages_per_request=pages, max_pixels_per_request=10**10)
    loader = PageLoader(settings, Metrics())
    try:
        loader.start()
        await loader.load(await _opened(loader, drawn_pdf(["warm"] * 16)))  # every worker has imported what it needs
        workers = psutil.Process().children()
        before, began = _cpu_s(workers), time.perf_counter()
        opened = await _opened(loader, data)
        for start in range(0, pages, BATCH):
            await loader.load(_part(opened, start))
        return time.perf_counter() - began, _cpu_s(workers) - before
    finally:
        await loader.close()


async def _opened(loader: PageLoader, data: bytes) -> tuple[OpenDocument, ...]:
    return await loader.opener.open((ImageSource(content=data, path="file"),), (None,), BUDGETS)


def _part(opened: tuple[OpenDocument, ...], start: int) -> list[OpenDocument]:
    (document,) = opened
    return [replace(document, numbers=document.numbers[start : start + BATCH])]


def _cpu_s(workers: Sequence[psutil.Process]) -> float:
    return sum(sum(worker.cpu_times()[:2]) for worker in workers)


def _row(name: str, data: bytes, pages: int, repeats: int) -> tuple[str, ...]:
    wall, cpu = zip(*(asyncio.run(time_document(data, pages)) for _ in range(repeats)), strict=True)
    spread = f"{min(wall):.2f} to {max(wall):.2f}"
    return name, f"{len(data) / 1e6:.1f}", f"{statistics.median(wall):.2f}", spread, f"{statistics.median(cpu):.2f}"


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--pages", type=int, default=200)
    cli.add_argument("--repeats", type=int, default=5)
    given = cli.parse_args()
    drawn, scanned = drawn_pdf(f"page {number}" for number in range(given.pages)), scanned_pdf(given.pages)
    documents = {
        "text": drawn,
        "text, encrypted": locked_pdf(drawn),
        "scans": scanned,
        "scans, encrypted": locked_pdf(scanned),
    }
    table = Table(title=f"PDFs of {given.pages} pages")
    for heading in ("document", "MB", "seconds", "from, to", "worker CPU s"):
        table.add_column(heading)
    for name, data in documents.items():
        table.add_row(*_row(name, data, given.pages, given.repeats))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
