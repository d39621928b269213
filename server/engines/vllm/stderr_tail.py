"""Tee of stderr: keeps the last lines of child processes during start-up, and passes them on.

vLLM tells its parent only that its core did not start; why stands in the lines of the core.
"""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
_LINES = 400


@contextmanager
def stderr_tail() -> Iterator[deque[str]]:
    """Send what is written to file descriptor 2 through a pipe, and give its last lines; stderr is put back at the end.

    Children started meanwhile keep the pipe, which a thread empties for as long as one of them lives.
    """
    lines: deque[str] = deque(maxlen=_LINES)
    real = os.dup(_STDERR)
    reading, writing = os.pipe()
    os.dup2(writing, _STDERR)
    os.close(writing)
    thread = threading.Thread(target=_pass_on, args=(reading, os.dup(real), lines), daemon=True, name="stderr-tail")
    thread.start()
    try:
        yield lines
    finally:
        os.dup2(real, _STDERR)
        os.close(real)
        thread.join(timeout=0.2)  # where no child is left, the pipe is at its end and the last lines are in


def _pass_on(reading: int, real: int, lines: deque[str]) -> None:
    with open(reading, "rb", buffering=0) as pipe, open(real, "wb", buffering=0) as stderr:
        rest = b""
        while data := pipe.read(2**16):
            stderr.write(data)
            *whole, rest = (rest + data).split(b"\n")
            rest = rest[-4096:]
            lines.extend(line.decode("utf-8", "replace") for line in whole)
