"""Measures the decompressed size of PDF streams, without keeping the bytes.

Memory is constant (one piece at a time), and the caller's meter stops the work by raising. Flate is known by its
header and not by what a dictionary says, so that a false or hidden `/Filter` hides nothing.
"""

import itertools
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

Meter = Callable[[int, int], None]
"""Called with (level, bytes) for each decompressed chunk; level 0 is the first filter that expands."""

_PIECE: Final = 64 * 1024
_DEEPEST: Final = 16
_WHITE_SPACE: Final = b" \t\r\n\f\0"
_DEFLATE: Final = 8
_NOT_HEX: Final = re.compile(rb"[^0-9A-Fa-f]")
_LZW_MOST: Final = 2**20  # bytes of LZW data looked at; the format was out of use before files grew large
_LZW_CLEAR: Final = 256
_LZW_END: Final = 257


def measure(stored: Iterator[bytes], filters: Sequence[bytes], meter: Meter) -> None:
    """Tell `meter` how much comes out of each of the expanding filters that the pieces `stored` have gone through.

    `filters` are names as in the PDF; only those that are not Flate matter, and only in front of it.
    """
    for name in filters:
        if name == b"ASCII85Decode":
            stored = _from_ascii85(stored)
        elif name == b"ASCIIHexDecode":
            stored = _from_hex(stored)
        elif name == b"LZWDecode":
            _measure_lzw(stored, meter)
            return
        else:
            break
    _measure_flate(stored, meter, level=0)


def pieces(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Cut `data[start:end]` into pieces."""
    return (data[place : min(place + _PIECE, end)] for place in range(start, end, _PIECE))


def inflate(stored: Iterator[bytes]) -> Iterator[bytes]:
    """Undo zlib over the pieces `stored`, up to its end or its first fault, in pieces of bounded size."""
    engine = zlib.decompressobj()
    for piece in stored:
        rest = piece
        while rest and not engine.eof:  # behind the end it would hand back the same rest for ever
            try:
                out = engine.decompress(rest, _PIECE)
            except zlib.error:
                return
            if out:
                yield out
            rest = engine.unconsumed_tail
        if engine.eof:
            return


def _measure_flate(stored: Iterator[bytes], meter: Meter, *, level: int) -> None:
    first = next(stored, b"")
    if level < _DEEPEST and _is_zlib(first):
        inner = _metered(inflate(itertools.chain((first,), stored)), meter, level)
        _measure_flate(inner, meter, level=level + 1)
    if level:  # what lies behind the end of an inner stream takes memory as well
        for _ in stored:
            pass


def _metered(out: Iterator[bytes], meter: Meter, level: int) -> Iterator[bytes]:
    for piece in out:
        meter(level, len(piece))
        yield piece


def _is_zlib(data: bytes) -> bool:
    """Tell whether `data` begins with a zlib header (RFC 1950, section 2.2)."""
    return len(data) > 1 and data[0] & 15 == _DEFLATE and (data[0] << 8 | data[1]) % 31 == 0


def _from_hex(stored: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for piece in stored:
        digits = held + _NOT_HEX.sub(b"", piece)
        even = len(digits) & ~1
        held = digits[even:]
        yield bytes.fromhex(digits[:even].decode("ascii"))


def _from_ascii85(stored: Iterator[bytes]) -> Iterator[bytes]:
    """Undo ASCII85 (PDF 32000-1, 7.4.3): five characters are four bytes, `z` is four zero bytes, `~>` ends it."""
    held = b""
    powers = np.array([85**4, 85**3, 85**2, 85, 1], dtype=np.uint64)
    for piece in stored:
        text, end, _ = piece.partition(b"~")
        digits = held + text.translate(None, _WHITE_SPACE).replace(b"z", b"!!!!!")
        if end:
            digits += b"u" * (-len(digits) % 5)
        whole = len(digits) - len(digits) % 5
        held = digits[whole:]
        groups = np.frombuffer(digits[:whole], dtype=np.uint8).reshape(-1, 5) - np.uint8(33)
        yield (groups @ powers).astype(">u4").tobytes()
        if end:
            return


def _measure_lzw(stored: Iterator[bytes], meter: Meter) -> None:
    """Tell `meter` what LZW data gives (PDF 32000-1, 7.4.4): only the lengths of the table's entries are kept."""
    data = b"".join(itertools.islice(stored, _LZW_MOST // _PIECE))
    lengths = [1] * 258
    last, width, held, bits = 0, 9, 0, 0
    for byte in data:
        held = (held << 8 | byte) & 0xFFFFF
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits & (1 << width) - 1
        if code == _LZW_END:
            return
        if code == _LZW_CLEAR:
            del lengths[258:]
            last, width = 0, 9
            continue
        length = lengths[code] if code < len(lengths) else last + 1
        meter(0, length)
        if last and len(lengths) < 4096:
            lengths.append(last + 1)
            width = min(12, (len(lengths) + 1).bit_length())
        last = length
