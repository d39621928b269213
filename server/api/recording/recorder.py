"""Recorder of whole exchanges for `pageglass replay`; not installed unless a folder is set.

It is the outermost middleware, so that refused requests and all headers are recorded. It changes nothing, does not
delay answers by disk writes, and buffers a bounded number of bytes: bodies over the bound are truncated.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.recording.exchange import Exchange, Piece, header
from server.api.recording.folder import ExchangeFolder
from server.api.scope import RECORD
from server.folders.failures import FolderFailures
from server.observability.metrics import Metrics

_NOT_KEPT: Final = frozenset({"/health", "/v1/health", "/ready", "/metrics", "/docs", "/openapi.json", "/favicon.ico"})
_HELD_BODIES: Final = 8
"""How many bodies of the largest size are held at the same time."""
_log = logging.getLogger("server.recording")


class ByteBudget:
    """Bytes that may be held of exchanges under way, over all requests."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, size: int) -> bool:
        """Reserve `size` bytes if they are available."""
        if size > self.left:
            return False
        self.left -= size
        return True


class Recorder:
    """Keeps each exchange in `folder` once it has ended; of bodies and answers at most `max_body_bytes` each."""

    def __init__(
        self, app: ASGIApp, *, folder: ExchangeFolder, max_body_bytes: int, metrics: Metrics | None = None
    ) -> None:
        self.app = app
        self._folder = folder
        self._failures = FolderFailures("recordings", metrics)
        self._most = max_body_bytes
        self._budget = ByteBudget(_HELD_BODIES * max_body_bytes)
        # A thread of its own: a slow disk would occupy those in which bodies are parsed.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="recording")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and record the exchange."""
        if scope["type"] != "http" or not _is_kept(scope["path"]):
            await self.app(scope, receive, send)
            return
        recording = _Recording(scope, receive, send, most=self._most, budget=self._budget)
        try:
            await self.app(scope, recording.receive, recording.send)
        finally:
            keeping = asyncio.get_running_loop().run_in_executor(self._writer, self._keep, recording)
            keeping.add_done_callback(lambda _: recording.release())  # on the loop, where the budget is counted
            await asyncio.shield(keeping)

    def _keep(self, recording: "_Recording") -> None:
        try:
            self._folder.keep(recording.exchange())
        except OSError as error:  # a full disk must not fail a request
            self._failures.note("write", error)


class _BodyBuffer:
    """One side's body: pieces as they come, until there are too many bytes."""

    def __init__(self, most: int, budget: ByteBudget) -> None:
        self.pieces: list[Piece] = []
        self.cut = False
        self.size = 0
        self._most = most
        self._budget = budget

    def add(self, data: bytes, at_ms: float) -> None:
        if not data or self.cut:
            return
        if self.size + len(data) > self._most or not self._budget.take(len(data)):
            self.cut = True
            return
        self.size += len(data)
        self.pieces.append(Piece(at_ms=at_ms, data=data))

    def release(self) -> None:
        self._budget.left += self.size
        self.pieces.clear()


class _Recording:
    """One exchange under way."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, most: int, budget: ByteBudget) -> None:
        self._scope = scope
        self._receive, self._send = receive, send
        self._began, self._clock = datetime.now(UTC), time.monotonic()
        query = scope["query_string"].decode("latin-1")
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        self._target = f"{path}?{query}" if query else path
        self._body, self._answer = _BodyBuffer(most, budget), _BodyBuffer(most, budget)
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._arrived = self._whole = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._body.add(message.get("body", b""), self._since())
        self._arrived = self._arrived or (message["type"] == "http.request" and not message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], _read(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._answer.add(message.get("body", b""), self._since())
            self._whole = not message.get("more_body", False)
        await self._send(message)

    def exchange(self) -> Exchange:
        headers = _read(self._scope["headers"])
        return Exchange(
            request_id=self._scope[RECORD].request_id,
            began=self._began.isoformat(timespec="milliseconds"),
            method=self._scope["method"],
            target=self._target,
            headers=headers,
            body=b"".join(piece.data for piece in self._body.pieces),
            body_cut=self._body.cut or (_announced(headers) and not self._arrived),
            status=self._status,
            answer_headers=self._headers,
            pieces=tuple(self._answer.pieces),
            answer_cut=self._answer.cut,
            whole=self._whole,
        )

    def release(self) -> None:
        self._body.release()
        self._answer.release()

    def _since(self) -> float:
        return round((time.monotonic() - self._clock) * 1000, 1)


def warn_of_recording(folder: ExchangeFolder) -> None:
    """Log that whole exchanges are recorded."""
    _log.warning("every request and answer is kept in %s, with pictures and all text read from them", folder.path)


def _is_kept(path: str) -> bool:
    return path.rstrip("/") not in _NOT_KEPT and not path.startswith("/docs/")


def _announced(headers: tuple[tuple[str, str], ...]) -> bool:
    """Whether a request's head says that a body follows."""
    return header(headers, "content-length") not in {"", "0"} or bool(header(headers, "transfer-encoding"))


def _read(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
