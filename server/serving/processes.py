"""Supervisor of several HTTP processes on one socket: starts, watches and replaces them, and stops them together.

Each process holds one end of a pipe. A closed pipe is its order to stop, so processes also stop when their supervisor
is killed. Signals are not passed on: a terminal sends Ctrl-C to all of them, and a second one would mean "at once".
"""

import logging
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Final

from server.child_process import HANGUP
from server.errors import ConfigurationError, EngineGaveUp
from server.serving.draining import end_at_once, on_hangup
from server.serving.http_process import READY, answer_for_supervisor
from server.serving.listening import drop_new_connections
from server.serving.orphans import ORPHANS_EVERY_S, takes_orphans, wait_for_orphans

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_MOST_FAILURES: Final = 5
_LONGEST_WAIT_S: Final = 30.0
_SLACK_S: Final = 15.0  # on top of the grace period, to stop engines and report it

logger = logging.getLogger("server.supervisor")


@dataclass(slots=True, kw_only=True, eq=False)
class HttpProcess:
    """One process, the pipe to it, and whether it is ready."""

    process: SpawnProcess
    pipe: Pipe
    ready: bool = False


class ProcessGroup:
    """Keeps `count` HTTP processes on `listener`; `on_ready` is called once, when all of them can answer."""

    def __init__(self, listener: socket.socket, *, count: int, grace_s: float, on_ready: Callable[[], None]) -> None:
        self._listener = listener
        self._count = count
        self._grace_s = grace_s
        self._on_ready: Callable[[], None] | None = on_ready
        self._processes: list[HttpProcess] = []
        self._failures = 0  # consecutive processes that ended before they were ready
        self._start_at = 0.0
        self._stopped_at: float | None = None
        self._signalled = False

    def run(self) -> None:
        """Run until a signal has stopped all; a second signal ends them at once.

        Raises:
            ConfigurationError: the first processes cannot start.
            EngineGaveUp: processes repeatedly end before they can answer.
        """
        with self._signals() as wakeup:
            try:
                while self._stopped_at is None or self._processes:
                    self._start_missing()
                    self._wait_for_event(wakeup)
            finally:
                self._stop()
                self._join()

    def _start_missing(self) -> None:
        if self._stopped_at is not None or time.monotonic() < self._start_at:
            return
        while len(self._processes) < self._count:
            self._processes.append(_start(self._listener))

    def _wait_for_event(self, wakeup: socket.socket) -> None:
        pipes = [each.pipe for each in self._processes if not each.pipe.closed]
        sentinels = [each.process.sentinel for each in self._processes]
        happened = wait([wakeup, *pipes, *sentinels], timeout=self._wait_timeout())
        for each in list(self._processes):
            if each.pipe in happened:
                self._receive_message(each)
            if each.process.sentinel in happened:
                self._reap(each)
        if wakeup in happened:
            wakeup.recv(64)
            self._stop()
        if self._stopped_at is not None and time.monotonic() > self._stopped_at + self._grace_s + _SLACK_S:
            self._kill_the_rest()
        if takes_orphans():
            wait_for_orphans([each.process.pid or 0 for each in self._processes])

    def _wait_timeout(self) -> float | None:
        wanted = self._time_to_act()
        return min(ORPHANS_EVERY_S if wanted is None else wanted, ORPHANS_EVERY_S) if takes_orphans() else wanted

    def _time_to_act(self) -> float | None:
        if self._stopped_at is not None:
            return max(0.0, self._stopped_at + self._grace_s + _SLACK_S - time.monotonic()) + 0.1
        missing = len(self._processes) < self._count
        return max(0.0, self._start_at - time.monotonic()) if missing else None

    def _receive_message(self, sender: HttpProcess) -> None:
        """Receive a process's message: that it is ready, or why it cannot start."""
        try:
            message = sender.pipe.recv()
        except (EOFError, OSError):
            sender.pipe.close()
            return
        if message != READY:
            if self._on_ready is not None:
                raise ConfigurationError(message)
            logger.error("HTTP process %d cannot start: %s", sender.process.pid, message)
            return
        sender.ready, self._failures = True, 0
        if self._on_ready is not None and sum(each.ready for each in self._processes) == self._count:
            on_ready, self._on_ready = self._on_ready, None
            on_ready()

    def _reap(self, dead: HttpProcess) -> None:
        """Record that a process has ended, and schedule its replacement with exponential backoff."""
        dead.process.join()
        dead.pipe.close()
        self._processes.remove(dead)
        if self._stopped_at is not None:
            return
        self._failures = 0 if dead.ready else self._failures + 1
        if self._failures >= _MOST_FAILURES:
            raise EngineGaveUp(f"{self._failures} HTTP processes in a row ended before they could answer.")
        delay = min(2.0**self._failures - 1, _LONGEST_WAIT_S)
        self._start_at = time.monotonic() + delay
        logger.warning(
            "HTTP process %d ended with code %s; it is replaced in %g s",
            dead.process.pid,
            dead.process.exitcode,
            delay,
        )

    def _stop(self) -> None:
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()
            drop_new_connections([self._listener])
            self._listener.close()  # or connections would still be taken in when every process has closed its own
            for each in self._processes:
                each.pipe.close()

    def _join(self) -> None:
        """Kill processes that remain after a failure; an orderly stop leaves none."""
        for each in self._processes:
            each.process.join(self._grace_s + _SLACK_S)
        self._kill_the_rest()

    def _kill_the_rest(self) -> None:
        for each in self._processes:
            if each.process.is_alive():
                logger.error("HTTP process %d did not stop in time and is killed", each.process.pid)
                each.process.kill()

    def _on_signal(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as Python calls it
        if self._signalled and sig not in HANGUP:
            end_at_once(sig)
        self._signalled = True  # the main loop does the rest

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Handle signals; the returned socket becomes readable when one arrives."""
        awake, wakeup = socket.socketpair()
        awake.setblocking(False)
        before = [signal.signal(sig, self._on_signal) for sig in _SIGNALS]
        signal.set_wakeup_fd(awake.fileno(), warn_on_full_buffer=False)
        try:
            with on_hangup(self._on_signal):
                yield wakeup
        finally:
            signal.set_wakeup_fd(-1)
            for sig, handler in zip(_SIGNALS, before, strict=True):
                signal.signal(sig, handler)
            awake.close()
            wakeup.close()


def _start(listener: socket.socket) -> HttpProcess:
    context = multiprocessing.get_context("spawn")  # forking a process with threads may hang
    ours, theirs = context.Pipe()
    process = context.Process(target=answer_for_supervisor, args=(listener, theirs), name="pageglass-http")
    resource_tracker.ensure_running()  # the first process would start it, which unblocks the signal
    # Blocked from its first moment: a terminal sends Ctrl-C to its whole group.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    theirs.close()
    return HttpProcess(process=process, pipe=ours)
