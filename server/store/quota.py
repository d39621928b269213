"""How much an owner, and all of them, may store."""

from sqlalchemy import Connection, func, select

from server.errors import InvalidRequest, StoreFull
from server.settings.store import StoreSettings
from server.store.tables import FILES, RESPONSES


def ensure_room(connection: Connection, owner: str, size: int, settings: StoreSettings) -> None:
    """Check that `size` bytes more fit into the owner's share, and into the store.

    Raises:
        InvalidRequest: the owner has too many bytes. StoreFull: all have.
    """
    used = _bytes_of(connection, owner)
    if used + size > settings.max_bytes_per_key:
        raise InvalidRequest(
            f"With this the key would have {used + size:,} bytes stored, and the limit is "
            f"{settings.max_bytes_per_key:,}. Delete files (DELETE /v1/files/ID) or responses, or let them expire. The "
            "operator can raise PAGEGLASS_STORE__MAX_BYTES_PER_KEY.",
            code="file_quota_exceeded",
        )
    if _bytes_of(connection) + size > settings.max_bytes:
        raise StoreFull(
            "The store of this server is full. Delete files that are no longer needed. The operator can raise "
            "PAGEGLASS_STORE__MAX_BYTES."
        )


def refuse_one_more(connection: Connection, owner: str, settings: StoreSettings) -> None:
    """Check that the owner may have another file.

    Raises:
        InvalidRequest: it has as many as it may have.
    """
    count = connection.execute(select(func.count()).where(FILES.c.owner == owner)).scalar_one()
    if count >= settings.max_files_per_key:
        raise InvalidRequest(
            f"This key has {count} files stored, which is the limit. Delete some (DELETE /v1/files/ID), or let "
            "them expire (expires_after). The operator can raise PAGEGLASS_STORE__MAX_FILES_PER_KEY.",
            code="file_quota_exceeded",
        )


def _bytes_of(connection: Connection, owner: str | None = None) -> int:
    """The bytes stored for an owner, or for all."""
    total = 0
    for table in (FILES, RESPONSES):
        query = select(func.coalesce(func.sum(table.c.bytes), 0))
        total += int(connection.execute(query if owner is None else query.where(table.c.owner == owner)).scalar_one())
    return total
