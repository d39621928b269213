"""Pool of decode workers with bounded memory and time; a worker that dies is replaced.

A crash, a hang or a glut in a codec costs the one job it happened in, which is answered as a fault of that file.
`wire` says why the pool is our own: the executors of the standard library lose every job in hand when one
process dies, and the libraries that do better answer through pickles.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Literal

from server.errors import EngineUnavailable, ImageTooLarge, InvalidImage
from server.media.worker.process import JobClock, WorkerProcess, stopping
from server.media.worker.wire import BrokenFrame, DecodeJob, OutOfMemory
from server.values.pages import DecodedPage

Reason = Literal["crash", "timeout", "cpu", "memory", "recycled"]

_JOBS_A_LIFE: Final = 500  # what a codec leaks is given back by ending its process
_ABORTED: Final = -6  # by SIGABRT
_OUT_OF_CPU: Final = -27  # by SIGPROF; see the worker's main loop
_KILLED: Final = -9  # by SIGKILL, as the kernel does where memory is short
_LOG = logging.getLogger(__name__)


class DecodeWorkers:
    """`size` processes, and a line of jobs before them.

    Processes are started by their first job, or all at once by `start`.
    """

    def __init__(self, size: int, *, memory_bytes: int, on_replaced: Callable[[Reason], None] = lambda _: None) -> None:
        self.size = size
        self._clock = JobClock()
        self._workers = [WorkerProcess(memory_bytes, self._clock) for _ in range(self.size)]
        self._idle = list(self._workers)  # no fewer than threads that look for one
        self._taking = threading.Lock()
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="pageglass-decode")
        self._on_replaced = on_replaced

    def start(self) -> None:
        """Start every process now, without waiting for it, so that no request does."""
        for worker in self._workers:
            with suppress(OSError):  # its first job tries again, and says so
                worker.ensure_running()

    def submit(self, job: DecodeJob, data: bytes) -> "asyncio.Future[int | list[DecodedPage]]":
        """Put a job in line: the future gives a count or pages. Cancelled before its turn, it is dropped.

        Raises (through the future):
            InvalidImage: the file cannot be decoded, or its decoder crashed over it.
            ImageTooLarge: decoding it took more than `job.seconds` once begun, more CPU time than `job.cpu_seconds`, or
                more memory than a worker has.
        """
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._run, job, data)
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
        self._clock.close()

    def _run(self, job: DecodeJob, data: bytes) -> int | list[DecodedPage]:
        with self._taking:  # the idle worker that has the document already, else the one that was busy last
            held = (at for at, idle in enumerate(self._idle) if job.sha256 is not None and idle.holds == job.sha256)
            worker = self._idle.pop(next(held, -1))
        try:
            return self._attempt(worker, job, data)
        finally:
            if worker.jobs >= _JOBS_A_LIFE:
                self._replace(worker, "recycled")
            self._idle.append(worker)  # its next process, where it has none, is started by its next job

    def _attempt(
        self, worker: WorkerProcess, job: DecodeJob, data: bytes, *, again: bool = True
    ) -> int | list[DecodedPage]:
        if self._closed.is_set():
            raise stopping()
        used = worker.jobs > 0
        try:
            return worker.run(job, data)
        except OutOfMemory:
            self._replace(worker, "memory")
            if used and again:  # what earlier jobs left behind may be to blame
                return self._attempt(worker, job, data, again=False)
            raise _too_costly(job, "needs more memory to decode than one file may use", "DECODE_MEMORY_BYTES") from None
        except TimeoutError:
            self._replace(worker, "timeout")
            raise _too_costly(job, f"took longer than {job.seconds:g} s to decode", "DECODE_TIMEOUT_S") from None
        except BrokenFrame:
            if self._closed.is_set():
                raise stopping() from None
            if worker.exit_code == _OUT_OF_CPU:
                self._replace(worker, "cpu")
                raise _too_costly(
                    job, f"took more than {job.cpu_seconds:g} s of CPU time to decode", "DECODE_CPU_S"
                ) from None
            _LOG.warning("a decode worker died at work", extra={"param": job.path, "exit_code": worker.exit_code})
            self._replace(worker, "crash")
            if worker.exit_code == _KILLED and again:
                return self._attempt(worker, job, data, again=False)
            raise _death(worker, job) from None

    def _replace(self, worker: WorkerProcess, reason: Reason) -> None:
        worker.end()
        self._on_replaced(reason)
        if not self._closed.is_set():
            with suppress(OSError):  # no memory, or no descriptor: its next job tries again, and says so
                worker.ensure_running()


def _too_costly(job: DecodeJob, why: str, setting: str) -> ImageTooLarge:
    return ImageTooLarge(
        f"{job.path} {why}. Send it smaller or simpler. The operator can raise PAGEGLASS_{setting}.",
        param=job.path,
        code="image_too_costly",
    )


def _death(worker: WorkerProcess, job: DecodeJob) -> EngineUnavailable | InvalidImage:
    """The error of a job in which its process died."""
    if worker.exit_code == _KILLED or not worker.has_answered:
        return EngineUnavailable(  # the system was short of memory, or the worker cannot run at all
            "The process that decodes pictures was ended from outside. Try again.", retry_after_s=1
        )
    if worker.exit_code == _ABORTED:  # as pdfium does where it gets no memory
        return ImageTooLarge(
            f"{job.path} made its decoder give up: it needs more memory than one file may use, or is damaged "
            f"in a rare way. Send it smaller or simpler.",
            param=job.path,
            code="image_too_costly",
        )
    return InvalidImage(
        f"{job.path} made its decoder crash, so the file is damaged in a rare way. "
        f"Open it and save it again as PNG or JPEG.",
        param=job.path,
    )
