"""What a server and its processes weigh while something is put to them; Linux only."""

import threading
from typing import Self

import psutil

SAMPLE_EVERY_S = 0.05


def memory(server: psutil.Process) -> int:
    """The memory of the server and its workers, in bytes; what processes share is counted once."""
    total = 0
    for process in (server, *server.children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it ended just now
            continue
    return total


class Weighing:
    """Samples memory while a `with` block runs: `rest` is what it was before, `peak` the most, in bytes."""

    def __init__(self, server: psutil.Process) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.rest = self.peak = memory(server)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_EVERY_S):
            self.peak = max(self.peak, memory(self._server))
