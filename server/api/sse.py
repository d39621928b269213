"""Server-sent events: sends an answer as it arrives, comment lines as keep-alive, and a uniform end.

An error after the first byte is the last event; only a stream that ended well says ``[DONE]``. All that is ready at a
wake-up goes out at once, as several events in one piece of the body.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Generic, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.api.disconnect import while_connected
from server.api.error_handlers import error_event, stopping
from server.pipeline.admission.work_stream import WorkStream

Item = TypeVar("Item")

_PING = b": ping\n\n"
_DONE = b"data: [DONE]\n\n"
_LAST_EVENT_TIMEOUT_S = 1  # for a client that does not read, when the server stops


class EventStream(Response, Generic[Item]):
    """A response that writes the items of `source` as events, and closes it even when the client leaves.

    `opening` are the events before the first item, and `encode` gives those of an item, each a JSON text.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        source: WorkStream[Item],
        encode: Callable[[Item], Awaitable[Iterable[str]]],
        *,
        opening: Iterable[str] = (),
        ping_s: float,
    ) -> None:
        super().__init__(headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._source = source
        self._encode = encode
        self._opening = opening
        self._ping_s = ping_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        async with aclosing(self._source):
            try:
                await while_connected(receive, self._send_all(scope, send))
            except asyncio.CancelledError:  # the server stops and its grace has run out
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_EVENT_TIMEOUT_S):
                        await _end(send, _event(error_event(stopping(), scope)))
                raise

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._pieces(scope)) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await _end(send)

    async def _pieces(self, scope: Scope) -> AsyncGenerator[bytes, None]:
        """The pieces of the body; the events of a piece that fails half-way go out before the error."""
        events = [_event(data) for data in self._opening]
        try:
            if events:
                yield b"".join(events)
                events.clear()
            while (items := await self._source.take(self._ping_s)) is not None:
                for item in items:
                    events += map(_event, await self._encode(item))
                if piece := b"".join(events) if items else _PING:
                    yield piece
                events.clear()
            yield _DONE
        except Exception as error:  # noqa: BLE001 - rendered as the stream's last event
            yield b"".join((*events, _event(error_event(error, scope))))


async def _end(send: Send, body: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()
