"""Kept responses: the conversation and the answer as JSON text, without pictures."""

import time
from typing import Final

from sqlalchemy import delete, insert, select

from server.errors import StoreFull
from server.settings.store import StoreSettings
from server.store.database import Database
from server.store.quota import ensure_room
from server.store.tables import RESPONSES

_LONGEST: Final = 8 * 2**20
"""Bytes of one conversation."""
_LONGEST_RESULT: Final = 64 * 2**20
"""Bytes of the result of one document, which is kept for a given time: 200 dense pages have some 17 MB."""


class Responses:
    """The responses of one store. Blocks, so not for the event loop."""

    def __init__(self, database: Database, settings: StoreSettings) -> None:
        self._database = database
        self._settings = settings

    def keep(self, owner: str, response_id: str, content: str, *, seconds: float | None = None) -> None:
        """Keep a response for `seconds`, or as long as the settings say.

        Raises:
            InvalidRequest: the owner has too many bytes. StoreFull: it is too long, or the store is full.
        """
        now, size = int(time.time()), len(content.encode())
        most = _LONGEST if seconds is None else _LONGEST_RESULT
        if size > most:
            raise StoreFull(f"The answer and what belongs to it have {size:,} bytes, and {most:,} are kept at most.")
        with self._database.turn() as connection:
            ensure_room(connection, owner, size, self._settings)
            connection.execute(
                insert(RESPONSES).values(
                    id=response_id,
                    owner=owner,
                    bytes=size,
                    content=content,
                    created_at=now,
                    expires_at=now + int(self._settings.responses_age if seconds is None else seconds),
                )
            )

    def find(self, owner: str, response_id: str) -> str | None:
        """Return a response that is there and the owner's; None otherwise."""
        query = select(RESPONSES.c.content).where(
            RESPONSES.c.id == response_id, RESPONSES.c.owner == owner, RESPONSES.c.expires_at > int(time.time())
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def delete(self, owner: str, response_id: str) -> bool:
        """Delete a response; returns whether it was there."""
        with self._database.turn() as connection:
            done = connection.execute(
                delete(RESPONSES).where(RESPONSES.c.id == response_id, RESPONSES.c.owner == owner)
            )
        return bool(done.rowcount)

    def expire(self, now: float) -> None:
        """Delete what has expired at `now` (Unix seconds)."""
        with self._database.turn() as connection:
            connection.execute(delete(RESPONSES).where(RESPONSES.c.expires_at <= now))
