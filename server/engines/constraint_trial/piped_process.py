"""Child process with a JSON-lines protocol, started on demand and killed at its timeout.

Nothing is pickled: a request that takes over the process must not take over the server by its answer.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from server.environment import child_environment

Answer = TypeVar("Answer")

_MOST_ANSWER_BYTES: Final = 2**16


class ProcessDied(Exception):
    """The process ended, or said what is no answer. `exit_code` is minus the signal where one ended it."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"it ended with exit code {exit_code}")
        self.exit_code = exit_code


class ProcessNotStarted(Exception):
    """No process could be started, or it could not make itself ready; the message says why."""


class PipedProcess:
    """One process at a time, used by one task at a time but for `close`.

    `command` is what is run. It is sent `greeting` first, and within `start_s` seconds answers with a line that has
    ``ready`` (true or false) and, where it is not, a ``reason``.
    """

    def __init__(self, command: Sequence[str], *, greeting: Any, start_s: float) -> None:
        self._command = command
        self._greeting = greeting
        self._start_s = start_s
        self._process: asyncio.subprocess.Process | None = None
        self.closed = False

    async def start(self) -> None:
        """Start the process where none runs; raises `ProcessNotStarted`."""
        if self.closed:
            raise ProcessNotStarted("the server is stopping")
        if self._process is not None and self._process.returncode is None:
            return
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # libraries print what they think of what they are given
                limit=_MOST_ANSWER_BYTES,
                env=child_environment(),
            )
            if self.closed:  # meanwhile
                await self._end()
            fault = await self._exchange(process, self._greeting, self._start_s, _read_readiness)
        except (OSError, TimeoutError, ProcessDied) as error:
            raise ProcessNotStarted(
                "the server is stopping" if self.closed else str(error) or "it was not ready in time"
            ) from error
        if fault:
            await self._end()
            raise ProcessNotStarted(fault)

    async def ask(self, question: Any, seconds: float, read: Callable[[Any], Answer]) -> Answer:
        """Send `question` and give what `read` makes of the answer; the time that starting takes does not count.

        `read` raises `ValueError` where it is none.

        Raises:
            TimeoutError: there was none after `seconds`; the process is ended.
            ProcessDied: the process ended instead, or gave what is no answer; it is ended.
            ProcessNotStarted: there is none.
        """
        await self.start()
        process = self._process
        assert process is not None  # noqa: S101 - just started
        return await self._exchange(process, question, seconds, read)

    async def close(self) -> None:
        """End the process by force, whatever it is at, and start no other."""
        self.closed = True
        await self._end()

    async def _exchange(
        self, process: asyncio.subprocess.Process, question: Any, seconds: float, read: Callable[[Any], Answer]
    ) -> Answer:
        assert process.stdin is not None  # noqa: S101 - asked for
        assert process.stdout is not None  # noqa: S101
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(json.dumps(question).encode() + b"\n")
                with contextlib.suppress(ConnectionError):  # it ended; what it said before is read still
                    await process.stdin.drain()
                return read(json.loads(await process.stdout.readline()))
        except (ValueError, RecursionError):  # nothing, no JSON, no end of it, or not what was asked for
            exit_code = await self._end(patience_s=1)
            raise ProcessDied(exit_code) from None
        except BaseException:  # late, or nobody waits any more: it is in the middle of something
            await self._end()
            raise

    async def _end(self, patience_s: float = 0) -> int | None:
        """End the process, by force where it does not end by itself; gives its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        if patience_s:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), patience_s)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return await process.wait()


def _read_readiness(answer: Any) -> str:
    if isinstance(answer, dict) and "ready" in answer:
        return "" if answer["ready"] is True else str(answer.get("reason") or "it does not say why")[:500]
    raise ValueError("no answer")
