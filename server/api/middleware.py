"""What happens to every request before its route: id and log line, path, body limit, and a net for the unexpected."""

import asyncio
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.error_handlers import error_response, known_error, stopping
from server.api.record import open_record, record_of
from server.errors import PayloadTooLarge
from server.observability.logging import RequestRecord, log_request

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestLog:
    """Outermost: gives every request an id, puts it on every answer, and writes the request's one log line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        record = open_record(scope, request_id=given if _SANE_ID.fullmatch(given) else f"req_{secrets.token_hex(16)}")
        started = time.monotonic()

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                record.first_byte_ms = _since(started)
                _mark(MutableHeaders(scope=message), record)
            await send(message)

        try:
            await self.app(scope, receive, send_marked)
        finally:
            record.total_ms = _since(started)
            log_request(record)


class PathNormalizer:
    """A trailing slash answers the same, with no redirect; HEAD is answered as GET, and the server drops the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its plain path and method."""
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
            if scope["method"] == "HEAD":
                scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body over `max_bytes`: early by its declared length, and by count as it arrives, whatever that said."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._max_bytes:
            await error_response(self._too_large(), scope)(scope, receive, send)
            return
        record = record_of(scope)

        async def receive_counted() -> Message:
            message = await receive()
            record.body_bytes += len(message.get("body", b""))
            if record.body_bytes > self._max_bytes:
                raise self._too_large()
            return message

        await self.app(scope, receive_counted, send)

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(
            f"The body has more than {self._max_bytes} bytes. Send fewer or smaller pictures at once, "
            "or raise PAGEGLASS_MAX_BODY_BYTES."
        )


class SafetyNet:
    """Innermost: an exception that nobody handled is answered with a fixed message, and its detail is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer for what it throws."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record = record_of(scope)
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            record.outcome = "disconnected"
        except asyncio.CancelledError:  # the server stops and its grace has run out; the request's task ends here
            if record.status is None:
                await error_response(stopping(), scope)(scope, receive, send)
            record.outcome = "cancelled"
        except Exception as error:
            answer = error_response(known_error(error, scope), scope)
            if record.status is not None:
                raise  # the answer is half sent: the server cuts the connection
            await answer(scope, receive, send)
        finally:
            record.route = _route(scope)


def _mark(headers: MutableHeaders, record: RequestRecord) -> None:
    headers["x-request-id"] = record.request_id
    if record.ignored:
        headers["x-pageglass-ignored"] = record.ignored


def _route(scope: Scope) -> str:
    """The route's pattern; a path that no route has is not logged, it may hold anything."""
    return str(getattr(scope.get("route"), "path", ""))


def _since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)
