"""Decompression-bomb guard for PDFs, applied before pdfium; `check_objects` is its entry point.

What is judged is what the bytes say in plain: pictures by their stated size, everything else by what it decompresses
to, forms and patterns by how often they draw one another. Legitimate files pass however large: blank scans shrink
1000:1 and need no look, since zlib expands at most 1032:1. A bomb that hides behind a lie (a text that says it is a
picture, a name kept in another object) meets the worker's bounds on memory and time instead.
"""

import math
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final

from server.errors import ImageTooLarge
from server.media.formats.faults import StructureFault
from server.media.formats.headers import JPEG_FRAME_HEADERS, jpeg_segments
from server.media.pdf.drawing import MOST_OVERLAP, MOST_STEPS, drawing_steps, pattern_overlap
from server.media.pdf.filters import measure, pieces
from server.media.pdf.streams import Stream, find_streams
from server.values.pages import DecodeLimits

_ZLIB_MOST: Final = 1032  # bytes that one byte of zlib data can become (zlib.net/zlib_tech.html)
_HIGH_RATIO: Final = 100  # texts and fonts shrink 2 to 20 times; only padding and bombs shrink this much
_ORDINARY_RATIO: Final = 16
_SMALL: Final = 2**20
_MOST_STREAMS: Final = 50_000
_LONGEST_ROW: Final = 16 * 2**20
_LONGEST_FUNCTION: Final = 64 * 1024
_EXPANDING: Final = frozenset({b"FlateDecode", b"LZWDecode", b"RunLengthDecode"})
_FUNCTION: Final = re.compile(rb"/FunctionType\s+4(?!\d)")
_JPEG_2000: Final = b"\xff\x4f\xff\x51"


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """What has come out of the streams so far, and how much may; `packed` counts those that shrank suspiciously."""

    path: str
    most_each: int
    most_packed: int
    most_others: int
    most_images: int
    packed: int = 0
    others: int = 0
    images: int = 0

    def add(self, stream: Stream, size: int) -> None:
        """Put down that `stream` became `size` bytes."""
        if _is_sized_image(stream):
            self.images += size
            return
        self.others += size
        if _is_packed(stream, size):
            self.packed += size

    def check(self, stream: Stream, size: int) -> None:
        """Raise if `size` bytes of `stream`, so far, are too many by themselves or with what came before."""
        if size > self.most_each:
            raise _too_large(self.path, f"an object (number {stream.number}) that decompresses", self.most_each)
        before, most = (self.images, self.most_images) if _is_sized_image(stream) else (self.others, self.most_others)
        if before + size > most:
            raise _too_large(self.path, "objects that decompress together", most)
        if _is_packed(stream, size) and not _is_sized_image(stream) and self.packed + size > self.most_packed:
            what = f"texts or drawings that shrink more than {_HIGH_RATIO} times and decompress"
            raise _too_large(self.path, what, self.most_packed)


def check_objects(data: bytes, *, path: str, limits: DecodeLimits, in_plain: bool = True) -> None:
    """Refuse the PDF `data` at `path` if a stream of it is a bomb; memory is constant, time about that of reading it.

    Encrypted streams cannot be looked into: give the decrypted file. Without `in_plain` the headers of pictures are not
    read, since ciphertext may look like any header.

    Raises:
        ImageTooLarge: `pdf_object_too_large` (a stream decompresses to more than `limits.max_pdf_object_bytes`, or all
            that are no pictures to far too much), `image_too_many_pixels` (a picture has more than
            `limits.max_pixels`), `image_too_costly` (drawing it would take time or memory beyond measure).
    """
    most = limits.max_pdf_object_bytes
    ledger = _Ledger(
        path=path,
        most_each=most,
        most_packed=most // 8,
        most_others=most + _ORDINARY_RATIO * len(data),
        most_images=8 * most,
    )
    drawn: list[Stream] = []
    for count, stream in enumerate(find_streams(data)):
        if count >= _MOST_STREAMS:
            raise _costly(path, f"more than {_MOST_STREAMS:,} streams")
        if stream.is_image:
            _check_image(data, stream, path=path, limits=limits, in_plain=in_plain)
        if not _is_bounded_image(stream, most):
            _check_stream(data, stream, ledger=ledger)
        if b"/Form" in stream.head or b"/PatternType" in stream.head:
            drawn.append(stream)
    _check_drawing(data, drawn, path=path)


