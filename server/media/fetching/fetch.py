"""SSRF guard and fetcher: loads pictures from http(s) addresses that clients choose.

Of each address, and of each that a redirect leads to: it is parsed once, its name resolved once, all that comes out
checked (`fetch_rules`), and one of just these IP addresses connected to (`checked_connection`). Every connection serves
one request and is closed: one kept for its IP address would answer for another name than its certificate was checked
for. httpcore, which httpx is made of, is used without httpx: so there are no proxies, cookies, credentials, redirects
or log lines with addresses that would have to be turned off.
"""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import httpcore

from server import __version__
from server.config import Settings
from server.errors import ConfigurationError, ImageTooLarge, ImageUrlRefused, ImageUrlUnreachable
from server.media.fetching.checked_connection import LONGEST_HEAD, CheckedBackend, HeadTooLong
from server.media.fetching.fetch_failures import describe_failure
from server.media.fetching.fetch_rules import FetchRules, make_rules
from server.media.fetching.host_slots import HostSlots
from server.media.fetching.name_lookup import NameLookup
from server.media.fetching.picture_answer import (
    Allowance,
    NoPicture,
    PicturesTooLong,
    PictureTooLong,
    read_answer,
    redirect_of,
)
from server.media.fetching.public_addresses import Address
from server.media.fetching.web_address import AddressRefused, WebAddress, parse_address

_SEND: Final = "Send the picture itself as a data URI: data:image/png;base64,..."
_HEADERS: Final = (
    (b"User-Agent", f"pageglass/{__version__}".encode()),
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"identity"),  # a compressed answer could be a bomb, and pictures are compressed as it is
    (b"Connection", b"close"),
)


@dataclass(slots=True, kw_only=True)
class _Journey:
    """One picture's way: where it began, how many redirects it took, and the seconds it has left."""

    start: WebAddress
    seconds: float
    allowance: Allowance
    redirects: int = 0


