"""OpenTelemetry tracing: a span per request with a child span per stage, under the caller's span if it sends one.

Optional: without `PAGEGLASS_TRACING`, OpenTelemetry is not imported. Its SDK reads the exporter, sampling and service
name from its own variables (`OTEL_*`). A span has the fields of the log line, so no pictures, prompts, answers or keys.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from server import __version__
from server.config import Settings
from server.errors import ConfigurationError
from server.install_words import install_extra
from server.observability.logging import RequestRecord
from server.observability.stages import Stage

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

_EXTRA: Final = f"PAGEGLASS_TRACING: OpenTelemetry is not installed. {install_extra('tracing')}; or remove the setting."
_PORT_OF_GRPC: Final = 4317
_TRACES_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"  # the only one that is used without adding to it
_ATTRIBUTES: Final = {
    "http.request.method": "method",
    "http.route": "route",
    "http.response.status_code": "status",
    "error.type": "code",
    "pageglass.request_id": "request_id",
    "pageglass.key": "key",
    "gen_ai.request.model": "model",
    "gen_ai.usage.input_tokens": "prompt_tokens",
    "gen_ai.usage.output_tokens": "completion_tokens",
    "pageglass.pages": "pages",
    "pageglass.outcome": "outcome",
}


class RequestTrace:
    """The span of one request; `stage` creates a child span."""

    def __init__(self, tracer: "Tracer", span: "Span", within: "Context") -> None:
        self._tracer = tracer
        self._span = span
        self._within = within

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Trace the block as a span: an error in it is recorded by its class, never by its message."""
        span = self._tracer.start_span(stage, context=self._within)
        try:
            yield
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            _fail(span)
            raise
        finally:
            span.end()

    def end(self, record: RequestRecord) -> None:
        """End the span with the fields of `record`."""
        self._span.update_name(f"{record.method} {record.route}".strip())
        for attribute, member in _ATTRIBUTES.items():
            if value := getattr(record, member):
                self._span.set_attribute(attribute, value)
        if (record.status or 0) >= 500 or record.outcome == "stream_error":
            _fail(self._span)
        self._span.end()


class Tracing:
    """Creates the spans of requests and passes them to `provider`'s exporters."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("pageglass", __version__)

    def begin(self, headers: Mapping[str, str]) -> RequestTrace:
        """Begin the span of a request, as a child of the one in its W3C headers."""
        from opentelemetry.trace import SpanKind, set_span_in_context  # noqa: PLC0415 - an extra
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        outer = TraceContextTextMapPropagator().extract(headers)
        span = self._tracer.start_span("request", context=outer, kind=SpanKind.SERVER)
        return RequestTrace(self._tracer, span, set_span_in_context(span, outer))

    def close(self) -> None:
        """Flush remaining spans; blocks for as long as OpenTelemetry's variables allow."""
        self._provider.shutdown()


def build_tracing(settings: Settings) -> Tracing | None:
    """Build the tracing of `settings`: spans are exported by OTLP over HTTP; None if tracing is off.

    Raises:
        ConfigurationError: tracing is on, but the extra is not installed.
    """
    if not settings.tracing:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(_EXTRA) from None
    own = Resource.create({"service.name": "pageglass", "service.version": __version__})
    provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


def find_tracing_fault(settings: Settings) -> str | None:
    """Say why the tracing of `settings` cannot be built, without building it; None if it can."""
    needed = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
    try:
        there = not settings.tracing or all(find_spec(name) for name in needed)
    except ImportError:  # a parent of it
        there = False
    return None if there else _EXTRA


def headers_fault(headers: tuple[str, str] | None) -> str | None:
    """Say that the headers for spans, a variable and its value, are written wrongly, without a value: it is a secret.

    OpenTelemetry would write them into the log.
    """
    if headers is None or all("=" in part for part in headers[1].split(",") if part.strip()):
        return None
    return f"{headers[0]}: write name=value, separated by commas (a blank in a value as %20)."


def endpoint_doubt(endpoint: tuple[str, str] | None) -> str | None:
    """Say why spans would not arrive at `endpoint`, a variable and its value; None if they may."""
    if endpoint is None:
        return None
    name, value = endpoint
    by_grpc = value.rstrip("/").endswith(f":{_PORT_OF_GRPC}")
    port = f"; {_PORT_OF_GRPC} is the port of OTLP over gRPC, and spans go over HTTP, to 4318" if by_grpc else ""
    if name == _TRACES_ENDPOINT and not urlsplit(value).path.strip("/"):
        return f"{name} is used as it is, without a path of its own. Write http://HOST:4318/v1/traces."
    if not value.lower().startswith(("http://", "https://")):
        return f"{name}: the endpoint lacks http://, so no span is sent{port}. Write http://HOST:4318."
    return f"{name}: spans may not arrive{port}. Write http://HOST:4318." if by_grpc else None


def _fail(span: "Span") -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

    span.set_status(Status(StatusCode.ERROR))
