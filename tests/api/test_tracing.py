"""Spans: one a request and one a stage below it, under the caller's own, with nothing of what was read."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from server.environment import trace_endpoint
from server.observability.tracing import Tracing, endpoint_doubt

ROUTE = "/v1/chat/completions"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def traced(serve, spans):
    """A server whose spans end up in `spans`."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return serve(fake={"text": "ONE\nTWO"}, tracing=Tracing(provider))


def finished(spans, name, eventually):
    """The span of that name, and those below it by name."""
    eventually(lambda: any(span.name == name for span in spans.get_finished_spans()))
    every = spans.get_finished_spans()
    (outer,) = (span for span in every if span.name == name)
    below = [span for span in every if span.parent and span.parent.span_id == outer.context.span_id]
    return outer, {span.name: span for span in below}


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_is_a_span_and_each_stage_one_below_it(traced, spans, ask, eventually, stream):
    with traced.client() as client:
        answer = client.post(ROUTE, json=ask(stream=stream), headers={"traceparent": CALLER, "x-request-id": "r1"})
        assert answer.is_success
    outer, below = finished(spans, f"POST {ROUTE}", eventually)
    assert below.keys() == {"queue", "body", "decode", "first_token", "generation"}
    assert f"{outer.context.trace_id:032x}" == CALLER.split("-")[1]
    assert f"{outer.parent.span_id:016x}" == CALLER.split("-")[2]
    assert outer.kind == SpanKind.SERVER
    assert {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "pageglass.request_id": "r1",
        "gen_ai.request.model": "reader/fake-1",
        "pageglass.pages": 1,
    }.items() <= dict(outer.attributes).items()
    for span in below.values():
        assert outer.start_time <= span.start_time <= span.end_time <= outer.end_time
    told = " ".join(span.to_json() for span in spans.get_finished_spans())
    assert not any(word in told for word in ("ONE", "TWO", "Read.", "base64"))


def test_a_failure_is_named_by_its_class_alone(traced, spans, ask, eventually):
    broken = ask()
    broken["messages"][0]["content"][1]["image_url"]["url"] = "data:image/png;base64,bm9waWN0dXJl"
    with traced.client() as client:
        assert client.post(ROUTE, json=broken).status_code == 400
    outer, below = finished(spans, f"POST {ROUTE}", eventually)
    assert outer.attributes["error.type"] == "unsupported_image_format"
    assert outer.status.status_code == StatusCode.UNSET  # the caller's fault is no fault of the server's
    assert below["decode"].attributes["error.type"] == "UnsupportedImage"
    assert not below["decode"].events


def test_what_machines_ask_for_all_the_time_is_not_traced(traced, spans, eventually):
    with traced.client() as client:
        for path in ("/health", "/ready", "/metrics", "/v1/models"):
            client.get(path)
    finished(spans, "GET /v1/models", eventually)
    assert [span.name for span in spans.get_finished_spans()] == ["GET /v1/models"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("localhost:4318", "lacks http://"),
        ('"http://localhost:4318"', "lacks http://"),
        ("http://localhost:4317/", "over gRPC"),
        ("http://localhost:4318", None),
        ("https://collector.example", None),
    ],
)
def test_an_endpoint_that_gets_no_spans_is_told(monkeypatch, value, words):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)
    doubt = endpoint_doubt(trace_endpoint())
    assert doubt is None if words is None else words in doubt
