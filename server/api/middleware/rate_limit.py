"""Rate limiting: counts each reading request before its body is read; `RequestLog` reports the limits in headers.

Every POST to the API counts, with any outcome except 401 and 429. Other requests (models, health) do not.
"""

from contextlib import AsyncExitStack
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from server.access.caller import Caller
from server.access.counts import CountStore
from server.access.meter import Meter
from server.api.error_handlers import error_response
from server.api.guarded_paths import needs_key
from server.api.scope import CALLER, CONTEXT, RECORD
from server.errors import PageglassError
from server.pipeline.request_context import RequestContext
from server.protocol.baidu.ocr import BAIDU_PATH

_COUNTED: Final = frozenset({"POST", "PUT"})


class RateLimit:
    """Admits requests within their caller's limits, and puts their context into the scope."""

    def __init__(self, app: ASGIApp, *, counts: CountStore, allow_uncounted: bool) -> None:
        self.app = app
        self._counts = counts
        self._allow_uncounted = allow_uncounted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if there is room for it."""
        path, counted = scope.get("path", ""), scope["type"] == "http" and scope["method"] in _COUNTED
        if not counted or not (needs_key(path) or path.startswith(BAIDU_PATH)):
            await self.app(scope, receive, send)
            return
        caller: Caller = scope[CALLER]
        meter = Meter(self._counts, caller, allow_uncounted=self._allow_uncounted)
        scope[CONTEXT] = RequestContext(caller=caller.id, meter=meter, stages=scope[RECORD].stages)
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(meter.request())
            except PageglassError as error:
                await error_response(error, scope)(scope, receive, send)
                return
            await self.app(scope, receive, send)
