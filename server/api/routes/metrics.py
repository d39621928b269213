"""GET /metrics, for Prometheus. Open like /health; without keys, the host name is checked as on every path."""

import asyncio

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse, Response

from server.observability.metrics import Metrics


async def read_metrics(request: Request) -> Response:
    """Write the metrics of all HTTP processes in the format of Prometheus."""
    metrics: Metrics = request.app.state.metrics
    # in a thread: where there are several processes, files are read
    text, content_type = await asyncio.to_thread(metrics.render, request.headers.get("accept", ""))
    return Response(text, media_type=content_type)


routes = [
    APIRoute(
        "/metrics",
        read_metrics,
        summary="What is counted and measured, for Prometheus",
        tags=["health"],
        response_class=PlainTextResponse,
    )
]
