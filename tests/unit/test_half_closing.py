"""The close of a connection whose client reads nothing."""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from server.serving import connection


class Ended(asyncio.Protocol):
    """A protocol that knows when it has lost its connection."""

    def __init__(self):
        self.lost = asyncio.Event()

    def connection_lost(self, exc):
        self.lost.set()


@pytest.mark.parametrize("sends", [False, True], ids=["a whole request", "a request that still arrives"])
async def test_a_client_that_reads_nothing_does_not_stay(monkeypatch, sends):
    monkeypatch.setattr(connection, "_LINGER_S", 0.05)
    monkeypatch.setattr(connection, "_UNREAD_S", 0.05)
    ours, theirs = socket.socketpair()
    with theirs:
        transport, ended = await asyncio.get_running_loop().create_connection(Ended, sock=ours)
        half = connection._HalfClosingTransport(
            transport, SimpleNamespace(discarding=False, receives_body=lambda: sends)
        )
        transport.write(b"x" * 10_000_000)
        half.close()
        assert half.is_closing()
        async with asyncio.timeout(20):
            await ended.lost.wait()
