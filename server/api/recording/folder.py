"""Folder of recorded exchanges: readable only by its owner, bounded in bytes and age; the oldest are evicted first."""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from server.api.recording.exchange import Exchange, write_exchange
from server.api.recording.masks import masked
from server.errors import ConfigurationError
from server.settings.groups import RecordSettings

_CLEAN_UP_S: Final = 60.0
"""At most: other HTTP processes write here as well."""
_UNFINISHED_S: Final = 600.0
"""Age at which an unfinished file is taken for abandoned."""
_KEPT_SHARE: Final = 0.9
"""Share of `max_bytes` kept by a clean-up, so that not every exchange needs one."""


class ExchangeFolder:
    """Writes exchanges one at a time: writing one takes several times its size in memory."""

    def __init__(self, folder: Path, settings: RecordSettings) -> None:
        self.path = folder
        self._settings = settings
        self._turn = threading.Lock()
        self._bytes = 0
        self._cleaned_at = -_CLEAN_UP_S
        _make_private(folder)

    def keep(self, exchange: Exchange) -> Path:
        """Write `exchange`, its keys masked, to a file of its own; blocks, so not for the event loop.

        Raises:
            OSError: the disk is full, or the folder is gone.
        """
        with self._turn:
            data = write_exchange(masked(exchange)).encode("utf-8", "surrogatepass")
            stamp = exchange.began.replace(":", "").replace("-", "").replace("+0000", "Z")
            file = self.path / f"{stamp}-{exchange.request_id[:64]}-{secrets.token_hex(2)}.json"
            unfinished = file.with_name(f".{file.name}.part")
            try:
                with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
                    written.write(data)
                unfinished.rename(file)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
            self._bytes += len(data)
            if self._bytes > self._settings.max_bytes or time.monotonic() - self._cleaned_at > _CLEAN_UP_S:
                self._clean_up()
            return file

    def _clean_up(self) -> None:
        """Delete what is too old, then the oldest until the rest fits."""
        self._cleaned_at = time.monotonic()
        oldest = time.time() - self._settings.max_age_s
        files = sorted(_stored_files(self.path))
        total = sum(size for _, size, _ in files)
        most = self._settings.max_bytes
        if total > most:
            most = int(most * _KEPT_SHARE)
        for written, size, file in files:
            if written >= oldest and total <= most:
                break
            file.unlink(missing_ok=True)
            total -= size
        self._bytes = total


def open_folder(settings: RecordSettings) -> ExchangeFolder | None:
    """Create the folder that the settings name; None if recording is off.

    Raises:
        ConfigurationError: it cannot be created, or others can enter it.
    """
    if settings.folder is None:
        return None
    try:
        return ExchangeFolder(settings.folder, settings)
    except OSError as error:
        raise ConfigurationError(
            f"PAGEGLASS_RECORD__FOLDER: {settings.folder} cannot be used: {error.strerror or error}."
        ) from None


def _stored_files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Time of writing, size and path of each file, including those that a killed process left unfinished."""
    for file in folder.iterdir():
        unfinished = file.name.endswith(".part")
        with suppress(FileNotFoundError):  # another process has deleted or just finished it
            stat = file.stat()
            if file.suffix == ".json" or (unfinished and time.time() - stat.st_mtime > _UNFINISHED_S):
                yield 0.0 if unfinished else stat.st_mtime, stat.st_size, file


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        if any(file.suffix != ".json" for file in folder.iterdir()):
            raise ConfigurationError(
                f"PAGEGLASS_RECORD__FOLDER: other users can enter {folder}, and it holds other files. Choose a new "
                f"folder, or close this one: chmod 700 {folder}"
            )
        folder.chmod(0o700)
