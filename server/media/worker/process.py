"""Handle of one decode worker process: one job at a time, started on demand and killed at its timeout."""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from server.environment import child_environment
from server.errors import EngineUnavailable, InvalidImage
from server.media.worker.wire import BrokenFrame, DecodeJob, OutOfMemory, read_answer, write_job
from server.values.pages import DecodedPage

_PIPE_BYTES: Final = 2**20


class WorkerProcess:
    """One process at a time; used by one thread at a time, but for `kill`."""

    def __init__(self, memory_bytes: int, clock: "JobClock | None" = None) -> None:
        self._memory_bytes = memory_bytes
        self._clock = clock or JobClock()
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._closed = False
        self.jobs = 0
        self.has_answered = False
        """Whether any of its processes ever has: one that cannot even begin says nothing about a file."""
        self.exit_code: int | None = None
        self.holds: str | None = None
        """The digest of the document that the process was sent last, where it had one."""

    def ensure_running(self) -> subprocess.Popen[bytes]:
        """Start the process where there is none, or where it died while it had nothing to do."""
        with self._starting:
            if self._process is not None and _has_ended(self._process):
                self.end()
            if self._closed:
                raise stopping()
            return self._process or self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            # -P: never out of the folder it is started in, which may have a `server` of its own
            [sys.executable, "-P", "-m", "server.media.worker.main", str(self._memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # codecs print what they think of a file
            bufsize=0,
            env=child_environment(),
        )
        _widen(process.stdin)
        _widen(process.stdout)
        # Whenever and however it ends, it is waited for at once: one that was killed while idle would stay defunct.
        threading.Thread(target=process.wait, name="pageglass-reaper", daemon=True).start()
        self.jobs, self.holds, self._process = 0, None, process
        return process

    def run(self, job: DecodeJob, data: bytes) -> int | list[DecodedPage]:
        """Do one job; raises `TimeoutError`, what `read_answer` raises, or `EngineUnavailable` where none starts."""
        try:
            process = self.ensure_running()
        except OSError as error:  # no memory or no process to be had
            raise EngineUnavailable("No process to decode pictures in could be started.", retry_after_s=5) from error
        self.jobs += 1
        with self._clock.timing(process, job.seconds) as timed:
            try:
                held = job.sha256 is not None and job.sha256 == self.holds
                self.holds = None  # until it has all of it
                write_job(cast(BinaryIO, process.stdin), job, None if held else data)
                self.holds = job.sha256
                answer = read_answer(cast(BinaryIO, process.stdout), job)
            except (InvalidImage, OutOfMemory):
                self.has_answered = True
                raise
            except (BrokenFrame, OSError) as error:
                if timed.struck:
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


def stopping() -> EngineUnavailable:
    """The error of a job that the pool is closed over."""
    return EngineUnavailable("The server is stopping. Try again.", retry_after_s=1)


@dataclass(slots=True, eq=False)
class TimedJob:
    """A job under the clock; `struck` once its process was killed for being late."""

    process: subprocess.Popen[bytes]
    deadline: float
    struck: bool = False


class JobClock:
    """Kills the processes of jobs that are late, and never one whose job has ended.

    One thread for all jobs, which sleeps while there are none: a timer for each would be a thread for each.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: set[TimedJob] = set()
        self._thread: threading.Thread | None = None
        self._wakes_at = math.inf
        self._closed = False

    @contextmanager
    def timing(self, process: subprocess.Popen[bytes], seconds: float) -> Iterator[TimedJob]:
        """Give `process` so many seconds for the work in the block."""
        job = TimedJob(process, time.monotonic() + seconds)
        with self._changed:
            self._jobs.add(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="pageglass-clock", daemon=True)
                self._thread.start()
            elif job.deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield job
        finally:
            with self._changed:
                self._jobs.discard(job)

    def close(self) -> None:
        """End the thread; no job is timed from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for job in [job for job in self._jobs if job.deadline <= now]:
                    self._jobs.discard(job)
                    job.struck = True
                    job.process.kill()
                self._wakes_at = min((job.deadline for job in self._jobs), default=math.inf)
                self._changed.wait(None if self._wakes_at == math.inf else max(0.0, self._wakes_at - now))


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended, asked of the system: `poll` alone says no while the reaper is about to say yes."""
    if process.poll() is not None:
        return True
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


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
