"""Access tokens for Baidu's clients: exchanges an API key for an expiring token, which is sent in query strings.

Threat: query strings end up in the logs of proxies, so they must not contain the key, and the token must expire. A
token names its key by digest, and the key is looked up each time: revoking a key revokes its tokens.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

import jwt
from pydantic import SecretStr

from server.access.caller import Caller
from server.access.key_store import KeyStore
from server.errors import Unauthorized

LIFETIME_S: Final = 86_400
SCOPE: Final = "brain_all_scope"
_ALGORITHM: Final = "HS256"
_AUDIENCE: Final = "pageglass-baidu-ocr"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token and the seconds that it lasts."""

    token: str = field(repr=False)
    lifetime_s: int


class BaiduTokens:
    """Issues and checks tokens; without keys everyone may call, and tokens have no meaning."""

    def __init__(self, keys: KeyStore, secret: SecretStr | None) -> None:
        self._keys = keys
        given = secret.get_secret_value().encode() if secret else secrets.token_bytes(32)
        self._secret = hashlib.sha256(b"baidu token\0" + given).digest()

    def issue(self, secret: str) -> IssuedToken:
        """Issue a token for `secret`, one of the API keys; it does not outlive the key.

        Raises:
            Unauthorized: the key is unknown, or has expired.
        """
        now, holder, lifetime_s = time.time(), self._keys.anybody.id, float(LIFETIME_S)
        if self._keys.closed:
            known = self._keys.find(secret.encode("utf-8", "surrogatepass"))
            holder, lifetime_s = known.caller.id, min(lifetime_s, (known.expires or now + LIFETIME_S) - now)
        claims = {"aud": _AUDIENCE, "exp": int(now + lifetime_s), "scope": SCOPE, "sub": holder}
        return IssuedToken(token=jwt.encode(claims, self._secret, algorithm=_ALGORITHM), lifetime_s=int(lifetime_s))

    def check(self, token: str, authorization: str) -> Caller:
        """Return the holder of a valid token, or an anonymous caller if no key is required.

        Raises:
            Unauthorized: there is no token, or it is wrong or expired; `param` says where it was expected.
        """
        if not self._keys.closed:
            return self._keys.anybody
        if not token and authorization:
            raise Unauthorized(
                "Signed requests are not supported: the client uses them because its keys were refused. Send one "
                "of this server's API keys as the secret key.",
                param="authorization",
            )
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["exp", "sub"]}
            )
        except (jwt.InvalidTokenError, RecursionError):
            raise Unauthorized("Get a new one at /oauth/2.0/token.", param="access_token") from None
        return self._keys.holder(claims["sub"])
