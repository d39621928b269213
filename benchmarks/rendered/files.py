"""Files that Pillow does not write: PNG of any kind, TIFF and BMP without packing of any kind, and ICC profiles."""

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.unsignedinteger | np.signedinteger | np.floating]

# XYZ of the primaries of sRGB, Display P3 and Adobe RGB, adapted to D50 as profiles want it (ICC.1:2022, annex E): one
# column each for red, green and blue.
SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
P3_TO_XYZ = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
ADOBE_TO_XYZ = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
WHITE_XYZ = (0.9642, 1.0, 0.8249)


_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))  # PNG, 8.2


def png(samples: Samples, *, colour: int, depth: int, interlaced: bool = False, **chunks: bytes) -> bytes:
    """Write samples of shape (height, width) or (height, width, channels) as PNG; `chunks` come before the pixels."""
    height, width = samples.shape[:2]
    passes = [samples[y::down, x::across] for y, x, down, across in _ADAM7] if interlaced else [samples]
    rows = b"".join(_png_rows(part, depth) for part in passes if part.size)
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    more = b"".join(_chunk(name.encode(), body) for name, body in chunks.items())
    return b"\x89PNG\r\n\x1a\n" + head + more + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _png_rows(samples: Samples, depth: int) -> bytes:
    height = samples.shape[0]
    flat = samples.reshape(height, -1)
    if depth < 8:
        bits = flat[..., np.newaxis] >> np.arange(depth - 1, -1, -1) & 1
        rows = np.packbits(bits.astype(np.uint8).reshape(height, -1), axis=1)
    else:
        rows = np.ascontiguousarray(flat.astype(">u2" if depth == 16 else np.uint8)).view(np.uint8).reshape(height, -1)
    return b"".join(b"\x00" + row.tobytes() for row in rows)


def bmp(words: Samples, *, masks: Sequence[int]) -> bytes:
    """Write words of shape (height, width), 16 or 32 bits, as a BMP whose `masks` say where R, G, B and A lie."""
    height, width = words.shape
    rows = [row.tobytes() for row in words[::-1]]
    pixels = b"".join(row + bytes(-len(row) % 4) for row in rows)
    head = struct.pack(
        "<IiiHHIIiiII4I", 108, width, height, 1, words.dtype.itemsize * 8, 3, len(pixels), 0, 0, 0, 0, *masks
    )
    return _bmp_file(head.ljust(108, b"\x00"), pixels)


def bmp_runs(index: Samples, palette: Samples) -> bytes:
    """Write palette entries of shape (height, width) as a run-length coded BMP of 8 bits."""
    height, width = index.shape
    runs = b"".join(b"".join(bytes([1, value]) for value in row) + b"\x00\x00" for row in index[::-1]) + b"\x00\x01"
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(runs), 0, 0, 256, 0)
    colours = np.zeros((256, 4), dtype=np.uint8)
    colours[: len(palette), :3] = palette[:, ::-1]
    return _bmp_file(head + colours.tobytes(), runs)


def _bmp_file(head: bytes, pixels: bytes) -> bytes:
    start = 14 + len(head)
    return struct.pack("<2sIII", b"BM", start + len(pixels), 0, start) + head + pixels


def tiff(
    samples: Samples, *, photometric: int, order: str = "<", tags: Mapping[int, Sequence[int]] | None = None
) -> bytes:
    """Write samples of shape (height, width) or (height, width, channels) as TIFF; `tags` are shorts."""
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    fields = {
        256: [width],
        257: [height],
        258: [samples.dtype.itemsize * 8] * channels,
        259: [1],
        262: [photometric],
        277: [channels],
        278: [height],
        339: [kind] * channels,
    } | dict(tags or {})
    pixels = samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    extra = 8 + 2 + 12 * (len(fields) + 2) + 4
    entries, beside = {}, b""
    for tag, values in fields.items():
        packed = struct.pack(f"{order}{len(values)}H", *values)
        value = packed.ljust(4, b"\x00")
        if len(packed) > 4:
            value, beside = struct.pack(f"{order}I", extra + len(beside)), beside + packed
        entries[tag] = struct.pack(f"{order}HHI", tag, 3, len(values)) + value
    entries[273] = struct.pack(f"{order}HHII", 273, 4, 1, extra + len(beside))
    entries[279] = struct.pack(f"{order}HHII", 279, 4, 1, len(pixels))
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}IH", 8, len(entries))
    return head + b"".join(entries[tag] for tag in sorted(entries)) + bytes(4) + beside + pixels


def matrix_profile(to_xyz: NDArray[np.floating], gamma: float) -> bytes:
    """Make an ICC profile of an RGB display: `to_xyz` has a column for each primary (ICC.1:2022, 8.4.3)."""
    tags = {b"wtpt": _xyz(*WHITE_XYZ)}
    for number, letter in enumerate(b"rgb"):
        tags[bytes([letter]) + b"XYZ"] = _xyz(*to_xyz[:, number])
        tags[bytes([letter]) + b"TRC"] = _curve(gamma)
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def gray_profile(gamma: float) -> bytes:
    """Make an ICC profile of gray (ICC.1:2022, 8.4.4)."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(*WHITE_XYZ), b"kTRC": _curve(gamma)})


def ink_profile(to_lab: Callable[[Samples], Samples], grid: int = 9) -> bytes:
    """Make an ICC profile of a press: `to_lab` turns inks (..., 4), 0 to 1, into CIELAB (ICC.1:2010, 10.9, lut16)."""
    steps = np.linspace(0, 1, grid)
    inks = np.stack(np.meshgrid(steps, steps, steps, steps, indexing="ij"), axis=-1)
    lab = to_lab(inks.reshape(-1, 4))
    words = np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], axis=-1)
    table = np.clip(np.rint(words), 0, 65535).astype(">u2").tobytes()
    ramp = struct.pack(">2H", 0, 65535)
    identity = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    lut = (
        b"mft2" + bytes(4) + bytes([4, 3, grid, 0]) + identity + struct.pack(">2H", 2, 2) + ramp * 4 + table + ramp * 3
    )
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(*WHITE_XYZ), b"A2B0": lut, b"A2B1": lut})


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def _profile(device: bytes, space: bytes, connection: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """Put a version 2 profile together: header, table of tags, tags (ICC.1:2001-04, 6)."""
    all_tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 6) + b"drawn\x00" + bytes(79)} | dict(tags)
    all_tags[b"cprt"] = b"text" + bytes(4) + b"none\x00"
    table, body, start = b"", b"", 128 + 4 + 12 * len(all_tags)
    for name, tag in all_tags.items():
        table += name + struct.pack(">II", start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, device, space, connection)
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + _xyz(*WHITE_XYZ)[8:] + bytes(48)
    return header + struct.pack(">I", len(all_tags)) + table + body
