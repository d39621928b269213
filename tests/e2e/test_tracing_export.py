"""Traces of the real server: they reach a collector, and what is missing for them is said at the start."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from running_server import clean_environment

pytestmark = pytest.mark.e2e

ROUTE = "/v1/chat/completions"


@contextmanager
def collector():
    """A collector of OTLP over HTTP: gives its URL and what it was sent."""
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            sent.append((self.path, ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", sent
        finally:
            server.shutdown()
            thread.join()


def test_spans_reach_a_collector_by_the_variables_of_opentelemetry(start, ask):
    with collector() as (url, sent):
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_SERVICE_NAME": "scans", "NO_PROXY": "*"}
        scripted = {"PAGEGLASS_TRACING": "true", "PAGEGLASS_ENGINE": "fake", "PAGEGLASS_MODEL": "reader/fake-1"}
        with start(**scripted, **variables) as server:
            assert httpx.post(server.url + ROUTE, json=ask(), trust_env=False).is_success
    assert {path for path, _ in sent} == {"/v1/traces"}
    resources = [resource for _, request in sent for resource in request.resource_spans]
    names = {one.value.string_value for resource in resources for one in resource.resource.attributes}
    assert {"scans"} <= names
    spans = [span.name for resource in resources for scope in resource.scope_spans for span in scope.spans]
    assert sorted(spans) == sorted(
        [f"POST {ROUTE}", "queue", "queue", "queue", "body", "decode", "decode", "first_token", "generation"]
    )


def test_without_the_extra_it_is_said_which(tmp_path):
    hide = "import sys; sys.modules['opentelemetry.sdk'] = None; from server.cli import main; main()"
    command = [sys.executable, "-c", hide, "serve", "--engine", "fake", "--port", "0"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=clean_environment(PAGEGLASS_TRACING="true"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("pageglass: PAGEGLASS_TRACING: OpenTelemetry is not installed.")
    assert "pip install -c constraints.txt '.[tracing]'" in done.stderr
