"""One decode worker: a process that is given a job at a time, started when one is due and ended when it is late."""

import subprocess
import sys
import threading
from typing import BinaryIO, Final, Self, cast

from server.config import child_environment
from server.errors import EngineUnavailable, InvalidImage
from server.media.types import DecodedPage
from server.media.worker_wire import BrokenFrame, DecodeJob, OutOfMemory, read_answer, write_job

_PIPE_BYTES: Final = 2**20


class WorkerProcess:
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
                raise stopping()
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

    def run(self, job: DecodeJob, data: bytes) -> int | list[DecodedPage]:
        """Do one job; raises `TimeoutError`, what `read_answer` raises, or `EngineUnavailable` where none starts."""
        process = self._start()
        self.jobs += 1
        with _Clock(process, job.seconds) as clock:
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


def stopping() -> EngineUnavailable:
    """The error of a job that the pool is closed over."""
    return EngineUnavailable("The server is stopping. Try again.", retry_after_s=1)


class _Clock:
    """Kills the process of a job that is late, and never one whose job has ended."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._over = False
        self.struck = False
        self._timer = threading.Timer(seconds, self._strike)
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
