"""Estimates the parsing cost of JSON, without parsing it.

Threat: a parser holds the interpreter lock, so nothing else runs meanwhile, and `[[],[],...]` takes 27 times its bytes
as Python objects: 64 MB of it most of 2 GB, and seconds. What is dear is bounded here by numpy, which lets go of the
lock. Pictures in base64 have none of it, so their size does not matter. Figures: benchmarks/json_bodies.py.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from server.errors import InvalidRequest

MOST_VALUES = 20_000
MOST_ODD_BYTES = 2**21
MOST_DIGITS = 2**20  # in numbers so long that no program means them

_BLOCK = 2**18  # bytes looked at in one step: they stay in the processor's cache
_ROW, _SAMPLE = 256, 32
_QUOTE, _BACKSLASH, _COMMA, _BRACE = b'"\\,{'
_BRACKET_TO_BRACE = 0x20  # the bit that tells `{` from `[`

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


def refuse_heavy(body: bytes) -> None:
    """Refuse a body that would take long to parse for its size.

    Raises:
        InvalidRequest: it has more than `MOST_VALUES` members of objects and arrays, `MOST_ODD_BYTES` bytes that are
            escapes or not ASCII, or `MOST_DIGITS` digits in numbers of hundreds of digits.
    """
    if len(body) <= min(MOST_VALUES, MOST_ODD_BYTES, MOST_DIGITS):
        return  # each limit counts single bytes
    if has_more_values(body, MOST_VALUES):
        raise InvalidRequest(
            f"The body holds more than {MOST_VALUES:,} values, counting the members of all its objects and arrays. "
            f"Send fewer; text inside strings does not count.",
            code="invalid_json",
        )
    if _odd_bytes(body) > MOST_ODD_BYTES:
        raise InvalidRequest(
            f"More than {MOST_ODD_BYTES:,} bytes of the body are escapes (\\) or not ASCII. "
            f"Send less text, and pictures in plain base64.",
            code="invalid_json",
        )
    if _digits_in_long_numbers(body) > MOST_DIGITS:
        raise InvalidRequest(
            f"The body holds more than {MOST_DIGITS:,} digits in numbers of hundreds of digits. Send shorter numbers.",
            code="invalid_json",
        )


def has_more_values(body: bytes, most: int, *, block: int = _BLOCK) -> bool:
    """Whether `body` holds more than `most` members of arrays and objects, an empty one counting as one.

    Counted are the `,`, `[` and `{` outside strings; what is no JSON has some count as well.
    """
    # Nearly every body has few of the three in all, strings included, and passes here, ten times as fast.
    if sum(int(np.count_nonzero(_separators(part))) for part in _blocks(body, block)) <= most:
        return False
    count, in_string = 0, False
    for part in _without_escapes(body, block):
        quotes = part == _QUOTE
        inside = (np.cumsum(quotes, dtype=np.uint8) & 1) != in_string  # sums wrap at 256, which is even
        count += int(np.count_nonzero(_separators(part) & ~inside))
        if count > most:
            return True
        in_string ^= bool(np.count_nonzero(quotes) & 1)
    return False


def _odd_bytes(body: bytes) -> int:
    return sum(int(np.count_nonzero((part == _BACKSLASH) | (part > 0x7F))) for part in _blocks(body, _BLOCK))


def _digits_in_long_numbers(body: bytes) -> int:
    """Count the bytes of rows that seem to be all digits: parsing a number takes time by its length squared."""
    octets = np.frombuffer(body, np.uint8)
    rows = octets[: len(octets) // _ROW * _ROW].reshape(-1, _ROW)[:, ::_SAMPLE]
    return int(np.count_nonzero((rows - ord("0") < 10).all(axis=1))) * _ROW  # what is below "0" wraps to above 9


def _blocks(body: bytes, size: int) -> list[Bytes]:
    octets = np.frombuffer(body, np.uint8)
    return [octets[start : start + size] for start in range(0, len(octets), size)]


def _separators(part: Bytes) -> Flags:
    found: Flags = (part == _COMMA) | ((part | _BRACKET_TO_BRACE) == _BRACE)
    return found


def _without_escapes(body: bytes, size: int) -> Iterator[Bytes]:
    """The blocks of `body`, less the quotes and backslashes that are escaped."""
    cut = b""
    for start in range(0, len(body), size):
        part = cut + body[start : start + size]
        if _BACKSLASH in part:
            part = part.replace(rb"\\", b"")
            cut = b"\\" if part.endswith(b"\\") else b""  # what it escapes comes with the next block
            part = part.removesuffix(cut).replace(rb"\"", b"")
        yield np.frombuffer(part, np.uint8)
