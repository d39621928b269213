"""Forwarded headers of trusted proxies, and a note of who really connected."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.api.scope import PEER


class BehindProxies:
    """Notes the peer, and takes client and scheme from the headers of those `trusted`."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self.app = ProxyHeadersMiddleware(app, trusted_hosts=list(trusted))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        client = scope.get("client")
        if client:
            scope[PEER] = client[0]
        await self.app(scope, receive, send)  # type: ignore[arg-type]
