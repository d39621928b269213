"""A folder of files that is bounded in bytes and age; several processes may share it. The oldest are evicted first.

Ages survive the process, so they are by the system's clock, which may be wrong for a moment: after a jump, nothing is
deleted for its age until the clock has been steady for an hour.
"""

import stat
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from server.folders.private import FolderUse, prepare_folder
from server.folders.write import write_private

_CLEAN_UP_S: Final = 60.0
"""At most: other HTTP processes write here as well."""
_UNFINISHED_S: Final = 600.0
"""Age at which an unfinished file is taken for abandoned."""
_KEPT_SHARE: Final = 0.9
"""Share of `max_bytes` kept by a clean-up, so that not every file needs one."""
_JUMP_S: Final = 60.0
_STEADY_S: Final = 3600.0


class SteadyClock:
    """The system's clock, and whether it can be trusted: it has not jumped within the last hour of this process."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()
        self._steady_from = 0.0

    def now(self) -> float | None:
        """The time in Unix seconds; None within an hour after the clock was set by more than a minute."""
        now, clock = time.time(), time.monotonic()
        if abs(now - clock - self._ahead) > _JUMP_S:
            self._ahead, self._steady_from = now - clock, clock + _STEADY_S
        return now if clock >= self._steady_from else None


class BoundedFolder:
    """Writes files of at most `max_bytes` in all, kept for `max_age_s` seconds; blocks, so not for the event loop."""

    def __init__(self, path: Path, use: FolderUse, *, max_bytes: int, max_age_s: float) -> None:
        prepare_folder(path, use)
        self.path = path
        self._use = use
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._turn = threading.Lock()
        self._bytes = 0
        self._cleaned_at = -_CLEAN_UP_S
        self._clock = SteadyClock()

    def write(self, name: str, data: bytes) -> Path:
        """Write `data` to the file `name`, and delete others if there are too many bytes.

        Raises:
            OSError: the disk is full, or the folder is gone.
        """
        with self._turn:
            file = self.path / name
            try:
                write_private(file, data)
                self._bytes += len(data)
            finally:  # on a full disk as well, since it makes room
                if self._bytes > self._max_bytes or time.monotonic() - self._cleaned_at > _CLEAN_UP_S:
                    self._clean_up()
            return file

    def is_fresh(self, written: float) -> bool:
        """Whether a file `written` at that time (Unix seconds) is not too old, nor from the future of a wrong clock."""
        return -_JUMP_S <= time.time() - written < self._max_age_s

    def _clean_up(self) -> None:
        """Delete what is too old, then the oldest until the rest fits."""
        self._cleaned_at = time.monotonic()
        now = self._clock.now()
        oldest = 0.0 if now is None else now - self._max_age_s
        files = sorted(self._files(now))
        total = sum(size for _, size, _ in files)
        most = self._max_bytes
        if total > most:
            most = int(most * _KEPT_SHARE)
        for written, size, file in files:
            if written >= oldest and total <= most:
                break
            file.unlink(missing_ok=True)
            total -= size
        self._bytes = total

    def _files(self, now: float | None) -> Iterator[tuple[float, int, Path]]:
        """Time of writing, size and path of each file of ours; abandoned ones count as the oldest."""
        for file in self.path.iterdir():
            if not self._use.names.fullmatch(file.name):
                continue
            with suppress(FileNotFoundError):  # another process has deleted or just finished it
                state = file.lstat()
                if not stat.S_ISREG(state.st_mode):
                    continue
                if not file.name.startswith("."):
                    yield state.st_mtime, state.st_size, file
                elif now is not None and now - state.st_mtime > _UNFINISHED_S:
                    yield -1.0, state.st_size, file
