"""The bounded pool in which pictures are decoded, so that the event loop never does.

Threads are enough: Pillow lets go of the interpreter lock while it decodes, converts and resizes.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class WorkerPool:
    """At most `workers` jobs at a time, the others in line; 0 means one for every core this process may use."""

    def __init__(self, workers: int = 0) -> None:
        self._executor = ThreadPoolExecutor(workers or usable_cores(), thread_name_prefix="pageglass-intake")

    def submit(self, job: Callable[[], Result]) -> "asyncio.Future[Result]":
        """Put `job` in line. The future may be cancelled: a job that has not begun is then dropped."""
        future = asyncio.get_running_loop().run_in_executor(self._executor, job)
        # A caller that stops at its first failure leaves others unread, which asyncio would report as a fault.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        return future

    async def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)


def usable_cores() -> int:
    """Count the CPU cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
