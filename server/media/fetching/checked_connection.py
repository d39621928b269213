"""Pinned connection: connects only to IP addresses that were checked, which prevents DNS rebinding.

httpcore keeps the host's name for the `Host` header, for SNI and for the certificate, and asks this for the TCP
connection, so no other address can be reached. What a server may say before its picture begins is bounded here as well:
httpcore itself would read interim answers for ever, and each costs the event loop time.
"""

import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Final

import httpcore

from server.media.fetching.public_addresses import Address

LONGEST_HEAD: Final = 32 * 2**10
"""Bytes of status lines and headers, interim answers (1xx) included; servers send 1 to 8 KiB."""
_HEAD_STEP: Final = 2**10
"""Bytes of it that are parsed in one go; in 64 KiB of interim answers nothing else would run for 20 ms."""
_MOST_TRIED: Final = 4


class HeadTooLong(Exception):
    """A server has sent more than `LONGEST_HEAD` bytes, and its headers are still not complete."""


class CheckedBackend(httpcore.AnyIOBackend):
    """Connects to the first of `addresses` that answers; they are tried one after another, four at most.

    Each gets an equal part of the time that is left, so that a dead one does not use up the time of the next.
    """

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = _in_turns(addresses)[:_MOST_TRIED]
        self._bound = _Bound()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - a name, which is not resolved again
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to `port` of a checked address, in `timeout` seconds over all of them.

        Raises:
            httpcore.ConnectError, httpcore.ConnectTimeout: what the last one tried gave.
        """
        end = time.monotonic() + (timeout or 0)
        for left in range(len(self._addresses), 0, -1):
            part = None if timeout is None else max(0.0, end - time.monotonic()) / left
            try:
                stream = await super().connect_tcp(
                    str(self._addresses[-left]), port, part, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
            else:
                return _BoundedStream(stream, self._bound)
        raise httpcore.ConnectError("no address")

    def head_is_read(self) -> None:
        """Lift the bound on what is read; the picture has one of its own."""
        self._bound.bytes_left = None


@dataclass(slots=True)
class _Bound:
    """How much may still be read before the headers are complete; None once they are."""

    bytes_left: int | None = LONGEST_HEAD


class _BoundedStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, bound: _Bound) -> None:
        self._stream = stream
        self._bound = bound

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> bytes:
        """Read up to `max_bytes` bytes; raises `HeadTooLong`."""
        left = self._bound.bytes_left
        if left is None:
            return await self._stream.read(max_bytes, timeout)
        if not left:
            raise HeadTooLong
        data = await self._stream.read(min(max_bytes, left, _HEAD_STEP), timeout)
        self._bound.bytes_left = left - len(data)
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> None:
        """Send `buffer`."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        """Do the TLS handshake; the stream inside it is bounded in the same way."""
        inner = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _BoundedStream(inner, self._bound)

    def get_extra_info(self, info: str) -> Any:
        """What the connection underneath knows of itself."""
        return self._stream.get_extra_info(info)


def _in_turns(addresses: Sequence[Address]) -> list[Address]:
    """Put IPv6 and IPv4 in turns, the family that comes first beginning, as RFC 8305 does."""
    first = [address for address in addresses if address.version == addresses[0].version]
    other = [address for address in addresses if address.version != addresses[0].version]
    return [address for address in chain.from_iterable(zip_longest(first, other)) if address is not None]
