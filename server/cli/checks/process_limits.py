"""Checks of what the system allows a process: open files and connections (`ulimit -n`), address space (`ulimit -v`)."""

from typing import Final

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import Here
from server.config import Settings
from server.machine import address_space_limit, descriptor_limit, usable_cores

_MIB: Final = 2**20
_OWN_DESCRIPTORS: Final = 64
"""Of the process itself: logs, pipes, the event loop, files of keys, libraries."""
_PER_WORKER: Final = 4
"""Pipes of a decode worker."""
_SPARE: Final = 4
"""Connections for each request inside: clients keep theirs open between requests."""
_REST_BYTES: Final = 512 * _MIB
_ENGINE_BYTES: Final = 1408 * _MIB
_ENGINE_WORKER_BYTES: Final = 136 * _MIB
"""Address space at rest: a process, the embedded engine in it, and each of that engine's workers; measured."""


def check_descriptors(here: Here) -> Finding:
    """Hold `ulimit -n` against what requests at the same time need: a connection each, and some to fetch by."""
    limit = descriptor_limit()
    if limit is None:
        return ok("this system sets no limit")
    settings = here.valid
    inside = (settings.max_in_flight or (8 if settings.engine != "vllm" else 256)) + settings.max_queue
    workers = settings.intake_workers or usable_cores()
    need = _OWN_DESCRIPTORS + workers * _PER_WORKER + inside
    if limit < need:
        return fault(
            "descriptors_too_few",
            f"ulimit -n is {limit}, and {inside} requests at the same time need {need} files and connections",
            "Raise it: ulimit -n 65536, LimitNOFILE=65536 in systemd, --ulimit nofile=65536 in Docker.",
            blocks=False,
        )
    if limit < need + _SPARE * inside:
        return note(
            f"ulimit -n is {limit}: few connections are left for clients that keep theirs open",
            code="descriptors_few",
            cure="Raise it: ulimit -n 65536, LimitNOFILE=65536 in systemd, --ulimit nofile=65536 in Docker.",
        )
    return ok(f"ulimit -n is {limit}")


def check_address_space(here: Here) -> Finding:
    """Hold `ulimit -v` against what the process maps at rest; libraries map far more than they use."""
    limit = address_space_limit()
    if limit is None:
        return ok("not limited")
    need = _needed(here.valid)
    cure = "Remove it (ulimit -v unlimited, LimitAS=infinity in systemd), and bound memory by the container."
    said = f"ulimit -v is {limit // _MIB} MiB"
    if limit < need:
        return fault("address_space_too_small", f"{said}, and the server maps about {need // _MIB} MiB at rest", cure)
    return note(f"{said}: pages may fail for want of it", code="address_space_limited", cure=cure)


def _needed(settings: Settings) -> int:
    if settings.engine == "fake":
        return _REST_BYTES
    workers = settings.rapidocr.workers or usable_cores()
    return _ENGINE_BYTES + workers * _ENGINE_WORKER_BYTES
