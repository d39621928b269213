"""Failures of a folder while the server runs: counted each, logged once a minute, and never the request's."""

import logging
import threading
import time
from typing import Final

from server.observability.metrics import FolderAction, FolderName, Metrics

_LOG_EVERY_S: Final = 60.0
_log = logging.getLogger(__name__)


class FolderFailures:
    """The failures of one folder."""

    def __init__(self, folder: FolderName, metrics: Metrics | None = None) -> None:
        self._folder: FolderName = folder
        self._metrics = metrics
        self._lock = threading.Lock()
        self._logged_at: dict[FolderAction, float] = {}
        self._unlogged = 0

    def note(self, action: FolderAction, error: Exception) -> None:
        """Count a failed `action`, and log its cause unless one was logged within the last minute."""
        if self._metrics:
            self._metrics.folder_failed(self._folder, action)
        now = time.monotonic()
        with self._lock:
            if now - self._logged_at.get(action, -_LOG_EVERY_S) < _LOG_EVERY_S:
                self._unlogged += 1
                return
            self._logged_at[action], unlogged, self._unlogged = now, self._unlogged, 0
        more = f" ({unlogged} more failures since the last such line)" if unlogged else ""
        verb = "stored in" if action == "write" else "read from"
        _log.warning("nothing could be %s the folder of the %s: %s%s", verb, _SHOWN[self._folder], _cause(error), more)


_SHOWN: Final[dict[FolderName, str]] = {"result_cache": "result cache", "recordings": "recordings"}


def _cause(error: Exception) -> str:
    """The error in words, without what a file holds."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.strerror}: {error.filename}"
    return f"{type(error).__name__}: {str(error)[:200]}"
