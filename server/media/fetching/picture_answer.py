"""Reads a picture from a server's answer, within limits; nothing that the server declares is trusted."""

import asyncio
from collections.abc import AsyncIterable
from typing import Final

import httpcore

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CRUMBS: Final = 4096  # pieces of a body that may be small,
_SMALL: Final = 64  # and how many bytes each of the others brings on average: parsing a piece costs the event loop 5 µs


class NoPicture(Exception):
    """No picture came from a server; the message says what the server did. Nothing that it sent is in it."""


class PictureTooLong(Exception):
    """The picture has more bytes than are taken."""


class PicturesTooLong(Exception):
    """The pictures of one request have more bytes together than are taken."""


class Allowance:
    """The bytes that the pictures of one request may still bring together."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> None:
        """Count `size` bytes; raises `PicturesTooLong` where they are too many."""
        self._left -= size
        if self._left < 0:
            raise PicturesTooLong


async def read_answer(response: httpcore.Response, *, max_bytes: int, allowance: Allowance) -> bytes:
    """Read the picture that `response` brings; it is in memory twice for the moment in which its pieces are joined.

    Raises:
        NoPicture: the status is not 200, the body is encoded, in crumbs, or empty.
        PictureTooLong: it has more than `max_bytes` bytes; detected by its Content-Length if that is present.
        PicturesTooLong: it has more than `allowance` leaves.
    """
    if response.status != 200:
        raise NoPicture(f"answered {response.status}")
    headers = [(name.lower(), value) for name, value in response.headers]
    if any(name == b"content-encoding" and value.strip().lower() != b"identity" for name, value in headers):
        raise NoPicture("sent it in a content encoding that was not asked for")
    if any(name == b"content-length" and int(value) > max_bytes for name, value in headers):
        raise PictureTooLong
    data = await _read_body(response.aiter_stream(), max_bytes, allowance)
    if not data:
        raise NoPicture("answered 200 and sent nothing")
    return data


def redirect_of(response: httpcore.Response) -> str | None:
    """Return where `response` says the picture is instead, as it is written there; None where it is no redirect.

    Raises:
        NoPicture: it is a redirect that does not say one place.
    """
    if response.status not in _REDIRECTS:
        return None
    places = {value for name, value in response.headers if name.lower() == b"location"}
    try:
        (place,) = places
        return place.decode("utf-8")
    except ValueError:  # none or several; or not text
        raise NoPicture(f"answered {response.status} without one place to go to") from None


async def _read_body(pieces: AsyncIterable[bytes], max_bytes: int, allowance: Allowance) -> bytes:
    body: list[bytes] = []
    size = 0
    async for piece in pieces:
        body.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise PictureTooLong
        allowance.take(len(piece))
        if len(piece) < _SMALL:
            if len(body) > _CRUMBS + size // _SMALL:
                raise NoPicture("sent it in crumbs of a few bytes each")
            await asyncio.sleep(0)  # thousands may come in one packet, and others want their turn
    return b"".join(body)
