"""GET /metrics: what Prometheus collects. Open, as /health is; without keys the host name is checked as everywhere."""

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse, Response

from server.observability.metrics import Metrics


async def read_metrics(request: Request) -> Response:
    """Write the metrics of this process in the format of Prometheus."""
    metrics: Metrics = request.app.state.metrics
    text, content_type = metrics.render(request.headers.get("accept", ""))
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
