"""Folder of recorded exchanges: readable only by its owner, bounded in bytes and age; the oldest are evicted first."""

import secrets
from pathlib import Path

from server.api.recording.exchange import Exchange, write_exchange
from server.api.recording.masks import masked
from server.folders.bounded import BoundedFolder
from server.folders.private import RECORDINGS
from server.settings.groups import RecordSettings


class ExchangeFolder:
    """Writes exchanges one at a time, each to a file of its own."""

    def __init__(self, folder: Path, settings: RecordSettings) -> None:
        self.path = folder
        self._files = BoundedFolder(folder, RECORDINGS, max_bytes=settings.max_bytes, max_age_s=settings.max_age_s)

    def keep(self, exchange: Exchange) -> Path:
        """Write `exchange`, its keys masked, to a file of its own; blocks, so not for the event loop.

        Raises:
            OSError: the disk is full, or the folder is gone.
        """
        data = write_exchange(masked(exchange)).encode("utf-8", "surrogatepass")
        stamp = exchange.began.replace(":", "").replace("-", "").replace("+0000", "Z")
        return self._files.write(f"{stamp}-{exchange.request_id[:64]}-{secrets.token_hex(2)}.json", data)


def open_folder(settings: RecordSettings) -> ExchangeFolder | None:
    """Prepare the folder that the settings name; None if recording is off.

    Raises:
        ConfigurationError: it cannot be used, or others use it.
    """
    return None if settings.folder is None else ExchangeFolder(settings.folder, settings)
