"""The listening socket of a server that stops: each connection is answered or was never made."""

import socket
import sys
import threading

import pytest
import uvicorn

from server.app import create_app
from server.engines.fake import FakeRecognizer
from server.engines.registry import EngineRegistry, ServedModel
from server.observability.metrics import Metrics
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.serving import draining
from server.serving.connection import Connection
from server.serving.listening import accept_queued, drop_new_connections
from server.serving.slots import Slots

pytestmark = [pytest.mark.system, pytest.mark.skipif(sys.platform != "linux", reason="a socket filter of Linux")]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def connects(listener):
    with socket.socket() as client:
        client.settimeout(0.3)
        return client.connect_ex(listener.getsockname()) == 0


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_new_connections_are_kept_out_and_those_in_the_queue_are_not_cut_off(family):
    with socket.create_server(("", 0), family=family) as listener, socket.socket(family) as client:
        listener.setblocking(False)
        loopback = "127.0.0.1" if family == socket.AF_INET else "::1"
        address = (loopback, listener.getsockname()[1])
        client.connect(address)
        drop_new_connections([listener])
        client.sendall(b"asked")
        with socket.socket(family) as late:
            late.settimeout(0.3)
            with pytest.raises(TimeoutError):
                late.connect(address)
        (taken,) = accept_queued(listener)
        with taken:
            assert taken.recv(9) == b"asked"
            taken.sendall(b"answered")
        assert client.recv(9) == b"answered"


def test_no_connection_is_made_between_the_last_accept_and_the_close(monkeypatch, settings, listener):
    made = []

    def waiting_and_a_late_client(listener):
        yield from accept_queued(listener)
        made.append(connects(listener))

    monkeypatch.setattr(draining, "accept_queued", waiting_and_a_late_client)
    engine = FakeRecognizer(settings.fake)
    registry = EngineRegistry([ServedModel(id=settings.model, engine=engine, profile=PP_OCRV6_SMALL)])
    config = uvicorn.Config(create_app(settings, engines=registry), http=Connection, lifespan="on", log_config=None)
    ready = threading.Event()
    slots = Slots(settings.connections, uncounted=(), metrics=Metrics())
    server = draining.DrainingServer(config, registry, slots=slots, grace_s=5, on_ready=ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert ready.wait(20)
    server.should_exit = True
    thread.join(20)
    assert made == [False]
