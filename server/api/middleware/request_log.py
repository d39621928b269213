"""Request logging: id, trace, log line, metrics; headers on every answer; path normalisation; safety net."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.error_handlers import error_response, known_error, stopping
from server.api.middleware.rate_limit_headers import limit_headers
from server.api.middleware.security_headers import add_security_headers
from server.api.scope import CONTEXT, RECORD
from server.observability.logging import RequestRecord, log_request
from server.observability.metrics import Metrics
from server.observability.stages import Stages
from server.observability.tracing import Tracing
from server.pipeline.request_context import RequestContext

_UNTRACED = frozenset({"/health", "/v1/health", "/ready", "/metrics"})  # polled every few seconds
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestLog:
    """Outermost: assigns an id and a trace, completes the answer's headers, writes one log line, updates metrics."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, tracing: Tracing | None = None, with_address: bool = False
    ) -> None:
        self.app = app
        self._metrics = metrics
        self._tracing = tracing
        self._with_address = with_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and record the outcome."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _SANE_ID.fullmatch(given) else f"req_{secrets.token_hex(16)}"
        record = scope[RECORD] = RequestRecord(request_id=request_id, method=scope["method"])
        if self._with_address and scope.get("client"):
            record.client = scope["client"][0]
        trace = self._tracing.begin(headers) if self._tracing and scope["path"] not in _UNTRACED else None
        if trace:
            record.stages = Stages(follow=trace.stage)
        started = time.monotonic()

        def send_marked(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                record.first_byte_ms = _since(started)
                _mark(MutableHeaders(scope=message), scope)
            return send(message)

        try:
            await self.app(scope, receive, send_marked)
        finally:
            record.route = record.route or _refused_route(scope)
            record.total_ms = _since(started)
            log_request(record)
            self._metrics.request_ended(record)
            if trace:
                trace.end(record)


class PathNormalizer:
    """A trailing slash answers the same, with no redirect; HEAD is answered as GET, and the server drops the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its normalised path and method."""
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
            if scope["method"] == "HEAD":
                scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class SafetyNet:
    """Innermost: an unhandled exception is answered with a fixed message, and its details are logged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer unhandled exceptions."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record: RequestRecord = scope[RECORD]
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            record.outcome = "disconnected"
        except asyncio.CancelledError:  # the server's grace period is over; the request's task ends here
            if record.status is None:
                await error_response(stopping(), scope)(scope, receive, send)
            record.outcome = "cancelled"
        except Exception as error:
            answer = error_response(known_error(error, scope), scope)
            if record.status is not None:
                raise  # the answer is partly sent: the server resets the connection
            await answer(scope, receive, send)
        finally:
            record.route = _route(scope)


def _mark(headers: MutableHeaders, scope: Scope) -> None:
    record: RequestRecord = scope[RECORD]
    context: RequestContext | None = scope.get(CONTEXT)
    if context and context.meter:
        headers.update(limit_headers(context.meter.requests, context.meter.pages))
    add_security_headers(headers, scope["path"])
    headers["x-request-id"] = record.request_id
    if record.ignored:
        headers["x-pageglass-ignored"] = record.ignored
    if context and context.remarks:
        headers["x-pageglass-note"] = record.note = ", ".join(dict.fromkeys(context.remarks))


def _route(scope: Scope) -> str:
    """The route's pattern; unknown paths are not logged, since they may contain anything."""
    return str(getattr(scope.get("route"), "path", ""))


def _refused_route(scope: Scope) -> str:
    """The pattern of the route that a refused request was addressed to; empty if there is none."""
    routes = scope["app"].router.routes if "app" in scope else ()
    found = (route for route in routes if route.matches(scope)[0] is not Match.NONE)
    return str(getattr(next(found, None), "path", ""))


def _since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)
