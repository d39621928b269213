"""What a key that the server refuses may be in truth: a token for others, or a digest out of the file of keys."""

import re
from typing import Final

import httpx

from server.cli.checks.finding import Finding, fault

_TOKEN: Final = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]*", re.ASCII)
_DIGEST: Final = re.compile(r"(?:sha256\W+)?[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
_OF_TOKENS: Final = (
    (
        "not one of this server's",
        "It is a token (JWT), and this server takes none (no PAGEGLASS_JWT__* is set there): use a key of the server.",
    ),
    ("its 'aud'", "Get a token with the server's audience as 'aud' (PAGEGLASS_JWT__AUDIENCE there)."),
    ("its 'iss'", "Get a token by the issuer that the server trusts as 'iss' (PAGEGLASS_JWT__ISSUER there)."),
    (
        "its 'kid'",
        "The server's key set may be old: the operator downloads it again into PAGEGLASS_JWT__JWKS_FILE.",
    ),
    ("its signature", "Get a token by the issuer that the server trusts, or give the server that issuer's key."),
    ("not valid yet", "Set the clocks of the issuer and of the server by NTP (timedatectl set-ntp true)."),
)
"""What the server says of a token, and the cure."""
_AS_ISSUED: Final = "Use the key exactly as issued, without quotes or a line break, or get a new one."


def explain_refused_key(message: str, request: httpx.Request) -> Finding:
    """Explain the server's refusal of the key that `request` carries; `message` is what the server says of it."""
    key = request.headers.get("authorization", "").partition(" ")[2].strip()
    if _TOKEN.fullmatch(key):
        cure = next((cure for words, cure in _OF_TOKENS if words in message), "Have the token issued as is said there.")
        return fault("token_refused", message, cure)
    if _DIGEST.fullmatch(key):
        return fault(
            "key_wrong",
            message,
            "It looks like a SHA-256 digest (sha256 in the file of keys), which is not the key: use the key that was "
            f"shown when it was made. If it is the key, as openssl rand -hex 32 makes them: {_AS_ISSUED}",
        )
    return fault("key_wrong", message, _AS_ISSUED)
