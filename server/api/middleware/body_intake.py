"""Body intake: admits a request's body before it is read, counts its bytes, and guards against slow-loris clients.

Threats: a false Content-Length, a body without one, many large bodies at once, a client that sends a byte a minute.
Nothing happens until a route reads the body, so paths that read none (/health, /metrics) never wait.
"""

import asyncio
from contextlib import AsyncExitStack, ExitStack, aclosing
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.access.caller import ANYBODY
from server.api.disconnect import while_connected
from server.api.error_handlers import error_response
from server.api.scope import CALLER, RECORD
from server.errors import PayloadTooLarge, RequestTimeout
from server.observability.logging import RequestRecord
from server.pipeline.admission.admission import Admission, Reservation

_GRACE_S: Final = 5.0  # before a body's rate counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The minimum speed of a body: all of it in `timeout_s`, and after a grace period `bytes_per_s` on average."""

    timeout_s: float
    bytes_per_s: int

    def seconds_for(self, size: int) -> float:
        """The deadline for the next bytes, in seconds from the body's start, after `size` bytes have arrived."""
        return min(self.timeout_s, _GRACE_S + size / self.bytes_per_s) if self.bytes_per_s else self.timeout_s


class BodyIntake:
    """Reserves each body's bytes in `admission` from before its first byte is read until the end of the answer.

    The reservation is the declared length, or `max_bytes` for a body without one. Threat: a client that declares much
    and sends little holds memory that others wait for, so a body must arrive at `pace`.
    """

    def __init__(self, app: ASGIApp, *, admission: Admission, max_bytes: int, pace: Pace) -> None:
        self.app = app
        self._admission = admission
        self._max_bytes = max_bytes
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body limited."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = int(declared[:20]) if declared.isdecimal() else self._max_bytes
        if size > self._max_bytes:
            await error_response(_too_large(self._max_bytes), scope)(scope, receive, send)
            return
        record, caller = scope[RECORD], scope.get(CALLER, ANYBODY).id
        body = _Body(
            arriving=receive, admission=self._admission, pace=self._pace, size=size, record=record, caller=caller
        )
        async with aclosing(body):
            await self.app(scope, body.receive, send)


@dataclass(slots=True, kw_only=True)
class _Body:
    """The messages of one body of at most `size` bytes, which `arriving` gives, and their reservation."""

    arriving: Receive
    admission: Admission
    pace: Pace
    size: int
    record: RequestRecord
    caller: str
    _held: AsyncExitStack = field(default_factory=AsyncExitStack)
    _timed: ExitStack = field(default_factory=ExitStack)
    _reservation: Reservation | None = None
    _ahead: Message | None = None
    _began: float | None = None
    _complete: bool = False

    async def aclose(self) -> None:
        """Release the reservation."""
        self._timed.close()
        await self._held.aclose()

    async def receive(self) -> Message:
        """Return the next message; the first waits for the body's reservation, the last needs a place in the queue.

        Raises:
            Overloaded: there is no memory for the body, or no place for one more request.
            PayloadTooLarge: more bytes arrived than the body may have.
            RequestTimeout: the body did not arrive in time.
            ClientDisconnect: the client disconnected while it waited.
        """
        if self._reservation is None:
            admitting = self._held.enter_async_context(self.admission.hold("body", self.size, caller=self.caller))
            with self.record.stages.timed("queue"):
                self._reservation = await while_connected(self._look_ahead, admitting)
            self._timed.enter_context(self.record.stages.timed("body"))
        message = await self._next()
        self.record.body_bytes += len(message.get("body", b""))
        if self.record.body_bytes > self.size:
            raise _too_large(self.size)
        if not self._complete and not message.get("more_body"):
            self._complete = True
            self._timed.close()
            self._reservation.keep(self.record.body_bytes)
            self._held.enter_context(self.admission.enter(caller=self.caller))
        return message

    async def _look_ahead(self) -> Message:
        """Return the first message without consuming it, and then only a disconnect.

        A client that disconnects while it waits is detected if its body fits into the server's first buffer; the rest
        of a larger one is not read before its turn.
        """
        if self._ahead is None:
            self._ahead = await self.arriving()
        elif self._ahead.get("more_body"):
            await asyncio.Event().wait()
        elif self._ahead["type"] == "http.request":
            return await self.arriving()
        return self._ahead

    async def _next(self) -> Message:
        if self._ahead is not None:
            message, self._ahead = self._ahead, None
            return message
        if self._complete:
            return await self.arriving()
        if self._began is None:
            self._began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(self._began + self.pace.seconds_for(self.record.body_bytes)):
                return await self.arriving()
        except TimeoutError:
            raise RequestTimeout(
                f"The body arrives too slowly: {self.record.body_bytes:,} bytes of it came in time. Check the "
                f"connection, or send fewer or smaller pictures at once. The operator can change "
                f"PAGEGLASS_BODY_TIMEOUT_S and PAGEGLASS_MIN_BODY_BYTES_PER_S."
            ) from None


def _too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"The body has more than {most} bytes. Send fewer or smaller pictures at once. "
        "The operator can raise PAGEGLASS_MAX_BODY_BYTES."
    )
