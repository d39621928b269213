"""Checks of what the system allows a process: open files and connections (`ulimit -n`), address space (`ulimit -v`)."""

from typing import Final

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import Here
from server.machine import address_space_limit, descriptor_limit

_OWN_DESCRIPTORS: Final = 64
"""Of the process itself: logs, pipes, the event loop, files of keys, libraries."""
_PER_WORKER: Final = 4
"""Pipes of a decode worker."""
_SPARE: Final = 4
"""Connections for each request inside: clients keep theirs open between requests."""
_RAISE: Final = "Raise it: ulimit -n 65536, LimitNOFILE=65536 in systemd, --ulimit nofile=65536 in Docker."
_MIB: Final = 2**20
_REST, _ENGINE, _ENGINE_WORKER = 512, 1680, 136
"""MiB of address space at rest: a process, the embedded engine in it, and each of that engine's workers; measured."""


def check_descriptors(here: Here) -> Finding:
    """Hold `ulimit -n` against what requests at the same time need, and the connections that it leaves."""
    limit = descriptor_limit()
    if limit is None:
        return ok("this system sets no limit")
    from server.engines.registry import in_flight_of  # noqa: PLC0415 - loads the engines
    from server.serving.slots import most_open  # noqa: PLC0415

    settings = here.valid
    inside = (settings.max_in_flight or in_flight_of(settings)) + settings.max_queue
    need = _OWN_DESCRIPTORS + settings.intake_workers_here * _PER_WORKER + inside
    if limit < need:
        return fault(
            "descriptors_too_few",
            f"ulimit -n is {limit}, and {inside} requests at the same time need {need} files and connections",
            _RAISE,
            blocks=False,
        )
    wanted = settings.connections.max_open
    most = most_open(wanted, limit)
    if most < (wanted or _SPARE * inside):
        lowered = f", and PAGEGLASS_CONNECTIONS__MAX_OPEN={wanted} is lowered" if wanted else ""
        said = f"ulimit -n is {limit}, so at most {most} connections may be open{lowered}"
        return note(said, code="descriptors_few", cure=_RAISE)
    return ok(f"ulimit -n is {limit}; at most {most} connections may be open")


def check_address_space(here: Here) -> Finding:
    """Hold `ulimit -v` against what the process maps at rest; libraries map far more than they use."""
    limit = address_space_limit()
    if limit is None:
        return ok("not limited")
    settings = here.valid
    workers = settings.rapidocr.workers_here
    need = _REST if settings.engine == "fake" else _ENGINE + workers * _ENGINE_WORKER
    cure = "Remove it (ulimit -v unlimited, LimitAS=infinity in systemd), and bound memory by the container."
    said = f"ulimit -v is {limit // _MIB} MiB"
    if limit < need * _MIB:
        return fault("address_space_too_small", f"{said}, and the server maps about {need} MiB at rest", cure)
    return note(f"{said}: pages may fail for want of it", code="address_space_limited", cure=cure)
