"""Minutes of mixed load on the embedded engine: memory, descriptors and threads at marks of the clock; Linux only.

    python benchmarks/soak.py [--minutes 10] [--clients 3] [--marks 1,5,10]

Each client sends, in an order of chance: pages of many sizes to /v1/ocr, chat requests with a schema, streams that are
read to the end and streams that are left, PDFs, files that are no pictures, bodies that are no JSON, and connections
that end in the middle of a request. Figures are of the server and all its processes. Ends with 1 if anything but
refusals with a reason came, or if descriptors or threads grew by more than a tenth after the first mark.
"""

import argparse
import json
import os
import random
import socket
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
from endpoint import serve
from memory_growth import pictures
from rich.console import Console
from rich.table import Table

ASSETS = Path(__file__).parents[1] / "tests" / "assets"
ANSWER_TIMEOUT_S = 310
GROWTH = 1.1
FIELDS = {"type": "object", "properties": {name: {"type": ["string", "null"]} for name in ("company", "total", "date")}}


class Client:
    """One client: what it sends, and what it was answered."""

    def __init__(self, base_url: str, seed: int, until: float) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=ANSWER_TIMEOUT_S, trust_env=False)
        self._rng = random.Random(seed)  # noqa: S311 - the same requests every time
        self._pages = pictures(1_000_000)
        self._until = until
        self.answers: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Send until the time is over; gives the answers by kind and status."""
        kinds = [self.page, self.page, self.page, self.fields, self.stream, self.left, self.pdf, self.broken, self.cut]
        with self._http:
            while time.monotonic() < self._until:
                kind = self._rng.choice(kinds)
                try:
                    self.answers[f"{kind.__name__} {kind()}"] += 1
                except httpx.HTTPError as error:
                    self.answers[f"{kind.__name__} {type(error).__name__}"] += 1
        return self.answers

    def page(self) -> int:
        """A page of some size."""
        return self._http.post("/ocr", json={"image": next(self._pages)}).status_code

    def fields(self) -> int:
        """Fields of a page by a schema."""
        wanted = {"type": "json_schema", "json_schema": {"name": "fields", "schema": FIELDS}}
        return self._http.post("/chat/completions", json={**self._chat(), "response_format": wanted}).status_code

    def stream(self) -> int:
        """A stream that is read to the end."""
        with self._http.stream("POST", "/chat/completions", json={**self._chat(), "stream": True}) as answer:
            for _ in answer.iter_lines():
                pass
            return answer.status_code

    def left(self) -> int:
        """A stream that is left after its first event."""
        with self._http.stream("POST", "/chat/completions", json={**self._chat(), "stream": True}) as answer:
            next(answer.iter_lines(), None)
            return answer.status_code

    def pdf(self) -> int:
        """A page of a PDF, as an upload."""
        form = {"pages": str(self._rng.randint(1, 3))}
        with (ASSETS / "scan.pdf").open("rb") as file:
            return self._http.post("/ocr", files={"file": file}, data=form).status_code

    def broken(self) -> int:
        """A body that is no JSON, or a file that is no picture."""
        if self._rng.random() < 0.5:
            return self._http.post("/chat/completions", content=b"{").status_code
        return self._http.post("/ocr", files={"file": ("page.png", self._rng.randbytes(5000))}).status_code

    def cut(self) -> int:
        """A connection that ends in the middle of a body."""
        with socket.create_connection((self._http.base_url.host, self._http.base_url.port or 80)) as connection:
            connection.sendall(b"POST /v1/ocr HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n{")
        return 0

    def _chat(self) -> dict[str, object]:
        part = {"type": "image_url", "image_url": {"url": next(self._pages)}}
        return {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": [part]}]}


def main() -> None:
    """Load the server, and print the figures at each mark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--marks", default="1,5,10", help="minutes")
    arguments = parser.parse_args()
    table = Table("minute", "memory, MB", "descriptors", "threads", "processes")
    os.environ["PAGEGLASS_PAGE_CACHE_BYTES"] = "0"
    seen: list[tuple[int, int]] = []
    with serve() as base_url, ThreadPoolExecutor(arguments.clients) as pool:
        until = time.monotonic() + 60 * arguments.minutes
        begun = time.monotonic()
        clients = [pool.submit(Client(base_url, seed, until).run) for seed in range(arguments.clients)]
        for mark in map(float, arguments.marks.split(",")):
            time.sleep(max(0.0, begun + 60 * mark - time.monotonic()))
            memory, *counts, processes = _figures()
            seen.append((counts[0], counts[1]))
            table.add_row(f"{mark:g}", f"{memory:.0f}", *map(str, counts), str(processes))
        answers = sum((client.result() for client in clients), Counter[str]())
    Console().print(table)
    print(json.dumps(dict(sorted(answers.items()))))
    wanted = {"200", "0", "400", "415"}
    odd = {answer: count for answer, count in answers.items() if answer.split()[1] not in wanted}
    grown = any(last > GROWTH * first for first, last in zip(seen[0], seen[-1], strict=True))
    print(f"answers that were not expected: {odd or 'none'}", file=sys.stderr)
    raise SystemExit(bool(odd) or grown)


def _figures() -> tuple[float, int, int, int]:
    """Memory in MB, descriptors, threads and processes of the server and all below it."""
    memory, descriptors, threads, processes = 0.0, 0, 0, 0
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            memory += float(one.memory_full_info().pss) / 1e6
            descriptors += one.num_fds()
            threads += one.num_threads()
            processes += 1
    return memory, descriptors, threads, processes


if __name__ == "__main__":
    main()
