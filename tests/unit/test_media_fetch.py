"""Fetching pictures from real hosts on this machine: what comes, what does not, and what is said about it."""

import asyncio
import socket
from contextlib import ExitStack
from ipaddress import ip_address

import httpcore
import pytest
from fetching import PATH, fetch, fetcher, refusal, unreachable
from picture_host import PictureHost, picture

import server
from server.errors import ImageTooLarge, ImageUrlUnreachable
from server.media.fetching.checked_connection import CheckedBackend
from server.media.fetching.host_slots import HostSlots
from server.media.fetching.name_lookup import NameLookup

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def host():
    with PictureHost() as host:
        host.port = host.listen()
        yield host


@pytest.mark.parametrize(
    "path", ["page.png", "until-closed", "chunked", "identity", "interim", "hops/3", "to?page.png", "to?%20/page.png"]
)
def test_a_picture_comes_whole(host, path):
    assert fetch(f"http://127.0.0.1:{host.port}/{path}") == picture()


def test_the_request_says_what_is_needed_and_no_more(host):
    assert fetch(f" http://127.0.0.1:{host.port}/page.png?a=%2f&b=[1]é#part\n") == picture()
    request = host.visits[-1].request.split("\r\n")
    assert request[0] == "GET /page.png?a=%2f&b=[1]%C3%A9 HTTP/1.1"
    assert request[1:] == [
        f"Host: 127.0.0.1:{host.port}",
        f"User-Agent: pageglass/{server.__version__}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    ]


def test_nothing_is_kept_between_fetches(host):
    async def twice():
        keeper = fetcher(f"127.0.0.1:{host.port}")
        before = len(host.visits)
        for _ in range(2):
            assert await keeper.fetch(f"http://127.0.0.1:{host.port}/cookie", path=PATH) == picture()
        return host.visits[before:]

    visits = asyncio.run(twice())
    assert len(visits) == 2, "each has a connection of its own"
    assert not any(visit.header("cookie") for visit in visits)


def test_proxies_of_the_environment_are_passed_by(host, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(f"http://127.0.0.1:{host.port}/page.png") == picture()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("status/404", "the server at 127.0.0.1 answered 404"),
        ("status/500", "answered 500"),
        ("status/204", "answered 204"),
        ("status/304", "answered 304"),
        ("partial", "answered 206"),
        ("upgrade", "gave no whole HTTP answer"),
        ("empty", "answered 200 and sent nothing"),
        ("nowhere", "answered 302 without one place to go to"),
        ("two-places", "answered 302 without one place to go to"),
        ("odd-place", "answered 302 without one place to go to"),
        ("gzip", "content encoding that was not asked for"),
        ("garbage", "gave no whole HTTP answer"),
        ("http-0.9", "gave no whole HTTP answer"),
        ("closed", "gave no whole HTTP answer"),
        ("short", "gave no whole HTTP answer"),
        ("numbers", "gave no whole HTTP answer"),
        ("two-lengths", "gave no whole HTTP answer"),
        ("cut-chunk", "gave no whole HTTP answer"),
        ("bad-chunk", "gave no whole HTTP answer"),
        ("reset", "broke the connection off"),
        ("interims", "sent more than 32,768 bytes of headers"),
        ("headers", "sent more than 32,768 bytes of headers"),
        ("long-header", "sent more than 32,768 bytes of headers"),
        ("crumbs", "in crumbs of a few bytes each"),
        ("loop", "redirects to another, which redirects once more than the 3 times that are followed"),
        ("hops/4", "redirects to another, which redirects once more than the 3 times that are followed"),
        ("to?/status/404", "the server at 127.0.0.1 redirects to another, which answered 404"),
    ],
)
def test_what_happened_is_said(host, path, said):
    assert said in unreachable(f"http://127.0.0.1:{host.port}/{path}")


