"""Edits the key file: atomically, and preserving the operator's own text and comments."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import tomlkit

from server.access.key_file import NAME, digest_of, parse_key_file
from server.errors import ConfigurationError

_PREFIX: Final = "pg-"  # so that a leaked key is recognised as one
_MODE: Final = 0o600
_HEAD: Final = "Keys of Pageglass, as `pageglass keys` writes them: the SHA-256 of each, never the key (docs/keys.md)."


def add_key(
    file: Path,
    name: str,
    *,
    expires: datetime | None = None,
    models: tuple[str, ...] = (),
    limits: Mapping[str, int] | None = None,
) -> str:
    """Create a key, write its digest under `name` and return the key, which is stored nowhere; creates a missing file.

    Raises:
        ConfigurationError: the name is taken, or the file is invalid or cannot be written.
    """
    if not NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name[:64]!r} is no name for a key. One has 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first."
        )
    key = _PREFIX + secrets.token_urlsafe(32)
    table = tomlkit.table()
    table["sha256"] = digest_of(key.encode()).hex()
    table["created"] = datetime.now(UTC).replace(microsecond=0)
    if expires:
        table["expires"] = expires
    if models:
        table["models"] = list(models)
    if limits:
        table["limits"] = dict(limits)
    with _changing(file, must_exist=False) as keys:
        if name in keys:
            raise ConfigurationError(f"{file} already has a key {name!r}. Revoke it first, or choose another name.")
        keys[name] = table
    return key


def revoke_key(file: Path, name: str) -> None:
    """Remove the key of that name from the file; servers that read it refuse the key within seconds.

    Raises:
        ConfigurationError: the name is unknown, or the file is invalid or cannot be written.
    """
    with _changing(file, must_exist=True) as keys:
        if name not in keys:
            names = ", ".join(map(repr, keys)) or "none"
            raise ConfigurationError(f"{file} has no key {name[:64]!r}. It has: {names}.")
        del keys[name]


@contextmanager
def _changing(file: Path, *, must_exist: bool) -> Iterator[Any]:
    """Yield the tables of keys for editing, one process at a time, and write the file unless an error is raised."""
    target = file.resolve()  # of a symbolic link, the target is replaced
    try:
        with _alone(target.parent):
            document = _read(target, must_exist=must_exist)
            if "keys" not in document:
                document["keys"] = tomlkit.table(is_super_table=True)
            yield document["keys"]
            text = tomlkit.dumps(document)
            parse_key_file(text)
            _replace(target, text)
    except ValueError as error:
        raise ConfigurationError(f"{file} would not be in order any more: {error}. It was left as it is.") from None
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror or error}.") from None


def _read(file: Path, *, must_exist: bool) -> Any:
    if not file.exists() and not must_exist:
        document = tomlkit.document()
        document.add(tomlkit.comment(_HEAD))
        return document
    text = file.read_text(encoding="utf-8-sig")
    try:
        parse_key_file(text)
    except ValueError as error:
        raise ConfigurationError(f"{file}: {error}. Put it right first.") from None
    return tomlkit.parse(text)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: concurrent edits would lose one change."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(file: Path, text: str) -> None:
    """Replace `file` by `text` atomically, readable only by its owner."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            os.fchmod(written.fileno(), _MODE)
            with suppress(FileNotFoundError, PermissionError):  # root writes on behalf of the server's user
                owner = file.stat()
                os.fchown(written.fileno(), owner.st_uid, owner.st_gid)
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
