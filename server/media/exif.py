"""The one thing asked of an EXIF block: how the picture is to be turned."""

import struct
from typing import Final

_ORIENTATION: Final = 0x0112
_MOST_ENTRIES: Final = 1_000  # real blocks have some twenty; nothing they point to is followed


def read_orientation(block: bytes) -> int:
    """Return the orientation in an EXIF `block`, 1 to 8 (CIPA DC-008, 4.6.5.1); 1 where it is missing or broken."""
    while block.startswith(b"Exif\x00\x00"):
        block = block[6:]
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    try:
        (place,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, place)
        for entry in range(place + 2, place + 2 + 12 * min(count, _MOST_ENTRIES), 12):
            tag, _type, _count, value = struct.unpack_from(f"{order}HHIH", block, entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
