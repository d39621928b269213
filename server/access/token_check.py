"""JSON Web Token authentication: verifies tokens with the keys of the settings and maps claims to a `Caller`."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jwt

from server.access.caller import Caller, Limits
from server.access.key_policy import KeyPolicy
from server.access.verification_keys import VerificationKeys, read_key_set, read_public_key, secret_key
from server.access.watched_file import WatchedFile
from server.errors import ConfigurationError, Unauthorized
from server.settings.callers import JWTSettings

_SHAPE: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._@|:/+-]")
_REQUIRED: Final = ("exp", "iss", "aud", "sub")
_OF_A_TIME: Final = re.compile(r"\((exp|nbf|iat)\)")
"""The claim in PyJWT's words for a time that is no number."""
_LONGEST_S: Final = 100 * 365 * 86400
_REASONS: Final[tuple[tuple[type[jwt.InvalidTokenError], str], ...]] = (
    (jwt.ExpiredSignatureError, "it has expired. Get a new one"),
    (jwt.ImmatureSignatureError, "it is not valid yet. Check the clock of its issuer"),
    (jwt.InvalidAudienceError, "its 'aud' is not this server's. Get one that is issued for this server"),
    (jwt.InvalidIssuerError, "its 'iss' is not the one that this server trusts. Get one from there"),
    (jwt.MissingRequiredClaimError, f"it lacks one of {', '.join(_REQUIRED)}. Have it issued with all of them"),
    (jwt.InvalidAlgorithmError, "its 'alg' is not the one of the key that it names. Have it signed with that one"),
    (jwt.InvalidSignatureError, "its signature is not by a key that this server trusts. Get a new one"),
)


class TokenCheck:
    """Verifies tokens; `exp`, `iss`, `aud` and `sub` are required, and the algorithm is fixed by the key."""

    def __init__(self, settings: JWTSettings, default: Limits) -> None:
        self._settings = settings
        self._default = default
        self._file: WatchedFile[VerificationKeys] | None = None
        self._keys: VerificationKeys = {}
        if settings.hs256_secret:
            self._keys = secret_key(settings.hs256_secret.get_secret_value())
        elif settings.rs256_key_file:
            self._watch(settings.rs256_key_file, read_public_key)
        elif settings.jwks_file:
            self._watch(settings.jwks_file, read_key_set)

    def _watch(self, file: Path, read: Callable[[Path], VerificationKeys]) -> None:
        self._file = WatchedFile(file, read)
        self._keys = self._file.content

    def refresh(self) -> None:
        """Reload a changed key file. Not for the event loop."""
        if self._file and self._file.refresh():
            self._keys = self._file.content

    def looks_like_one(self, given: bytes) -> bool:
        """Whether `given` has the shape of a token."""
        return given.startswith(b"eyJ") and _SHAPE.fullmatch(given.decode("latin-1")) is not None

    def check(self, token: bytes) -> Caller:
        """Return the holder of `token`.

        Raises:
            Unauthorized: it is not trusted; the message says why, without the token's content.
        """
        try:
            claims = self._verified(token.decode("latin-1"))
        except RecursionError:  # a header of brackets inside brackets
            raise _refused("it is not a token") from None
        except jwt.InvalidTokenError as error:
            raise _refused(_reason(error)) from None
        try:
            policy = KeyPolicy.read(models=claims.get("models"), limits=claims.get("limits", {}))
        except ValueError as error:
            raise _refused(f"its claim {error}") from None
        models, limits = policy.allowed(self._default)
        given = claims.get("name")
        name: str = given if isinstance(given, str) else claims["sub"]
        identity = hashlib.sha256(f"{claims['iss']}\0{claims['sub']}".encode("utf-8", "surrogatepass")).hexdigest()
        return Caller(name=_PLAIN.sub("_", name)[:64], id=f"token {identity}", models=models, limits=limits)

    def _verified(self, token: str) -> dict[str, Any]:
        kid = jwt.get_unverified_header(token).get("kid")
        known = self._keys.get(kid, self._keys.get(None) if len(self._keys) == 1 else None)
        if known is None:
            raise _refused(
                "its 'kid' is not one of the keys that this server trusts. The issuer may have new keys: the operator "
                "downloads the key set into PAGEGLASS_JWT__JWKS_FILE again"
            )
        claims = jwt.decode(
            token,
            known.key,
            algorithms=[known.algorithm],
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=self._settings.leeway_s,
            options={"require": list(_REQUIRED)},
        )
        if int(claims["exp"]) > time.time() + _LONGEST_S:
            raise _refused("its 'exp' is more than 100 years ahead, in milliseconds? It has to be in seconds")
        return claims


def build_token_check(settings: JWTSettings, default: Limits) -> TokenCheck | None:
    """Make the check that `settings` ask for; None where they name no key.

    Raises:
        ConfigurationError: more than one key, no issuer or audience, or a key that cannot be used.
    """
    if not settings.on:
        return None
    keys = (settings.hs256_secret, settings.rs256_key_file, settings.jwks_file)
    if sum(key is not None for key in keys) != 1:
        raise ConfigurationError(
            "PAGEGLASS_JWT: set exactly one of PAGEGLASS_JWT__HS256_SECRET, PAGEGLASS_JWT__RS256_KEY_FILE and "
            "PAGEGLASS_JWT__JWKS_FILE."
        )
    if not settings.issuer or not settings.audience:
        raise ConfigurationError(
            "PAGEGLASS_JWT__ISSUER and PAGEGLASS_JWT__AUDIENCE: set both, to what tokens for this server say."
        )
    return TokenCheck(settings, default)


def _reason(error: jwt.InvalidTokenError) -> str:
    if known := next((why for kind, why in _REASONS if isinstance(error, kind)), ""):
        return known
    claim = _OF_A_TIME.search(str(error))
    return f"its {claim[1]!r} is not a number of seconds" if claim else "it is not a token"


def _refused(why: str) -> Unauthorized:
    return Unauthorized(f"The token is not taken: {why}.")
