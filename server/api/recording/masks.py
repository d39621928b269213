"""Masks keys in an exchange before it is stored: by the name of their field, and every further occurrence.

Threat: recorded exchanges are shared for debugging, and must not enable their readers to call the endpoint.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from server.api.recording.exchange import Exchange, Piece

MASK: Final = "***"
_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie", "set-cookie", "x-forwarded-access-token"}
)
_NAMES: Final = (
    "api_key|apikey|api-key|access_token|refresh_token|id_token|client_secret|client_id|authorization|password|"
    "secret|secret_key|token|key|sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token"
)
_QUERY: Final = re.compile(rf"((?:^|[?&])(?:{_NAMES})=)[^&\s\"]+", re.IGNORECASE)
_MEMBER: Final = re.compile(rf'("(?:{_NAMES})"\s*:\s*")(?:[^"\\]|\\.)*'.encode(), re.IGNORECASE)
_FORM_PART: Final = re.compile(rf'(name="(?:{_NAMES})"\r\n(?:[^\r\n]+\r\n)*\r\n)[^\r]*'.encode(), re.IGNORECASE)
_ADDRESS: Final = re.compile(rb"(://[^/\s\"@:]{0,256}:)[^/\s\"@]{1,256}@")
_IN_BODY: Final = re.compile(rf'([?&](?:{_NAMES})=)[^&\s"\\]+'.encode(), re.IGNORECASE)
_FORM: Final = re.compile(rf"((?:^|&)(?:{_NAMES})=)[^&]*".encode(), re.IGNORECASE)
_LEAST_SECRET: Final = 6
"""Shorter values occur everywhere and are not keys."""


def masked(exchange: Exchange) -> Exchange:
    """Return `exchange` with its keys masked."""
    secrets = _secrets(exchange)
    form = any(name == "content-type" and "urlencoded" in value for name, value in exchange.headers)
    body = _FORM.sub(rb"\1***", exchange.body) if form else exchange.body
    return replace(
        exchange,
        target=_without(_QUERY.sub(rf"\1{MASK}", exchange.target).encode(), secrets).decode(),
        headers=_masked_headers(exchange.headers, secrets),
        body=_masked_body(body, secrets),
        answer_headers=_masked_headers(exchange.answer_headers, secrets),
        pieces=tuple(Piece(at_ms=piece.at_ms, data=_masked_body(piece.data, secrets)) for piece in exchange.pieces),
    )


def _secrets(exchange: Exchange) -> list[bytes]:
    """The keys in the request, longest first."""
    words = {word for name, value in exchange.headers if name in _HEADERS for word in _values(name, value)}
    words |= {found.group(0).partition("=")[2] for found in _QUERY.finditer(exchange.target)}
    return sorted((word.encode() for word in words if len(word) >= _LEAST_SECRET), key=len, reverse=True)


def _values(name: str, value: str) -> list[str]:
    """The secret parts of a header's value, without the scheme before a key and the names of cookies."""
    if name == "cookie":
        return [cookie.partition("=")[2].strip() for cookie in value.split(";")]
    return [value.partition(" ")[2].strip() if "authorization" in name and " " in value else value.strip()]


def _masked_headers(headers: Iterable[tuple[str, str]], secrets: list[bytes]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, MASK if name in _HEADERS else _without(_QUERY.sub(rf"\1{MASK}", value).encode(), secrets).decode())
        for name, value in headers
    )


def _masked_body(body: bytes, secrets: list[bytes]) -> bytes:
    for pattern in (_MEMBER, _FORM_PART, _IN_BODY):
        body = pattern.sub(rb"\1***", body)
    return _without(_ADDRESS.sub(rb"\1***@", body), secrets)


def _without(data: bytes, secrets: list[bytes]) -> bytes:
    for secret in secrets:
        data = data.replace(secret, MASK.encode())
    return data
