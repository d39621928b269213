"""How much sooner /v1/ocr answers what it was asked before: the second of two identical requests, over the first.

    python benchmarks/answer_cache.py [--rounds 5]

For drawn documents of tests/assets, as text and as fields. The first request of a pair is read by the model, with the
page cache as it is by default; the second has to come from the cache of answers and be the same but for its timings.
Times are medians over the rounds, each of which begins with an empty cache; the server is warm.
"""

import argparse
import base64
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
from endpoint import ANSWER_TIMEOUT_S, serve
from rich.console import Console
from rich.table import Table

ASSETS = Path(__file__).parents[1] / "tests" / "assets"
NAMES = ("receipt_en.png", "invoice_en.png", "receipt_photo.jpg", "scan.pdf")
TASKS: tuple[dict[str, Any], ...] = ({"task": "ocr"}, {"task": "extract_fields", "fields": ["date", "total"]})
BESIDE_THE_ANSWER = ("id", "created", "timings", "cached")


def ask(client: httpx.Client, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Send a request; gives the seconds it took and the answer."""
    began = time.perf_counter()
    answer = client.post("ocr", json=body).raise_for_status().json()
    return time.perf_counter() - began, answer


def pair(client: httpx.Client, body: dict[str, Any]) -> tuple[float, float]:
    """Send a request twice; gives the seconds of both.

    Raises:
        SystemExit: the second was not from the cache, or not the same answer.
    """
    (first, read), (second, kept) = ask(client, body), ask(client, body)
    if read["cached"] or not kept["cached"]:
        raise SystemExit("the first answer came from the cache, or the second did not")
    if differs := [name for name in read if name not in BESIDE_THE_ANSWER and read[name] != kept[name]]:
        raise SystemExit(f"the answers differ: {', '.join(differs)}")
    return first, second


def main() -> None:
    """Measure, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--rounds", type=int, default=5)
    given = cli.parse_args()
    times: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(given.rounds):
        with serve() as url, httpx.Client(base_url=url, trust_env=False, timeout=ANSWER_TIMEOUT_S) as client:
            for task in TASKS:
                for name in NAMES:
                    body = {"file": base64.b64encode((ASSETS / name).read_bytes()).decode(), **task}
                    if not times or (name, task["task"]) == (NAMES[0], "ocr"):
                        ask(client, {**body, "cache": False})  # warm
                    times.setdefault((name, task["task"]), []).append(pair(client, body))
    table = Table(title=f"median of {given.rounds} rounds, milliseconds")
    for heading in ("document", "task", "read", "from the cache", "times faster"):
        table.add_column(heading)
    for (name, task), pairs in times.items():
        read, kept = (statistics.median(values) for values in zip(*pairs, strict=True))
        table.add_row(name, task, f"{1000 * read:.1f}", f"{1000 * kept:.1f}", f"{read / kept:.0f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
