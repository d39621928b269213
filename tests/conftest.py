"""Shared fixtures: settings that no environment touches, pictures, and the real server on a free loopback port."""

import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from server.app import create_app
from server.config import Settings, load_settings
from server.engines.fake import FakeRecognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.observability.tracing import Tracing
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.serving.proxies import BehindProxies
from server.settings.groups import FakeSettings

# A slow machine fails no test: hypothesis times neither an example nor how long it takes to make one.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")

FAKE_TEXT = "INVOICE 42\nTOTAL 19.90"
FAKE_MODEL = "reader/fake-1"


@dataclass(frozen=True, kw_only=True)
class LiveServer:
    """A running server; `engine` is its fake engine."""

    url: str
    app: FastAPI
    engine: FakeRecognizer

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, **options)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of async tests: the server's own."""
    return "asyncio"


def _fail_instead_of_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Where everything is installed (PAGEGLASS_TEST_REQUIRE_ALL=1), a skipped test is one that was not run."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("PAGEGLASS_TEST_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longreprtext}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_instead_of_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_instead_of_skip(report)
    return report


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PAGEGLASS_") and "TEST" not in name]:
        monkeypatch.delenv(name)


def fake_settings(**overrides: Any) -> Settings:
    fake = {"text": FAKE_TEXT, "delay_s": 0.0} | overrides.pop("fake", {})
    chosen = {"engine": "fake", "model": FAKE_MODEL, "fake": FakeSettings(**fake)} | overrides
    return load_settings(env_file=None, **chosen)


@contextmanager
def running(
    settings: Settings, failures: Iterable[Exception | None] = (), tracing: Tracing | None = None
) -> Iterator[LiveServer]:
    """Serve the fake engine on a free port, with uvicorn as it is run in earnest, until the block is left."""
    engine = FakeRecognizer(settings.fake, failures=failures)
    registry = EngineRegistry([ServedModel(id=settings.model, engine=engine, profile=PP_OCRV6_SMALL)])
    app = create_app(settings, engines=registry, tracing=tracing)
    config = uvicorn.Config(
        BehindProxies(app, settings.forwarded_allow_ips),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    # IPPROTO_TCP by name: asyncio turns Nagle's algorithm off only for sockets that say so, 40 ms an answer else.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.01)
            yield LiveServer(url=f"http://127.0.0.1:{listener.getsockname()[1]}", app=app, engine=engine)
        finally:
            server.should_exit = True
            thread.join(timeout=60)
            where = sys._current_frames().get(thread.ident or 0)
            assert not thread.is_alive(), "the server did not stop:\n" + "".join(traceback.format_stack(where))


@pytest.fixture
def settings() -> Settings:
    """Settings of the fake engine."""
    return fake_settings()


@pytest.fixture
def serve() -> Iterator[Callable[..., LiveServer]]:
    """Start servers with settings of their own; they stop with the test."""
    with ExitStack() as stack:
        yield lambda failures=(), tracing=None, **overrides: stack.enter_context(
            running(fake_settings(**overrides), failures, tracing)
        )


@pytest.fixture(scope="session")
def live() -> Iterator[LiveServer]:
    """One server for every test that needs no settings of its own."""
    with running(fake_settings()) as server:
        yield server


@pytest.fixture
def redis_server() -> Iterator[Any]:
    """A `RunningRedis` of the test's own; its socket's path has to be short."""
    from redis_server import running_redis

    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    with tempfile.TemporaryDirectory() as folder, running_redis(folder) as server:
        yield server


@pytest.fixture
def client(live: LiveServer) -> Iterator[httpx.Client]:
    """A plain HTTP client of the shared server."""
    with live.client() as client:
        yield client


@pytest.fixture(scope="session")
def picture() -> str:
    """A data URI of a small blank page."""
    from picture_files import blank, data_uri

    return data_uri(blank((200, 100)))


@pytest.fixture(scope="session")
def ask(picture: str) -> Callable[..., dict[str, Any]]:
    """Make a chat request's body: one user message with the small page, and whatever fields are given."""

    def make(**fields: Any) -> dict[str, Any]:
        parts = [{"type": "text", "text": "Read."}, {"type": "image_url", "image_url": {"url": picture}}]
        return {"model": FAKE_MODEL, "messages": [{"role": "user", "content": parts}]} | fields

    return make


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[str], logging.LogRecord]:
    """Wait until the request of that id has left its log line, which comes after its answer, and give the line."""
    caplog.set_level(logging.INFO, "server.request")

    def line_of(request_id: str) -> logging.LogRecord:
        def lines() -> list[logging.LogRecord]:
            of_requests = [record for record in caplog.records if record.getMessage() == "request"]
            return [record for record in of_requests if record.__dict__["request_id"] == request_id]

        wait_until(lambda: bool(lines()))
        (line,) = lines()
        return line

    return line_of


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do; 20 s is for ever."""
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """`wait_until` for tests."""
    return wait_until
