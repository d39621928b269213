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
from server.setting_groups import RecordSettings

_LOOK_AGAIN_S: Final = 60.0
"""Other HTTP processes write here as well."""
_UNFINISHED_S: Final = 600.0
"""After which a file that is not finished never will be."""
_LEFT: Final = 0.9
"""The share of the bytes that is left after cleaning up, so that not every exchange has to do it."""


class ExchangeFolder:
    """Writes exchanges, one at a time: to write one takes a few times its memory."""

    def __init__(self, folder: Path, settings: RecordSettings) -> None:
        self.path = folder
        self._settings = settings
        self._turn = threading.Lock()
        self._bytes = 0
        self._looked = -_LOOK_AGAIN_S
        _make(folder)

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
            if self._bytes > self._settings.max_bytes or time.monotonic() - self._looked > _LOOK_AGAIN_S:
                self._clean_up()
            return file

    def _clean_up(self) -> None:
        """Take out what is too old, then the oldest until the rest fits."""
        self._looked = time.monotonic()
        oldest = time.time() - self._settings.max_age_s
        files = sorted(_looked_at(self.path))
        total = sum(size for _, size, _ in files)
        most = self._settings.max_bytes
        if total > most:
            most = int(most * _LEFT)
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


def _looked_at(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file was written, its size and its path; those that a killed process left unfinished are among them."""
    for file in folder.iterdir():
        unfinished = file.name.endswith(".part")
        with suppress(FileNotFoundError):  # another process has tidied up, or has just finished it
            stat = file.stat()
            if file.suffix == ".json" or (unfinished and time.time() - stat.st_mtime > _UNFINISHED_S):
                yield 0.0 if unfinished else stat.st_mtime, stat.st_size, file


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        if any(file.suffix != ".json" for file in folder.iterdir()):
            raise ConfigurationError(
                f"PAGEGLASS_RECORD__FOLDER: others can enter {folder}, and other files are in it. Take a new folder, "
                f"or close it: chmod 700 {folder}"
            )
        folder.chmod(0o700)
