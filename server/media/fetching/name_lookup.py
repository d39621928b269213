"""DNS resolution through the system's resolver, in a separate thread pool.

The system's resolver blocks and cannot be stopped. In asyncio's own pool a few names that nobody answers for would hold
up all else that runs there, and the end of the process; here they cost one of many daemon threads each.
"""

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread
from typing import Final

from server.media.fetching.public_addresses import Address

_THREADS: Final = 64


class NameLookup:
    """At most 64 names are looked up at a time; a thread given up on counts until the system lets go of it.

    That is more than the default settings can leave waiting: 16 fetches at a time (the bytes admitted for four requests
    of four each), given up after 5 s each, where the system's resolver gives up after 10.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_THREADS)

    async def find(self, name: str) -> list[Address]:
        """Return every address of `name`, IPv6 and IPv4, in the system's order; cancel it to give up.

        Raises:
            OSError: the name does not resolve.
        """
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Address]] = loop.create_future()

        def finish(addresses: list[Address], error: OSError | None) -> None:
            self._free.release()
            if found.done():
                return
            if error is None:
                found.set_result(addresses)
            else:
                found.set_exception(error)

        def look_up() -> None:
            addresses: list[Address] = []
            fault: OSError | None = None
            try:
                addresses = _addresses(name)
            except OSError as error:
                fault = error
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(finish, addresses, fault)

        try:
            Thread(target=look_up, name="pageglass-names", daemon=True).start()
        except BaseException:
            self._free.release()
            raise
        return await found


def _addresses(name: str) -> list[Address]:
    # As bytes, or Python would put the name through the codec of an older IDNA.
    answers = socket.getaddrinfo(name.encode("ascii"), None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(ip_address(answer[4][0]) for answer in answers))
