"""Parses picture headers without a decoder: size, frames, and structural sanity.

The threat is the file that costs more to open than to send: frames, blocks, segments and chunks are counted with an
early stop, and what a file claims about itself is checked against what is there. Numbers are read where the formats
put them; a header that ends early raises `struct.error` or `IndexError`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from struct import unpack_from
from types import MappingProxyType
from typing import Final
from zlib import crc32

from server.media.formats.faults import CostlyStructure, StructureFault
from server.media.formats.iso_boxes import read_iso_media
from server.media.formats.signatures import Kind
from server.values.pages import Size

_MOST_PIECES: Final = 50_000  # chunks of a PNG or WebP: 400 bytes each in the largest file that is taken
_MOST_BLOCKS: Final = 500_000  # of a GIF: 82,000 of full length make the largest file that is taken
_MOST_SEGMENTS: Final = 1_000  # of a JPEG before its pixels: a profile takes up to 255
_MOST_EXIF_SEGMENTS: Final = 8  # one is usual; each could hold 5,000 entries, which are read in Python
_MOST_JUNK: Final = 65_536  # bytes between the segments of a JPEG
_MOST_SCANS: Final = 100  # libjpeg writes 10; each one costs a walk over all of the picture
_MOST_RLE_PIXELS: Final = 16_000_000  # run-length coded BMP is decoded in Python
_DEFLATE_RATIO: Final = 1032  # the most that deflate can pack: 258 bytes in two bits
_LZW_RATIO: Final = 2730  # the most that GIF's can: 4095 pixels in twelve bits
_CROWDED: Final = "has far more beside the picture than pictures have"
_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_ARITHMETIC: Final = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
JPEG_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PADDING: Final = re.compile(rb"\xff+")
_ALONE: Final = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})  # JPEG markers without a length


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What headers say: `size` of the picture, or of the first frame; how many `frames` there are.

    `starved`: there is less data than a picture of that size can be packed into. `decoder_bytes` is what a decoder
    takes for a pixel, as measured; 0 where that is no more than Pillow's own picture. `cut_at`: a PNG ends early, in
    what stands behind its pixels; it is whole up to there.
    """

    size: Size
    frames: int = 1
    starved: bool = False
    decoder_bytes: float = 0
    cut_at: int | None = None


def read_outline(data: bytes, kind: Kind, *, most_frames: int) -> Outline:
    """Read what the headers of `data` say; counting of frames may stop once there are more than `most_frames`.

    Raises:
        StructureFault: the file claims what cannot be.
        CostlyStructure: it is built to take long.
    """
    return _READERS[kind](data, most_frames)


