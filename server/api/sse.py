"""Server-sent events: sends an answer as it arrives, comment lines as keep-alive, and a uniform end.

An error after the first byte is the last event; only a stream that ended well says ``[DONE]``.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, suppress
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.api.disconnect import while_connected
from server.api.error_handlers import error_event, stopping

_PING = b": ping\n\n"
_FAREWELL_S = 1  # for a client that does not read, when the server stops


class Closable(Protocol):
    """Something that an event stream keeps open."""

    def aclose(self) -> Awaitable[object]:
        """Stop the work behind it."""
        ...


class EventStream(Response):
    """A response that writes JSON texts as events, and closes their `source` even when the client leaves."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str, None], *, source: Closable, ping_s: float) -> None:
        super().__init__(headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._source = source
        self._ping_s = ping_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        async with aclosing(self._source), aclosing(self._events):
            try:
                await while_connected(receive, self._send_all(scope, send))
            except asyncio.CancelledError:  # the server stops and its grace has run out
                with suppress(TimeoutError):
                    async with asyncio.timeout(_FAREWELL_S):
                        await _end(send, _frame(error_event(stopping(), scope)))
                raise

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._frames(scope)) as frames:
            async for frame in frames:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
        await _end(send)

    async def _frames(self, scope: Scope) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(with_pings(self._events, self._ping_s)) as events:
                async for event in events:
                    yield _PING if event is None else _frame(event)
        except Exception as error:  # noqa: BLE001 - rendered as the stream's last event
            yield _frame(error_event(error, scope))
            return
        yield _frame("[DONE]")


async def with_pings(events: AsyncIterator[str], ping_s: float) -> AsyncGenerator[str | None, None]:
    """Pass `events` on, with a None for every `ping_s` seconds of silence."""
    while True:
        waiting = asyncio.ensure_future(anext(events, None))
        try:
            while not waiting.done():
                await asyncio.wait({waiting}, timeout=ping_s)
                if not waiting.done():
                    yield None
            event = waiting.result()
        finally:
            waiting.cancel()
            await asyncio.wait({waiting})
        if event is None:
            return
        yield event


async def _end(send: Send, body: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _frame(data: str) -> bytes:
    return f"data: {data}\n\n".encode()
