"""Connection handling on top of uvicorn: error bodies for invalid HTTP, draining, and half-close after a refusal.

A stopping server can see what a connection still holds, and sends `connection: close` with its last answer.

Closing while a body still arrives would cause a connection reset that discards the answer (a proxy then sends 502
instead of our 413). So our side is shut down first, and the incoming bytes are discarded.
"""

import asyncio
import json
import math
import secrets
import selectors
from collections.abc import Awaitable, Iterable
from typing import Any, Final, cast

import h11
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from server.api.error_handlers import error_body
from server.api.middleware.connection_bound import REFUSAL
from server.errors import InvalidRequest
from server.observability.logging import RequestRecord, log_request
from server.serving.no_http import MOST_BEGIN, NO_HTTP, fault_of
from server.serving.slots import Slots

_TWO_LENGTHS = InvalidRequest(
    "The request has Content-Length and Transfer-Encoding, so programs on its way may disagree on where it ends. "
    "Send one of them."
)
_MOST_HEAD_BYTES: Final = 16 * 1024
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)  # they need no descriptor of their own
_LINGER_S: Final = 5.0
_UNREAD_S: Final = 60.0  # for the rest of an answer to be read once it is all written
_FIRST_BYTES_S: Final = 2.0


class _HalfClosingTransport:
    """A transport on which `close` waits for the other side while that is still sending."""

    def __init__(self, transport: asyncio.Transport, connection: "Connection") -> None:
        self._transport = transport
        self._connection = connection

    def close(self) -> None:
        if self._connection.receives_body() and self._transport.can_write_eof():
            self._connection.discarding = True
            self._transport.write_eof()
            self._transport.resume_reading()
            asyncio.get_running_loop().call_later(_LINGER_S, self._close)
        else:
            self._close()

    def is_closing(self) -> bool:
        return self._connection.discarding or self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _close(self) -> None:
        self._transport.close()
        if self._transport.get_write_buffer_size():  # a client that reads nothing would stay for ever
            asyncio.get_running_loop().call_later(_UNREAD_S, self._transport.abort)


class StoppableState(ServerState):
    """State shared by all connections of a server; `stopping` once no further request is accepted on any of them."""

    stopping = False

    def __init__(self, slots: Slots) -> None:
        super().__init__()
        self.slots = slots


class Connection(H11Protocol):
    """One client's connection; `discarding` once its answer is sent and the rest of its request is discarded."""

    discarding = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._begin = b""
        self._first_bytes_by = -math.inf  # the time until which a stop waits for them
        self._slots = self.server_state.slots if isinstance(self.server_state, StoppableState) else None
        self._answer = self.app
        self.app = self._answer_closing

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, with a transport that half-closes."""
        super().connection_made(cast(asyncio.Transport, _HalfClosingTransport(transport, self)))
        self._first_bytes_by = self.loop.time() + _FIRST_BYTES_S

    def receives_body(self) -> bool:
        """Whether the answer is sent while its request is still arriving."""
        return not self.discarding and self.cycle is not None and self.conn.their_state is h11.SEND_BODY

    def data_received(self, data: bytes) -> None:
        """Pass on the bytes received, unless the answer is sent already."""
        self._first_bytes_by = -math.inf
        self._begin = self._begin or data[:MOST_BEGIN]
        if not self.discarding:
            super().data_received(data)
            if self._slots:
                (self._slots.works if self.works else self._slots.awaits_headers)(self)

    def on_response_complete(self) -> None:
        """Go on to a pipelined request, or wait for the next one."""
        super().on_response_complete()
        if self._slots and not self.works and not self.transport.is_closing():
            (self._slots.awaits_headers if self.conn.trailing_data[0] else self._slots.idles)(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and free the slot."""
        super().connection_lost(exc)
        if self._slots:
            self._slots.release(self)

    def abort(self) -> None:
        """Close at once; what is not sent by then is dropped."""
        if self.transport is not None:  # else it is not connected yet
            self.transport.abort()

    @property
    def works(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def has_sent_more(self) -> bool:
        """Whether bytes (or an end of stream) wait in the kernel; so it is said of one that is not connected yet."""
        return self.transport is None or _readable(self.transport.get_extra_info("socket").fileno())

    @property
    def busy(self) -> bool:
        """Whether an unanswered request or an unsent answer is left here or in the kernel.

        A new connection counts as busy: a proxy connects first and sends the request a moment later.
        """
        if self.works:
            return True
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            return True
        return self._holds_more() or self.loop.time() < self._first_bytes_by

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answer with the error object and close; if an answer has already begun, only close."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        if self.cycle is not None:  # a request whose body was cut off: its own answer is no longer sent
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        fault = fault_of(self._begin)
        record = RequestRecord(request_id=f"req_{secrets.token_hex(16)}", method="")
        record.status, record.outcome, record.code = 400, "error", fault.code
        log_request(record)
        body = json.dumps(error_body(fault).model_dump()).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-request-id", record.request_id.encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    async def _answer_closing(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with `connection: close` past a bound, or if the server is stopping and no further request waits."""
        refusal = (self._slots.refusal(self) if self._slots else None) or _head_fault(scope["headers"])
        if refusal is not None:
            scope[REFUSAL] = refusal

        def send_closing(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start" and (self._stopping or refusal is not None):
                waits = self.conn.their_state is h11.DONE and self._holds_more()
                if refusal is not None or not waits:
                    MutableHeaders(scope=message)["connection"] = "close"
            return send(message)

        await self._answer(scope, receive, send_closing)

    @property
    def _stopping(self) -> bool:
        return isinstance(self.server_state, StoppableState) and self.server_state.stopping

    def _holds_more(self) -> bool:
        return bool(self.conn.trailing_data[0]) or _readable(self.transport.get_extra_info("socket").fileno())


def _head_fault(headers: Iterable[tuple[bytes, bytes]]) -> InvalidRequest | None:
    """Why a request is not answered by its headers: h11 bounds only a head that arrives in pieces (RFC 9112, 6.3)."""
    names, size = set(), 0
    for name, value in headers:
        names.add(name)
        size += len(name) + len(value) + 4
    if size > _MOST_HEAD_BYTES:
        return NO_HTTP
    return _TWO_LENGTHS if {b"content-length", b"transfer-encoding"} <= names else None


def _readable(file: int) -> bool:
    """Whether bytes (or an end of stream) wait at the socket `file`; -1 is a closed one."""
    if file < 0:
        return False
    with _Selector() as selector:
        selector.register(file, selectors.EVENT_READ)
        return bool(selector.select(0))
