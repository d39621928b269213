"""The orientation in EXIF blocks, whole, odd and built to take long."""

import struct

import pytest
from PIL import Image

from server.media.pixels.decode import read_orientation


def block(*entries: tuple[int, int], order: str = "<", place: int = 8) -> bytes:
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", place)
    body = b"".join(struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0) for tag, value in entries)
    return head + struct.pack(f"{order}H", len(entries)) + body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\x00\x00", b"Exif\x00\x00Exif\x00\x00"])
@pytest.mark.parametrize("value", range(1, 9))
def test_orientations(order, prefix, value):
    assert read_orientation(prefix + block((0x010F, 1), (0x0112, value), order=order)) == value


def test_what_pillow_writes():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "words", 6
    assert read_orientation(exif.tobytes()) == 6


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"Exif\x00\x00",
        b"Exif\x00\x00MM\x00*\x00\x00\xff\xff",
        b"XX" + block((0x0112, 6))[2:],
        block((0x0112, 0)),
        block((0x0112, 9)),
        block((0x0112, 6))[:-6],
        block((0x0112, 6), place=2**32 - 1),
        block(*[(0x9000, 1)] * 65_000, (0x0112, 6)),
    ],
)
def test_none_where_it_is_missing_broken_or_buried(odd):
    assert read_orientation(odd) == 1
