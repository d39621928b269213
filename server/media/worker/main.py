"""Main loop of a decode worker: reads documents from standard input, writes pages to standard output.

It is where hostile bytes meet codecs, so it has little to lose: no key and no network client in it, memory bounded by
the kernel, a clock that ends it, and less claim to the CPU than the server it works for.
"""

import io
import math
import os
import select
import signal
import sys
import threading
import time
from pathlib import Path

from server.errors import InvalidImage
from server.media.formats.signatures import known_format
from server.media.pdf import rendering as pdf
from server.media.pixels import decode
from server.media.worker.wire import DecodeJob, OutOfMemory, read_job, write_count, write_fault, write_pages
from server.values.pages import DecodedPage

_SLACK_S = 5  # the server ends a worker that is late; this clock is for one whose server is gone
_FAREWELL_S = 1
_NICENESS = 5
_POSIX = os.name == "posix"  # elsewhere the server's own clock is all there is


def main(memory_bytes: int) -> None:
    """Answer jobs until the server closes the pipe; `memory_bytes` may be used over what is in use at rest."""
    jobs, answers = _take_pipes()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # sent to the whole group; the server says when it is over
    decode.prepare()
    if _POSIX:
        threading.Thread(target=_end_with_server, args=(jobs.fileno(),), daemon=True).start()
        os.nice(_NICENESS)
    bound_memory(memory_bytes)
    while task := read_job(jobs):
        job, data = task
        _set_alarm(math.ceil(job.seconds) + _SLACK_S)
        try:
            answer(job, data, answers)
        except InvalidImage as fault:
            write_fault(answers, fault)
        except MemoryError:
            del task, data
            write_fault(answers, OutOfMemory())
        _set_alarm(0)


def answer(job: DecodeJob, data: bytes, answers: io.FileIO) -> None:
    """Do one job and write its answer; raises `InvalidImage` and `MemoryError`."""
    if job.task == "count":
        write_count(answers, count_pages(job, data))
    else:
        write_pages(answers, decode_pages(job, data))


def count_pages(job: DecodeJob, data: bytes) -> int:
    """Count the pages of the document `data`."""
    counter = pdf.count_pages if known_format(data) == "PDF" else decode.count_pages
    return counter(data, path=job.path, limits=job.limits)


def decode_pages(job: DecodeJob, data: bytes) -> list[DecodedPage]:
    """Decode the pages of `data` with the job's numbers, in their order."""
    decoder = pdf.render_pages if known_format(data) == "PDF" else decode.decode_pages
    return decoder(data, path=job.path, limits=job.limits, budget=job.budget, numbers=job.numbers)


def bound_memory(memory_bytes: int) -> None:
    """Let the kernel refuse memory beyond what is mapped now plus `memory_bytes`, and write no core files.

    Where the system cannot (Windows has no such limits, macOS does not hold to this one), only the limits in the code
    bind.
    """
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    mapped = _mapped_bytes()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = mapped + memory_bytes if most == resource.RLIM_INFINITY else min(mapped + memory_bytes, most)
    if mapped:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _mapped_bytes() -> int:
    """Address space in use, by Linux's account; 0 where there is none."""
    statistics = Path("/proc/self/statm")
    return int(statistics.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if statistics.exists() else 0


def _set_alarm(seconds: int) -> None:
    if _POSIX:
        signal.alarm(seconds)


def _end_with_server(jobs: int) -> None:
    """End this process when the server's end of the pipe closes, even in the middle of a job."""
    watch = select.poll()
    watch.register(jobs, 0)  # a hang-up is always reported
    watch.poll()
    time.sleep(_FAREWELL_S)  # between jobs it ends by itself
    os._exit(1)


def _take_pipes() -> tuple[io.FileIO, io.FileIO]:
    """Take the two pipes away from whatever else might print or read: libraries then write to stderr."""
    jobs, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return io.FileIO(jobs, "rb"), io.FileIO(answers, "wb")


if __name__ == "__main__":
    main(int(sys.argv[1]))
