"""What every answer tells browsers: its type is what it says, and a page is neither framed nor fed from elsewhere.

Threat: a page of ours inside another's frame, a script that got into a page, and an answer with somebody's text in it
that a browser takes for a page.
"""

from collections.abc import Awaitable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGES = {
    # for a page that brings no policy of its own: nothing may be loaded, run or framed
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """Adds them to every answer; a header that a route has set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and mark its answer."""

        def send_marked(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("x-content-type-options", "nosniff")
                if headers.get("content-type", "").startswith("text/html"):
                    for name, value in _PAGES.items():
                        headers.setdefault(name, value)
            return send(message)

        await self.app(scope, receive, send_marked)
