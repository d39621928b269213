"""The database of records: opened and migrated at the start, read by many, written by one at a time.

Everything here blocks, so it runs in the store's threads. SQLite keeps nothing of what was deleted (`secure_delete`,
`auto_vacuum`), since records hold names of files and texts of documents.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text, update
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from server.errors import ConfigurationError, StoreUnavailable
from server.store.tables import TURNS

SETTING: Final = "PAGEGLASS_STORE__URL"
_BUSY_S: Final = 30
_POOL: Final = 4
_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_MIGRATING: Final = 726_478_001
"""Key of PostgreSQL's advisory lock while the tables are made."""


class Database:
    """The records of one store."""

    def __init__(self, folder: Path, url: str | None) -> None:
        """Open and migrate the database.

        Raises:
            ConfigurationError: the address is not valid, its driver is missing, or the database does not answer.
        """
        self._folder = folder
        if url is None:
            file = folder / "records.db"
            file.touch(mode=0o600)  # SQLite's other files get the same mode
        self._engine = _engine(_parsed(url) if url else URL.create("sqlite", database=str(file)))
        try:
            self._migrate()
        except SQLAlchemyError as error:
            raise ConfigurationError(f"{SETTING}: the database cannot be used: {_cause(error)}.") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hold a connection for reading.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """Hold a transaction that nobody else writes in meanwhile, in any process.

        Raises:
            StoreUnavailable: the database does not answer, or others held it for too long.
        """
        with _translated(), self._engine.begin() as connection:
            connection.execute(update(TURNS).values(number=TURNS.c.number + 1))
            yield connection

    def forget(self) -> None:
        """Empty SQLite's log of changes, where deleted records would stand for a while."""
        if self._engine.dialect.name == "sqlite":
            with _translated(), self._engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                    text("PRAGMA wal_checkpoint(TRUNCATE)")
                )

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        lock = self._folder / "lock"
        lock.touch(mode=0o600)
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # several HTTP processes start at once
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def check_address(url: str) -> None:
    """Check that `url` is an address for which there is a driver.

    Raises:
        ConfigurationError: it is not.
    """
    _engine(_parsed(url)).dispose()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            f"{SETTING}: this is not an address of a database. Write postgresql+psycopg://USER:PASSWORD@HOST/NAME."
        ) from None


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"pool_size": _POOL, "max_overflow": 0, "pool_timeout": _BUSY_S, "hide_parameters": True}
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": _BUSY_S}, **options)
            event.listen(engine, "connect", _tune_sqlite)
            return engine
        return create_engine(url, pool_pre_ping=True, **options)
    except (NoSuchModuleError, ImportError, ArgumentError) as error:
        cure = " Install it: pip install 'psycopg[binary]'." if url.get_backend_name() == "postgresql" else ""
        raise ConfigurationError(
            f"{SETTING}: there is no driver for {url.drivername} here ({str(error)[:100]}).{cure}"
        ) from None


def _tune_sqlite(connection: Any, _: object) -> None:
    for pragma in ("auto_vacuum = FULL", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(
            f"The store does not answer ({_cause(error)}). Try again; the operator finds more in the log.",
            retry_after_s=5,
        ) from error


def _cause(error: SQLAlchemyError) -> str:
    return type(getattr(error, "orig", None) or error).__name__
