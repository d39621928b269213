"""Addresses of this server that answers contain: never out of a stranger's Host header.

Threat: a made-up Host or X-Forwarded-Host would lead a client to another server, with a signed path.
"""

import re
from ipaddress import ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import Request

from server.api.dependencies import get_settings
from server.api.scope import PEER
from server.config import Settings

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(
    rf"(?:{_NAME}(?:\.{_NAME}){{0,30}}|\[[0-9A-Fa-f]{{1,4}}[0-9A-Fa-f:.]{{1,44}}\]|\[::[0-9A-Fa-f:.]{{0,44}}\])(?::(?P<port>\d{{1,5}}))?"
)
_PREFIX = re.compile(r"(?:/(?!\.)[A-Za-z0-9._~-]+){0,8}")
_SCHEMES = ("http", "https")
_MOST_PORT = 65_535


def address_of(request: Request, path: str) -> str:
    """Return the address of `path` for this request's client.

    By `PAGEGLASS_PUBLIC_URL`, else by the forwarded headers of a trusted proxy, else where the connection came in.
    """
    settings = get_settings(request)
    return f"{settings.public_url or _forwarded(request, settings) or _own(request)}{path}"


def _forwarded(request: Request, settings: Settings) -> str | None:
    """What a trusted proxy in front says that it was asked for; of several words the last, which is the proxy's own."""
    if not _is_trusted(request.scope.get(PEER) or _peer(request), settings.forwarded_allow_ips):
        return None
    headers = Headers(scope=request.scope)
    host = _last(headers, "x-forwarded-host")
    scheme = _last(headers, "x-forwarded-proto").lower() or request.scope["scheme"]
    prefix = _last(headers, "x-forwarded-prefix").rstrip("/")
    if not _is_host(host) or scheme not in _SCHEMES or not _PREFIX.fullmatch(prefix):
        return None
    return f"{scheme}://{host}{prefix}"


def _own(request: Request) -> str:
    """The address and port that the connection came in at, which the kernel knows."""
    host, port = request.scope.get("server") or ("127.0.0.1", get_settings(request).port)
    shown = f"[{host}]" if ":" in host else host
    scheme = request.scope["scheme"] if request.scope["scheme"] in _SCHEMES else "http"
    return f"{scheme}://{shown}:{port}"


def _last(headers: Headers, name: str) -> str:
    """The last value of the last line of a header."""
    lines = headers.getlist(name)
    return lines[-1].rpartition(",")[2].strip() if lines else ""


def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    return found is not None and int(found["port"] or 0) <= _MOST_PORT


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_trusted(peer: str, proxies: tuple[str, ...]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(proxy, strict=False) for proxy in proxies)
