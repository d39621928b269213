"""Watches a file and reloads it when it changes; on errors the last good content stays in force."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from server.errors import ConfigurationError

Content = TypeVar("Content")
_LOGGER = logging.getLogger(__name__)


class WatchedFile(Generic[Content]):
    """`read(path)` gives the content or raises `ConfigurationError`, which at the first reading goes to the caller."""

    def __init__(self, path: Path, read: Callable[[Path], Content]) -> None:
        self._path = path
        self._read = read
        self._seen = self._state()
        self.content = read(path)

    def refresh(self) -> bool:
        """Reload the file if it has changed; returns whether there is new content. Not for the event loop."""
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        try:
            self.content = self._read(self._path)
        except ConfigurationError as error:
            _LOGGER.error("%s The previous content stays in force.", error)  # noqa: TRY400 - the line says it all
            return False
        _LOGGER.info("%s has changed and was reloaded.", self._path)
        return True

    def _state(self) -> tuple[int, ...]:
        """What changes when the file does: a new file has a number of its own, whatever its clock says."""
        try:
            stat = self._path.stat()
        except OSError:
            return ()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size
