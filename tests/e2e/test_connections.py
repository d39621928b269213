"""Connections that ask nothing: they are closed, bounded, and keep neither health checks nor callers waiting."""

import json
import os
import re
import resource
import signal
import socket
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from picture_files import as_text, blank
from running_server import serving

pytestmark = pytest.mark.e2e

FAKE = {"PAGEGLASS_ENGINE": "fake"}
DESCRIPTORS = 256
HEALTH = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"
MODELS = HEALTH.replace(b"/health", b"/v1/models")
POST = b"POST /v1/ocr HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n"
WORKERS = pytest.mark.parametrize("workers", [1, 2])


@contextmanager
def with_few_descriptors(folder, *flags, **environment):
    """A server under a limit of 256 descriptors, which its processes inherit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    try:
        running = serving(folder, *flags, **FAKE, **environment)
        server = running.__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        yield server
    finally:
        running.__exit__(None, None, None)


class Clients:
    """Raw connections to a server; all are closed at the end."""

    def __init__(self, server, stack):
        self._port = int(server.url.rpartition(":")[2])
        self._stack = stack

    def connect(self, address="127.0.0.1", sent=b""):
        client = self._stack.enter_context(socket.socket())
        client.settimeout(30)
        client.bind((address, 0))
        client.connect(("127.0.0.1", self._port))
        client.sendall(sent)
        return client


@pytest.fixture
def clients():
    with ExitStack() as stack:
        yield lambda server: Clients(server, stack)


def answer_of(client):
    """The head and body of the next answer; both empty if the connection is closed instead."""
    said = b""
    while b"\r\n\r\n" not in said and (received := client.recv(65536)):
        said += received
    head, _, body = said.partition(b"\r\n\r\n")
    length = int((re.search(rb"content-length: (\d+)", head) or [0, 0])[1])
    while len(body) < length and (received := client.recv(65536)):
        body += received
    return head, body


def status_of(client):
    head, _ = answer_of(client)
    return int(head.split()[1]) if head else None


def closed(client, *, within_s):
    """Whether the server closes the connection before that; a byte each half second is sent meanwhile."""
    deadline = time.monotonic() + within_s
    client.settimeout(0.5)
    while time.monotonic() < deadline:
        try:
            if not client.recv(65536):
                return True
        except TimeoutError:
            client.send(b"x")
        except OSError:
            return True
    return False


def sample(server, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", server.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@WORKERS
def test_400_silent_connections_and_256_descriptors_leave_room_to_ask(tmp_path, clients, workers):
    with with_few_descriptors(tmp_path, "--workers", workers, PAGEGLASS_CONNECTIONS__HEADER_TIMEOUT_S="600") as server:
        lines = len(server.log)
        some = clients(server)
        for number in range(400 * workers):
            some.connect(f"127.0.0.{number % 8 + 2}")
        for _ in range(20):
            assert server.get("/ready").status_code == 200
        time.sleep(1.5)  # until those that wait make room
        assert server.get("/v1/models").status_code == 200
        assert len([line for line in server.log[lines:] if "server.request" not in line]) <= 4 * workers
        assert "Traceback" not in server.said
        assert server.process.poll() is None


def test_callers_past_the_bound_are_refused_while_all_others_work_and_health_answers(start, clients):
    busy = {"PAGEGLASS_FAKE__DELAY_S": "600", "PAGEGLASS_MAX_IN_FLIGHT": "4"}
    bounds = {"PAGEGLASS_CONNECTIONS__MAX_OPEN": "4", "PAGEGLASS_CONNECTIONS__MAX_PER_ADDRESS": "4"}
    with start(**FAKE, **busy, **bounds, PAGEGLASS_GRACE_S="0") as server:
        some = clients(server)
        content = [{"type": "image_url", "image_url": {"url": as_text(blank())}}]
        body = json.dumps({"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": content}]}).encode()
        head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        for _ in range(4):
            some.connect(sent=f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        server.wait_until_working()
        refused = some.connect("127.0.0.2", sent=MODELS)
        head, body = answer_of(refused)
        assert head.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 1" in head
        assert b"connection: close" in head
        assert b"x-request-id: " in head
        error = json.loads(body)["error"]
        assert (error["code"], error["type"]) == ("too_many_connections", "server_error")
        assert refused.recv(1) == b""
        assert status_of(some.connect("127.0.0.2", sent=HEALTH)) == 200
        for _ in range(100):  # more than there are kept slots
            some.connect("127.0.0.3")
        assert status_of(some.connect("127.0.0.2", sent=HEALTH.replace(b"health", b"ready"))) == 200
        assert sample(server, 'pageglass_connections_refused_total{reason="full"}') >= 100


@pytest.mark.measured
def test_what_does_not_come_is_not_waited_for(start, clients):
    times = {"PAGEGLASS_CONNECTIONS__HEADER_TIMEOUT_S": "1", "PAGEGLASS_CONNECTIONS__IDLE_TIMEOUT_S": "4"}
    with start(**FAKE, **times, PAGEGLASS_BODY_TIMEOUT_S="1") as server:
        some = clients(server)
        silent, slow = some.connect(), some.connect(sent=HEALTH[:20])
        kept, idle = some.connect(sent=HEALTH), some.connect(sent=HEALTH)
        assert [status_of(kept), status_of(idle)] == [200, 200]
        kept.sendall(HEALTH[:20])
        refused = some.connect(sent=POST.replace(b"/v1/ocr", b"/health"))
        assert status_of(refused) == 405
        stalled = some.connect(sent=POST + b"{")
        assert status_of(stalled) == 408
        assert stalled.recv(1) == b""
        assert all(closed(client, within_s=20) for client in (slow, kept, refused))
        assert silent.recv(1) == b""
        idle.sendall(HEALTH)  # past the time for headers, which had not begun
        assert status_of(idle) == 200
        assert idle.recv(1) == b""
        assert sample(server, 'pageglass_connections_refused_total{reason="slow_headers"}') == 4
        assert sample(server, "pageglass_connections_open") == 1  # that of the scrape
        assert server.said.count("no complete headers") == 1


def test_an_address_has_its_share_unless_it_is_a_proxys(start, clients):
    bounds = {"PAGEGLASS_CONNECTIONS__MAX_OPEN": "50", "PAGEGLASS_CONNECTIONS__MAX_PER_ADDRESS": "3"}
    with start(**FAKE, **bounds, PAGEGLASS_FORWARDED_ALLOW_IPS="127.0.0.2,127.0.1.0/24") as server:
        some = clients(server)
        for proxy in ("127.0.0.2", "127.0.1.9"):
            assert [status_of(some.connect(proxy, sent=MODELS)) for _ in range(5)] == [200] * 5
        kept = [some.connect("127.0.0.7", sent=MODELS) for _ in range(3)]
        assert [status_of(client) for client in kept] == [200] * 3
        head, body = answer_of(some.connect("127.0.0.7", sent=MODELS))
        assert head.startswith(b"HTTP/1.1 503")
        error = json.loads(body)["error"]
        assert error["code"] == "too_many_connections"
        assert "your address" in error["message"]
        assert status_of(some.connect("127.0.0.7", sent=HEALTH)) == 200
        assert status_of(some.connect("127.0.0.8", sent=MODELS)) == 200
        assert sample(server, 'pageglass_connections_refused_total{reason="address"}') == 2
        kept[0].close()
        deadline = time.monotonic() + 20
        while (said := status_of(some.connect("127.0.0.7", sent=MODELS))) != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert said == 200


def test_accepting_rests_without_descriptors_and_goes_on_with_them(start, clients):
    """The limit is lowered while the server runs, so that its bound does not know of it."""
    with start(**FAKE, PAGEGLASS_CONNECTIONS__HEADER_TIMEOUT_S="2") as server:
        pid, lines = server.process.pid, len(server.log)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (40, 1024))
        some = clients(server)
        for _ in range(100):
            some.connect()
        assert server.has_said("so accepting rests", timeout_s=20)
        used = cpu_seconds(pid)
        time.sleep(1)
        assert cpu_seconds(pid) - used < 0.5
        assert server.get("/ready").status_code == 200  # once those that say nothing are closed
        assert server.said.count("so accepting rests") == 1
        assert len([line for line in server.log[lines:] if "server.request" not in line]) <= 4


def cpu_seconds(pid):
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def hangup(handler):
    """Start servers that inherit what SIGHUP does, whatever runs the tests had it do."""
    before = signal.signal(signal.SIGHUP, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@WORKERS
def test_a_closed_terminal_loses_nothing(start, workers):
    """The terminal signals its whole group, and the shell once more."""
    slow = {"PAGEGLASS_FAKE__TEXT": "ONE\nTWO", "PAGEGLASS_FAKE__DELAY_S": "0.7"}
    with hangup(signal.SIG_DFL), start("--workers", workers, **FAKE, **slow) as server:
        content = [{"type": "image_url", "image_url": {"url": as_text(blank())}}]
        asked = {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": content}]}
        with httpx.Client(trust_env=False, timeout=60) as client:
            stream = client.stream("POST", f"{server.base_url}/chat/completions", json=asked | {"stream": True})
            with stream as response:
                lines = response.iter_lines()
                next(lines)
                for _ in range(2):
                    for pid in family(server.process.pid):
                        os.kill(pid, signal.SIGHUP)
                    time.sleep(0.1)
                rest = [line for line in lines if line]
        assert rest[-1] == "data: [DONE]"
        assert server.process.wait(30) == 0
    assert "Traceback" not in server.said


def test_a_server_under_nohup_goes_on(tmp_path):
    with hangup(signal.SIG_IGN), serving(tmp_path, **FAKE) as server:
        os.kill(server.process.pid, signal.SIGHUP)
        assert server.get("/ready").status_code == 200
        assert not server.has_said("Stopping: ", timeout_s=1)


def family(pid):
    """A process and all below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in below for each in family(int(child)))]
