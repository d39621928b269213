"""Picture files for tests, and how they are sent: ordinary ones, and bombs that are small to send."""

import base64
import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Write `image` as Pillow does."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def blank(size: tuple[int, int] = (80, 60), kind: str = "PNG", *, mode: str = "RGB", colour: Any = "white") -> bytes:
    """A picture of one colour."""
    return saved(Image.new(mode, size, colour), kind)


def as_text(file: bytes) -> str:
    """The file in base64."""
    return base64.b64encode(file).decode()


def data_uri(file: bytes, mime: str = "image/png") -> str:
    """The file as the URL of a part."""
    return f"data:{mime};base64,{as_text(file)}"


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *chunks: bytes, colour: int = 0, depth: int = 8, rows: bytes = b"") -> bytes:
    """A PNG with `chunks` before its pixels, which are `rows` with their filter bytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + body + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    """A segment of JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Put segments behind the start of `jpeg`."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def gif(width: int, height: int, frames: int) -> bytes:
    """A GIF of black frames, one pixel each."""
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + frame * frames + b";"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP file of these chunks."""
    body = b"".join(name + struct.pack("<I", len(part)) + part + bytes(len(part) % 2) for name, part in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def box(name: bytes, *parts: bytes) -> bytes:
    """A box of HEIF and AVIF."""
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A directory of a little-endian TIFF; entries are tag, type, count and value."""
    return (
        struct.pack("<H", len(entries))
        + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        + struct.pack("<I", following)
    )


def page_tags(width: int, height: int, pixels_at: int = 0) -> tuple[tuple[int, int, int, int], ...]:
    """Entries of an uncompressed page of gray."""
    return (
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, pixels_at),
        (278, 4, 1, height),
        (279, 4, 1, width * height & 0xFFFFFFFF),
    )


def tiff(*directories: bytes, first: int = 8) -> bytes:
    """A little-endian TIFF: its header, and what follows it."""
    return b"II*\x00" + struct.pack("<I", first) + b"".join(directories)


def bmp(width: int, height: int, *, bits: int = 24, packing: int = 0, pixels: bytes = b"") -> bytes:
    """A BMP with any header."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 0, 0)
    palette = bytes(4 << bits) if bits <= 8 else b""
    start = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + palette + pixels
