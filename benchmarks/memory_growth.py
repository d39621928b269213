"""Memory of the embedded server over many pages of mixed sizes: after each hundred, with pages a second; Linux only.

    python benchmarks/memory_growth.py [--pages 600] [--server FOLDER]

Draws receipts and columns of text, each of another width and height, and sends them two at a time to a server of its
own without a page cache. Memory is the proportional set size of all its processes, a second after the last answer.
`--server` is another checkout to run in place of this one. Ends with 1 if memory after the last page is more than 5 %
above that after page 200.
"""

import argparse
import base64
import io
import os
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
from endpoint import serve
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # where pages are drawn

from drawn_pages import newspaper, receipt

ANSWER_TIMEOUT_S = 310
STEP = 100
STEADY = 200
GROWTH = 1.05


def pictures(count: int) -> Iterator[str]:
    """Data URIs of pages, hardly two of which have one size."""
    rng = random.Random(1)  # noqa: S311 - the same pages every time
    drawn = [receipt(width=400, pixels=24, seed=seed).image.crop((0, 0, 400, 900)) for seed in range(4)]
    size = (1000, 900)
    drawn += [newspaper(points=9, columns=2, size=size, picture=False, seed=seed).image for seed in range(4)]
    for _ in range(count):
        page = rng.choice(drawn)
        scale = rng.uniform(0.7, 1.8)
        out = io.BytesIO()
        page.resize((round(page.width * scale), round(page.height * scale * rng.uniform(0.9, 1.1)))).save(out, "PNG")
        yield "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def main() -> None:
    """Send pages, print memory as it grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--server", type=Path)
    arguments = parser.parse_args()
    os.environ["PAGEGLASS_PAGE_CACHE_BYTES"] = "0"
    if arguments.server:
        os.environ["PYTHONPATH"] = str(arguments.server.resolve())
    table = Table("pages", "memory, MB", "pages a second since the last row")
    held: dict[int, float] = {}
    root = arguments.server or Path(__file__).parents[1]
    with serve(root) as base_url, httpx.Client(base_url=base_url, timeout=ANSWER_TIMEOUT_S, trust_env=False) as client:
        table.add_row("0", f"{_megabytes():.0f}", "")
        waiting = pictures(arguments.pages)
        with ThreadPoolExecutor(2) as pool:
            for done in range(STEP, arguments.pages + 1, STEP):
                batch = [next(waiting) for _ in range(STEP)]
                began = time.perf_counter()
                for answer in pool.map(lambda picture: client.post("/ocr", json={"image": picture}), batch):
                    answer.raise_for_status()
                seconds = time.perf_counter() - began
                time.sleep(1)
                held[done] = _megabytes()
                table.add_row(str(done), f"{held[done]:.0f}", f"{STEP / seconds:.2f}")
    Console().print(table)
    raise SystemExit(STEADY in held and held[max(held)] > GROWTH * held[STEADY])


def _megabytes() -> float:
    """Proportional set size of the server and all below it."""
    return sum(float(one.memory_full_info().pss) for one in psutil.Process().children(recursive=True)) / 1e6


if __name__ == "__main__":
    main()
