"""Picture files made to harm, each built here from the format's own rules: small to send, dear or dangerous to open."""

import struct
import zlib
from collections.abc import Iterable

from picture_files import saved
from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"
PROGRESSIVE_SCAN = b"\xff\xda"
TIFF_LONG = 4


def blank(kind: str, size: tuple[int, int] = (64, 64), mode: str = "RGB", **options: object) -> bytes:
    """An ordinary white picture."""
    return saved(Image.new(mode, size, "white"), kind, **options)


def zeros(count: int) -> bytes:
    """`count` zero bytes as zlib data (RFC 1950), made of one packed MiB over and over."""
    whole, rest = divmod(count, 2**20)
    packer, last = zlib.compressobj(9, wbits=-15), zlib.compressobj(9, wbits=-15)
    piece = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = count % 65_521 << 16 | 1
    return b"\x78\xda" + piece * whole + last.compress(bytes(rest)) + last.flush() + struct.pack(">I", checksum)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(  # noqa: PLR0913 - what a header says
    width: int,
    height: int,
    *,
    colour: int = 0,
    depth: int = 8,
    before: bytes = b"",
    pixels: bytes | None = None,
    after: bytes = b"",
) -> bytes:
    """A PNG with that header, whatever its `pixels` (compressed rows) are."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = zlib.compress(bytes((width + 1) * height)) if pixels is None else pixels
    return b"".join([PNG, chunk(b"IHDR", header), before, chunk(b"IDAT", body), after, chunk(b"IEND", b"")])


def png_with_packed(name: bytes, count: int) -> bytes:
    """A small PNG with `count` zero bytes packed into a chunk of text or a profile."""
    opening = {b"zTXt": b"c\0\0", b"iCCP": b"c\0\0", b"iTXt": b"c\0\1\0\0\0"}[name]
    return png(8, 8, before=chunk(name, opening + zeros(count)))


def many_texts_png(count: int) -> bytes:
    """A small PNG with `count` chunks of a megabyte of text each."""
    return png(8, 8, before=chunk(b"zTXt", b"c\0\0" + zeros(2**20 - 1)) * count)


def apng(frames: int) -> bytes:
    """An animated PNG of `frames` frames of one pixel."""
    row = zlib.compress(b"\0\0")
    control = struct.pack(">IIIIHHBB", 1, 1, 0, 0, 1, 10, 0, 0)
    out = [chunk(b"acTL", struct.pack(">II", frames, 0)), chunk(b"fcTL", struct.pack(">I", 0) + control)]
    later = []
    for number in range(1, frames):
        later.append(chunk(b"fcTL", struct.pack(">I", 2 * number - 1) + control))
        later.append(chunk(b"fdAT", struct.pack(">I", 2 * number) + row))
    return png(1, 1, before=b"".join(out), pixels=row, after=b"".join(later))


def gif(width: int, height: int, *, frame: tuple[int, int] = (1, 1), frames: int = 1) -> bytes:
    """A GIF of `frames` frames, each with a single pixel of data whatever size it states."""
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\x00"
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + picture * frames + b";"
    )


def bmp(width: int, height: int, *, bits: int = 24, compression: int = 0, data: bytes = b"") -> bytes:
    """A BMP with that header."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0)
    palette = bytes(1024) if bits == 8 else b""
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP file of `chunks`."""
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_header(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    """The chunk that states the canvas."""
    return b"VP8X", struct.pack("<I", flags) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]


def webp_pixel() -> bytes:
    """The chunk of a lossless picture of one pixel."""
    return blank("WEBP", (1, 1), lossless=True)[12:]


def animated_webp(frames: int) -> bytes:
    """A WebP animation of `frames` frames of one pixel."""
    frame = (b"ANMF", bytes(12) + struct.pack("<I", 100)[:3] + b"\0" + webp_pixel())
    return riff(webp_header(1, 1, 0x02), (b"ANIM", bytes(6)), *[frame] * frames)


def with_box_size(kind: str, width: int, height: int) -> bytes:
    """A HEIC or AVIF whose header states another size than its picture has."""
    data = blank(kind)
    return data.replace(
        b"ispe\0\0\0\0" + struct.pack(">II", 64, 64), b"ispe\0\0\0\0" + struct.pack(">II", width, height)
    )


def jpeg(width: int, height: int, *, segments: bytes = b"") -> bytes:
    """A small JPEG that states another size, with `segments` put in front."""
    data = bytearray(blank("JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data[:2]) + segments + bytes(data[2:])


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def scan_bomb_jpeg(scans: int, *, side: int = 8000) -> bytes:
    """A progressive JPEG in which one scan of a hundred bytes, which walks over every block, stands `scans` times."""
    data = blank("JPEG", (side, side), "L", progressive=True)
    last = data.rindex(PROGRESSIVE_SCAN)
    return data[:-2] + data[last:-2] * scans + data[-2:]


def exif_loop(*, entries: int = 0) -> bytes:
    """EXIF whose directory is its own next and its own EXIF directory, with `entries` more that point nowhere."""
    first = struct.pack("<HHII", 0x8769, TIFF_LONG, 1, 8)
    more = b"".join(struct.pack("<HHII", 0x9000 + number, 2, 2**31, 2**31) for number in range(entries))
    return (
        b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1 + entries) + first + more + struct.pack("<I", 8)
    )


def tiff(entries: Iterable[tuple[int, int, int, int]], *, following: int = 0, after: bytes = b"") -> bytes:
    """A TIFF with a directory of `entries` (tag, type, count, value), then `after`; `following`: where the next is."""
    listed = list(entries)
    body = b"".join(struct.pack("<HHII", *entry) for entry in listed)
    return b"II*\0" + struct.pack("<IH", 8, len(listed)) + body + struct.pack("<I", following) + after


def tiff_entries(width: int, height: int, *, count: int = 1) -> list[tuple[int, int, int, int]]:
    """Entries of a plain gray picture in one strip right behind them; `count` strips are stated."""
    strips = 10 + 12 * 8 + 4
    return [
        (256, TIFF_LONG, 1, width),
        (257, TIFF_LONG, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, TIFF_LONG, count, strips),
        (278, TIFF_LONG, 1, height),
        (279, TIFF_LONG, count, width * height % 2**32),
    ]


def tiff_chain(directories: int) -> bytes:
    """A TIFF of `directories` directories one after another, each with nothing but a size."""
    sizes = struct.pack("<HHHIIHHII", 2, 256, TIFF_LONG, 1, 1, 257, TIFF_LONG, 1, 1)
    length = len(sizes) + 4
    links = [8 + length * number for number in range(1, directories)] + [0]
    return b"II*\0" + struct.pack("<I", 8) + b"".join(sizes + struct.pack("<I", link) for link in links)
