"""The server with a generator that writes for ever, for `stream_cost.py`: all streams get a word at the same beat.

    python benchmarks/streaming_server.py KIND RATE

KIND is `own`, the server's own app, or `bare`, one of ten lines. The port is printed on stdout.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncGenerator
from random import Random
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from server.app import create_app
from server.config import Settings, load_settings
from server.engines.fake import FakeGenerator, FakeRecognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.serving.http_process import uvicorn_config
from server.settings.groups import FakeSettings
from server.values.chat import Delta, GenerateRequest, Usage

MODEL: Final = "fake"
WORDS: Final = ["".join(Random(number).choices("abcdefghijklmnop", k=3)) + " " for number in range(4096)]  # noqa: S311


class BatchGenerator(FakeGenerator):
    """Writes for ever; every stream gets its next word at the same beat, as the requests of one batch do."""

    def __init__(self, beat_s: float) -> None:
        super().__init__(FakeSettings())
        self._beat_s = beat_s
        self._beat = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to beat."""
        await super().start()
        self._beating = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Stop to beat."""
        if self._beating:
            self._beating.cancel()
        await super().stop()

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._beat_s)
            beat, self._beat = self._beat, asyncio.Event()
            beat.set()

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[Delta, None]:
        """Yield a word at each beat."""
        written = 0
        while True:
            await self._beat.wait()
            written += 1
            usage = Usage(prompt_tokens=len(request.pages), completion_tokens=written)
            yield Delta(text=WORDS[written % len(WORDS)], usage=usage)


def stream_settings() -> Settings:
    """Settings that no environment touches, with room for many streams."""
    return load_settings(env_file=None, engine="fake", model=MODEL, max_in_flight=1024, log_level="warning")


def own_app(engine: FakeGenerator | FakeRecognizer) -> ASGIApp:
    """The server's own app over `engine`."""
    registry = EngineRegistry([ServedModel(id=MODEL, engine=engine, profile=PP_OCRV6_SMALL)])
    return create_app(stream_settings(), engines=registry)


def bare_app(engine: BatchGenerator) -> ASGIApp:
    """The least that can stream what `engine` writes."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await engine.start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        async for delta in engine.generate(GenerateRequest(messages=())):
            chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": delta.text}}]})
            body = f"data: {chunk}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})

    return answer


def main(kind: str, rate: str) -> None:
    """Serve until the signal to stop."""
    engine = BatchGenerator(1 / float(rate))
    app = bare_app(engine) if kind == "bare" else own_app(engine)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        print(listener.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn_config(app, stream_settings())).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
