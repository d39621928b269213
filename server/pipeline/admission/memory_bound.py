"""Upper bound of the memory that one server's processes use on top of their memory at rest, from its settings.

docs/memory.md derives each factor from the code, and tests/e2e/test_memory_bound.py checks them on a server under load.
The engine's own memory is not included.
"""

from typing import Final

from server.config import Settings
from server.pipeline.admission.admission import pixel_room

BODY_FACTOR: Final = 7
"""Peak bytes in memory per byte of a body."""
FETCH_FACTOR: Final = 3
"""Peak bytes in memory per byte of a fetched picture, including its chunks and joining them."""
BYTES_PER_PIXEL: Final = 3
REQUEST_BYTES: Final = 4 * 2**20
"""Bytes of one body's values as Python objects, excluding long strings."""
BUFFER_BYTES: Final = 2**20
"""Bytes that the HTTP server reads of a body before its admission, held twice: 64 KiB, plus one read of 256 KiB."""


def memory_over_rest(settings: Settings, *, in_flight: int) -> int:
    """Return the most bytes that the HTTP process and its decode workers use on top of their memory at rest.

    `in_flight` is what the engine likes (`in_flight_of`), where the settings do not say.
    """
    inside = (settings.max_in_flight or in_flight) + settings.max_queue
    return (
        (BODY_FACTOR + FETCH_FACTOR) * settings.max_bytes_in_flight
        + BYTES_PER_PIXEL * pixel_room(settings, in_flight)
        + settings.page_cache_bytes
        + inside * REQUEST_BYTES
        + settings.max_queue * BUFFER_BYTES
        + settings.intake_workers_here * settings.decode_memory_bytes
    )
