"""A uvicorn server that stops without losing a request.

uvicorn's own stop closes the listening socket over connections that still wait in its queue, and idle connections over
requests that still lie in their buffers. Both were accepted as far as their client can tell. Here:

1. At the signal `/ready` says no, and every answer says `connection: close`.
2. New connections are kept out, what waits in the queue is taken in, and the socket is closed.
3. What was asked is answered, on connections that are kept as well, for at most the grace. A connection that was just
   made gets a moment to send its request.
4. What is left is cancelled and told so; the engines stop; the exit code is 0.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from types import FrameType

import uvicorn

from server.engines.registry import EngineRegistry
from server.serving.connection import Connection, StoppableState
from server.serving.listening import keep_out, waiting

_LOOK_S = 0.05
_LOOKS = 2  # in a row at which nothing was to do
_TURNS = 10  # of the loop; a few make connections of what it had taken in by itself
_SETTLE_S = 0.05  # for handshakes under way when new connections are kept out
_FLUSH_S = 1

logger = logging.getLogger("server.stop")


class DrainingServer(uvicorn.Server):
    """A server of the app over `registry`'s engines; `on_ready` is called once it can answer.

    `pipe` is the pipe to a supervisor, whose end is the order to stop; signals are then never an order to hurry.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        registry: EngineRegistry,
        *,
        grace_s: float,
        on_ready: Callable[[], None],
        pipe: Pipe | None = None,
    ) -> None:
        super().__init__(config)
        self.server_state: StoppableState = StoppableState()
        self._registry = registry
        self._grace_s = grace_s
        self._on_ready = on_ready
        self._pipe = pipe
        self._alone = pipe is None  # whether no other process goes on with the same listening socket

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        if self._pipe is not None:
            asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._supervisor_gone)
        await super().startup(sockets)
        gc.collect()
        gc.freeze()  # what is loaded by now stays; going through it again and again would hold up requests
        if self.started and not self.should_exit:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Stop at the first signal, and let no engine that it ends be started again; end at once at the second.

        The signal is not raised anew at the end, as uvicorn does: a server that stopped as it was told has not failed.
        """
        if self.should_exit and self._pipe is None:
            end_at_once(sig)
        self._refuse_more()
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Stop as well when an engine was given up for good."""
        return self._registry.fault is not None or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what was accepted, for at most the grace; tell the rest, and stop the engines."""
        self._refuse_more()
        logger.info("Stopping: what was accepted is answered, for at most %g s", self._grace_s)
        await self._close_the_door(sockets or [])
        with suppress(TimeoutError):
            async with asyncio.timeout(self._grace_s):
                await self._idle()
        self._cancel_the_rest()
        await self.lifespan.shutdown()
        await self._hang_up()

    async def _close_the_door(self, listeners: list[socket.socket]) -> None:
        """Keep new connections out, take in all that waits in the queue, and close."""
        if self._alone:
            keep_out(listeners)
        await asyncio.sleep(_SETTLE_S)
        taken_in = [taken for listener in listeners for taken in waiting(listener)]
        for server in self.servers:
            server.close()
        for listener in listeners:
            listener.close()
        loop = asyncio.get_running_loop()
        for taken in taken_in:
            await loop.connect_accepted_socket(self._new_connection, taken)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def _new_connection(self) -> Connection:
        return Connection(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _supervisor_gone(self) -> None:
        if self._pipe is not None:
            asyncio.get_running_loop().remove_reader(self._pipe.fileno())
        self._alone = True  # all processes stop
        self._refuse_more()
        self.should_exit = True

    def _refuse_more(self) -> None:
        self._registry.hold()
        self.server_state.stopping = True

    def _connections(self) -> list[Connection]:
        return [connection for connection in self.server_state.connections if isinstance(connection, Connection)]

    async def _idle(self) -> None:
        """Wait until nothing is left to answer."""
        looks = 0
        while looks < _LOOKS:
            await asyncio.sleep(_LOOK_S)
            busy = self.server_state.tasks or any(connection.busy for connection in self._connections())
            looks = 0 if busy else looks + 1

    def _cancel_the_rest(self) -> None:
        unanswered = list(self.server_state.tasks)
        if unanswered:
            logger.warning("The grace has run out: %d requests are told to try again", len(unanswered))
        for task in unanswered:
            task.cancel(msg="the server stops and its grace has run out")

    async def _hang_up(self) -> None:
        """Close what connections are left, when their last bytes are out; those of slow readers are not waited for."""
        for connection in self._connections():
            connection.transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_S):
                while self.server_state.connections:  # noqa: ASYNC110 - uvicorn keeps no event for it
                    await asyncio.sleep(0.01)


def end_at_once(sig: int) -> None:
    """End this process and those it started, with the exit code of shells for `sig`; decode workers end by it."""
    for child in multiprocessing.active_children():
        child.kill()
    os.write(2, b"pageglass: a second signal; ending at once\n")
    os._exit(128 + sig)