class Fetcher:
    """Fetches pictures from addresses under the guard of `FetchSettings`; one per process."""

    def __init__(self, settings: Settings) -> None:
        """Read the rules.

        Raises:
            ConfigurationError: the list of hosts, the ports or the certificates cannot be used.
        """
        self._rules = make_rules(settings.image_urls, settings.fetch)
        self._settings = settings.fetch
        self._max_bytes = settings.max_image_bytes
        self._max_total_bytes = settings.max_body_bytes
        self._names = NameLookup()
        self._slots = HostSlots(settings.fetch.per_host)
        self._tls = tls_context(settings) if self._rules else None

    async def fetch_all(self, sources: Sequence[tuple[str, str]]) -> list[bytes]:
        """Fetch the pictures of one request, each an address and its path, `per_request` at the same time.

        Together they may have as many bytes as a request's body. The first failure ends the others and is raised; see
        `fetch`.
        """
        allowance = Allowance(self._max_total_bytes)
        turns = asyncio.Semaphore(self._settings.per_request)

        async def fetch_in_turn(url: str, path: str) -> bytes:
            async with turns:
                return await self.fetch(url, path=path, allowance=allowance)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(fetch_in_turn(url, path)) for url, path in sources]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]

    async def fetch(self, url: str, *, path: str, allowance: Allowance | None = None) -> bytes:
        """Return the bytes that `url` has; `path` is its place in the request.

        Waiting for a turn at the host does not count against the time that a picture may take.

        Raises:
            ImageUrlRefused: the address, or one that it redirects to, may not be fetched.
            ImageUrlUnreachable: it may, but no picture came.
            ImageTooLarge: there are more than `max_image_bytes` bytes, or more than `allowance` leaves.
        """
        if self._rules is None:
            raise ImageUrlRefused(
                f"{path} is an address, and pictures are not fetched from addresses here. "
                f"Download it where you are. {_SEND}",
                param=path,
            )
        try:
            journey = _Journey(
                start=parse_address(url),
                seconds=self._settings.timeout_s,
                allowance=allowance or Allowance(self._max_bytes),
            )
        except AddressRefused as refusal:
            raise _refused(path, None, refusal) from None
        try:
            return await self._follow(journey, self._rules)
        except AddressRefused as refusal:
            raise _refused(path, journey, refusal) from None
        except NoPicture as failure:
            raise _unreachable(path, journey, failure) from None
        except PictureTooLong:
            raise ImageTooLarge(
                f"{path} is the address of a picture of more than {self._max_bytes:,} bytes, which is the limit. "
                f"Save it as JPEG or smaller. The operator can raise PAGEGLASS_MAX_IMAGE_BYTES.",
                param=path,
                code="image_too_large",
            ) from None
        except PicturesTooLong:
            raise ImageTooLarge(
                f"{path} is one address too many: the pictures that were fetched for this request have more than "
                f"{self._max_total_bytes:,} bytes together, which is the limit. Send several requests. The "
                f"operator can raise PAGEGLASS_MAX_BODY_BYTES.",
                param=path,
                code="image_too_large",
            ) from None

    async def _follow(self, journey: _Journey, rules: FetchRules) -> bytes:
        address = journey.start
        while True:
            # One turn at a time: who held one host's while waiting for another's could wait for ever.
            async with self._slots.turn(address.host.name):
                began = time.monotonic()
                answer = await self._visit_in_time(address, rules, journey)
                journey.seconds -= time.monotonic() - began
            if isinstance(answer, bytes):
                return answer
            if journey.redirects == self._settings.max_redirects:
                raise NoPicture(f"redirects once more than the {journey.redirects} times that are followed")
            journey.redirects += 1
            address = address.follow(answer)

    async def _visit_in_time(self, address: WebAddress, rules: FetchRules, journey: _Journey) -> bytes | str:
        try:
            async with asyncio.timeout(journey.seconds):
                return await self._visit(address, rules, journey.allowance)
        except TimeoutError:
            raise NoPicture(
                f"had not sent all of it after {self._settings.timeout_s:g} s (PAGEGLASS_FETCH__TIMEOUT_S)"
            ) from None

    async def _visit(self, address: WebAddress, rules: FetchRules, allowance: Allowance) -> bytes | str:
        """Return the picture that `address` has, or where it redirects to."""
        rules.check(address)
        found = await self._resolve(address)
        rules.check_resolved(address, found)
        backend = CheckedBackend(found)
        scheme, host, target = (part.encode("ascii") for part in (address.scheme, address.host.name, address.target))
        try:
            async with (
                httpcore.AsyncHTTPConnection(
                    httpcore.Origin(scheme, host, address.port), ssl_context=self._tls, network_backend=backend
                ) as connection,
                connection.stream(
                    "GET",
                    httpcore.URL(scheme=scheme, host=host, port=address.port, target=target),
                    headers=[(b"Host", address.authority.encode("ascii")), *_HEADERS],
                    extensions={"timeout": {"connect": self._settings.connect_timeout_s}},
                ) as response,
            ):
                backend.head_is_read()
                return redirect_of(response) or await read_answer(
                    response, max_bytes=self._max_bytes, allowance=allowance
                )
        except HeadTooLong:
            raise NoPicture(f"sent more than {LONGEST_HEAD:,} bytes of headers") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failure:
            raise NoPicture(describe_failure(failure)) from None

    async def _resolve(self, address: WebAddress) -> Sequence[Address]:
        if address.host.literal is not None:
            return (address.host.literal,)
        seconds = self._settings.connect_timeout_s
        try:
            async with asyncio.timeout(seconds):
                found = await self._names.find(address.host.name)
        except TimeoutError:
            raise NoPicture(f"cannot be found: its name did not resolve within {seconds:g} s") from None
        except OSError:
            found = []
        if not found:
            raise NoPicture("cannot be found: its name does not resolve")
        return found


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Trust the usual certificate authorities, or just those of `FETCH__CA_FILE`.

    Raises:
        ConfigurationError: that file is missing, or holds no certificates.
    """
    file = settings.fetch.ca_file
    if file is None:
        return httpcore.default_ssl_context()
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"PAGEGLASS_FETCH__CA_FILE: no certificates can be read from {file}: {error.strerror or error}. It "
            "has to be a PEM file; of one in DER: openssl x509 -inform DER -in FILE -out ca.pem."
        ) from None


def _refused(path: str, journey: _Journey | None, refusal: AddressRefused) -> ImageUrlRefused:
    by = ""
    if journey and journey.redirects:
        by = f", since the server at {journey.start.host} redirects to another that is not"
    return ImageUrlRefused(f"{path} is an address that is not fetched{by}: {refusal}. {_SEND}", param=path)


def _unreachable(path: str, journey: _Journey, failure: NoPicture) -> ImageUrlUnreachable:
    by = "redirects to another, which " if journey.redirects else ""
    return ImageUrlUnreachable(
        f"{path} is an address that gave no picture: the server at {journey.start.host} {by}{failure}. {_SEND}",
        param=path,
    )
