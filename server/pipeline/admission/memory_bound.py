"""How much memory the processes of one server may use over what they use at rest, by its settings.

Each factor is derived in docs/memory.md from what the code holds, and held against a server under load by
tests/e2e/test_memory_bound.py. The engine's own memory is not in it.
"""

from typing import Final

from server.config import Settings
from server.machine import usable_cores
from server.pipeline.admission.admission import pixel_room

BODY_FACTOR: Final = 7
"""Bytes held for each byte of a body at its worst moment."""
FETCH_FACTOR: Final = 3
"""Bytes held for each byte of a fetched picture, its pieces and their joining included."""
BYTES_PER_PIXEL: Final = 3
REQUEST_BYTES: Final = 4 * 2**20
"""What the values of one body take as Python objects, beside long strings."""
BUFFER_BYTES: Final = 2**20
"""What the HTTP server reads of a body before its turn, held twice: 64 KiB, and one more read of 256 KiB."""


def memory_over_rest(settings: Settings, *, in_flight: int = 8) -> int:
    """Tell the most bytes that the HTTP process and its decode workers use over what they use at rest.

    `in_flight` is what the engine takes at once where the settings do not say.
    """
    inside = (settings.max_in_flight or in_flight) + settings.max_queue
    workers = settings.intake_workers or usable_cores()
    return (
        (BODY_FACTOR + FETCH_FACTOR) * settings.max_bytes_in_flight
        + BYTES_PER_PIXEL * pixel_room(settings, in_flight)
        + settings.page_cache_bytes
        + inside * REQUEST_BYTES
        + settings.max_queue * BUFFER_BYTES
        + workers * settings.decode_memory_bytes
    )
