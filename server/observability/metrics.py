"""Prometheus metrics; docs/metrics.md explains each name.

Every HTTP process counts on its own; with several processes, each exposes the sum over all (`shared`). Label values
come from fixed sets (routes, codes, kinds, models, names of keys), never from a request, so their cardinality is
bounded.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

from server.observability.logging import RequestRecord
from server.observability.shared_metrics import reserve_space, shared_registry
from server.observability.stages import STAGES

Limit = Literal["queue_full", "queue_timeout", "made_room", "rate_limit", "quota"]
Replaced = Literal["crash", "timeout", "cpu", "memory", "recycled"]
ConnectionEnd = Literal["full", "address", "made_room", "slow_headers"]
FetchOutcome = Literal["ok", "refused", "unreachable", "too_large"]
FolderName = Literal["result_cache", "recordings"]
FolderAction = Literal["write", "read"]

_LIMITS_OF_KEYS: Final[Mapping[str | None, Limit]] = MappingProxyType(
    {"rate_limit_exceeded": "rate_limit", "insufficient_quota": "quota"}
)
_MOST_KEYS: Final = 200
_OTHER_KEYS: Final = "(other)"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_STAGE_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_DECODE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)


class _VLLMMetrics:
    """vLLM's own metrics, which it keeps in the process's default registry."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics that have vLLM's prefix."""
        return (metric for metric in REGISTRY.collect() if metric.name.startswith("vllm"))

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: vLLM's names cannot collide with ours."""
        return iter(())


