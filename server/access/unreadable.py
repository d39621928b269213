"""Files of keys that cannot be read, in words: what is in their place, and what to do."""

import re
from pathlib import Path
from typing import Final

_ADDRESS: Final = re.compile(r"(https?):/+(.+)", re.IGNORECASE)


def unreadable(file: Path, error: OSError, *, make: str = "") -> str:
    """Say why `file` cannot be read and the cure; `make` says how such a file is made."""
    if address := _ADDRESS.fullmatch(str(file)):  # a path has lost the second slash
        url = f"{address[1]}://{address[2]}"
        return (
            f"{url} is an address, and the setting takes a file. Download it with curl -fsSo FILE {url}, and name that."
        )
    if isinstance(error, IsADirectoryError):
        then = f"{make[0].lower()}{make[1:]}" if make else "put the file there."
        return (
            f"{file} is a folder, not a file (docker -v makes one where the file is missing on the host). "
            f"Remove it, then {then}"
        )
    if isinstance(error, PermissionError):
        return f"{file} may not be read by the user that runs the server. Give it to that user: chown, and chmod 600."
    cure = make or "Put the file there, or correct the path."
    return f"{file} cannot be read: {error.strerror}. {cure}"
