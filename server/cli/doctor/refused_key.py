"""What a key that the server refuses may be in truth: a token for others, or a digest out of the file of keys."""

import re
from typing import Final

import httpx

from server.cli.checks.finding import Finding, fault

_TOKEN: Final = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]*", re.ASCII)
_DIGEST: Final = re.compile(r"(?:sha256\W+)?[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
_AS_ISSUED: Final = "Use the key exactly as issued, without quotes or a line break, or get a new one."


def explain_refused_key(message: str, request: httpx.Request) -> Finding:
    """Explain the server's refusal of the key that `request` carries; `message` is what the server says of it."""
    key = request.headers.get("authorization", "").partition(" ")[2].strip()
    if _TOKEN.fullmatch(key):
        return fault(
            "token_refused",
            message,
            "It is a token (JWT): get one that is issued for this server, with its audience as 'aud' "
            "(PAGEGLASS_JWT__AUDIENCE) and by the issuer that it trusts as 'iss' (PAGEGLASS_JWT__ISSUER). Where those "
            "are not set, the server takes no tokens: use a key.",
        )
    if _DIGEST.fullmatch(key):
        return fault(
            "key_wrong",
            message,
            "It looks like a SHA-256 digest (sha256 in the file of keys), which is not the key: use the key that was "
            f"shown when it was made. If it is the key, as openssl rand -hex 32 makes them: {_AS_ISSUED}",
        )
    return fault("key_wrong", message, _AS_ISSUED)
