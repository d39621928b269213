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

from server.child_process import bound_memory, leave_signals_to_server, take_pipes
from server.errors import InvalidImage
from server.media.formats.signatures import known_format
from server.media.pdf import rendering as pdf
from server.media.pixels import decode
from server.media.worker.wire import (
    DecodeJob,
    LastDocument,
    OutOfMemory,
    read_job,
    write_count,
    write_fault,
    write_pages,
)

_SLACK_S = 5  # the server ends a worker that is late; this clock is for one whose server is gone
_EXIT_DELAY_S = 1
_NICENESS = 5
_POSIX = os.name == "posix"  # elsewhere the server's own clock is all there is


def main(memory_bytes: int) -> None:
    """Answer jobs until the server closes the pipe; `memory_bytes` may be used over what is in use at rest."""
    jobs, answers = take_pipes()
    leave_signals_to_server()
    decode.prepare()
    if _POSIX:
        threading.Thread(target=_end_with_server, args=(jobs.fileno(),), daemon=True).start()
        os.nice(_NICENESS)
    bound_memory(memory_bytes)
    last = LastDocument()
    while job := read_job(jobs, last):
        _set_alarm(math.ceil(job.seconds) + _SLACK_S)
        _bound_cpu(job.cpu_seconds)
        try:
            answer(job, last.data, answers)
        except InvalidImage as fault:
            write_fault(answers, fault)
        except MemoryError:
            last = LastDocument()
            write_fault(answers, OutOfMemory())
        _bound_cpu(0)
        _set_alarm(0)


def answer(job: DecodeJob, data: bytes, answers: io.FileIO) -> None:
    """Do one job and write its answer; raises `InvalidImage` and `MemoryError`."""
    is_pdf = known_format(data) == "PDF"
    if job.task == "count":
        counter = pdf.count_pages if is_pdf else decode.count_pages
        write_count(answers, counter(data, path=job.path, limits=job.limits))
        return
    if is_pdf:
        limits = None if job.checked else job.limits
        pages = pdf.render_pages(data, path=job.path, limits=limits, budget=job.budget, numbers=job.numbers)
    else:
        pages = decode.decode_pages(data, path=job.path, limits=job.limits, budget=job.budget, numbers=job.numbers)
    write_pages(answers, pages)


def _set_alarm(seconds: int) -> None:
    if _POSIX:
        signal.alarm(seconds)


def _bound_cpu(seconds: float) -> None:
    """Have the kernel end this process by SIGPROF after `seconds` of CPU time, even inside a codec; 0 is no bound."""
    if _POSIX:
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _end_with_server(jobs: int) -> None:
    """End this process when the server's end of the pipe closes, even in the middle of a job."""
    watch = select.poll()
    watch.register(jobs, 0)  # a hang-up is always reported
    watch.poll()
    time.sleep(_EXIT_DELAY_S)  # between jobs it ends by itself
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