class Metrics:
    """The metrics of one process, or of all with a `shared` folder. Counting is thread-safe."""

    def __init__(self, *, shared: Path | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second sample for every counter, which nobody asks for
        self.registry = CollectorRegistry()
        self._keys: set[str] = set()
        self._declare_requests()
        self._declare_work()
        self._declare_documents()
        if shared:
            reserve_space(shared)
            self._shown = shared_registry(shared, self.registry)
            return
        self._shown = self.registry
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.registry.register(_VLLMMetrics())

    def _declare_requests(self) -> None:
        self._requests = self._counter(
            "requests", "Requests answered", "route", "method", "status", "code", "model", "key"
        )
        self._request_s = self._histogram(
            "request_seconds", "Seconds from request to end of answer", _REQUEST_S, "route", "key"
        )
        self._stage_s = self._histogram("stage_seconds", "Seconds of a request in one stage", _STAGE_S, "stage")
        for stage in STAGES:
            self._stage_s.labels(stage)
        self._tokens = self._counter("tokens", "Tokens of prompts and of answers", "kind", "model", "key")
        self._pages_answered = self._counter("pages_answered", "Pages of documents in answers", "model", "key")
        self._limits = self._counter("limits_hit", "Requests turned away or ended by a limit", "limit")
        self._notes = self._counter("notes", "Answers with a note for the caller", "note", "model", "key")

    def _declare_work(self) -> None:
        self._waiting = self._gauge("requests_waiting", "Requests that wait for their turn")
        self._waiting_for: dict[str, int] = {}
        self._held = {
            "permit": self._gauge("requests_in_flight", "Requests that hold a permit"),
            "body": self._gauge("body_bytes_held", "Bytes admitted for request bodies"),
            "fetched": self._gauge("fetched_bytes_held", "Bytes admitted for fetched pictures"),
            "pixels": self._gauge("pixels_held", "Pixels admitted for pages"),
        }
        self._connections = self._gauge("connections_open", "Connections that are open")
        self._connections_refused = self._counter("connections_refused", "Connections refused or closed", "reason")
        self._workers = self._gauge("decode_workers", "Processes that decode")
        self._replaced = self._counter("decode_workers_replaced", "Decoding processes replaced", "reason")

    def _declare_documents(self) -> None:
        self._decode_s = self._histogram("decode_seconds", "Seconds one decoding job took", _DECODE_S, "kind")
        self._pages = self._counter("pages", "Pages decoded")
        self._pixels = self._counter("pixels", "Pixels decoded, before they were resized")
        self._cache_hits = self._counter("page_cache_hits", "Pages found in the cache")
        self._cache_misses = self._counter("page_cache_misses", "Pages not found in the cache")
        self._cache_evictions = self._counter("page_cache_evictions", "Pages that made room for others")
        self._cache_bytes = self._gauge("page_cache_bytes", "Bytes of pixels in the cache")
        self._result_hits = self._counter("result_cache_hits", "Answers found in the cache")
        self._result_misses = self._counter("result_cache_misses", "Answers not found in the cache")
        self._fetches = self._counter("fetches", "Pictures fetched from addresses", "outcome")
        self._folder_failures = self._counter("folder_failures", "Files not written or read", "folder", "action")
        for folder, action in (("result_cache", "write"), ("result_cache", "read"), ("recordings", "write")):
            self._folder_failures.labels(folder, action)

    def request_ended(self, record: RequestRecord) -> None:
        """Count a finished request; a path without a route counts under an empty route."""
        method = record.method if record.method in _METHODS else "other"
        code = record.code or ("" if record.outcome == "ok" else record.outcome)
        key, model = self._key_label(record.key), record.model or ""
        self._requests.labels(record.route, method, str(record.status or ""), code, model, key).inc()
        self._request_s.labels(record.route, key).observe(record.total_ms / 1000)
        for stage, seconds in record.stages.seconds.items():
            self._stage_s.labels(stage).observe(seconds)
        for kind, tokens in (("prompt", record.prompt_tokens), ("completion", record.completion_tokens)):
            if tokens:
                self._tokens.labels(kind, model, key).inc(tokens)
        if record.pages:
            self._pages_answered.labels(model, key).inc(record.pages)
        if record.note:
            self._notes.labels(record.note, model, key).inc()
        if limit := _LIMITS_OF_KEYS.get(record.code):
            self.limit_hit(limit)

    def limit_hit(self, limit: Limit) -> None:
        """Count a request that a limit refused or ended."""
        self._limits.labels(limit).inc()

    def show_admitted(self, resource: str, held: int, waiting: int) -> None:
        """Set how much of `resource` (`admission.Resource`) is held, and how many requests wait for it."""
        if resource in self._held:  # how many pages the engine reads is not counted here
            self._held[resource].set(held)
        self._waiting_for[resource] = waiting
        self._waiting.set(sum(self._waiting_for.values()))

    def show_page_cache(self, held_bytes: float, *, evicted: int = 0) -> None:
        """Set how many bytes the page cache holds, and count evicted pages."""
        self._cache_bytes.set(held_bytes)
        self._cache_evictions.inc(evicted)

    def result_cache_asked(self, *, hit: bool) -> None:
        """Count a lookup in the result cache."""
        (self._result_hits if hit else self._result_misses).inc()

    def folder_failed(self, folder: FolderName, action: FolderAction) -> None:
        """Count a file that could not be written to, or read from, a folder."""
        self._folder_failures.labels(folder, action).inc()

    def page_cache_asked(self, *, hit: bool) -> None:
        """Count a lookup in the page cache."""
        (self._cache_hits if hit else self._cache_misses).inc()

    def show_connections(self, connections: int) -> None:
        """Set how many connections are open."""
        self._connections.set(connections)

    def connection_refused(self, reason: ConnectionEnd) -> None:
        """Count a connection that a bound refused, or that was closed before its request."""
        self._connections_refused.labels(reason).inc()

    def set_decode_workers(self, workers: int) -> None:
        """Set how many decode workers run."""
        self._workers.set(workers)

    def decode_worker_replaced(self, reason: Replaced) -> None:
        """Count a decode worker that was replaced."""
        self._replaced.labels(reason).inc()

    def decode_ended(self, kind: str, *, seconds: float, pages: int, pixels: int) -> None:
        """Count a decode job of a file of this `kind`, its pages (0 if it failed) and their pixels before resizing."""
        self._decode_s.labels(kind).observe(seconds)
        self._pages.inc(pages)
        self._pixels.inc(pixels)

    def picture_fetched(self, outcome: FetchOutcome) -> None:
        """Count a picture fetched from an address."""
        self._fetches.labels(outcome).inc()

    def render(self, accept: str) -> tuple[bytes, str]:
        """Render all metrics in the text format that the `Accept` header requests: the text and its content type."""
        try:
            encode, content_type = choose_encoder(accept)
        except ValueError:  # it requests a version that is not a number
            encode, content_type = choose_encoder("")
        return encode(self._shown), content_type

    def _key_label(self, name: str | None) -> str:
        """The name of a key as a label; the number of names is bounded, since the issuers of tokens choose them."""
        if not name:
            return ""
        if name not in self._keys and len(self._keys) >= _MOST_KEYS:
            return _OTHER_KEYS
        self._keys.add(name)
        return name

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"pageglass_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"pageglass_{name}", says, registry=self.registry, multiprocess_mode="livesum")

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"pageglass_{name}", says, labels, buckets=buckets, registry=self.registry)
