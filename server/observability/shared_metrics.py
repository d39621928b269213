"""Multiprocess metrics: the sum over HTTP processes, read from prometheus_client's files in a shared folder.

Each process writes its own files there. Counters of a process that ended are kept, or totals would decrease; its gauges
are dropped, since it no longer holds anything.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from server.errors import ConfigurationError

_GAUGES_OF: Final = re.compile(r"gauge_livesum_(\d+)\.db")


class SharedMetrics:
    """A collector of the sum over all processes; `process_*` are sums as well, and the start time is the earliest.

    Metrics of `declared` that no process has counted yet are included, so that every metric exists from the start.
    """

    def __init__(self, folder: Path, declared: CollectorRegistry) -> None:
        self._folder = folder
        self._declared = declared
        self._files = MultiProcessCollector(None, path=str(folder))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of running and ended processes."""
        pids = self._living()
        counted: list[Metric] = [*self._files.collect()]  # type: ignore[no-untyped-call]
        names = {metric.name for metric in counted}
        yield from counted
        for metric in self._declared.collect():
            if metric.name not in names:
                yield Metric(metric.name, metric.documentation, metric.type)
        yield from _processes(pids)

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: the metrics are described by the files."""
        return iter(())

    def _living(self) -> list[int]:
        found = (_GAUGES_OF.fullmatch(path.name) for path in self._folder.iterdir())
        pids = [int(match[1]) for match in found if match]
        for pid in (pid for pid in pids if not _lives(pid)):
            with suppress(FileNotFoundError):  # another process was scraped at the same moment
                mark_process_dead(pid, str(self._folder))  # type: ignore[no-untyped-call]
        return [pid for pid in pids if _lives(pid)]


def shared_registry(folder: Path, declared: CollectorRegistry) -> CollectorRegistry:
    """Create a registry of the metrics in `declared` with the values that all processes wrote into `folder`."""
    registry = CollectorRegistry()
    registry.register(SharedMetrics(folder, declared))
    return registry


def reserve_space(folder: Path) -> None:
    """Reserve the disk space of this process's files.

    They are mapped into memory: writing to a page that a full disk cannot hold would kill the process (SIGBUS).

    Raises:
        ConfigurationError: there is no space.
    """
    for file in folder.glob(f"*_{os.getpid()}.db"):
        try:
            with file.open("r+b") as opened:
                os.posix_fallocate(opened.fileno(), 0, file.stat().st_size)
        except OSError as error:
            raise ConfigurationError(
                f"Metrics of several processes are shared in {folder}, which has no room for them ({error.strerror}). "
                "Free some space there, or set TMPDIR to a folder on another disk."
            ) from None


def _processes(pids: list[int]) -> Iterator[Metric]:
    sums: dict[str, Metric] = {}
    for pid in pids:
        for metric in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
            known = sums.setdefault(metric.name, metric)
            if known is not metric:
                (one,), (other,) = known.samples, metric.samples
                join = min if metric.name == "process_start_time_seconds" else sum
                known.samples = [one._replace(value=join((one.value, other.value)))]
    yield from sums.values()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's process: the pid was reused
        return False
    return True