def _read_png(data: bytes, most_frames: int) -> Outline:
    """Walk the chunks (PNG, third edition, 5.3); an animation is one by its ``acTL``, of as many frames as ``fcTL``."""
    name, width, height, depth, colour = unpack_from(">4sIIBB", data, 12)
    if name != b"IHDR":
        raise StructureFault("does not begin with its header")
    place, pieces, packed, frames, animated, still = 8, 0, 0, 0, False, False
    begun, last_pixels = place, b""
    while place + 8 <= len(data) and name != b"IEND" and frames <= most_frames:
        length, name = unpack_from(">I4s", data, place)
        animated = animated or name == b"acTL"
        frames += name == b"fcTL"
        still = still or (name == b"IDAT" and not frames)  # a picture for those who show no animation, shown first
        if name == b"IDAT":
            packed += min(length, len(data) - place)
            last_pixels = data[place + 4 : place + length + 12] if place + length + 12 <= len(data) else b""
        begun, place = place, place + length + 12
        pieces = _count(pieces, _MOST_PIECES)
    cut_at = begun if place > len(data) else place if name != b"IEND" and frames <= most_frames else None
    if cut_at is not None and last_pixels and crc32(last_pixels[:-4]) != int.from_bytes(last_pixels[-4:]):
        raise StructureFault("its end is missing, and its pixels are damaged")
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
    return Outline(
        size=(width, height),
        frames=frames + still if animated and frames else 1,
        starved=(packed + 8) * _DEFLATE_RATIO < (width * bits // 8) * height,
        cut_at=cut_at if last_pixels else None,
    )


def _read_gif(data: bytes, most_frames: int) -> Outline:
    """Walk the blocks (GIF89a, 15 to 26); the first frame may reach over the canvas, which is then taken as larger."""
    width, height, flags = unpack_from("<HHB", data, 6)
    place, blocks, frames = 13 + _colour_table(flags), 0, 0
    while place < len(data) and frames <= most_frames:
        if data[place] == 0x21:
            place += 2
        elif data[place] == 0x2C:
            left, top, wide, high, flags = unpack_from("<4HB", data, place + 1)
            if not frames:
                width, height = max(width, left + wide), max(height, top + high)
            frames += 1
            place += 11 + _colour_table(flags)
        elif data[place] == 0x3B:
            break
        else:
            place += 1
            blocks = _count(blocks, _MOST_BLOCKS)
            continue
        while place < len(data) and data[place]:
            place += data[place] + 1
            blocks = _count(blocks, _MOST_BLOCKS)
        place += 1
    return Outline(size=(width, height), frames=max(1, frames), starved=len(data) * _LZW_RATIO < width * height)


def _read_webp(data: bytes, most_frames: int) -> Outline:
    """Read the canvas, and count the ``ANMF`` chunks (RFC 9649, 2.5 to 2.7).

    The decoder holds two canvases and a copy, and Pillow's picture, of four bytes a pixel each.
    """
    name = data[12:16]
    if name == b"VP8 ":
        width, height = (side & 0x3FFF for side in unpack_from("<HH", data, 26))
        return Outline(size=(width, height), decoder_bytes=16)
    if name == b"VP8L":
        (bits,) = unpack_from("<I", data, 21)
        return Outline(size=((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), decoder_bytes=16)
    flags, size = data[20], tuple(int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    place, pieces, frames = 12, 0, 0
    while place + 8 <= len(data) and frames <= most_frames:
        frames += data[place : place + 4] == b"ANMF"
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + length + (length & 1)
        pieces = _count(pieces, _MOST_PIECES)
    return Outline(size=(size[0], size[1]), frames=max(1, frames) if flags & 2 else 1, decoder_bytes=16)


def _read_bmp(data: bytes, _: int) -> Outline:
    (header,) = unpack_from("<I", data, 14)
    if header == 12:
        width, height, _planes, bits = unpack_from("<4H", data, 18)
        packing = 0
    else:
        width, height, _planes, bits, packing = unpack_from("<iiHHI", data, 18)
        width, height = abs(width), abs(height)
    packed = packing in {1, 2}
    if packed and width * height > _MOST_RLE_PIXELS:
        raise CostlyStructure("is a large run-length coded BMP picture, which takes long. Save it again as PNG.")
    starved = not packed and (width * bits + 31) // 32 * 4 * (height - 1) > len(data)
    return Outline(size=(width, height), starved=starved)


def _read_jpeg(data: bytes, _: int) -> Outline:
    """Read the frame header (ITU-T T.81, B.2.2), and how many scans follow.

    libjpeg holds all coefficients of a progressive picture, two bytes each; a large one is given at half its size.
    """
    marker, width, height, layers, exif = 0, 0, 0, 0, 0
    for found, place in jpeg_segments(data):
        if found in JPEG_FRAME_HEADERS:
            marker, (height, width, layers) = found, unpack_from(">HHB", data, place + 3)
        exif += found == 0xE1 and data.startswith(b"Exif", place + 2)
    if exif > _MOST_EXIF_SEGMENTS:
        raise StructureFault(_CROWDED)
    starved = marker not in _ARITHMETIC and len(data) * 32 < width * height // 64  # quarter of a bit for 8 x 8 pixels
    if marker not in _PROGRESSIVE:
        return Outline(size=(width, height), starved=starved)
    if (scans := data.count(b"\xff\xda")) > _MOST_SCANS:
        raise CostlyStructure(
            f"is a progressive JPEG picture in {scans:,} scans, which takes out of proportion long. "
            f"Save it again as baseline JPEG or PNG."
        )
    return Outline(size=(width, height), starved=starved, decoder_bytes=2 * layers + 1)


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the markers of a JPEG before its pixels, each with the place after it (ITU-T T.81, B.1).

    Raises:
        StructureFault: there is too much beside the picture.
        IndexError, ValueError: it ends before its pixels.
    """
    place, junk = 2, 0
    for _ in range(_MOST_SEGMENTS):
        found = data.index(b"\xff", place)
        if padding := _PADDING.match(data, found, found + _MOST_JUNK + 2):  # in one step: a PDF may have much of it
            found = padding.end() - 1
        junk += found - place
        if junk > _MOST_JUNK:
            break
        marker, place = data[found + 1], found + 2
        if marker == 0xDA:
            return
        yield marker, place
        if marker not in _ALONE:
            place += max(2, int.from_bytes(data[place : place + 2], "big"))
    raise StructureFault(_CROWDED)


def _read_boxes(data: bytes, most_frames: int, *, decoder_bytes: float) -> Outline:
    size, frames = read_iso_media(data, most_frames=most_frames)
    return Outline(size=size, frames=frames, decoder_bytes=decoder_bytes)


def _colour_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _count(so_far: int, most: int) -> int:
    if so_far >= most:
        raise StructureFault(f"is in more than {most:,} pieces")
    return so_far + 1


_READERS: Final[Mapping[Kind, Callable[[bytes, int], Outline]]] = MappingProxyType(
    {
        "PNG": _read_png,
        "GIF": _read_gif,
        "WEBP": _read_webp,
        "BMP": _read_bmp,
        "JPEG": _read_jpeg,
        "HEIF": partial(_read_boxes, decoder_bytes=7.5),  # planes twice, an RGB picture and Pillow's
        "AVIF": partial(_read_boxes, decoder_bytes=9.5),  # planes, an RGB picture, a copy of it and Pillow's
    }
)
