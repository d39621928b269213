"""The client of a load of pictures, in a process of its own: orders on stdin, results on stdout, one JSON line each.

An order names `port`, `model`, `kind`, `concurrency`, and its bounds: at most so many `requests`, none begun after so
many `seconds`. Six pictures of a kind take turns. Each request's text differs, and with `new_files` so do the bytes of
its file, behind the picture's end, so that no cache of either server knows it: what vLLM's vision tower made of a
picture is kept under the picture's id whatever the settings, and Pageglass gives equal files equal ids. All else is
drawn and written once, so that the client takes little of the cores that the server runs on.
"""

import base64
import http.client
import io
import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import numpy as np
from PIL import Image

KINDS = {"photo12mp": (3024, 4032, "JPEG"), "page": (1275, 1650, "PNG"), "small": (512, 384, "JPEG")}
PICTURES = 6
WARMING = 2  # requests before each load
ANSWER_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One load."""

    port: int
    model: str
    kind: str
    concurrency: int
    requests: int
    seconds: float
    new_files: bool = True


@dataclass(slots=True, kw_only=True)
class Result:
    """What came of it: the seconds it took in all, and each request that was answered 200; what came of the others."""

    seconds: float = 0
    latency: list[float] = field(default_factory=list)
    prompt_tokens: int = 0
    faults: list[str] = field(default_factory=list)


def draw(width: int, height: int, form: str, seed: int) -> bytes:
    """Draw a page of words as bars of uneven ink on grainy paper, as a picture file."""
    chance = np.random.default_rng(seed)
    page = np.full((height, width, 3), 245, np.int16)
    for top in range(36, height - 48, 36):
        lengths = chance.integers(10, 90, width // 20)
        for right, length in zip(60 + np.cumsum(lengths + 14), lengths, strict=True):
            bar = page[top : top + 18, right - length : min(right, width - 60)]
            bar[:] = chance.integers(0, 90, (*bar.shape[:2], 1))
    page += chance.integers(-6, 7, page.shape)
    picture, file = Image.fromarray(page.clip(0, 255).astype(np.uint8)), io.BytesIO()
    if form == "JPEG":
        picture.save(file, form, quality=85)
    else:
        picture.quantize(32).save(file, form)
    return file.getvalue()


def write_bodies(kind: str, model: str) -> list[list[bytes]]:
    """Write a request for each picture of `kind`, in three pieces; `fill` puts between them what is a request's own.

    Sampling is said in full, so that a profile's defaults make no difference.
    """
    bodies = []
    for seed in range(PICTURES):
        form = KINDS[kind][2]
        file = draw(*KINDS[kind], seed)
        packed = base64.b64encode(file + bytes(-len(file) % 3)).decode()  # without padding: something follows
        parts = [
            {"type": "image_url", "image_url": {"url": f"data:image/{form.lower()};base64,{packed}%"}},
            {"type": "text", "text": "Read the text. (%)"},
        ]
        body = {
            "model": model,
            "max_tokens": 1,
            "temperature": 0,
            "presence_penalty": 0,
            "messages": [{"role": "user", "content": parts}],
        }
        bodies.append(json.dumps(body).encode().split(b"%"))
    return bodies


def fill(body: list[bytes], number: int, *, new_file: bool) -> list[bytes]:
    """Give a request its own text, and its own bytes behind the picture where that is to be a new file."""
    digits = f"{number:09}".encode()
    picture, text, rest = body
    return [picture, base64.b64encode(digits if new_file else bytes(9)), text, digits, rest]


class Client:
    """Sends one load; every thread keeps its connection, and no number of a request comes twice."""

    def __init__(self, order: Order, bodies: list[list[bytes]], numbers: Iterator[int]) -> None:
        self._order = order
        self._bodies = bodies
        self._mine = threading.local()
        self._numbers = numbers
        self._left = iter(range(order.requests))
        self._deadline = 0.0
        self.result = Result()

    def run(self) -> None:
        """Warm the server, then load it within the bounds."""
        for _ in range(WARMING):
            self._send(next(self._numbers))
        self.result = Result(faults=self.result.faults)
        began = time.perf_counter()
        self._deadline = began + self._order.seconds
        with ThreadPoolExecutor(self._order.concurrency) as pool:
            for done in [pool.submit(self._work) for _ in range(self._order.concurrency)]:
                done.result()
        self.result.seconds = time.perf_counter() - began

    def _work(self) -> None:
        while time.perf_counter() < self._deadline and next(self._left, None) is not None:
            self._send(next(self._numbers))

    def _send(self, number: int) -> None:
        pieces = fill(self._bodies[number % PICTURES], number, new_file=self._order.new_files)
        headers = {"content-type": "application/json", "content-length": str(sum(map(len, pieces)))}
        if not hasattr(self._mine, "connection"):
            self._mine.connection = http.client.HTTPConnection("127.0.0.1", self._order.port, timeout=ANSWER_TIMEOUT_S)
        began = time.perf_counter()
        try:
            self._mine.connection.request("POST", "/v1/chat/completions", pieces, headers)
            answer = self._mine.connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._mine.connection.close()
            self.result.faults.append(repr(error))
            return
        if answer.status == http.HTTPStatus.OK:
            self.result.latency.append(time.perf_counter() - began)
            self.result.prompt_tokens = json.loads(body)["usage"]["prompt_tokens"]
        else:
            self.result.faults.append(f"{answer.status} {body[:300].decode(errors='replace')}")


def main() -> None:
    """Take orders until stdin ends."""
    written: dict[tuple[str, str], list[list[bytes]]] = {}
    numbers = itertools.count()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        kind = order.kind, order.model
        if kind not in written:
            written[kind] = write_bodies(*kind)
        client = Client(order, written[kind], numbers)
        client.run()
        print(json.dumps(asdict(client.result)), flush=True)


if __name__ == "__main__":
    main()
