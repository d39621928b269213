"""Checks of memory: what the processes and workers take at rest and in use, and what the settings allow on top."""

from typing import Final

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import Here
from server.machine import machine_memory, memory_limit

_GIB: Final = 2**30
_PROCESS, _DECODER, _ENGINE, _READER_AT_REST, _READER_IN_USE = (size * 2**20 for size in (85, 25, 210, 77, 700))
"""Bytes of an HTTP process, a decode worker, the embedded engine, and each of its workers: docs/memory.md."""


def check_workers(here: Here) -> Finding:
    """Compare what processes and workers take with the memory there is: at rest they must fit, in use they should."""
    there = _available()
    if there is None:
        return note("this system does not show how much memory it has")
    decoders, readers = here.valid.intake_workers_here, here.readers
    shown = _named(here, decoders, readers)
    reading = _ENGINE if readers else 0
    at_rest = here.workers * (_PROCESS + decoders * _DECODER + reading + readers * _READER_AT_REST)
    in_use = here.workers * (_PROCESS + decoders * _DECODER + max(reading, readers * _READER_IN_USE))
    cure = "Lower PAGEGLASS_RAPIDOCR__WORKERS, PAGEGLASS_INTAKE_WORKERS or --workers."
    if at_rest > there:
        said = f"{shown} take {at_rest / _GIB:.1f} GiB before the first request, and {there / _GIB:.1f} GiB are there"
        return fault("workers_beyond_memory", said, cure, blocks=False)
    if in_use > there:
        said = f"{shown} take up to {in_use / _GIB:.1f} GiB in use, and {there / _GIB:.1f} GiB are there"
        return note(said, code="workers_near_memory", cure=cure)
    return ok(f"{shown} fit into {there / _GIB:.1f} GiB")


def check_memory(here: Here) -> Finding:
    """Compare the memory that the settings allow (docs/memory.md) with the memory available."""
    from server.engines.registry import in_flight_of  # noqa: PLC0415 - loads the engines
    from server.pipeline.admission.memory_bound import memory_over_rest  # noqa: PLC0415 - loads the codecs

    bound = here.workers * memory_over_rest(here.valid, in_flight=in_flight_of(here.valid))
    there = _available()
    if there is None:
        return note(
            f"the settings allow up to {bound / _GIB:.1f} GiB over rest; this system does not show how much it has"
        )
    said = f"the settings allow up to {bound / _GIB:.1f} GiB over rest, and {there / _GIB:.1f} GiB are available"
    if bound <= there:
        return ok(said)
    return fault(
        "memory_too_small",
        said + (" (the container's limit)" if there == memory_limit() else ""),
        "Lower PAGEGLASS_MAX_BYTES_IN_FLIGHT, PAGEGLASS_MAX_PIXELS_IN_FLIGHT and PAGEGLASS_DECODE_MEMORY_BYTES; "
        "docs/memory.md has the formula, and settings for 1 GiB.",
    )


def _available() -> int | None:
    return min((size for size in (memory_limit(), machine_memory()) if size), default=None)


def _named(here: Here, decoders: int, readers: int) -> str:
    each = f"{readers} workers of the engine and {decoders} decode workers" if readers else f"{decoders} decode workers"
    return f"{here.workers} processes with {each} each" if here.workers > 1 else each
