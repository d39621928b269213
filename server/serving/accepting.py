"""Accepting connections, with a rest when descriptors run out.

asyncio's own loop does not leave its round of up to 2,048 attempts when `accept` fails for want of a descriptor: each
attempt logs a traceback and schedules a new start a second later, so that the process does little else from then on.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from typing import Final

from server.observability.minute_log import MinuteLog

_IN_A_ROW: Final = 16  # accepted before the loop looks at what was accepted earlier
_REST_S: Final = 1.0
_GONE = (BlockingIOError, InterruptedError, ConnectionAbortedError)


class Acceptor:
    """Hands each connection accepted on `listener` to `take_in`, from its creation until `close`."""

    def __init__(self, listener: socket.socket, *, take_in: Callable[[socket.socket], None]) -> None:
        self._listener = listener
        self._take_in = take_in
        self._log = MinuteLog(logging.getLogger("server.serving.accepting"))
        self._loop = asyncio.get_running_loop()
        self._resting: asyncio.TimerHandle | None = None
        listener.setblocking(False)
        self._begin()

    def close(self) -> None:
        """Stop accepting; the socket stays open."""
        if self._resting:
            self._resting.cancel()
        self._loop.remove_reader(self._listener.fileno())

    def _begin(self) -> None:
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(_IN_A_ROW):
            try:
                accepted, _ = self._listener.accept()
            except _GONE:
                return
            except OSError as error:
                self._rest(error)
                return
            self._take_in(accepted)

    def _rest(self, error: OSError) -> None:
        """Leave the queue alone for a moment: descriptors (EMFILE, ENFILE) or memory may be free again by then."""
        self._log.happened(
            f"Cannot accept connections ({os.strerror(error.errno or 0)}), so accepting rests for {_REST_S:g} s. "
            "Raise `ulimit -n`, or lower PAGEGLASS_CONNECTIONS__MAX_OPEN"
        )
        self._loop.remove_reader(self._listener.fileno())
        self._resting = self._loop.call_later(_REST_S, self._begin)
