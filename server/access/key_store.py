"""Authentication: keys from the settings, keys from the key file, and JSON Web Tokens."""

import asyncio
import hmac
import logging
import time
from collections.abc import Sequence
from typing import Final

from server.access.caller import Caller, default_limits
from server.access.key_file import KeyEntry, KnownKey, digest_of, known_keys, read_key_file
from server.access.token_check import TokenCheck, build_token_check
from server.access.watched_file import WatchedFile
from server.config import Settings
from server.errors import Unauthorized
from server.observability.minute_log import MinuteLog

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_S: Final = 1.0
_CURE: Final = "Send the header 'Authorization: Bearer KEY' with a key from the operator of the server."


class KeyStore:
    """Finds the holder of a key. Without any keys or tokens configured, everyone may call.

    All digests are compared each time, in constant time, so the response time reveals nothing about a key.
    """

    def __init__(self, settings: Settings) -> None:
        self._default = default_limits(settings.limits)
        self.closed = settings.wants_keys
        self.anybody = Caller(limits=self._default)
        self._set = [
            _key_of_settings(number, key.get_secret_value().encode(), self.anybody)
            for number, key in enumerate(settings.api_keys, start=1)
        ]
        self._file: WatchedFile[dict[str, KeyEntry]] | None = None
        if settings.keys_file:
            self._file = WatchedFile(settings.keys_file, read_key_file)
        self._tokens: TokenCheck | None = build_token_check(settings.jwt, self._default)
        self._keys = self._all()
        self._doubts = MinuteLog(_LOGGER)

    def identify(self, given: Sequence[bytes]) -> Caller:
        """Return the holder of the first known key in `given`; an anonymous caller if no key is required.

        Raises:
            Unauthorized: there is no key, it is unknown, or it has expired.
        """
        if not self.closed:
            return self.anybody
        if not given:
            raise Unauthorized(
                f"This server requires an API key, and the request has none. {_CURE}", code="missing_api_key"
            )
        if known := self._known(given):
            return _current(known).caller
        for key in given:
            if self._tokens and self._tokens.looks_like_one(key):
                return self._tokens.check(key)
        raise self._refused(given)

    def find(self, key: bytes) -> KnownKey:
        """Find a key of the settings or the file, but not a token.

        Raises:
            Unauthorized: it is unknown, or has expired.
        """
        if known := self._known([key]):
            return _current(known)
        raise self._refused([key])

    def holder(self, identity: str) -> Caller:
        """Return the holder of the key with `identity`, the `id` of its `Caller`.

        Raises:
            Unauthorized: the key no longer exists, or has expired.
        """
        for known in self._keys:
            if known.caller.id == identity:
                return _current(known).caller
        raise Unauthorized("The API key that it was issued for is no longer one of this server's.")

    async def watch(self) -> None:
        """Reload changed files until cancelled."""
        while self._file or self._tokens:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                await asyncio.to_thread(self.refresh)
            except Exception:  # keep going after any error, or later revocations would be missed
                _LOGGER.exception("Keys could not be reloaded. The previous ones stay in force.")

    def refresh(self) -> None:
        """Reload changed files. Not for the event loop."""
        if self._file and self._file.refresh():
            self._keys = self._all()
        if self._tokens:
            self._tokens.refresh()

    def _known(self, given: Sequence[bytes]) -> KnownKey | None:
        digests = [digest_of(key) for key in given]
        found = [known for digest in digests for known in self._keys if hmac.compare_digest(digest, known.digest)]
        return next(iter(found), None)

    def _refused(self, given: Sequence[bytes]) -> Unauthorized:
        """Make the refusal; a key whose digest was made with a line break is named in the log alone."""
        if known := self._known([key + b"\n" for key in given]):
            self._doubts.happened(
                f"the key of the entry {known.caller.name!r} is refused: its digest was made with a line break behind "
                "the key, as echo writes it. Make it with: printf %s KEY | sha256sum",
                kind="line break",
            )
        return Unauthorized(f"The API key is not one of this server's. {_CURE}")

    def _all(self) -> list[KnownKey]:
        written = known_keys(self._file.content, self._default) if self._file else []
        return [*self._set, *written]


def _key_of_settings(number: int, key: bytes, anybody: Caller) -> KnownKey:
    digest = digest_of(key)
    caller = Caller(name=f"api-key-{number}", id=f"key {digest.hex()}", limits=anybody.limits)
    return KnownKey(digest=digest, caller=caller)


def _current(known: KnownKey) -> KnownKey:
    if known.expires is not None and time.time() >= known.expires:
        raise Unauthorized(
            f"The API key {known.caller.name!r} has expired. Ask the operator of the server for a new one.",
            code="expired_api_key",
        )
    return known
