"""Access tokens for Baidu's clients: an API key is exchanged for a token that expires, and travels in queries.

Threat: queries end up in the logs of proxies, so what stands in them must not be the key itself, and not last. A token
names its key by digest, and what the key may do is looked up anew each time: a key that is revoked ends its tokens.
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
    """Issues and checks tokens; without keys everybody may come in, and tokens mean nothing."""

    def __init__(self, keys: KeyStore, secret: SecretStr | None) -> None:
        self._keys = keys
        given = secret.get_secret_value().encode() if secret else secrets.token_bytes(32)
        self._secret = hashlib.sha256(b"baidu token\0" + given).digest()

    def issue(self, secret: str) -> IssuedToken:
        """Make a token for whoever gave `secret`, one of the API keys; it does not outlast the key.

        Raises:
            Unauthorized: it is not one of them, or too old.
        """
        now, holder, lifetime_s = time.time(), self._keys.anybody.id, float(LIFETIME_S)
        if self._keys.closed:
            known = self._keys.find(secret.encode("utf-8", "surrogatepass"))
            holder, lifetime_s = known.caller.id, min(lifetime_s, (known.expires or now + LIFETIME_S) - now)
        claims = {"aud": _AUDIENCE, "exp": int(now + lifetime_s), "scope": SCOPE, "sub": holder}
        return IssuedToken(token=jwt.encode(claims, self._secret, algorithm=_ALGORITHM), lifetime_s=int(lifetime_s))

    def check(self, token: str, authorization: str) -> Caller:
        """Give the holder of a good token, or anybody where no key is wanted.

        Raises:
            Unauthorized: it carries none, or one that is wrong or too old; `param` says where it was looked for.
        """
        if not self._keys.closed:
            return self._keys.anybody
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
        except (jwt.InvalidTokenError, RecursionError):
            raise Unauthorized("Get a new one at /oauth/2.0/token.", param="access_token") from None
        return self._keys.holder(claims["sub"])
