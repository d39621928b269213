"""Doctor check of large bodies: the server's own limit, and whether all that it takes gets through what is between.

The limits are measured first, by requests that declare a length and send no body: Pageglass refuses one over its limit
at once and names the number, and proxies refuse it at once as well. A proxy that stores bodies first hides the server's
refusal, so below its limit a body is sent. Where nobody refuses, bodies of growing size are sent.
"""

import re
import time
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

import httpx

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.doctor.answers import error_of, is_ours
from server.cli.doctor.later import explain
from server.cli.doctor.visit import Visit

_MIB: Final = 2**20
_STEP: Final = 256 * 2**10
"""How closely limits are measured, in bytes, and how far below and above one a body is sent."""
_DECLARED: Final = (2**40, *(2**power + _STEP for power in range(30, 17, -1)))
"""Lengths in bytes that are declared, the largest first."""
_DEFAULT_LIMIT: Final = 64 * _MIB
_SILENCE_S: Final = 2.0
"""Who has not refused by then waits for the body."""
_GROWING: Final = (768 * 2**10, *(3 * _MIB * 2**step // 2 for step in range(8)))  # 0.75, 1.5, 3 ... 192 MiB
_LONG_ENOUGH_S: Final = 15.0
_NOT_READ: Final = frozenset({401, 408, 413, 429, 503})
"""Answers of the server's that say nothing of the bodies on the way."""
_SAID_LIMIT: Final = re.compile(r"more than (\d+) bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Limits in bytes: the server's `own`, or that of a proxy, which hides it, with its `refusal`; None is unknown."""

    own: int | None = None
    between: int | None = None
    refusal: httpx.Response | None = None


def compare_body_limits(visit: Visit) -> Finding:
    """Send bodies a little below and above the server's own limit; they hold no picture, so nothing is read."""
    limits = _measure(visit)
    if limits.own is not None:
        return _send_around(visit, limits.own)
    if limits.between is None or limits.refusal is None:
        return _grow(visit)
    return _send_below(visit, limits.between, limits.refusal)


def _send_below(visit: Visit, between: int, refusal: httpx.Response) -> Finding:
    """Send a body that a proxy with the limit `between` takes: the server may refuse it, with its own limit."""
    size = max(min(between, _DEFAULT_LIMIT + 2 * _STEP) - _STEP, between // 2)
    answer = _send(visit, size)
    if isinstance(answer, Finding):
        return answer
    if is_ours(answer) and answer.status_code == 413 and (own := _stated(answer)):
        return _send_around(visit, own)
    if not is_ours(answer) or answer.status_code in _NOT_READ:
        return explain(visit, answer)
    said = f"bodies of {_mib(size)} pass, and a proxy refuses those of more than about {_mib(between)}"
    if between >= _DEFAULT_LIMIT:
        return note(f"{said}; whether the server takes larger ones cannot be seen", code="body_limits_unknown")
    found = explain(visit, refusal)
    return replace(found, said=f"{said}, so larger ones do not reach the server: {found.said}")


def _send_around(visit: Visit, limit: int) -> Finding:
    below = max(limit - _STEP, limit // 2)
    answer = _send(visit, below)
    if isinstance(answer, Finding):
        return replace(answer, said=f"{answer.said}; the server's own limit is {_mib(limit)}")
    if not is_ours(answer):
        found = explain(visit, answer)
        said = f"a body of {_mib(below)} does not reach the server, which takes {_mib(limit)}: {found.said}"
        return replace(found, said=said, cure=_raise_to(found, limit))
    if answer.status_code in _NOT_READ:
        return explain(visit, answer)
    said = f"bodies of {_mib(below)} pass; the limit is the server's own, {_mib(limit)}"
    above = _send(visit, limit + _STEP)
    if isinstance(above, Finding) or not is_ours(above):  # nothing that the server takes is lost
        said += ", and what is larger is refused on the way"
    return ok(said, code="own_body_limit")


def _measure(visit: Visit) -> _Limits:
    passed, refused, refusal = 0, None, None
    for size in _DECLARED:
        answer = _declare(visit, size)
        if answer is None or answer.status_code != 413:
            passed = size
            break
        if is_ours(answer):
            return _Limits(own=_stated(answer))
        refused, refusal = size, answer
    while refused is not None and refused - passed > _STEP:
        middle = (passed + refused) // 2
        answer = _declare(visit, middle)
        if answer is None or answer.status_code != 413:
            passed = middle
        elif is_ours(answer):
            return _Limits(own=_stated(answer))
        else:
            refused, refusal = middle, answer
    return _Limits(between=passed if refused else None, refusal=refusal)


def _stated(answer: httpx.Response) -> int | None:
    said = _SAID_LIMIT.search(str(error_of(answer).get("message")))
    return int(said[1]) if said else None


def _declare(visit: Visit, size: int) -> httpx.Response | None:
    """Send the head of a request with a body of `size` bytes, and none of the body; None if it is not refused by it.

    httpx sends a body before it reads the answer, so this is left to the standard library.
    """
    if visit.proxy is not None:
        return None
    target, headers = visit.target, {"content-type": "application/json", "content-length": str(size)}
    if target.api_key:
        headers["authorization"] = f"Bearer {target.api_key}"
    connection = HTTPConnection(target.host, target.port, timeout=_SILENCE_S)
    if target.scheme == "https":
        context = httpx.create_ssl_context()
        connection = HTTPSConnection(target.host, target.port, timeout=_SILENCE_S, context=context)
    url = f"{visit.base_url}/chat/completions"
    try:
        connection.request("POST", urlsplit(url).path, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException):  # silence means that it waits for the body
        return None
    finally:
        connection.close()
    kept = [(name, value) for name, value in answer.getheaders() if name.lower() != "transfer-encoding"]
    return httpx.Response(answer.status, headers=kept, content=content, request=httpx.Request("POST", url))


def _grow(visit: Visit) -> Finding:
    """Send bodies of growing size until one is refused, and say by whom."""
    taken = 0
    for size in _GROWING:
        began = time.monotonic()
        answer = _send(visit, size, taken=taken)
        if isinstance(answer, Finding):
            return answer
        if answer.status_code == 413 and is_ours(answer):
            said = f"bodies of {_mib(taken)} pass; the limit is the server's own: {error_of(answer).get('message')}"
            return ok(said, code="own_body_limit")
        if not is_ours(answer):
            found = explain(visit, answer)
            said = f"a body of {_mib(size)} does not reach the server ({_mib(taken)} did): {found.said}"
            return replace(found, said=said)
        if answer.status_code in {401, 408, 429, 503}:
            return explain(visit, answer)
        taken = size
        if time.monotonic() - began > _LONG_ENOUGH_S:
            return note(f"bodies of {_mib(taken)} pass; larger ones were not tried, this one took long")
    return ok(f"bodies of {_mib(taken)} pass, larger ones were not tried")


def _send(visit: Visit, size: int, *, taken: int = 0) -> httpx.Response | Finding:
    try:
        body = {"model": "none", "messages": [], "padding": "x" * size}
        return visit.ask("POST", f"{visit.base_url}/chat/completions", json=body)
    except httpx.RequestError as error:
        return fault(
            "body_cut_off",
            f"while a body of {_mib(size)} was sent, the connection was cut ({type(error).__name__}); "
            f"{_mib(taken)} passed",
            "A proxy cuts the connection: check its limit on bodies and its timeouts (client_body_timeout).",
        )


def _raise_to(found: Finding, limit: int) -> str:
    """The cure, with the number that fits this server."""
    if found.code != "proxy_body_limit":
        return found.cure
    least = limit // _MIB + 1
    return (
        f"Raise it above the server's limit: client_max_body_size {least}m in nginx, at each http, server "
        f"and location that sets it; nginx.ingress.kubernetes.io/proxy-body-size: {least}m at its ingress."
    )


def _mib(size: int) -> str:
    return f"{round(size / _MIB, 2):g} MiB"
