"""Bytes that are no HTTP: answered in the shape of every other error, and the connection closed."""

import json
import socket

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS
        b"GET /health HTTP/1.1\r\nhost: localhost\r\nhost: other\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: localhost\r\nx: " + b"y" * 100_000,
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: -5\r\n\r\n",
        b"POST /health HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nno number\r\n",
    ],
    ids=["tls", "two hosts", "no host", "long head", "negative length", "broken chunk"],
)
def test_what_is_no_http_is_answered_in_json(endpoint, sent):
    with socket.create_connection(("127.0.0.1", int(endpoint.url.rpartition(":")[2])), timeout=20) as raw:
        raw.sendall(sent)
        answered = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = answered.partition(b"\r\n\r\n")
    status, *headers = head.decode().lower().split("\r\n")
    assert status == "http/1.1 400 bad request"
    assert {"content-type: application/json", "connection: close"} < set(headers)
    (request_id,) = [line.partition(": ")[2] for line in headers if line.startswith("x-request-id: ")]
    error = json.loads(body)["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", None)
    assert "HTTP" in error["message"]
    assert endpoint.has_said(request_id)
    assert "Traceback" not in endpoint.said
    assert endpoint.get("/health").is_success


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ("x: " + "y" * 30_000, "longer than 16 KiB"),
        ("content-length: 3\r\ntransfer-encoding: chunked", "Content-Length and Transfer-Encoding"),
    ],
    ids=["a long head in one piece", "two lengths"],
)
def test_a_head_that_is_whole_and_must_not_be_answered_is_refused(endpoint, headers, said):
    with socket.create_connection(("127.0.0.1", int(endpoint.url.rpartition(":")[2])), timeout=20) as raw:
        raw.sendall(f"POST /v1/ocr HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n\r\n0\r\n\r\n".encode())
        raw.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")  # what was smuggled behind it
        answered = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"connection: close" in head.lower()
    assert said in json.loads(body)["error"]["message"]  # and nothing behind it
    assert endpoint.has_said("POST /v1/ocr 400")


@pytest.mark.parametrize(
    "sent",
    [
        b"PROXY TCP4 10.0.0.1 10.0.0.2 40000 8000\r\nGET /health HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"PROXY UNKNOWN\r\nGET /health HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ],
    ids=["version 1", "unknown", "version 2"],
)
def test_the_proxy_protocol_is_named_to_the_caller_and_in_the_log(endpoint, sent):
    with socket.create_connection(("127.0.0.1", int(endpoint.url.rpartition(":")[2])), timeout=20) as raw:
        raw.sendall(sent)
        answered = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answered.startswith(b"HTTP/1.1 400")
    cure = "turn send-proxy / proxy_protocol off"
    assert cure in json.loads(answered.partition(b"\r\n\r\n")[2])["error"]["message"].replace("Turn", "turn")
    assert endpoint.has_said(cure)


def test_garbage_after_an_answer_closes_the_connection_quietly(endpoint):
    with socket.create_connection(("127.0.0.1", int(endpoint.url.rpartition(":")[2])), timeout=20) as raw:
        raw.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n\x00\x01\r\n\r\n")
        answered = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answered.startswith(b"HTTP/1.1 200")
    assert "Traceback" not in endpoint.said
    assert endpoint.get("/health").is_success


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_refusal_arrives_while_the_body_is_still_sent(start, version):
    """Closed at once, the connection would be torn down under the answer, and a proxy say 502 in its place."""
    with start(PAGEGLASS_ENGINE="fake", PAGEGLASS_MAX_BODY_BYTES="1024") as server:
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=20) as raw:
            head = ["host: localhost", "connection: close", "content-length: 8000000"]
            raw.sendall("\r\n".join([f"POST /v1/ocr HTTP/{version}", *head, "", ""]).encode())
            for _ in range(80):
                raw.sendall(b"x" * 100_000)
            raw.shutdown(socket.SHUT_WR)
            answered = b"".join(iter(lambda: raw.recv(65536), b""))
        assert answered.startswith(b"HTTP/1.1 413")
        assert b"request_too_large" in answered
        assert "Traceback" not in server.said
