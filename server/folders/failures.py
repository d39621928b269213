"""Failures of a folder while the server runs: counted each, logged once a minute, and never the request's."""

import logging
from typing import Final

from server.observability.metrics import FolderAction, FolderName, Metrics
from server.observability.minute_log import MinuteLog

_SHOWN: Final[dict[FolderName, str]] = {"result_cache": "result cache", "recordings": "recordings"}


class FolderFailures:
    """The failures of one folder."""

    def __init__(self, folder: FolderName, metrics: Metrics | None = None) -> None:
        self._folder: FolderName = folder
        self._metrics = metrics
        self._log = MinuteLog(logging.getLogger(__name__))

    def note(self, action: FolderAction, error: Exception) -> None:
        """Count a failed `action`, and log its cause."""
        if self._metrics:
            self._metrics.folder_failed(self._folder, action)
        verb = "stored in" if action == "write" else "read from"
        shown = f"nothing could be {verb} the folder of the {_SHOWN[self._folder]}: {_cause(error)}"
        self._log.happened(shown, kind=action)


def _cause(error: Exception) -> str:
    """The error in words, without what a file holds."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.strerror}: {error.filename}"
    return f"{type(error).__name__}: {str(error)[:200]}"