@pytest.mark.parametrize("path", ["drip", "drip-headers", "silent", "to?/drip"])
def test_a_slow_server_ends_at_the_deadline(host, path):
    said = unreachable(f"http://127.0.0.1:{host.port}/{path}", timeout_s=0.3)
    assert "had not sent all of it after 0.3 s (PAGEGLASS_FETCH__TIMEOUT_S)" in said


@pytest.mark.parametrize("path", ["endless", "declared", "noise/1025", "noise-chunked/1025"])
def test_more_bytes_than_are_taken_end_it(host, path):
    error = refusal(ImageTooLarge, f"http://127.0.0.1:{host.port}/{path}", max_bytes=1024)
    assert error.code == "image_too_large"
    assert "PAGEGLASS_MAX_IMAGE_BYTES" in error.message


def test_a_closed_port_is_said_to_refuse():
    with socket.socket() as taken:  # bound and not listening
        taken.bind(("127.0.0.1", 0))
        said = unreachable(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert "the server at 127.0.0.1 refused the connection" in said


def test_a_full_queue_of_connections_is_given_up_at_its_deadline():
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # which nobody accepts
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        said = unreachable(f"http://127.0.0.1:{listener.getsockname()[1]}/", connect_timeout_s=0.3)
    assert "did not take the connection in time (PAGEGLASS_FETCH__CONNECT_TIMEOUT_S)" in said


def test_the_next_address_is_tried_where_one_does_not_answer(host):
    async def connect(*addresses):
        stream = await CheckedBackend([ip_address(one) for one in addresses]).connect_tcp("any.example", host.port, 5)
        await stream.aclose()

    asyncio.run(connect("127.0.0.2", "::1", "127.0.0.1"))
    assert host.visits[-1].address == "127.0.0.1"
    with pytest.raises(httpcore.ConnectError):
        asyncio.run(connect("127.0.0.2", "127.0.0.3"))


def test_pictures_of_a_request_come_in_order_and_the_first_failure_ends_the_rest(host):
    url = f"http://127.0.0.1:{host.port}"

    async def all_of(*paths, **options):
        sources = [(f"{url}/{path}", f"part[{number}]") for number, path in enumerate(paths)]
        return await fetcher(f"127.0.0.1:{host.port}", **options).fetch_all(sources)

    assert asyncio.run(all_of("slow/9", "noise/7", "page.png")) == [picture(), bytes(7), picture()]
    with pytest.raises(ImageUrlUnreachable) as caught:
        asyncio.run(all_of("silent", "status/404", "silent", per_request=2))
    assert caught.value.param == "part[1]"
    assert asyncio.run(all_of()) == []


@pytest.mark.parametrize(("per_request", "per_host", "most"), [(2, 9, 2), (9, 3, 3)])
def test_fetches_at_the_same_time_are_bounded(host, per_request, per_host, most):
    async def many():
        sources = [(f"http://127.0.0.1:{host.port}/slow/1", PATH)] * 8
        keeper = fetcher(f"127.0.0.1:{host.port}", per_request=per_request, per_host=per_host)
        await asyncio.gather(keeper.fetch_all(sources), *([keeper.fetch_all(sources)] if per_host == most else []))

    host.busiest = 0
    asyncio.run(many())
    assert host.busiest == most


async def test_a_turn_at_a_host_is_given_back_and_the_host_forgotten():
    slots = HostSlots(1)
    async with slots.turn("a.example"):
        waiting = asyncio.create_task(slots.turn("a.example").__aenter__())
        await asyncio.sleep(0.01)
        async with slots.turn("b.example"):
            assert len(slots) == 2
        waiting.cancel()
        await asyncio.wait([waiting])
    assert len(slots) == 0


async def test_names_are_looked_up_as_the_system_does():
    names = NameLookup()
    with pytest.raises(OSError, match=r".*"):
        await names.find("nowhere.invalid")
    assert {str(address) for address in await names.find("localhost")} & {"127.0.0.1", "::1"}
