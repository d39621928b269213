"""What a streamed token costs the HTTP process, and what a request passes on its way in; Linux only.

    python benchmarks/stream_cost.py [--streams 1 64 256] [--seconds 5] [--rounds 3] [--rate 40]

The server is a process of its own (`streaming_server.py`); every stream gets `--rate` tokens a second, all at the same
beat. The client is this process, which counts frames. A figure is the server's CPU time, user and system, by the
tokens that arrived meanwhile, once every stream has begun; the median of the rounds. `bare` is the same for an app of
ten lines on the same connection: what no code of the server's own can save.

`functions a token` are the server's own functions between the generator's `yield` and the socket, and `calls a token`
how often they are entered or resumed. `hops in` are the own functions that a streamed request with one picture enters,
in any thread, from the app's door to the first recognised line, when it is the second of its kind.
"""

import argparse
import asyncio
import base64
import io
import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import CodeType, FrameType

from PIL import Image
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message
from streaming_server import MODEL, BatchGenerator, own_app

from server import __file__ as own_file
from server.engines.fake import FakeRecognizer
from server.settings.groups import FakeSettings
from server.values.lines import Lines
from server.values.pages import Page

OWN = str(Path(own_file).parent)
SERVER = Path(__file__).with_name("streaming_server.py")
START_S, SETTLE_S, STOP_S = 60, 0.5, 10
COUNTED_TOKENS = 200


def question(*parts: dict[str, object]) -> bytes:
    """The body of a streamed request."""
    content = [{"type": "text", "text": "Read."}, *parts]
    return json.dumps({"model": MODEL, "stream": True, "messages": [{"role": "user", "content": content}]}).encode()


def picture(colour: str) -> dict[str, object]:
    """A small picture as a part of a message."""
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100), colour).save(buffer, "PNG")
    url = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    return {"type": "image_url", "image_url": {"url": url}}


@contextmanager
def serving(kind: str, rate: float) -> Iterator[tuple[int, int]]:
    """Run a server; gives its port and its process id."""
    command = [sys.executable, str(SERVER), kind, str(rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout  # noqa: S101 - it is a pipe
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


class Reader:
    """Counts the frames of many streams."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.frames = 0
        self.begun = 0

    async def read(self) -> None:
        """Open a stream, and read it until cancelled."""
        body = question()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            outgoing.write(head.encode() + body)
            if not (await incoming.read(2**16)).startswith(b"HTTP/1.1 200"):
                raise SystemExit("the server refused a stream")
            self.begun += 1
            while data := await incoming.read(2**16):
                self.frames += data.count(b"data: ")
        finally:
            outgoing.close()


async def cost_of(port: int, pid: int, streams: int, seconds: float) -> tuple[float, float]:
    """Microseconds of the server's CPU time for a token, and tokens a second."""
    clock = (~pid << 3) | 2  # the CPU clock of another process, as clock_getcpuclockid(3) makes it
    reader = Reader(port)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(reader.read()) for _ in range(streams)]
        async with asyncio.timeout(START_S):
            while reader.begun < streams:  # noqa: ASYNC110 - a poll costs nothing here
                await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLE_S)
        began, cpu, frames = time.monotonic(), time.clock_gettime(clock), reader.frames
        await asyncio.sleep(seconds)
        spent, tokens, lasted = time.clock_gettime(clock) - cpu, reader.frames - frames, time.monotonic() - began
        for task in tasks:
            task.cancel()
    return spent / tokens * 1e6, tokens / lasted


class Watch:
    """Which of the server's functions are entered, and how often, in all threads; the scripted engines left out."""

    def __init__(self) -> None:
        self.calls: Counter[CodeType] = Counter()

    def begin(self) -> None:
        """Count from here on."""
        self.calls.clear()
        threading.setprofile(self._see)
        sys.setprofile(self._see)

    def end(self) -> None:
        """Stop counting."""
        sys.setprofile(None)
        threading.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(OWN) and not code.co_name.startswith("<"):
            self.calls[code] += not code.co_filename.endswith("fake.py")


class WatchedReader(FakeRecognizer):
    """A recogniser with whose first line the counting ends."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(FakeSettings())
        self._watch = watch

    async def recognise(self, pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
        """Yield the scripted lines."""
        self._watch.end()
        async for lines in super().recognise(pages):
            yield lines


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncGenerator[ASGIApp, None]:
    """Run the app's lifespan around the block."""
    state = app.router  # type: ignore[attr-defined] - every Starlette app has one
    async with state.lifespan_context(app):
        yield app


async def put(app: ASGIApp, body: bytes, watch: Watch, *, messages: int = 0) -> None:
    """Put a request to the app itself; of a stream without end so many messages are read, the first few uncounted."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    seen, left = 0, asyncio.Event()

    async def receive() -> Message:
        if incoming:
            return incoming.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal seen
        seen += message["type"] == "http.response.body"
        if messages and seen == messages - COUNTED_TOKENS:
            watch.begin()
        if messages and seen == messages:
            watch.end()
            left.set()

    if not messages:
        watch.begin()
    await app(scope, receive, send)


async def count_hops() -> Counter[CodeType]:
    """The functions that a request enters on its way in."""
    watch = Watch()
    async with started(own_app(WatchedReader(watch))) as app:
        for colour in ("white", "gray"):
            await put(app, question(picture(colour)), watch)
    return watch.calls


async def count_frames() -> Counter[CodeType]:
    """The functions that tokens enter on their way out."""
    watch = Watch()
    async with started(own_app(BatchGenerator(0.001))) as app:
        await put(app, question(), watch, messages=COUNTED_TOKENS + 20)
    return watch.calls


def show(calls: Counter[CodeType]) -> None:
    """Print functions by file, for --list."""
    for code, times in calls.items():
        print(f"{times:6} {code.co_filename.removeprefix(OWN)[1:]}: {code.co_qualname}")


def main() -> None:
    """Measure everything, and print two tables."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--streams", nargs="+", type=int, default=[1, 64, 256])
    cli.add_argument("--seconds", type=float, default=5)
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--rate", type=float, default=40, help="tokens a second of each stream")
    cli.add_argument("--list", action="store_true", help="name the functions that are counted")
    given = cli.parse_args()
    table = Table(title="CPU µs a token, and tokens a second")
    for heading in ("streams", "bare", "tokens/s", "server", "tokens/s"):
        table.add_column(heading, justify="right")
    for streams in given.streams:
        row = [str(streams)]
        for kind in ("bare", "own"):
            rounds = []
            for _ in range(given.rounds):
                with serving(kind, given.rate) as (port, pid):
                    rounds.append(asyncio.run(cost_of(port, pid, streams, given.seconds)))
            cost, rate = (statistics.median(column) for column in zip(*rounds, strict=True))
            row += [f"{cost:.1f}", f"{rate:.0f}"]
        table.add_row(*row)
    hops, frames = asyncio.run(count_hops()), asyncio.run(count_frames())
    if given.list:
        show(hops)
        show(frames)
    Console(width=170).print(table)
    print(f"functions a token {sum(times >= COUNTED_TOKENS // 2 for times in frames.values())}, ", end="")
    print(f"calls a token {frames.total() / COUNTED_TOKENS:.1f}, ", end="")
    print(f"hops in {len(hops)} ({hops.total()} calls, {len({code.co_filename for code in hops})} files)")


if __name__ == "__main__":
    main()
