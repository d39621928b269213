"""What a worker process does before it is given anything hostile: it takes its pipes, and bounds its memory."""

import io
import os
import signal
from pathlib import Path
from typing import Final

HANGUP: Final[tuple[signal.Signals, ...]] = (signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()
"""The signal of a terminal that was closed; Windows has none."""


def take_pipes() -> tuple[io.FileIO, io.FileIO]:
    """Take standard input and output away from whatever else might read or print: libraries then write to stderr."""
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return io.FileIO(questions, "rb"), io.FileIO(answers, "wb")


def leave_signals_to_server() -> None:
    """Ignore what is sent to the whole group; the server says when it is over."""
    for number in (signal.SIGINT, signal.SIGTERM, *HANGUP):
        signal.signal(number, signal.SIG_IGN)


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
