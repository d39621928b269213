"""The pool of decode workers: processes bounded in memory and time, each replaced when it dies.

A crash, a hang or a glut in a codec costs the one job it happened in, which is answered as a fault of that file.
`worker_wire` says why the pool is our own: the executors of the standard library lose every job in hand when one
process dies, and the libraries that do better answer through pickles.
"""

import asyncio
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO, Final, Literal, Self, cast

from server.config import child_environment
from server.errors import EngineUnavailable, ImageTooLarge, InvalidImage
from server.media.types import DecodedPage
from server.media.worker_wire import BrokenFrame, DecodeJob, OutOfMemory, read_answer, write_job

Reason = Literal["crash", "timeout", "memory", "recycled"]

_JOBS_A_LIFE: Final = 500  # what a codec leaks is given back by ending its process
_PIPE_BYTES: Final = 2**20
_ABORTED: Final = -6  # by SIGABRT
_KILLED: Final = -9  # by SIGKILL, as the kernel does where memory is short
_LOG = logging.getLogger(__name__)


class DecodeWorkers:
    """`workers` processes, and a line of jobs before them; 0 means one for every core this process may use.

    Processes are started by their first job, or all at once by `start`.
    """

    def __init__(
        self, workers: int = 0, *, memory_bytes: int, on_replaced: Callable[[Reason], None] = lambda _: None
    ) -> None:
        self.size = workers or usable_cores()
        self._workers = [_Worker(memory_bytes) for _ in range(self.size)]
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="pageglass-decode")
        self._on_replaced = on_replaced

    def start(self) -> None:
        """Start every process now, without waiting for it, so that no request does."""
        for worker in self._workers:
            with suppress(OSError):  # its first job tries again, and says so
                worker.ensure_running()

    def submit(self, job: DecodeJob, data: bytes, *, timeout_s: float) -> "asyncio.Future[int | list[DecodedPage]]":
        """Put a job in line: the future gives a count or pages. Cancelled before its turn, it is dropped.

        Raises (through the future):
            InvalidImage: the file cannot be decoded, or its decoder crashed over it.
            ImageTooLarge: decoding it took more than `timeout_s` seconds once begun, or more memory than a worker has.
        """
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._run, job, data, timeout_s)
        # A caller that stops at its first failure leaves others unread, which asyncio would report as a fault.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        return future

    async def close(self) -> None:
        """Drop what has not begun, and end every process; what is being decoded is abandoned."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.close()
        await asyncio.to_thread(self._threads.shutdown)
        for worker in self._workers:
            worker.end()

    def _run(self, job: DecodeJob, data: bytes, timeout_s: float) -> int | list[DecodedPage]:
        worker = self._idle.get()
        try:
            return self._attempt(worker, job, data, timeout_s)
        finally:
            if worker.jobs >= _JOBS_A_LIFE:
                self._replace(worker, "recycled")
            self._idle.put(worker)  # its next process, where it has none, is started by its next job

    def _attempt(
        self, worker: "_Worker", job: DecodeJob, data: bytes, timeout_s: float, *, again: bool = True
    ) -> int | list[DecodedPage]:
        if self._closed.is_set():
            raise _stopping()
        used = worker.jobs > 0
        try:
            return worker.run(job, data, timeout_s=timeout_s)
        except OutOfMemory:
            self._replace(worker, "memory")
            if used and again:  # what earlier jobs left behind may be to blame
                return self._attempt(worker, job, data, timeout_s, again=False)
            raise ImageTooLarge(
                f"{job.path} needs more memory to decode than one file may use. Send it smaller, or raise "
                f"PAGEGLASS_DECODE_MEMORY_BYTES.",
                param=job.path,
                code="image_too_costly",
            ) from None
        except TimeoutError:
            self._replace(worker, "timeout")
            raise ImageTooLarge(
                f"{job.path} took longer than {timeout_s:g} s to decode. Send it smaller or simpler, or raise "
                f"PAGEGLASS_DECODE_TIMEOUT_S.",
                param=job.path,
                code="image_too_costly",
            ) from None
        except BrokenFrame:
            if self._closed.is_set():
                raise _stopping() from None
            _LOG.warning("a decode worker died at work", extra={"param": job.path, "exit_code": worker.exit_code})
            self._replace(worker, "crash")
            if worker.exit_code == _KILLED and again:
                return self._attempt(worker, job, data, timeout_s, again=False)
            if worker.exit_code == _KILLED or not worker.has_answered:
                raise EngineUnavailable(  # the system was short of memory, or the worker cannot run at all
                    "The process that decodes pictures was ended from outside. Try again.", retry_after_s=1
                ) from None
            if worker.exit_code == _ABORTED:  # as pdfium does where it gets no memory
                raise ImageTooLarge(
                    f"{job.path} made its decoder give up: it needs more memory than one file may use, or is damaged in "
                    f"a rare way. Send it smaller or simpler.",
                    param=job.path,
                    code="image_too_costly",
                ) from None
            raise InvalidImage(
                f"{job.path} made its decoder crash, so the file is damaged in a rare way. "
                f"Open it and save it again as PNG or JPEG.",
                param=job.path,
            ) from None

    def _replace(self, worker: "_Worker", reason: Reason) -> None:
        worker.end()
        self._on_replaced(reason)
        if not self._closed.is_set():
            with suppress(OSError):  # no memory, or no descriptor: its next job tries again, and says so
                worker.ensure_running()


class _Worker:
    """One process at a time; used by one thread at a time, but for `kill`."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._closed = False
        self.jobs = 0
        self.has_answered = False
        """Whether any of its processes ever has: one that cannot even begin says nothing about a file."""
        self.exit_code: int | None = None

    def ensure_running(self) -> subprocess.Popen[bytes]:
        """Start the process where there is none, or where it died while it had nothing to do."""
        with self._starting:
            if self._process is not None and self._process.poll() is not None:
                self.end()
            if self._closed:
                raise _stopping()
            return self._process or self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            # -P: never out of the folder it is started in, which may have a `server` of its own
            [sys.executable, "-P", "-m", "server.media.worker_main", str(self._memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # codecs print what they think of a file
            bufsize=0,
            env=child_environment(),
        )
        _widen(process.stdin)
        _widen(process.stdout)
        self.jobs, self._process = 0, process
        return process

    def run(self, job: DecodeJob, data: bytes, *, timeout_s: float) -> int | list[DecodedPage]:
        """Do one job; raises `TimeoutError`, what `read_answer` raises, or `EngineUnavailable` where none starts."""
        process = self._start()
        self.jobs += 1
        with _Clock(process, timeout_s) as clock:
            try:
                write_job(cast(BinaryIO, process.stdin), job, data)
                answer = read_answer(cast(BinaryIO, process.stdout), job)
            except (InvalidImage, OutOfMemory):
                self.has_answered = True
                raise
            except (BrokenFrame, OSError) as error:
                if clock.struck:
                    raise TimeoutError from error
                self.exit_code = _wait(process)
                raise BrokenFrame from error
        self.has_answered = True
        return answer

    def close(self) -> None:
        """End the process by force, whatever it is at, and start no other."""
        with self._starting:
            self._closed = True
            process = self._process
            if process is not None:
                process.kill()

    def end(self) -> None:
        """End the process: by closing its pipe, and by force where that does not do."""
        process, self._process = self._process, None
        if process is None:
            return
        cast(BinaryIO, process.stdin).close()
        if _wait(process) is None:
            process.kill()
            process.wait()
        cast(BinaryIO, process.stdout).close()

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return self.ensure_running()
        except OSError as error:  # no memory or no process to be had
            raise EngineUnavailable("No process to decode pictures in could be started.", retry_after_s=5) from error


def _stopping() -> EngineUnavailable:
    return EngineUnavailable("The server is stopping. Try again.", retry_after_s=1)


class _Clock:
    """Kills the process of a job that is late, and never one whose job has ended."""

    def __init__(self, process: subprocess.Popen[bytes], timeout_s: float) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._over = False
        self.struck = False
        self._timer = threading.Timer(timeout_s, self._strike)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
        self._timer.cancel()

    def _strike(self) -> None:
        with self._lock:
            if not self._over:
                self.struck = True
                self._process.kill()


def usable_cores() -> int:
    """Count the CPU cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Wait a moment for the process to end by itself; None where it does not."""
    try:
        return process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return None


def _widen(pipe: object) -> None:
    """Make a pipe as wide as Linux lets any user have, so that a page passes in few turns."""
    if sys.platform != "linux":
        return
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        fcntl.fcntl(cast(BinaryIO, pipe).fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:  # the user's share of pipe memory is used up; a narrow pipe does as well
        return