def _check_image(data: bytes, stream: Stream, *, path: str, limits: DecodeLimits, in_plain: bool) -> None:
    sizes = [_size(stream)]
    last = (stream.filters or (b"",))[-1]
    if not in_plain:
        last = b""
    if last in {b"DCTDecode", b"DCT"}:
        sizes.append(_jpeg_size(data[stream.start : stream.end]))
    elif last == b"JPXDecode":
        sizes.append(_jpeg_2000_size(data[stream.start : min(stream.end, stream.start + 4096)]))
    width, height = max(sizes, key=math.prod)
    if width * height > limits.max_pixels:
        raise ImageTooLarge(
            f"{path} is a PDF with a picture of {width} x {height} pixels in it (object {stream.number}), and the "
            f"limit is {limits.max_pixels:,} pixels. Send it smaller. The operator can raise "
            f"PAGEGLASS_MAX_IMAGE_PIXELS.",
            param=path,
            code="image_too_many_pixels",
        )


def _is_bounded_image(stream: Stream, most: int) -> bool:
    """Tell whether `stream` is a picture that cannot grow beyond `most` bytes: by its stored or its stated size.

    pdfium undoes the last filter of a picture row by row, and only as many rows as are stated.
    """
    if not _is_sized_image(stream) or stream.filters is None or sum(name in _EXPANDING for name in stream.filters) > 1:
        return False
    if _row(stream) > _LONGEST_ROW:
        return False
    width, height = _size(stream)
    channels = 4 if b"/DeviceCMYK" in stream.head else 3
    stated = (width * channels * (stream.integer(b"BitsPerComponent") or 8) + 7) // 8 * height
    return stated <= most or (stream.exact and stream.stored * _ZLIB_MOST <= most)


def _is_sized_image(stream: Stream) -> bool:
    return stream.is_image and all(_size(stream))


def _size(stream: Stream) -> tuple[int, int]:
    """Return width and height as the dictionary states them, 0 where it does not."""
    return stream.integer(b"Width") or 0, stream.integer(b"Height") or 0


def _row(stream: Stream) -> int:
    """Return the bytes of one row as the filter's parameters state it, which pdfium keeps whole."""
    samples = (stream.integer(b"Columns") or 1) * (stream.integer(b"Colors") or 1)
    return samples * (stream.integer(b"BitsPerComponent") or 8) // 8


def _check_stream(data: bytes, stream: Stream, *, ledger: _Ledger) -> None:
    if _row(stream) > _LONGEST_ROW:
        raise _costly(ledger.path, f"rows of more than {_LONGEST_ROW:,} bytes (object {stream.number})")
    out: dict[int, int] = {}

    def meter(level: int, size: int) -> None:
        out[level] = out.get(level, 0) + size
        ledger.check(stream, out[level])

    measure(pieces(data, stream.start, stream.end), stream.filters or (), meter)
    size = max(out.values(), default=0)
    ledger.add(stream, size)
    if _FUNCTION.search(stream.head) and max(size, stream.stored if stream.exact else 0) > _LONGEST_FUNCTION:
        raise _costly(ledger.path, f"a function of more than {_LONGEST_FUNCTION:,} bytes (object {stream.number})")


def _is_packed(stream: Stream, size: int) -> bool:
    return stream.exact and size > _SMALL and size > _HIGH_RATIO * stream.stored


def _check_drawing(data: bytes, drawn: list[Stream], *, path: str) -> None:
    for stream in drawn:
        if pattern_overlap(stream) > MOST_OVERLAP:
            raise _costly(path, f"a pattern (object {stream.number}) whose tiles lie over one another in heaps")
    if drawing_steps(data, drawn) > MOST_STEPS:
        raise _costly(path, f"forms or patterns that draw one another more than {MOST_STEPS:,} times")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height by the largest frame header of a JPEG, 0 x 0 where there is none in sight."""
    sizes = [(0, 0)]
    with suppress(StructureFault, IndexError, ValueError, struct.error):
        for marker, place in jpeg_segments(data):
            if marker in JPEG_FRAME_HEADERS:
                height, width = struct.unpack_from(">HH", data, place + 3)
                sizes.append((width, height))
    return max(sizes, key=math.prod)


def _jpeg_2000_size(data: bytes) -> tuple[int, int]:
    """Return width and height by the SIZ marker of a JPEG 2000 codestream (ITU T.800, A.5.1), or 0 x 0."""
    place = data.find(_JPEG_2000)
    if place < 0:
        return 0, 0
    right, bottom, left, top = (int.from_bytes(data[at : at + 4]) for at in islice(range(place + 8, len(data), 4), 4))
    return max(0, right - left), max(0, bottom - top)


def _too_large(path: str, what: str, most: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{path} is a PDF with {what} to more than {most:,} bytes. "
        f"Send its pages as pictures. The operator can raise PAGEGLASS_MAX_PDF_OBJECT_BYTES.",
        param=path,
        code="pdf_object_too_large",
    )


def _costly(path: str, what: str) -> ImageTooLarge:
    return ImageTooLarge(
        f"{path} is a PDF with {what}, which would take too long to draw. Send its pages as pictures.",
        param=path,
        code="image_too_costly",
    )
