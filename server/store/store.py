"""The store as the service sees it: files, responses and links, called from the event loop."""

import asyncio
import errno
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from server.config import Settings
from server.errors import ConfigurationError, InvalidRequest, PageglassError, StoreFull, StoreOff
from server.folders.bounded import SteadyClock
from server.folders.private import STORE, prepare_folder
from server.settings.store import StoreSettings
from server.store.blobs import Blobs
from server.store.database import Database
from server.store.files import Files
from server.store.links import Links
from server.store.responses import Responses

P = ParamSpec("P")
T = TypeVar("T")
_THREADS: Final = 4
_MOST_PAUSE_S: Final = 60.0
_SWEEP_S: Final = 3600.0
"""Between two looks for what a killed process has left behind; the first is at the start."""
_log = logging.getLogger(__name__)


class Store:
    """Files and responses, if a folder is set; the same for all HTTP processes that share it."""

    def __init__(self, settings: StoreSettings, *, folder: Path, secret: str | None) -> None:
        """Open the store.

        Raises:
            ConfigurationError: the folder or the database cannot be used.
        """
        prepare_folder(folder, STORE)
        try:
            self.blobs = Blobs(folder)
            self.links = Links(folder, secret)
        except OSError as error:
            raise ConfigurationError(f"PAGEGLASS_STORE__FOLDER: {folder} cannot be used: {error.strerror}.") from None
        self._database = Database(folder, settings.url.get_secret_value() if settings.url else None)
        self.settings = settings
        self.files = Files(self._database, self.blobs, settings)
        self.responses = Responses(self._database, settings)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pageglass-store")
        self._clock = SteadyClock()

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `job`, a method of `files` or `responses`, in a thread.

        Raises:
            StoreFull: the disk is full. PageglassError: what `job` raises.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(job, *args, **kwargs))
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StoreFull(
                    "The disk under the store of this server is full. The operator has to free some space."
                ) from error
            raise

    async def keep_clean(self) -> None:
        """Delete what has expired, now and then, until it is cancelled; not while the clock cannot be trusted."""
        shortest = min(self.settings.files_age, self.settings.responses_age)
        swept_at = -_SWEEP_S
        while True:
            now = self._clock.now()
            if now is not None:
                try:
                    await self.run(self._expire, now)
                    if time.monotonic() - swept_at >= _SWEEP_S:
                        await self.run(self.files.sweep)
                        swept_at = time.monotonic()
                except (PageglassError, OSError) as error:
                    _log.warning("the store could not be cleaned: %s", type(error).__name__)
            await asyncio.sleep(min(_MOST_PAUSE_S, max(1.0, shortest / 4)))

    def _expire(self, now: float) -> None:
        self.files.expire(now)
        self.responses.expire(now)
        self._database.forget()

    async def close(self) -> None:
        """End the threads and connections."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._database.close()


def build_store(settings: Settings) -> Store | None:
    """Open the store of the settings; None if there is none.

    Raises:
        ConfigurationError: it cannot be used.
    """
    if settings.store.folder is None:
        return None
    secret = settings.token_secret.get_secret_value() if settings.token_secret else None
    return Store(settings.store, folder=settings.store.folder, secret=secret)


def needed(store: Store | None, param: str | None = None) -> Store:
    """Return the store.

    Raises:
        InvalidRequest: there is none, and `param` of the request needs one. StoreOff: the same for a whole path.
    """
    if store is not None:
        return store
    why = "This server stores no files and no responses. The operator can set PAGEGLASS_STORE__FOLDER."
    if param is None:
        raise StoreOff(why)
    raise InvalidRequest(f"'{param}' needs a store. {why} Or send the file itself.", param=param, code="store_off")
