"""Settings of the store: uploaded files and kept responses.

The docstring under each field is its documentation, as in config.py.
"""

from pathlib import Path

from pydantic import Field, SecretStr

from server.settings.kinds import OrUnset, SettingGroup


class StoreSettings(SettingGroup):
    """Uploaded files and kept responses (`PAGEGLASS_STORE__*`); see docs/files.md."""

    folder: OrUnset[Path] = None
    """Folder of uploaded files and of their records; unset: nothing is stored."""

    url: OrUnset[SecretStr] = None
    """Address of another database for the records, in SQLAlchemy's form; unset: SQLite in the folder."""

    max_bytes: int = Field(default=10 * 2**30, ge=2**20)
    """Most bytes of everything stored; beyond it an upload is answered 507 `store_full`."""

    max_bytes_per_key: int = Field(default=2**30, ge=2**20)
    """Most bytes stored for one key; callers without keys share them."""

    max_files_per_key: int = Field(default=10_000, ge=1)
    """Most files stored for one key."""

    files_age: float = Field(default=30 * 86400, ge=1)
    """Seconds that an uploaded file is kept; `expires_after` of an upload can shorten it."""

    responses_age: float = Field(default=30 * 86400, ge=1)
    """Seconds that a response is kept that was asked for with `store: true`."""

    link_s: float = Field(default=86400, ge=1, le=7 * 86400)
    """Longest lifetime in seconds of a signed address of a file."""
