"""Setting groups of callers: authentication by tokens, and the limits of keys.

The docstring under each field is its documentation, as in config.py.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from server.settings.kinds import OrUnset, SettingGroup


class JWTSettings(SettingGroup):
    """Authentication by JSON Web Tokens (`PAGEGLASS_JWT__*`); one of the first three sets key and algorithm."""

    hs256_secret: OrUnset[SecretStr] = None
    """Secret of at least 32 bytes that tokens are signed with by HS256."""

    rs256_key_file: OrUnset[Path] = None
    """PEM file of the public key of tokens that are signed by RS256; reloaded when it changes."""

    jwks_file: OrUnset[Path] = None
    """JSON file of a set of public keys (JWKS), each for its own algorithm; reloaded when it changes."""

    issuer: OrUnset[str] = None
    """Required `iss` of a token."""

    audience: OrUnset[str] = None
    """Required `aud` of a token, or one of its values."""

    leeway_s: float = Field(default=30, ge=0, le=600)
    """Clock skew in seconds that is tolerated between the issuer of tokens and this server, for `exp`, `nbf`, `iat`."""

    @property
    def on(self) -> bool:
        """Whether JWT authentication is configured."""
        return any((self.hs256_secret, self.rs256_key_file, self.jwks_file, self.issuer, self.audience))


class LimitSettings(SettingGroup):
    """Limits of keys that have none of their own (`PAGEGLASS_LIMITS__*`); see docs/keys.md."""

    requests_per_minute: int = Field(default=0, ge=0, le=10_000_000)
    """Requests of one key in any 60 seconds; 0 sets no limit."""

    requests_per_day: int = Field(default=0, ge=0, le=10_000_000)
    """Requests of one key in any 24 hours; 0 sets no limit."""

    pages_per_minute: int = Field(default=0, ge=0, le=10_000_000)
    """Pages of one key in any 60 seconds; 0 sets no limit."""

    pages_per_day: int = Field(default=0, ge=0, le=10_000_000)
    """Pages of one key in any 24 hours; 0 sets no limit."""

    concurrent_requests: int = Field(default=0, ge=0, le=10_000_000)
    """Requests of one key at the same time; 0 sets no limit."""

    redis_url: OrUnset[SecretStr] = None
    """Redis in which all processes count together, such as redis://host:6379/0; unset: each process counts alone."""

    redis_timeout_s: float = Field(default=1, gt=0, le=30)
    """Timeout of Redis in seconds; after that it counts as unreachable."""

    redis_failure: Literal["refuse", "allow"] = "refuse"
    """While Redis is unreachable: refuse limited requests with 503 `limits_unavailable`, or allow them uncounted."""

    lease_s: float = Field(default=30, ge=1, le=3600)
    """Seconds after which the lease of a request in Redis expires if its process died."""

    @property
    def any(self) -> bool:
        """Whether there is any default limit."""
        requests, pages = self.requests_per_minute or self.requests_per_day, self.pages_per_minute or self.pages_per_day
        return bool(requests or pages or self.concurrent_requests)
