"""Store of the result cache in a folder that outlives the process: one private file per answer; processes may share it.

Threat: a file that is not what it seems. Only regular files of this user are read, links are not followed, and the
content is JSON. What is damaged is a miss.
"""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from server.folders.bounded import BoundedFolder
from server.folders.private import RESULT_CACHE

_ENTRY: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would block
_FORMER_FOLDER: Final = re.compile(r"[0-9a-f]{2}")


class DiskStore:
    """A cache in a folder that only its owner can enter."""

    def __init__(self, folder: Path, *, max_bytes: int, max_age_s: float) -> None:
        self._folder = BoundedFolder(folder, RESULT_CACHE, max_bytes=max_bytes, max_age_s=max_age_s)
        _remove_former(folder)

    def get(self, key: str) -> str | None:
        """Return the text of `key`, or None.

        Raises:
            OSError: the disk fails.
            ValueError: the entry is damaged.
        """
        file = self.file_of(key)
        try:
            handle = os.open(file, _ENTRY)
        except FileNotFoundError:
            return None
        except OSError:
            if file.is_symlink():
                self.drop(key)
                return None
            raise
        with os.fdopen(handle, "rb") as opened:
            state = os.fstat(handle)
            ours = stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()
            if not ours or not self._folder.is_fresh(state.st_mtime):
                return None
            return opened.read().decode("utf-8", "surrogatepass")

    def put(self, key: str, value: str) -> None:
        """Store `value`; if the folder is over its size, the oldest entries are evicted.

        Raises:
            OSError: the disk is full, or the folder is gone.
        """
        self._folder.write(self.file_of(key).name, value.encode("utf-8", "surrogatepass"))

    def drop(self, key: str) -> None:
        """Remove the entry of `key` if it is ours and can be removed."""
        file = self.file_of(key)
        with suppress(OSError):
            if file.lstat().st_uid == os.geteuid():
                file.unlink()

    def close(self) -> None:
        """Keep the entries; nothing is open."""

    def file_of(self, key: str) -> Path:
        """The file of `key`, a digest of 64 hexadecimal digits."""
        return self._folder.path / f"{key}.json"


def _remove_former(folder: Path) -> None:
    """Remove the database that earlier releases kept the answers in; they are read once more."""
    with suppress(OSError):
        for entry in list(folder.iterdir()):
            if entry.name.startswith("cache.db"):
                entry.unlink()
            elif _FORMER_FOLDER.fullmatch(entry.name) and not entry.is_symlink():
                for value in entry.glob("*/*.val"):
                    value.unlink()
                for inner in entry.iterdir():
                    inner.rmdir()
                entry.rmdir()
