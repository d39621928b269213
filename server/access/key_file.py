"""The key file: TOML with a table per key, which holds the key's SHA-256 digest and never the key.

Threat: reading the file must not enable anyone to call, so a key is shown only once, when it is created.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, ValidationError, field_validator

from server.access.caller import Caller, Limits
from server.access.key_policy import KeyPolicy, first_fault
from server.access.unreadable import unreadable
from server.errors import ConfigurationError

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BARE: Final = re.compile(r"\s*[^\s\[]\S*\s*")
_NO_DIGESTS: Final = (
    "seems to hold a bare key: make the file with `pageglass keys new NAME --file FILE`, or set PAGEGLASS_API_KEYS to "
    "the key itself."
)


class KeyEntry(KeyPolicy):
    """One table `[keys.NAME]`; from `expires`, a day or a time (UTC), the key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    expires: datetime | None = None
    created: datetime | None = None

    def described(self, now: datetime) -> dict[str, Any]:
        """The entry for the operator as JSON values: everything except the digest."""
        written = self.model_dump(mode="json", exclude={"sha256"})
        limits = {name: value for name, value in written["limits"].items() if value is not None}
        return written | {"limits": limits, "expired": self.expires is not None and self.expires <= now}

    @field_validator("expires", "created", mode="before")
    @classmethod
    def _moment(cls, value: Any) -> Any:
        return value if value is None else as_moment(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A valid key: its digest, its holder, and its expiry (Unix seconds)."""

    digest: bytes = field(repr=False)
    caller: Caller
    expires: float | None = None


def digest_of(key: bytes) -> bytes:
    """The SHA-256 of a key: sufficient for a key of 256 random bits, which cannot be guessed."""
    return hashlib.sha256(key).digest()


def as_moment(value: object) -> datetime:
    """A TOML date or time as a moment; without a zone it is UTC, and a day is its beginning.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time.min, UTC)
    raise ValueError("must be a date or time of TOML, such as 2027-01-31 or 2027-01-31T12:00:00Z, without quotes")


def read_key_file(file: Path) -> dict[str, KeyEntry]:
    """Read the entries of `file` by name.

    Raises:
        ConfigurationError: it cannot be read, is not TOML, or an entry is invalid; names the place.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")  # editors of Windows begin it with a mark
        return parse_key_file(text)
    except OSError as error:
        words = unreadable(file, error, make="Create it with `pageglass keys new NAME`.")
        raise ConfigurationError(f"PAGEGLASS_KEYS_FILE: {words}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"PAGEGLASS_KEYS_FILE: {file} is not UTF-8 text. Save it as UTF-8.") from None
    except ValueError as error:
        if isinstance(error, tomllib.TOMLDecodeError) and _BARE.fullmatch(text):
            raise ConfigurationError(f"PAGEGLASS_KEYS_FILE: {file} {_NO_DIGESTS}") from None
        raise ConfigurationError(f"PAGEGLASS_KEYS_FILE: {file}: {error}") from None


def parse_key_file(text: str) -> dict[str, KeyEntry]:
    """Read the entries of a file's text by name.

    Raises:
        ValueError: it is not TOML, or an entry is invalid; the text names the place.
    """
    written = tomllib.loads(text)
    if unknown := sorted(set(written) - {"keys"}):
        raise ValueError(f"{unknown[0]}: there is no such entry; keys are tables [keys.NAME]")
    tables = written.get("keys", {})
    if not isinstance(tables, Mapping):
        raise ValueError("keys: must be tables [keys.NAME]")  # noqa: TRY004 - the caller's text, not a type of ours
    entries = {name: _entry(name, table) for name, table in tables.items()}
    names: dict[str, str] = {}
    for name, entry in entries.items():
        if (other := names.setdefault(entry.sha256, name)) != name:
            raise ValueError(f"keys.{name}: is the same key as keys.{other}; a key has one entry")
    return entries


def known_keys(entries: Mapping[str, KeyEntry], default: Limits) -> list[KnownKey]:
    """The keys of a file, ready for comparison."""
    keys = []
    for name, entry in entries.items():
        models, limits = entry.allowed(default)
        caller = Caller(name=name, id=f"key {entry.sha256}", models=models, limits=limits)
        expires = entry.expires.timestamp() if entry.expires else None
        keys.append(KnownKey(digest=bytes.fromhex(entry.sha256), caller=caller, expires=expires))
    return keys


def _entry(name: str, table: object) -> KeyEntry:
    if not NAME.fullmatch(name):
        raise ValueError(f"keys.{name[:64]!r}: a name has 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first")
    try:
        return KeyEntry.model_validate(table)
    except ValidationError as error:
        raise ValueError(first_fault(error, within=f"keys.{name}")) from None
