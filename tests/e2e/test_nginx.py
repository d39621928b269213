"""The shipped nginx.conf in a real nginx before the real server."""

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from picture_files import data_uri, saved
from PIL import Image
from proxy import NGINX, free_port, proxied

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(NGINX is None, reason="no nginx on this machine (Debian: apt-get install nginx-light)"),
]

CHAT = "/v1/chat/completions"
TOKEN = "24.a-token-that-nobody-may-read-in-a-log"


@pytest.fixture
def front(tmp_path):
    """Put an nginx before a port: `front(port, **changed_directives)`."""
    with ExitStack() as stack:
        yield lambda port, **changes: stack.enter_context(proxied(tmp_path, port, **changes))


def test_a_stream_arrives_while_it_is_written(serve, front, ask, eventually):
    server = serve(fake={"text": "ONE\nTWO\nTHREE", "delay_s": 0.7})
    proxy = front(server.port)
    with proxy.client() as client, client.stream("POST", CHAT, json=ask(stream=True)) as response:
        lines = response.iter_lines()
        first = next(line for line in lines if "ONE" in line)
        still_working = server.engine.pages_in_work
        rest = list(lines)
    assert first.startswith("data: ")
    assert still_working == 1
    assert rest[-2] == "data: [DONE]"


def test_a_body_of_20_megabytes_passes_and_never_touches_the_disk(serve, front, ask, tmp_path):
    noise = Image.frombytes("RGB", (2300, 2200), os.urandom(2300 * 2200 * 3))
    picture = data_uri(saved(noise, "PNG", compress_level=0))
    content = [{"type": "image_url", "image_url": {"url": picture}}]
    server = serve()
    proxy = front(server.port)
    body = json.dumps(ask(messages=[{"role": "user", "content": content}])).encode()
    assert len(body) > 20_000_000
    with proxy.client() as client:
        response = client.post(CHAT, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert "buffered to a temporary file" not in proxy.logged


def test_a_body_over_our_limit_gets_our_error(serve, front):
    server = serve(max_body_bytes=2**20)
    proxy = front(server.port)
    with proxy.client() as client:
        response = client.post(CHAT, content=b" " * 3 * 2**20, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")
    assert response.headers["x-request-id"]
    assert "PAGEGLASS_MAX_BODY_BYTES" in response.json()["error"]["message"]


def test_a_body_over_the_proxys_limit_gets_an_error_of_the_same_shape(serve, front):
    proxy = front(serve().port)
    address = proxy.url.removeprefix("http://").split(":")
    with socket.create_connection(address) as connection:
        head = f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {200 * 2**20}\r\n\r\n"
        connection.sendall(head.encode())
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413")
    assert json.loads(body)["error"]["code"] == "request_too_large"
    assert b"nginx/" not in said


def test_without_a_key_a_large_body_is_refused_before_it_is_sent(serve, front):
    proxy = front(serve(api_keys="sk-one").port)
    with proxy.client() as client:
        response = client.post(CHAT, content=b" " * 30 * 2**20, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "missing_api_key")


def test_a_service_that_is_away_is_an_error_object(front, ask):
    proxy = front(free_port())
    with proxy.client() as client:
        response = client.post(CHAT, json=ask())
    assert (response.status_code, response.headers["retry-after"]) == (502, "1")
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert (error["type"], error["code"], error["param"]) == ("server_error", "engine_unavailable", None)


def test_a_service_that_does_not_answer_is_an_error_object(front, ask):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        proxy = front(silent.getsockname()[1], proxy_read_timeout="1s")
        with proxy.client() as client:
            response = client.post(CHAT, json=ask())
    assert (response.status_code, response.headers["x-should-retry"]) == (504, "false")
    assert response.json()["error"]["code"] == "timeout"


def test_an_address_with_many_requests_under_way_is_refused_in_json(front, ask):
    """A listener that never answers keeps the first two under way."""
    with socket.socket() as silent, ThreadPoolExecutor(2) as pool:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        proxy = front(silent.getsockname()[1], proxy_read_timeout="3s", limit_conn="pageglass_addresses 2")
        with proxy.client() as client:
            under_way = [pool.submit(client.post, CHAT, json=ask()) for _ in range(2)]
            kept = [silent.accept()[0] for _ in under_way]
            response = client.get("/v1/models")
            assert (response.status_code, response.headers["retry-after"]) == (503, "1")
            assert response.json()["error"]["code"] == "too_many_connections"
            assert [each.result().status_code for each in under_way] == [504, 504]
            for connection in kept:
                connection.close()


def test_a_post_that_was_sent_is_not_sent_again(front, ask):
    """Two servers that hang up on what they are asked: only one of them is asked."""
    with socket.socket() as one, socket.socket() as other:
        for listener in (one, other):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
        ports = [listener.getsockname()[1] for listener in (one, other)]
        proxy = front(f"{ports[0]}; server 127.0.0.1:{ports[1]}", proxy_read_timeout="1s")
        with proxy.client() as client:
            assert client.post(CHAT, json=ask()).status_code == 504
        asked = 0
        for listener in (one, other):
            listener.setblocking(False)
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                continue
            asked += 1
    assert asked == 1


def test_a_server_that_stops_behind_it_loses_no_request(start, front, ask):
    """Two servers, eight clients without a pause, and one server stops in the middle, as in every roll-out."""
    fake = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_FAKE__DELAY_S": "0.05", "PAGEGLASS_MODEL": ask()["model"]}
    with start(**fake) as staying, start(**fake) as going, ThreadPoolExecutor(8) as pool:
        ports = [server.url.rpartition(":")[2] for server in (staying, going)]
        proxy = front(f"{ports[0]}; server 127.0.0.1:{ports[1]}")
        with proxy.client() as client:
            asked = [pool.submit(client.post, CHAT, json=ask(stream=number % 2 == 1)) for number in range(200)]
            for answer in asked[:40]:
                answer.result()
            going.process.terminate()
            statuses = [answer.result().status_code for answer in asked]
        assert going.process.wait(30) == 0
        both = [sum("server.request" in line for line in server.log) for server in (staying, going)]
    assert statuses == [200] * 200
    assert min(both) >= 10


def test_no_token_is_in_its_logs(serve, front, tmp_path):
    (tmp_path / "away").mkdir()
    proxy = front(serve(api_keys="sk-one").port)
    with proxied(tmp_path / "away", free_port()) as away:
        for each, status in ((proxy, {200, 401}), (away, {502})):
            with each.client() as client:
                for path in ("/rest/2.0/ocr/v1/general_basic", "/oauth/2.0/token"):
                    query = {"access_token": TOKEN, "client_secret": TOKEN}
                    assert client.post(path, params=query, data={"image": "x"}).status_code in status
        for each in (proxy, away):
            assert '"path":"/rest/2.0/ocr/v1/general_basic"' in each.logged
            assert TOKEN not in each.logged


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics//", "/%6detrics", "/v1/../metrics/"])
def test_metrics_are_not_for_the_world(serve, front, path):
    proxy = front(serve().port)
    with proxy.client() as client:
        response = client.get(path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("believed", ["127.0.0.1", "10.0.0.0/8", ""])
def test_the_callers_address_is_that_of_the_proxy_only_where_it_is_believed(start, front, believed):
    settings = {"PAGEGLASS_ENGINE": "fake", "PAGEGLASS_LOG_CLIENT_ADDRESS": "true", "PAGEGLASS_LOG_FORMAT": "json"}
    with start(**settings, PAGEGLASS_FORWARDED_ALLOW_IPS=believed) as server:
        proxy = front(server.url.rpartition(":")[2])
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        with proxy.client(transport=transport) as client:
            response = client.get("/v1/models", headers={"x-forwarded-for": "6.6.6.6"})
        assert response.status_code == 200
        request_id = response.headers["x-request-id"]
        assert server.has_said(request_id)
    (line,) = [json.loads(line) for line in server.log if request_id in line]
    assert line["client"] == ("127.0.0.2" if believed == "127.0.0.1" else "127.0.0.1")
    assert "6.6.6.6" not in server.said


def test_without_the_setting_no_address_is_logged(start):
    with start(PAGEGLASS_ENGINE="fake", PAGEGLASS_LOG_FORMAT="json") as server:
        request_id = server.get("/v1/models").headers["x-request-id"]
        assert server.has_said(request_id)
    (line,) = [json.loads(line) for line in server.log if request_id in line]
    assert "127.0.0" not in json.dumps(line)
