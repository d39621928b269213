"""State of the doctor's checks of an endpoint: address, key, proxy, and what earlier steps found."""

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from server.cli.read.endpoint import parse_base_url, without_password

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The endpoint as given. `url` has a scheme and no trailing slash; `bare` was given without a scheme."""

    url: str
    bare: bool
    api_key: str | None
    model: str | None
    connect_timeout_s: float
    timeout_s: float

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """The host's name or address, without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The TCP port."""
        return urlsplit(self.url).port or _DEFAULT_PORTS[self.scheme]

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def shown(self) -> str:
        """The address without user and password, for messages."""
        return without_password(self.url)


def complete_url(url: str) -> str:
    """Return a client's `base_url` with its scheme, by default http, and without a trailing slash.

    Raises:
        ConfigurationError: it is not an http(s) address, or has a query.
    """
    return parse_base_url(url).geturl()


@dataclass(slots=True, kw_only=True)
class Visit:
    """The checks of one endpoint: later steps use what earlier ones found."""

    target: Target
    proxy: str | None = None
    """The proxy that requests go through; None if they go directly."""
    base_url: str = ""
    """The address under which the API answers; ends in /v1."""
    answer: httpx.Response | None = None
    """The first answer."""
    behind: str = ""
    """The proxy in between, if an answer reveals it."""
    model: str = ""
    """The model that is called."""

    def ask(self, method: str, url: str, *, timeout_s: float | None = None, **options: Any) -> httpx.Response:
        """Send one request with the key, following no redirect.

        Raises:
            httpx.TransportError: no answer came.
        """
        with self.client(timeout_s) as client:
            return client.request(method, url, **options)

    def without_key(self) -> "Visit":
        """The same visit by a caller without a key."""
        return replace(self, target=replace(self.target, api_key=None))

    def client(self, timeout_s: float | None = None) -> httpx.Client:
        """Create a client that uses the proxy found and sends the key."""
        headers = {"authorization": f"Bearer {self.target.api_key}"} if self.target.api_key else {}
        timeout = httpx.Timeout(timeout_s or self.target.timeout_s, connect=self.target.connect_timeout_s)
        # The proxy is known by now; the environment is read only for certificates, as the SDK does.
        context = httpx.create_ssl_context(trust_env=True)
        return httpx.Client(headers=headers, timeout=timeout, trust_env=False, proxy=self.proxy, verify=context)
