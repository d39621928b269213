"""A request's body on its way in: admitted before it is read, counted as it arrives, and expected in time.

Threats: a Content-Length that lies, a body without one, many large bodies at once, a client that sends a byte a minute.
Nothing happens until a route reads the body, so paths that read none (/health, /metrics) never wait for anything.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack, ExitStack, aclosing
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.disconnect import while_connected
from server.api.error_handlers import error_response
from server.api.scope import record_of, turn_of
from server.errors import PayloadTooLarge, RequestTimeout
from server.pipeline.admission.admission import Admission, Reservation

_GRACE_S: Final = 5.0  # before a body's pace counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a body has to arrive: all of it in `timeout_s`, and after a grace at `bytes_per_s` on average."""

    timeout_s: float
    bytes_per_s: int

    def seconds_for(self, size: int) -> float:
        """How many seconds after its beginning a body of which `size` bytes are here has to go on."""
        return min(self.timeout_s, _GRACE_S + size / self.bytes_per_s) if self.bytes_per_s else self.timeout_s


class BodyIntake:
    """Holds each body's bytes in `admission` from before its first byte is read to the end of the answer.

    Reserved is the declared length, or `max_bytes` for a body that declares none. Threat: whoever declares much and
    sends little holds room that others wait for, so a body has to arrive at `pace`.
    """

    def __init__(self, app: ASGIApp, *, admission: Admission, max_bytes: int, pace: Pace) -> None:
        self.app = app
        self._admission = admission
        self._max_bytes = max_bytes
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body behind the limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = int(declared[:20]) if declared.isdecimal() else self._max_bytes
        if size > self._max_bytes:
            await error_response(_too_large(self._max_bytes), scope)(scope, receive, send)
            return
        body = _Body(receive, scope, admission=self._admission, size=size, pace=self._pace)

        def send_closing(message: Message) -> Awaitable[None]:
            if body.late and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["connection"] = "close"  # the rest may never come
            return send(message)

        async with aclosing(body):
            await self.app(scope, body.receive, send_closing)


class _Body:
    """The messages of one body of at most `size` bytes, and what is held for them."""

    def __init__(self, receive: Receive, scope: Scope, *, admission: Admission, size: int, pace: Pace) -> None:
        self._receive = receive
        self._record = record_of(scope)
        self._caller = turn_of(scope)
        self._admission = admission
        self._size = size
        self._pace = pace
        self._held = AsyncExitStack()
        self._arriving = ExitStack()
        self._reservation: Reservation | None = None
        self._ahead: Message | None = None
        self._began: float | None = None
        self._complete = False
        self.late = False

    async def aclose(self) -> None:
        """Give back what is held."""
        self._arriving.close()
        await self._held.aclose()

    async def receive(self) -> Message:
        """Give the next message; the first waits for the body's bytes, the last needs a place inside.

        Raises:
            Overloaded: there is no room for the body, or no place for one more request.
            PayloadTooLarge: more bytes came than the body may have.
            RequestTimeout: the body did not arrive in time.
            ClientDisconnect: the client left while it waited.
        """
        if self._reservation is None:
            admitting = self._held.enter_async_context(self._admission.hold("body", self._size, caller=self._caller))
            with self._record.stages.timed("queue"):
                self._reservation = await while_connected(self._look_ahead, admitting)
            self._arriving.enter_context(self._record.stages.timed("body"))
        message = await self._next()
        self._record.body_bytes += len(message.get("body", b""))
        if self._record.body_bytes > self._size:
            raise _too_large(self._size)
        if not self._complete and not message.get("more_body"):
            self._complete = True
            self._arriving.close()
            self._reservation.keep(self._record.body_bytes)
            self._held.enter_context(self._admission.enter(caller=self._caller))
        return message

    async def _look_ahead(self) -> Message:
        """Give the first message without taking it, and then only a disconnect.

        A client that leaves while it waits is noticed where its body fits into the server's first buffer; the rest of a
        larger one is not read before its turn.
        """
        if self._ahead is None:
            self._ahead = await self._receive()
        elif self._ahead.get("more_body"):
            await asyncio.Event().wait()
        elif self._ahead["type"] == "http.request":
            return await self._receive()
        return self._ahead

    async def _next(self) -> Message:
        if self._ahead is not None:
            message, self._ahead = self._ahead, None
            return message
        if self._complete:
            return await self._receive()
        if self._began is None:
            self._began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(self._began + self._pace.seconds_for(self._record.body_bytes)):
                return await self._receive()
        except TimeoutError:
            self.late = True
            raise RequestTimeout(
                f"The body arrives too slowly: {self._record.body_bytes:,} bytes of it came in time. Check the "
                f"connection, send fewer or smaller pictures at once, or see PAGEGLASS_BODY_TIMEOUT_S and "
                f"PAGEGLASS_MIN_BODY_BYTES_PER_S."
            ) from None


def _too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"The body has more than {most} bytes. Send fewer or smaller pictures at once, "
        "or raise PAGEGLASS_MAX_BODY_BYTES."
    )
