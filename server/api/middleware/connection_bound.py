"""Requests that a connection refuses, past a bound or for their head: only health checks are answered on it."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from server.api.error_handlers import error_response

REFUSAL: Final = "pageglass.connection_refusal"
"""The key in the scope under which the server puts the error of a connection past a bound, or of a head."""
_STILL_ANSWERED: Final = frozenset({"/health", "/v1/health", "/ready", "/metrics"})


class ConnectionBound:
    """Refuses what the connection refuses, except what tells an operator how the server is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the connection's error."""
        refusal = scope.get(REFUSAL)
        if refusal is None or scope["path"] in _STILL_ANSWERED:
            await self.app(scope, receive, send)
        else:
            await error_response(refusal, scope)(scope, receive, send)
