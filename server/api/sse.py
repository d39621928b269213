"""Server-sent events: sends an answer as it arrives, comment lines as keep-alive, and a uniform end.

An error after the first byte is the last event; a stream of chunks says ``[DONE]`` only if it ended well. All that is
ready at a wake-up goes out at once, as several events in one piece of the body.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Generic, Protocol, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.api.disconnect import while_connected
from server.api.error_handlers import error_body, stopping, stream_error
from server.errors import PageglassError
from server.pipeline.admission.work_stream import WorkStream

Item = TypeVar("Item")
Event = TypeVar("Event")
Event_contra = TypeVar("Event_contra", contravariant=True)

_PING = b": ping\n\n"
_DONE = b"data: [DONE]\n\n"
_LAST_EVENT_TIMEOUT_S = 1  # for a client that does not read, when the server stops


class EventStream(Response, Generic[Item, Event]):
    """A response that writes the items of `source` as events, and closes it even when the client leaves.

    `opening` are the events before the first item, and `encode` gives those of an item; `form` is how they are written.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        source: WorkStream[Item],
        encode: Callable[[Item], Awaitable[Iterable[Event]]],
        form: "EventForm[Event]",
        *,
        opening: Iterable[Event] = (),
        ping_s: float,
    ) -> None:
        super().__init__(headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._source = source
        self._encode = encode
        self._form = form
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
                        await _end(send, self._form.failure(stream_error(stopping(), scope)))
                raise

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._pieces(scope)) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await _end(send)

    async def _pieces(self, scope: Scope) -> AsyncGenerator[bytes, None]:
        """The pieces of the body; the events of a piece that fails half-way go out before the error."""
        events = [self._form.write(event) for event in self._opening]
        try:
            if events:
                yield b"".join(events)
                events.clear()
            while (items := await self._source.take(self._ping_s)) is not None:
                for item in items:
                    events += map(self._form.write, await self._encode(item))
                if piece := b"".join(events) if items else _PING:
                    yield piece
                events.clear()
            if self._form.done:
                yield self._form.done
        except Exception as error:  # noqa: BLE001 - rendered as the stream's last event
            yield b"".join((*events, self._form.failure(stream_error(error, scope))))


async def _end(send: Send, body: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


class EventForm(Protocol[Event_contra]):
    """How events are written: each, those that say what went wrong, and what stands at the end (maybe nothing)."""

    done: bytes

    def write(self, event: Event_contra) -> bytes:
        """One event."""
        ...

    def failure(self, error: PageglassError) -> bytes:
        """The last event of a stream that failed."""
        ...


class ChunkForm:
    """Events without names, each a JSON text; the last is the error object, or ``[DONE]``."""

    done = _DONE

    def write(self, event: str) -> bytes:
        """One event."""
        return _event(event)

    def failure(self, error: PageglassError) -> bytes:
        """The error object."""
        return _event(error_body(error).model_dump_json())


class NamedForm:
    """Events with names; what went wrong is said by those that `fail` gives, and nothing follows the last one."""

    done = b""

    def __init__(self, fail: Callable[[PageglassError], Iterable[tuple[str, str]]]) -> None:
        self._fail = fail

    def write(self, event: tuple[str, str]) -> bytes:
        """One event: its name, and its data as JSON."""
        name, data = event
        return f"event: {name}\ndata: {data}\n\n".encode()

    def failure(self, error: PageglassError) -> bytes:
        """The events that say it."""
        return b"".join(map(self.write, self._fail(error)))
