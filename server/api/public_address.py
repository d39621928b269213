"""Addresses of this server that answers contain: never out of a stranger's Host header.

Threat: a made-up Host or X-Forwarded-Host would lead a client to another server, with a signed path.
"""

import re
from ipaddress import ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import Request

from server.api.scope import PEER
from server.config import Settings

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+){0,8}/?")


def address_of(request: Request, path: str) -> str:
    """Return the address of `path` for this request's client.

    By `PAGEGLASS_PUBLIC_URL`, else by the forwarded headers of a trusted proxy, else where the connection came in.
    """
    settings: Settings = request.app.state.settings
    return f"{settings.public_url or _forwarded(request, settings) or _own(request)}{path}"


def _forwarded(request: Request, settings: Settings) -> str | None:
    """What a trusted proxy in front says that it was asked for; the last proxy's word counts."""
    if not _is_trusted(request.scope.get(PEER) or _peer(request), settings.forwarded_allow_ips):
        return None
    headers = Headers(scope=request.scope)
    host = headers.get("x-forwarded-host", headers.get("host", "")).rpartition(",")[2].strip()
    scheme = headers.get("x-forwarded-proto", request.scope["scheme"]).rpartition(",")[2].strip().lower()
    prefix = headers.get("x-forwarded-prefix", "").strip()
    if not _HOST.fullmatch(host) or scheme not in {"http", "https"} or not _PREFIX.fullmatch(prefix):
        return None
    return f"{scheme}://{host}{prefix.rstrip('/')}"


def _own(request: Request) -> str:
    """The address and port that the connection came in at, which the kernel knows."""
    host, port = request.scope.get("server") or ("127.0.0.1", request.app.state.settings.port)
    shown = f"[{host}]" if ":" in host else host
    return f"{request.scope['scheme']}://{shown}:{port}"


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_trusted(peer: str, proxies: tuple[str, ...]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(proxy, strict=False) for proxy in proxies)
