"""The contents of files: one private file per content, named by its SHA-256 digest.

A content is written to a part first, which its writer keeps locked: an unlocked part has lost its writer and is
removed. Who may publish or remove a content is settled by the turns of the database.
"""

import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PARTS: Final = "parts"
_JUST_MADE_S: Final = 1.0
"""A part of no bytes may be so new that its writer has not locked it yet."""
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A whole content that is not published yet."""

    path: Path
    digest: str
    folder: Path

    def publish(self) -> None:
        """Move it to its place, where it may stand already."""
        target = self.folder / self.digest[:2] / self.digest
        target.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.replace(target)
        _sync(target.parent)


class Blobs:
    """The folder of contents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "blobs"
        self._parts = folder / _PARTS
        for path in (self._folder, self._parts):
            path.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def written(self, data: bytes) -> Iterator[Part]:
        """Write `data` to a part, which is removed at the end if it was not published.

        Raises:
            OSError: the disk is full, or the folder is gone.
        """
        path = self._parts / secrets.token_hex(16)
        handle = os.open(path, _CREATE, 0o600)
        try:
            with os.fdopen(handle, "wb") as part:
                fcntl.flock(part, fcntl.LOCK_EX)
                part.write(data)
                part.flush()
                os.fsync(part.fileno())
                yield Part(path=path, digest=hashlib.sha256(data).hexdigest(), folder=self._folder)
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def read(self, digest: str) -> bytes:
        """Return a content.

        Raises:
            OSError: it is not there.
        """
        return (self._folder / digest[:2] / digest).read_bytes()

    def remove(self, digest: str) -> None:
        """Delete a content."""
        (self._folder / digest[:2] / digest).unlink(missing_ok=True)

    def digests(self) -> set[str]:
        """The digests of all contents."""
        return {path.name for path in self._folder.glob("??/*") if _DIGEST.fullmatch(path.name)}

    def remove_abandoned(self) -> None:
        """Delete the parts whose writers have died."""
        for path in self._parts.iterdir():
            with suppress(OSError), path.open("rb") as part:
                fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if part.seek(0, os.SEEK_END) or _age_s(path) > _JUST_MADE_S:
                    path.unlink()


def _age_s(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
