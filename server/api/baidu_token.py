"""Access tokens for Baidu's clients: an API key is exchanged for a token that expires, and travels in queries.

Threat: queries end up in the logs of proxies, so what stands in them must not be the key itself, and not last. Tokens
are signed with a secret made of the keys, so every process knows them, and all end when the keys change.
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Final

import jwt
from pydantic import SecretStr

from server.errors import Unauthorized

LIFETIME_S: Final = 86_400
SCOPE: Final = "brain_all_scope"
_ALGORITHM: Final = "HS256"
_AUDIENCE: Final = "pageglass-baidu-ocr"


class BaiduTokens:
    """Issues and checks tokens; without keys everybody may come in, and tokens mean nothing."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        values = [key.get_secret_value().encode() for key in keys]
        self._digests = [hashlib.sha256(value).digest() for value in values]
        self._secret = hashlib.sha256(b"baidu token\0" + b"\0".join(sorted(values))).digest()

    @property
    def open(self) -> bool:
        """Whether no key is wanted."""
        return not self._digests

    def knows(self, secret: str) -> bool:
        """Whether `secret` is one of the keys; compared in constant time."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(matches)

    def issue(self, secret: str) -> str:
        """Make a token that lasts `LIFETIME_S` seconds, for whoever gave `secret`."""
        holder = hashlib.sha256(b"baidu holder\0" + secret.encode("utf-8", "surrogatepass")).hexdigest()
        claims = {"aud": _AUDIENCE, "exp": int(time.time()) + LIFETIME_S, "scope": SCOPE, "sub": holder}
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def check(self, token: str, authorization: str) -> str:
        """Let a request in that carries a good token; gives what tells its holder apart, empty where no key is wanted.

        Raises:
            Unauthorized: it carries none, or one that is wrong or too old; `param` says where it was looked for.
        """
        if self.open:
            return ""
        if not token and authorization:
            raise Unauthorized(
                "Signed requests are not taken: the client fell back to them because its keys were refused. Give one "
                "of this server's API keys as the secret key.",
                param="authorization",
            )
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["exp", "sub"]}
            )
        except jwt.InvalidTokenError:
            raise Unauthorized("Get a new one at /oauth/2.0/token.", param="access_token") from None
        return f"baidu {claims['sub']}"
