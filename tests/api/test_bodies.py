"""Bodies on their way in: admitted before they are read, held to the end of the answer, and expected in time."""

import json
import socket
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROUTE = "/v1/chat/completions"
PIECE = 1000
SMALL = {"max_body_bytes": 4096, "max_bytes_in_flight": 5000}


@pytest.fixture
def held():
    """Tells how many bytes of bodies a server holds, and how many requests wait."""

    def read(server):
        with server.client() as client:
            families = text_string_to_metric_families(client.get("/metrics").text)
        samples = {sample.name: sample.value for family in families for sample in family.samples}
        return samples["pageglass_body_bytes_held"], samples["pageglass_requests_waiting"]

    return read


@pytest.fixture
def begin():
    """Open a connection and send a request's head, and what has come of its body."""
    opened = []

    def send(server, framing, body=b"", path=ROUTE):
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        opened.append(raw)
        head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{framing}\r\n\r\n"
        raw.sendall(head.encode() + body)
        return raw

    yield send
    for raw in opened:
        raw.close()


def answer(raw):
    """Read to the end of the connection: status, headers, error code."""
    head, _, body = b"".join(iter(lambda: raw.recv(65536), b"")).partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    return int(status.split()[1]), [line.lower() for line in headers], json.loads(body)["error"]


@pytest.mark.parametrize("framing", [f"content-length: {2 * PIECE}", "transfer-encoding: chunked"])
def test_a_body_that_does_not_come_is_not_waited_for(serve, begin, held, eventually, framing):
    server = serve(body_timeout_s=0.3)
    piece = b"x" * PIECE if "length" in framing else b"3e8\r\n" + b"x" * PIECE + b"\r\n"
    status, headers, error = answer(begin(server, framing, piece))
    assert (status, error["code"], error["type"]) == (408, "request_timeout", "invalid_request_error")
    assert "PAGEGLASS_BODY_TIMEOUT_S" in error["message"]
    assert "connection: close" in headers
    eventually(lambda: held(server) == (0, 0))


def test_a_body_a_byte_at_a_time_is_late_as_well(serve, begin):
    server = serve(body_timeout_s=0.5)
    raw = begin(server, "content-length: 1000")
    raw.settimeout(0.05)
    answered = b""
    for _ in range(200):
        raw.sendall(b"x")
        try:
            answered = raw.recv(65536)
            break
        except TimeoutError:
            continue
    assert answered.startswith(b"HTTP/1.1 408 ")


def test_a_slow_answer_to_a_body_that_came_in_time_is_not_late(serve, ask):
    server = serve(body_timeout_s=0.2, fake={"delay_s": 0.5})
    with server.client() as client:
        assert client.post(ROUTE, json=ask()).status_code == 200


def test_a_body_waits_for_its_bytes_and_then_goes_on(serve, begin, held, eventually):
    server = serve(**SMALL)
    first = begin(server, f"content-length: {3 * PIECE}", b"x" * PIECE)
    eventually(lambda: held(server) == (3 * PIECE, 0))
    second = begin(server, f"content-length: {3 * PIECE}\r\nconnection: close", b"x" * 3 * PIECE)
    eventually(lambda: held(server) == (3 * PIECE, 1))
    first.close()
    assert answer(second)[2]["code"] == "invalid_json"
    eventually(lambda: held(server) == (0, 0))


def test_a_body_that_waits_too_long_is_told_when_to_come_back(serve, begin):
    server = serve(**SMALL, queue_timeout_s=0.2)
    begin(server, f"content-length: {3 * PIECE}")
    second = begin(server, f"content-length: {3 * PIECE}\r\nconnection: close")
    status, headers, error = answer(second)
    assert (status, error["code"]) == (503, "overloaded")
    assert any(line.startswith("retry-after: ") for line in headers)


def test_a_client_that_leaves_while_it_waits_gives_its_place_back(serve, begin, held, eventually):
    server = serve(**SMALL)
    first = begin(server, f"content-length: {3 * PIECE}", b"x" * PIECE)
    for body in (b"", b"x" * 3 * PIECE):
        second = begin(server, f"content-length: {3 * PIECE}", body)
        eventually(lambda: held(server) == (3 * PIECE, 1))
        second.close()
        eventually(lambda: held(server) == (3 * PIECE, 0))
    first.close()
    eventually(lambda: held(server) == (0, 0))


def test_a_body_without_a_length_holds_the_most_until_it_has_been_read(serve, ask, begin, held, eventually):
    body = json.dumps(ask()).encode()
    server = serve(max_body_bytes=100_000, fake={"delay_s": 1.0})
    raw = begin(server, "transfer-encoding: chunked\r\nconnection: close", b"%x\r\n%b\r\n" % (len(body), body))
    eventually(lambda: held(server) == (100_000, 0))
    raw.sendall(b"0\r\n\r\n")
    eventually(lambda: held(server) == (len(body), 0))
    while raw.recv(65536):
        pass
    eventually(lambda: held(server) == (0, 0))


@pytest.mark.parametrize("stream", [False, True])
def test_a_body_is_held_to_the_end_of_the_answer(serve, ask, held, eventually, stream):
    server = serve(fake={"delay_s": 0.3})
    body = json.dumps(ask(stream=stream)).encode()
    with server.client() as client:
        headers = {"content-type": "application/json"}
        with client.stream("POST", ROUTE, content=body, headers=headers) as response:
            if stream:
                assert held(server) == (len(body), 0)
            response.read()
    assert response.status_code == 200
    eventually(lambda: held(server) == (0, 0))


@pytest.mark.parametrize("path", ["/health", "/v1/health", "/ready", "/metrics", "/v1/models", "/nothing"])
def test_paths_that_read_no_body_wait_for_none(serve, begin, path):
    server = serve(**SMALL, queue_timeout_s=60)
    begin(server, "content-length: 4096")
    with server.client() as client:
        response = client.request("GET", path, content=b"x" * 4096)
    assert response.status_code == (404 if path == "/nothing" else 200)


def test_a_body_of_the_wrong_kind_is_refused_before_it_is_waited_for(serve, begin):
    server = serve(**SMALL, queue_timeout_s=60)
    begin(server, "content-length: 4096")
    with server.client() as client:
        assert client.post(ROUTE, content=b"x" * 4096, headers={"content-type": "text/plain"}).status_code == 415


def test_a_large_body_arrives_whole(serve, begin, ask):
    """Larger than what is parsed on the event loop, and than any buffer on the way."""
    server = serve()
    with server.client() as client:
        body = ask() | {"x_padding": "no, [it] {is}" * 400_000}
        assert client.post(ROUTE, json=body).status_code == 200
        body = json.dumps(ask()).encode() + b" " * 300_000 + b"!"
        refused = client.post(ROUTE, content=body, headers={"content-type": "application/json"})
        assert f"column {len(body)}" in refused.json()["error"]["message"]


def test_a_client_that_hangs_up_in_the_middle_of_its_body_gives_it_back(serve, begin, held, eventually):
    server = serve()
    with closing(begin(server, "content-length: 5000", b"x" * PIECE)):
        eventually(lambda: held(server) == (5000, 0))
    eventually(lambda: held(server) == (0, 0))
