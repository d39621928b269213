"""Pictures by address through the endpoint: fetched where that is allowed, and never at the cost of other requests."""

import base64
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.settings.groups import FetchSettings

ROUTE = "/v1/chat/completions"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjG1wAAAABJRU5ErkJggg==")


@pytest.fixture
def host():
    """A listening socket that answers nothing by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


@pytest.fixture
def url(host):
    return f"http://127.0.0.1:{host.getsockname()[1]}/scan.png?token=secret"


@pytest.fixture
def start(serve, host):
    def begin(**overrides):
        fetch = FetchSettings(hosts=(f"127.0.0.1:{host.getsockname()[1]}",), timeout_s=20)
        return serve(image_urls="allow-list", fetch=fetch, **overrides)

    return begin


def with_address(ask, url):
    body = ask()
    body["messages"][0]["content"][1]["image_url"]["url"] = url
    return body


def answer(host, head, body=b""):
    connection, _ = host.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(head + body)


def test_a_picture_at_an_address_that_is_listed_is_read(start, ask, host, url):
    server = start()
    with server.client() as client, ThreadPoolExecutor(1) as pool:
        reply = pool.submit(client.post, ROUTE, json=with_address(ask, url))
        answer(host, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PNG), PNG)
        assert reply.result().status_code == 200
        counted = client.get("/metrics").text
    assert 'pageglass_fetches_total{outcome="ok"} 1.0' in counted
    assert 'pageglass_stage_seconds_count{stage="fetch"} 1.0' in counted


def test_an_address_that_gives_no_picture_is_named_and_its_query_is_not(start, ask, host, url):
    server = start()
    with server.client() as client, ThreadPoolExecutor(1) as pool:
        reply = pool.submit(client.post, ROUTE, json=with_address(ask, url))
        answer(host, b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n", b"hidden")
        error = reply.result().json()["error"]
    assert (error["code"], error["param"]) == ("image_url_unreachable", "messages[0].content[1].image_url.url")
    assert "answered 404" in error["message"]
    assert "secret" not in error["message"]
    assert "hidden" not in error["message"]


def test_a_slow_host_holds_up_nobody_else(start, ask, host, url):
    server = start(max_in_flight=1)
    with server.client() as client, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.post, ROUTE, json=with_address(ask, url))
        connection, _ = host.accept()
        with connection:
            assert client.post(ROUTE, json=ask()).status_code == 200
            assert not slow.done()
        assert slow.result().json()["error"]["code"] == "image_url_unreachable"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.png", "http://169.254.169.254/latest/meta-data/"])
def test_by_default_addresses_inside_are_refused(client, ask, address):
    reply = client.post(ROUTE, json=with_address(ask, address))
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "image_url_refused"
    assert reply.json()["error"]["param"] == "messages[0].content[1].image_url.url"
