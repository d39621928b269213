"""Writes a private file: whole or not at all, readable only by its owner."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_private(file: Path, data: bytes) -> None:
    """Write `data` to `file`, mode 0600, replacing what is there atomically.

    Raises:
        OSError: the disk is full, or the folder is gone; nothing is left behind if it can be removed.
    """
    unfinished = file.with_name(f".{file.name.removeprefix('.')}.{secrets.token_hex(4)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(data)
        unfinished.replace(file)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
