"""What a proxy changes in a request, found by comparing what was sent with what the server says has arrived."""

import re
from collections.abc import Callable
from typing import Final

import httpx

from server.cli.checks.finding import Finding, fault
from server.cli.read.endpoint import without_password

_MOST_PATH: Final = 200
"""The server cuts longer paths and names in its messages, so they cannot be compared."""
_MOST_NAME: Final = 100
_ARRIVED_PATH: Final = re.compile(r"There is nothing at (/.*?)\. ")
_ARRIVED_HOST: Final = re.compile(r"the host name '([^']+)'")


def explain_change(code: str, message: str, request: httpx.Request, *, between: str) -> Finding | None:
    """Explain the server's error by what did not arrive as it was sent; None if nothing shows that.

    `between` is the name of the proxy, empty if unknown.
    """
    look = _LOOKS.get(code)
    return look(message, request, between or "something in between") if look else None


def arrived_path(message: str) -> str:
    """The path at which a request arrived, from the server's message that nothing is there; empty if unknown."""
    found = _ARRIVED_PATH.search(message)
    return found[1] if found and len(found[1]) < _MOST_PATH else ""


def _key(_message: str, request: httpx.Request, between: str) -> Finding | None:
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    if scheme == "bearer":
        return fault(
            "key_lost",
            f"the key was sent and did not arrive: {between} removes or replaces the header Authorization",
            "Pass it on: in nginx, no proxy_set_header Authorization, or proxy_set_header Authorization "
            "$http_authorization;.",
        )
    if scheme == "basic":
        return fault(
            "key_missing",
            "the server requires a key, and the address has a user or password (USER:PASSWORD@) in its place",
            "Give the key: --api-key here, api_key=... or OPENAI_API_KEY for the SDK. Leave USER:PASSWORD@ out of the "
            "address: clients would send it as Authorization in place of the key.",
        )
    return None


def _host(message: str, request: httpx.Request, between: str) -> Finding | None:
    asked, found = request.url.host.lower().rstrip("."), _ARRIVED_HOST.search(message)
    if not found or found[1] == asked or len(found[1]) >= _MOST_NAME:
        return None
    return fault(
        "host_changed",
        f"{between} changes the host that was asked, {asked}, to {found[1]!r}, which the server refuses",
        "Pass the host on: proxy_set_header Host $http_host; in nginx, ProxyPreserveHost On in Apache. "
        "If it is a name and not an address, PAGEGLASS_ALLOWED_HOSTS may have to list it.",
    )


def _path(message: str, request: httpx.Request, between: str) -> Finding | None:
    sent, arrived = request.url.path, arrived_path(message)
    prefix = sent.partition("/v1/")[0] if "/v1/" in sent else ""
    if not arrived or (sent == arrived and not (prefix and sent == f"{prefix}/v1/models")):
        return None
    where = f": {sent} was asked, and {arrived} arrived"
    if sent == arrived:
        return fault(
            "proxy_keeps_prefix",
            f"{between} passes {prefix} on to the server, which has nothing under that path",
            f"Let the proxy take it away. In nginx end proxy_pass with a slash: location {prefix}/ {{ proxy_pass "
            f"http://HOST:PORT/; }}. In Caddy: handle_path {prefix}/*.",
        )
    if sent.endswith(arrived):
        lost = sent.removesuffix(arrived)
        ends = "neither slash nor path: proxy_pass http://HOST:PORT;"
        if prefix:
            ends = f"a slash: location {prefix}/ {{ proxy_pass http://HOST:PORT/; }}"
        return fault("proxy_cuts_path", f"{between} takes {lost} away{where}", f"In nginx end proxy_pass with {ends}.")
    if arrived.endswith(sent):
        added = arrived.removesuffix(sent)
        cure = f"Leave {added} out of proxy_pass (proxy_pass http://HOST:PORT; in nginx)"
        also = (
            f", or set base_url to {without_password(str(request.url)).removesuffix('/v1/models')}"
            if added == "/v1"
            else ""
        )
        return fault("proxy_adds_path", f"{between} adds {added} to the path{where}", f"{cure}{also}.")
    return fault(
        "proxy_changes_path",
        f"{between} changes the path{where}",
        "Pass it on so that /v1/models arrives: in nginx location /v1/ { proxy_pass http://HOST:PORT; }, or "
        f"location {prefix or '/prefix'}/ {{ proxy_pass http://HOST:PORT/; }}.",
    )


_LOOKS: Final[dict[str, Callable[[str, httpx.Request, str], Finding | None]]] = {
    "missing_api_key": _key,
    "not_found": _path,
    "host_not_allowed": _host,
}
