"""GET /health and /v1/health: liveness of the process. GET /ready: readiness of the engine."""

from typing import Literal

from fastapi.routing import APIRoute

from server.api.dependencies import Registry
from server.api.openapi import errors
from server.errors import EngineUnavailable
from server.protocol.common import WireAnswer


class Health(WireAnswer):
    """The process lives."""

    status: Literal["ok"] = "ok"


class Readiness(WireAnswer):
    """The engine would answer now."""

    status: Literal["ready"] = "ready"


async def read_health() -> Health:
    """Say that the process is alive."""
    return Health()


async def read_readiness(registry: Registry) -> Readiness:
    """Say whether the engine is ready; 503 while it is not."""
    if not registry.ready:
        raise EngineUnavailable("The engine is not ready to answer. Try again in a moment.", retry_after_s=1)
    return Readiness()


routes = [
    APIRoute("/health", read_health, summary="Is the process alive", tags=["health"]),
    APIRoute("/v1/health", read_health, summary="Is the process alive", tags=["health"]),
    APIRoute("/ready", read_readiness, summary="Would the engine answer", tags=["health"], responses=errors(503)),
]
