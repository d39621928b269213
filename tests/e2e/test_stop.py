"""Stopping: nothing that was accepted is lost, whoever keeps the connection and however many processes there are."""

import http.client
import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from picture_files import as_text, blank

pytestmark = pytest.mark.e2e

SLOW = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__TEXT": "ONE\nTWO", "PAGEGLASS_FAKE__DELAY_S": "0.7"}
WORKERS = pytest.mark.parametrize("workers", [1, 2])


def body(*, stream=False):
    content = [{"type": "image_url", "image_url": {"url": as_text(blank())}}]
    return json.dumps(
        {"model": "pp-ocrv6-small", "messages": [{"role": "user", "content": content}], "stream": stream}
    ).encode()


def connection_to(server):
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)


def send(connection, **options):
    headers = {"content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body(**options), headers)


def text_of(response):
    return json.loads(response.read())["choices"][0]["message"]["content"]


def stop(server):
    server.process.send_signal(signal.SIGTERM)


def refused(server):
    """Whether a new connection is turned away; one that is still taken in gets an answer."""
    try:
        connection = connection_to(server)
        connection.request("GET", "/health")
        connection.getresponse().read()
    except OSError:
        return True
    return False


def children_of(pid):
    """Ids of the HTTP processes under a supervisor; its other child keeps track of multiprocessing's resources."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def alive(pids):
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.mark.measured
@WORKERS
def test_what_waits_in_the_kernel_at_the_signal_is_answered(start, workers):
    """All at once, so that most have not been looked at when the signal comes."""
    with start("--workers", workers, **SLOW, PAGEGLASS_MAX_IN_FLIGHT="64") as server:
        connections = [connection_to(server) for _ in range(60)]
        for connection in connections[:20]:  # these are kept, and idle to uvicorn's eyes
            connection.request("GET", "/health")
            connection.getresponse().read()
        for number, connection in enumerate(connections):
            send(connection, stream=number % 2 == 1)
        stop(server)
        responses = [connection.getresponse() for connection in connections]
        for number, response in enumerate(responses):
            if number % 2:
                assert response.read().endswith(b"data: [DONE]\n\n")
            else:
                assert text_of(response) == "ONE\nTWO"
        assert server.process.wait(30) == 0


@WORKERS
def test_a_connection_made_just_before_the_signal_gets_a_moment_to_ask(start, workers):
    """A proxy on a busy machine connects, and sends the request when it gets to it."""
    with start("--workers", workers, **SLOW) as server:
        connection = connection_to(server)
        connection.connect()
        stop(server)
        assert server.has_said("Stopping: ")
        time.sleep(0.5)  # several times as long as a server without work needs to stop
        send(connection)
        assert text_of(connection.getresponse()) == "ONE\nTWO"
        assert server.process.wait(30) == 0


def test_new_connections_are_refused_and_kept_ones_are_told_to_close(start):
    with start(**SLOW | {"PAGEGLASS_FAKE__TEXT": "\n".join("ABCDEF")}) as server:
        working, kept, asking = connection_to(server), connection_to(server), connection_to(server)
        for connection in (kept, asking):
            connection.request("GET", "/ready")
            response = connection.getresponse()
            assert (response.status, response.headers["connection"]) == (200, None)
            response.read()
        send(working)
        server.wait_until_working()
        stop(server)
        deadline = time.monotonic() + 3
        while not refused(server) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert refused(server)
        kept.request("GET", "/ready")
        response = kept.getresponse()
        assert (response.status, response.headers["connection"]) == (503, "close")
        assert json.loads(response.read())["error"]["code"] == "engine_unavailable"
        send(asking)
        response = asking.getresponse()
        assert (text_of(response), response.headers["connection"]) == ("A\nB\nC\nD\nE\nF", "close")
        response = working.getresponse()
        assert (response.status, response.headers["connection"]) == (200, "close")
        response.read()
        assert server.process.wait(30) == 0


def test_pipelined_requests_are_both_answered(start):
    with start(**SLOW) as server:
        connection = connection_to(server)
        connection.connect()
        asked = body()
        head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        one = f"{head}content-length: {len(asked)}\r\n\r\n".encode() + asked
        connection.sock.sendall(one + one)
        stop(server)
        told = b""
        while received := connection.sock.recv(65536):
            told += received
        connection.close()
    assert told.count(b"HTTP/1.1 200") == 2
    assert told.count(b"ONE\\nTWO") == 2
    assert told.count(b"connection: close") == 1


@WORKERS
def test_a_second_signal_ends_at_once(start, workers):
    with start("--workers", workers, **SLOW | {"PAGEGLASS_FAKE__DELAY_S": "60"}) as server:
        processes = children_of(server.process.pid) if workers > 1 else set()
        connection = connection_to(server)
        send(connection)
        server.wait_until_working()
        stop(server)
        assert server.has_said("Stopping: ", timeout_s=20)
        assert server.process.poll() is None
        stop(server)
        assert server.process.wait(10) == 128 + signal.SIGTERM
        assert len(processes) == (workers if workers > 1 else 0)
        assert server.has_said("ending at once")
        with pytest.raises((OSError, http.client.HTTPException)):
            connection.getresponse()
        connection.close()
    assert "Traceback" not in server.said


def test_signals_to_all_processes_at_once_still_lose_nothing(start):
    """A terminal sends Ctrl-C to the whole group, and systemd without KillMode=mixed does so with SIGTERM."""
    with start("--workers", "2", **SLOW) as server:
        connection = connection_to(server)
        send(connection)
        server.wait_until_working()
        for pid in [server.process.pid, *children_of(server.process.pid)]:
            os.kill(pid, signal.SIGINT)
            if pid != server.process.pid:
                os.kill(pid, signal.SIGTERM)
        assert text_of(connection.getresponse()) == "ONE\nTWO"
        assert server.process.wait(30) == 0
    assert "Traceback" not in server.said


def test_a_worker_that_dies_is_replaced_and_said(start):
    with start("--workers", "2", **SLOW) as server:
        before = children_of(server.process.pid)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        assert server.has_said(f"HTTP process {victim} ended with code -9; it is replaced", timeout_s=20)
        deadline = time.monotonic() + 30
        while len(children_of(server.process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        after = children_of(server.process.pid)
        assert len(after) == len(before) == 2
        assert victim not in after
        with ThreadPoolExecutor(4) as pool:
            assert [response.status_code for response in pool.map(server.get, ["/ready"] * 20)] == [200] * 20
    assert server.process.returncode == 0


def test_a_worker_that_is_told_to_stop_finishes_what_it_is_at_and_is_replaced(start):
    with start("--workers", "2", **SLOW) as server:
        connections = [connection_to(server) for _ in range(12)]
        for connection in connections:
            send(connection)
        first = min(children_of(server.process.pid))
        os.kill(first, signal.SIGTERM)
        assert [text_of(connection.getresponse()) for connection in connections] == ["ONE\nTWO"] * 12
        for connection in connections:
            connection.close()
        assert server.has_said(f"HTTP process {first} ended with code 0; it is replaced", timeout_s=20)
    assert server.process.returncode == 0


def test_workers_end_with_a_supervisor_that_is_killed(start):
    with start("--workers", "2", **SLOW) as server:
        workers = children_of(server.process.pid)
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 20
        while alive(workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(workers) == 2
        assert alive(workers) == set()


@pytest.mark.measured
def test_workers_that_cannot_start_are_one_line_and_exit_code_2(run_program, tmp_path):
    """OpenVINO is hidden from all processes, as on a machine that does not have it."""
    (tmp_path / "openvino.py").write_text("raise ImportError('hidden')\n")
    done = run_program(
        *(sys.executable, "-m", "server", "serve", "--port", "0", "--workers", "2"),
        PYTHONPATH=str(tmp_path),
        PAGEGLASS_RAPIDOCR__BACKEND="openvino",
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("pageglass: ")
    assert "openvino" in done.stderr
