"""Graceful shutdown: a uvicorn server that drains without losing a request.

uvicorn's own shutdown drops connections in the accept backlog, and closes idle connections with requests still in their
buffers. To their clients, both were accepted. This server:

1. At the signal, `/ready` fails, and every answer carries `connection: close`.
2. New connections are dropped, those in the accept queue are accepted, and the socket is closed.
3. Accepted requests are answered for at most the grace period, also on keep-alive connections. A new connection gets a
   moment to send its request.
4. The rest is cancelled with 503; the engines stop; the exit code is 0.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from types import FrameType

import uvicorn

from server.child_process import HANGUP
from server.engines.registry import EngineRegistry
from server.serving.accepting import Acceptor
from server.serving.connection import Connection, StoppableState
from server.serving.listening import accept_queued, drop_new_connections
from server.serving.slots import Slots

_POLL_S = 0.05
_IDLE_POLLS = 2  # consecutive ones without work
_SETTLE_S = 0.05  # for handshakes under way when new connections are dropped
_FLUSH_S = 1

logger = logging.getLogger("server.stop")


class DrainingServer(uvicorn.Server):
    """A server of the app with `registry`'s engines; `on_ready` is called once it can answer.

    `pipe` is the pipe to a supervisor; its closing is the order to stop, and a second signal then does not hurry it.
    """

    def __init__(  # noqa: PLR0913 - all but two by name
        self,
        config: uvicorn.Config,
        registry: EngineRegistry,
        *,
        slots: Slots,
        grace_s: float,
        on_ready: Callable[[], None],
        pipe: Pipe | None = None,
    ) -> None:
        super().__init__(config)
        self.server_state: StoppableState = StoppableState(slots)
        self._acceptors: list[Acceptor] = []
        self._connecting: set[asyncio.Task[None]] = set()
        self._registry = registry
        self._grace_s = grace_s
        self._on_ready = on_ready
        self._pipe = pipe
        self._alone = pipe is None  # whether no other process keeps the listening socket

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call `on_ready`."""
        if self._pipe is not None:
            asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._supervisor_gone)
        await super().startup([])  # on no socket: connections are accepted here
        self._acceptors = [Acceptor(listener, take_in=self._take_in) for listener in sockets or []]
        gc.collect()
        gc.freeze()  # loaded modules and models stay; collecting them repeatedly would delay requests
        if self.started and not self.should_exit:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Also stop when the terminal is closed (SIGHUP), unless `nohup` has the signal ignored."""
        with super().capture_signals(), on_hangup(self.handle_exit):
            yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Stop at the first signal, without restarting engines that it ends; exit at once at the second.

        Unlike uvicorn, the signal is not raised again at the end: a server that stopped as ordered has not failed.
        """
        if self.should_exit and self._pipe is None and sig not in HANGUP:
            end_at_once(sig)
        self._refuse_more()
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Close connections whose headers are late; also stop when the supervisor of an engine has given up."""
        self.server_state.slots.close_late()
        return self._registry.fault is not None or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer accepted requests for at most the grace period; cancel the rest, and stop the engines."""
        self._refuse_more()
        logger.info("Stopping: accepted requests are answered, for at most %g s", self._grace_s)
        await self._stop_accepting(sockets or [])
        with suppress(TimeoutError):
            async with asyncio.timeout(self._grace_s):
                await self._idle()
        self._cancel_the_rest()
        await self.lifespan.shutdown()
        await self._close_connections()

    async def _stop_accepting(self, listeners: list[socket.socket]) -> None:
        """Drop new connections, accept those in the queue, and close the socket."""
        if self._alone:
            drop_new_connections(listeners)
        await asyncio.sleep(_SETTLE_S)
        accepted = [taken for listener in listeners for taken in accept_queued(listener)]
        for acceptor in self._acceptors:
            acceptor.close()
        for listener in listeners:
            listener.close()
        for taken in accepted:
            self._take_in(taken)
        while self._connecting:
            await asyncio.wait(self._connecting)

    def _take_in(self, accepted: socket.socket) -> None:
        """Give an accepted connection a slot, or close it."""
        accepted.setblocking(False)
        connection = Connection(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        try:
            has_slot = self.server_state.slots.take(connection, accepted.getpeername()[0])
        except OSError:  # it is closed already
            has_slot = False
        if not has_slot:
            accepted.close()
            return
        connecting = asyncio.get_running_loop().create_task(self._connect(connection, accepted))
        self._connecting.add(connecting)
        connecting.add_done_callback(self._connecting.discard)

    async def _connect(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, accepted)
        except OSError:
            self.server_state.slots.release(connection)
            accepted.close()

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
        """Wait until every request is answered."""
        polls = 0
        while polls < _IDLE_POLLS:
            await asyncio.sleep(_POLL_S)
            self.server_state.slots.close_late()
            busy = self.server_state.tasks or any(connection.busy for connection in self._connections())
            polls = 0 if busy else polls + 1

    def _cancel_the_rest(self) -> None:
        unanswered = list(self.server_state.tasks)
        if unanswered:
            logger.warning("The grace period is over: %d requests are asked to try again", len(unanswered))
        for task in unanswered:
            task.cancel(msg="the server is stopping and its grace period is over")

    async def _close_connections(self) -> None:
        """Close the remaining connections once their last bytes are sent; slow readers are not waited for."""
        for connection in self._connections():
            connection.transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_S):
                while self.server_state.connections:  # noqa: ASYNC110 - uvicorn keeps no event for it
                    await asyncio.sleep(0.01)


@contextmanager
def on_hangup(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have `handler` called at SIGHUP; a signal that is ignored stays so.

    A closed terminal sends it to its whole group, and the shell once more, so a second one never means "at once".
    """
    caught = [sig for sig in HANGUP if signal.getsignal(sig) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        caught = []
    for sig in caught:
        signal.signal(sig, handler)
    try:
        yield
    finally:
        for sig in caught:
            signal.signal(sig, signal.SIG_DFL)


def end_at_once(sig: int) -> None:
    """End this process and its children, with the shells' exit code for `sig`; decode workers end with it."""
    for child in multiprocessing.active_children():
        child.kill()
    with suppress(OSError):  # the terminal is gone
        os.write(2, b"pageglass: a second signal; ending at once\n")
    os._exit(128 + sig)
