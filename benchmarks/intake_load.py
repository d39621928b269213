"""The intake under load: requests per second, latency, how /health fares meanwhile, and peak memory; Linux only.

    python benchmarks/intake_load.py [KINDS ...] [--requests 48] [--concurrency 8] [--cache]

An endpoint with the scripted engine, which answers at once, is started for each kind: photo12mp (3024x4032 JPEG), page
(1275x1650 PNG), small (512x384 JPEG). Six pictures of a kind take turns; without --cache decoded pages are not kept, so
each is decoded every time. /health is asked from a process of its own, so that it does not wait for the client's work.
Memory is the proportional set size of the server and its workers, sampled; beside it stands the bound by the settings.
"""

import argparse
import base64
import http.client
import io
import json
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import numpy as np
import psutil
from endpoint import serve
from PIL import Image, ImageFilter
from process_memory import Weighing
from rich.console import Console
from rich.table import Table

from server.config import load_settings
from server.engines.registry import in_flight_of
from server.pipeline.admission.memory_bound import memory_over_rest

KINDS = {"photo12mp": (3024, 4032, "JPEG"), "page": (1275, 1650, "PNG"), "small": (512, 384, "JPEG")}
PICTURES = 6
PROBE_EVERY_S = 0.02
MIB = 2**20


@dataclass(slots=True, kw_only=True)
class Load:
    """What one load showed: seconds of each request and of each look at /health, bytes of memory."""

    seconds: float = 0
    latency: list[float] = field(default_factory=list)
    refused: int = 0
    health: list[float] = field(default_factory=list)
    rest: int = 0
    peak: int = 0


def draw(width: int, height: int, form: str, seed: int) -> bytes:
    """Draw a page of bars as long and as dense as words, on paper with grain, as a picture file."""
    chance = np.random.default_rng(seed)
    paper = chance.normal(244, 5, (height, width)).astype(np.float32)
    for top in range(30, height - 50, 34):
        edges = np.cumsum(chance.integers(8, 80, width // 20))
        for left, right in zip(edges[::2], edges[1::2], strict=False):
            paper[top : top + 16, left + 40 : min(right + 40, width - 40)] = chance.integers(10, 90)
    grain = Image.fromarray(paper.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6)).convert("RGB")
    file = io.BytesIO()
    if form == "JPEG":
        grain.save(file, form, quality=94)
    else:
        grain.quantize(64).save(file, form)
    return file.getvalue()


def bodies(kind: str, model: str) -> list[bytes]:
    """Write one request for each picture of `kind`."""
    written = []
    for seed in range(PICTURES):
        picture = base64.b64encode(draw(*KINDS[kind], seed)).decode()
        image = {"type": "image_url", "image_url": {"url": f"data:image/{KINDS[kind][2].lower()};base64,{picture}"}}
        written.append(json.dumps({"model": model, "messages": [{"role": "user", "content": [image]}]}).encode())
    return written


def probe(host: str, port: int, end: Connection) -> None:
    """Ask for /health until told to end, and give the seconds that each answer took."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    took = []
    while not end.poll():
        began = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        took.append(time.perf_counter() - began)
        time.sleep(PROBE_EVERY_S)
    end.send(took)


@contextmanager
def probing(host: str, port: int, load: Load) -> Iterator[None]:
    """Probe /health while the block runs."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=probe, args=(host, port, there))
    process.start()
    time.sleep(2)  # it has started, and the server has nothing to do
    try:
        yield
    finally:
        here.send(None)
        load.health = here.recv()
        process.join()


def put(host: str, port: int, requests: Sequence[bytes], concurrency: int, load: Load) -> None:
    """Send `requests`, `concurrency` at a time, each over a connection that its thread keeps."""
    mine = threading.local()

    def send(body: bytes) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = http.client.HTTPConnection(host, port, timeout=300)
        began = time.perf_counter()
        mine.connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
        answer = mine.connection.getresponse()
        answer.read()
        load.latency.append(time.perf_counter() - began)
        load.refused += answer.status != 200

    began = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(send, requests))
    load.seconds = time.perf_counter() - began


def measure(kind: str, requests: int, concurrency: int) -> Load:
    """Start an endpoint, load it with pictures of `kind`, and stop it."""
    load = Load()
    with serve() as base_url:
        address = urlsplit(base_url)
        host, port = address.hostname or "", address.port or 0
        (server,) = (child for child in psutil.Process().children() if "serve" in child.cmdline())
        written = bodies(kind, load_settings(env_file=None).model)
        put(host, port, written[:2], 2, Load())  # warm
        with probing(host, port, load), Weighing(server) as memory:
            put(host, port, [written[number % PICTURES] for number in range(requests)], concurrency, load)
    load.rest, load.peak = memory.rest, memory.peak
    return load


def at(values: Sequence[float], share: float) -> str:
    """The value that `share` of `values` lie under, in milliseconds."""
    return f"{sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000:.0f}"


def main() -> None:
    """Measure each kind, and print one table."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[])
    cli.add_argument("--requests", type=int, default=48)
    cli.add_argument("--concurrency", type=int, default=8)
    cli.add_argument("--cache", action="store_true", help="keep decoded pages, as the server does by default")
    given = cli.parse_args()
    os.environ["PAGEGLASS_ENGINE"] = "fake"
    if not given.cache:
        os.environ["PAGEGLASS_PAGE_CACHE_BYTES"] = "0"
    settings = load_settings(env_file=None)
    bound = memory_over_rest(settings, in_flight=in_flight_of(settings))
    table = Table(title=f"{given.requests} requests, {given.concurrency} at once, scripted engine; times in ms")
    headings = (
        "kind",
        "requests/s",
        "p50",
        "p95",
        "not 200",
        "/health p50",
        "p99",
        "max",
        "MiB at rest",
        "peak",
        "bound",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for kind in given.kinds or KINDS:
        load = measure(kind, given.requests, given.concurrency)
        latency, health = load.latency, load.health
        row = [kind, f"{given.requests / load.seconds:.2f}", at(latency, 0.5), at(latency, 0.95), str(load.refused)]
        row += [at(health, 0.5), at(health, 0.99), at(health, 1)]
        row += [f"{value / MIB:.0f}" for value in (load.rest, load.peak, load.rest + bound)]
        table.add_row(*row)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
