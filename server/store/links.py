"""Signed addresses of files: they let anyone read that file until it expires, without a key.

Threat: an address ends up in logs, so it names one file and expires; deleting the file, or its expiry, ends it earlier.
"""

import hashlib
import os
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import jwt

from server.folders.write import write_private

PATH: Final = "/v1/signed/files/"
_TOKEN: Final = re.compile(r"(?:/[^/]+){0,8}" + re.escape(PATH) + r"([\w-]+\.[\w-]+\.[\w-]+)", re.ASCII)
_ALGORITHM: Final = "HS256"
_AUDIENCE: Final = "pageglass-file"
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What a signed address leads to, and whether it has expired."""

    owner: str
    file_id: str
    expired: bool


class Links:
    """Signs and reads addresses of files."""

    def __init__(self, folder: Path, secret: str | None) -> None:
        """Take the secret of all servers that give out addresses, or the one in the folder, which is made once."""
        given = secret.encode() if secret else _kept_secret(folder / "secret")
        self._secret = hashlib.sha256(b"file link\0" + given).digest()

    def sign(self, owner: str, file_id: str, *, seconds: int) -> str:
        """Return the path of a file, signed for `seconds`."""
        claims = {"aud": _AUDIENCE, "exp": int(time.time()) + seconds, "sub": file_id, "own": owner}
        return PATH + jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Linked | None:
        """Return what a token was signed for; None if this server did not sign it."""
        if len(token) > _LONGEST:
            return None
        required = {"require": ["exp", "sub", "own"], "verify_exp": False}
        try:
            claims = jwt.decode(token, self._secret, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=required)  # type: ignore[arg-type]
            return Linked(owner=claims["own"], file_id=claims["sub"], expired=claims["exp"] <= time.time())
        except (jwt.InvalidTokenError, RecursionError, TypeError):
            return None

    def of_address(self, address: str) -> Linked | None:
        """Return what an address leads to that this server has signed, whatever host and prefix it names."""
        if len(address) > 2 * _LONGEST:
            return None
        with suppress(ValueError):
            parts = urlsplit(address.strip())
            found = _TOKEN.fullmatch(parts.path) if parts.scheme in {"http", "https"} else None
            return self.read(found[1]) if found else None
        return None


def _kept_secret(file: Path) -> bytes:
    """The secret in `file`; several processes may make it at the same time, and the first wins."""
    if not file.exists():
        own = file.with_name(f".secret.{secrets.token_hex(4)}.part")
        write_private(own, secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(own, file)
        own.unlink()
    return file.read_bytes()
