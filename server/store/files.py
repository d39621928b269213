"""Uploaded files, each its owner's alone: kept whole or not at all, and deleted for real."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select

from server.errors import NotFound
from server.settings.store import StoreSettings
from server.store.blobs import Blobs
from server.store.database import Database
from server.store.ids import new_id
from server.store.quota import ensure_room, refuse_one_more
from server.store.tables import FILES

_AT_ONCE: Final = 500
"""Digests in one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """The record of a file; times in Unix seconds, `digest` the SHA-256 of its content."""

    id: str
    filename: str
    purpose: str
    media_type: str
    bytes: int
    digest: str
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that is to be stored, for `seconds` at most if that is not None."""

    filename: str
    purpose: str
    media_type: str
    data: bytes
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What of an owner's files to list: those behind `after` in the order of their making, `limit` of them."""

    limit: int
    order: Literal["asc", "desc"] = "desc"
    after: str | None = None
    skip: int = 0
    purpose: str | None = None


class Files:
    """The files of one store. Blocks, so not for the event loop."""

    def __init__(self, database: Database, blobs: Blobs, settings: StoreSettings) -> None:
        self._database = database
        self._blobs = blobs
        self._settings = settings

    def add(self, owner: str, upload: Upload) -> StoredFile:
        """Store a file.

        Raises:
            InvalidRequest: the owner has too many files, or too many bytes.
            StoreFull: the store, or its disk, is full.
        """
        now = int(time.time())
        most = int(self._settings.files_age)
        with self._blobs.written(upload.data) as part:
            record = StoredFile(
                id=new_id("file"),
                filename=upload.filename,
                purpose=upload.purpose,
                media_type=upload.media_type,
                bytes=len(upload.data),
                digest=part.digest,
                created_at=now,
                expires_at=now + min(most, upload.seconds or most),
            )
            with self._database.turn() as connection:
                refuse_one_more(connection, owner, self._settings)
                ensure_room(connection, owner, len(upload.data), self._settings)
                part.publish()
                connection.execute(insert(FILES).values(owner=owner, **_columns(record)))
        return record

    def find(self, owner: str, file_id: str) -> StoredFile | None:
        """Return the record of a file that is there and the owner's; None otherwise."""
        with self._database.reading() as connection:
            row = connection.execute(select(FILES).where(FILES.c.id == file_id, *_alive(owner))).first()
        return _record(row) if row else None

    def get(self, owner: str, file_id: str, *, param: str | None = None) -> StoredFile:
        """Return the record of a file.

        Raises:
            NotFound: there is none with this id, or not for this owner, or no longer.
        """
        record = self.find(owner, file_id)
        if record is None:
            raise _unknown(file_id, param)
        return record

    def list(self, owner: str, wanted: Listing) -> tuple[list[StoredFile], int]:
        """Return the records of an owner's files, and how many there are in all.

        Raises:
            NotFound: the file to continue behind is not there.
        """
        chosen: list[ColumnElement[bool]] = [*_alive(owner)]
        if wanted.purpose is not None:
            chosen.append(FILES.c.purpose == wanted.purpose)
        rising = wanted.order == "asc"
        behind: list[ColumnElement[bool]] = []
        if wanted.after is not None:
            last = self.get(owner, wanted.after, param="after")
            made, name = (
                (FILES.c.created_at > last.created_at, FILES.c.id > last.id)
                if rising
                else (FILES.c.created_at < last.created_at, FILES.c.id < last.id)
            )
            behind.append(or_(made, and_(FILES.c.created_at == last.created_at, name)))
        keys = (FILES.c.created_at, FILES.c.id)
        order = [key.asc() if rising else key.desc() for key in keys]
        query = select(FILES).where(*chosen, *behind).order_by(*order).limit(wanted.limit).offset(wanted.skip)
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(FILES).where(*chosen)).scalar_one()
            return [_record(row) for row in connection.execute(query)], total

    def content(self, record: StoredFile) -> bytes:
        """Return the content of a file.

        Raises:
            NotFound: it was deleted in between.
        """
        try:
            return self._blobs.read(record.digest)
        except FileNotFoundError:
            raise _unknown(record.id, None) from None

    def delete(self, owner: str, file_id: str) -> None:
        """Delete a file, and its content if no other file has the same.

        Raises:
            NotFound: there is none with this id, or not for this owner.
        """
        with self._database.turn() as connection:
            row = connection.execute(
                delete(FILES).where(FILES.c.id == file_id, FILES.c.owner == owner).returning(FILES.c.digest)
            ).first()
        if row is None:
            raise _unknown(file_id, None)
        self.remove_unused([row.digest])

    def expire(self, now: float) -> None:
        """Delete what has expired at `now` (Unix seconds)."""
        with self._database.turn() as connection:
            gone = connection.execute(delete(FILES).where(FILES.c.expires_at <= now).returning(FILES.c.digest))
            digests = set(gone.scalars())
        self.remove_unused(digests)

    def sweep(self) -> None:
        """Delete what uploads and deletions that were cut short have left behind; looks at every content."""
        self._blobs.remove_abandoned()
        with self._database.reading() as connection:
            kept = set(connection.execute(select(FILES.c.digest)).scalars())
        self.remove_unused(self._blobs.digests() - kept)

    def remove_unused(self, digests: Iterable[str]) -> None:
        """Delete those contents of `digests` that no file has."""
        waiting = sorted(digests)
        for start in range(0, len(waiting), _AT_ONCE):
            some = waiting[start : start + _AT_ONCE]
            with self._database.turn() as connection:  # or an upload of the same content could be published meanwhile
                kept = set(connection.execute(select(FILES.c.digest).where(FILES.c.digest.in_(some))).scalars())
                for digest in some:
                    if digest not in kept:
                        self._blobs.remove(digest)


def _alive(owner: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FILES.c.owner == owner, FILES.c.expires_at > int(time.time())


def _columns(record: StoredFile) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _record(row: Row[Any]) -> StoredFile:
    return StoredFile(**{name: getattr(row, name) for name in StoredFile.__slots__})


def _unknown(file_id: str, param: str | None) -> NotFound:
    return NotFound(
        f"There is no file {file_id[:64]!r}: it has expired, was deleted, or belongs to another key. GET /v1/files "
        "lists the files of this key.",
        param=param,
        code="file_not_found",
    )
