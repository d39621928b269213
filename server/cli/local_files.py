"""Files below the folders that a command line names: links are followed before they are judged, so none leads out.

Threat: an assistant is talked into reading a key file: `../`, absolute paths, links out of a folder, pipes and devices.
"""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from server.errors import ConfigurationError, InvalidImage, InvalidRequest


class LocalFiles:
    """The files below `roots`, of at most `max_bytes` each."""

    def __init__(self, roots: Sequence[Path], *, max_bytes: int) -> None:
        """Resolve the folders.

        Raises:
            ConfigurationError: one of them is no folder.
        """
        self._max_bytes = max_bytes
        self._roots = []
        for root in roots:
            if not root.is_dir():
                raise ConfigurationError(f"{root} is not a folder. Name the folders that may be read from.")
            self._roots.append(root.resolve())

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; a relative path is looked up below each folder in turn.

        Raises:
            InvalidRequest: there is no such file below the folders. InvalidImage: it is too large.
        """
        found = next((file for root in self._roots if (file := self._within(root, path)) is not None), None)
        if found is None:
            raise self._unknown(path)
        try:
            return self._content(found, path)
        except OSError as error:
            raise InvalidRequest(f"{path[:200]!r} cannot be read: {error.strerror}.", param="path") from None

    def _content(self, found: Path, path: str) -> bytes:
        handle = os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as opened:
            state = os.fstat(opened.fileno())
            real = Path(f"/proc/self/fd/{opened.fileno()}").readlink()  # a folder on the way may have become a link
            if not any(real.is_relative_to(root) for root in self._roots):
                raise self._unknown(path)
            if not stat.S_ISREG(state.st_mode):
                raise InvalidRequest(f"{path[:200]!r} is not a regular file.", param="path")
            if state.st_size > self._max_bytes:
                raise InvalidImage(f"{path[:200]!r} has more than {self._max_bytes:,} bytes.", param="path")
            data = opened.read(self._max_bytes + 1)
            if len(data) > self._max_bytes:
                raise InvalidImage(f"{path[:200]!r} has more than {self._max_bytes:,} bytes.", param="path")
            return data

    def _unknown(self, path: str) -> InvalidRequest:
        shown = ", ".join(map(str, self._roots))
        return InvalidRequest(f"There is no file {path[:200]!r} below {shown}.", param="path")

    def _within(self, root: Path, path: str) -> Path | None:
        """The file that `path` leads to, if that is below `root` after all links are followed."""
        try:
            file = (root / path).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):  # missing, a loop of links, a zero byte
            return None
        return file if file.is_relative_to(root) and not file.is_dir() else None
