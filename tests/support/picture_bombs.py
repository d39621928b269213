"""Files that are small to send and would be large or slow to open: each with what a decoder must answer.

Run as a command it decodes each one with at most 64 MiB over what the process has at rest, and prints one line of JSON
a bomb: its name, the code of the refusal ("ok" where it is a picture after all), milliseconds, and MiB at the peak.
"""

import json
import resource
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from picture_files import bmp, box, chunk, directory, gif, page_tags, png, riff, saved, segment, tiff, with_segments
from PIL import Image

from server.errors import PageglassError
from server.media.pixels.decode import count_pages, decode_pages, prepare
from server.values.pages import DecodeLimits, PixelBudget

GIGA = 40_000  # pixels a side
MOST_BYTES = 64 * 2**20
LIMITS = DecodeLimits(max_pixels=100_000_000, max_frames=500, max_pdf_object_bytes=2**20)
BUDGET = PixelBudget(longest_side=4096, max_pixels=2_000_000, min_side=32)
SMALL = Image.radial_gradient("L").resize((128, 128)).convert("RGB")
MANY_ENTRIES = b"II*\x00\x08\x00\x00\x00\xff\xff" + struct.pack("<HHII", 0x9000, 4, 1, 0) * 65_535
LOOP = b"II*\x00\x08\x00\x00\x00" + directory((0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x0112, 3, 1, 6), following=8)


def bombs() -> Iterator[tuple[str, bytes, str]]:
    """Name, bytes, and the code to be answered."""
    for group in (_too_many_pixels(), _lies(), _too_many_frames(), _text(), _tags(), _structures(), _programs()):
        yield from group


def _too_many_pixels() -> Iterator[tuple[str, bytes, str]]:
    code = "image_too_many_pixels"
    for side in (GIGA, 10_001):
        yield f"png {side}", png(side, side, colour=2, depth=16), code
        yield f"bmp {side}", bmp(side, side), code
        yield f"gif {side}", gif(side, side, 1), code
        yield f"tiff {side}", tiff(directory(*page_tags(side, side))), code
        lzw = [entry if entry[0] != 259 else (259, 3, 1, 5) for entry in page_tags(side, side)]
        yield f"tiff, second page {side}", _second_page(lzw), code
        yield f"webp {side}", riff((b"VP8X", bytes(4) + (side - 1).to_bytes(3, "little") * 2)), code
        yield f"jpeg {side}", _resized_jpeg(side), code
        for kind in ("HEIF", "AVIF"):
            data = saved(SMALL, kind)
            yield f"{kind} {side}", data.replace(struct.pack(">II", 128, 128), struct.pack(">II", side, side)), code
    yield "webp, lossless 16383", riff((b"VP8L", b"\x2f" + struct.pack("<I", 16_382 | 16_382 << 14) + bytes(20))), code
    disposed = b"!\xf9\x04\x08\x00\x00\x00\x00," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x00;"
    yield "gif, disposed of to the background", b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + disposed, code


def _lies() -> Iterator[tuple[str, bytes, str]]:
    yield "png of a hundred million pixels, without them", png(10_000, 10_000, colour=2, rows=bytes(9)), "invalid_image"
    yield "bmp without its pixels", bmp(10_000, 10_000), "invalid_image"
    yield "gif without its pixels", gif(10_000, 10_000, 1), "invalid_image"
    yield "tiff without its pixels", tiff(directory(*page_tags(10_000, 10_000))), "invalid_image"
    yield "jpeg without its pixels", _resized_jpeg(10_000), "invalid_image"
    for kind in ("HEIF", "AVIF"):
        large = saved(Image.new("L", (4096, 4096)), kind, **({"speed": 10} if kind == "AVIF" else {"quality": 1}))
        shrunk = large.replace(struct.pack(">II", 4096, 4096), struct.pack(">II", 64, 64))
        yield f"{kind} that is larger inside", shrunk, "invalid_image" if kind == "HEIF" else "ok"


def _too_many_frames() -> Iterator[tuple[str, bytes, str]]:
    code = "too_many_frames"
    yield "gif of 20,000 frames", gif(8, 8, 20_000), code
    control = [chunk(b"acTL", struct.pack(">II", 2, 0)), *[chunk(b"fcTL", bytes(26))] * 20_000]
    yield "apng of 20,000 frames", png(1, 1, *control, rows=bytes(2)), code
    yield "webp of 20,000 frames", riff((b"VP8X", b"\x02" + bytes(9)), *[(b"ANMF", bytes(16))] * 20_000), code
    page = directory(*page_tags(1, 1))
    chain = [directory(*page_tags(1, 1), following=8 + len(page) * number) for number in range(1, 20_000)]
    yield "tiff of 20,000 pages", tiff(*chain, page), code


def _text() -> Iterator[tuple[str, bytes, str]]:
    packed = zlib.compress(bytes(50_000_000), 9)
    before = {b"zTXt": b"k\x00\x00", b"iTXt": b"k\x00\x01\x00\x00\x00", b"iCCP": b"k\x00\x00"}
    for name, head in before.items():
        bomb = chunk(name, head + packed)
        yield f"png, {name.decode()} of 50 MB", png(1, 1, bomb, rows=b"\x00\x80"), "invalid_image"
    many = [chunk(b"zTXt", b"k\x00\x00" + zlib.compress(bytes(1_000_000), 9))] * 200
    yield "png, 200 texts of 1 MB", png(1, 1, *many, rows=b"\x00\x80"), "invalid_image"
    whole = png(1, 1, rows=b"\x00\x80")
    yield "png, 200 texts of 1 MB behind the pixels", whole[:-12] + b"".join(many) + whole[-12:], "invalid_image"


def _tags() -> Iterator[tuple[str, bytes, str]]:
    jpeg, page = saved(SMALL, "JPEG"), page_tags(16, 16, 8)
    parts = [MANY_ENTRIES[place : place + 65_000] for place in range(0, len(MANY_ENTRIES), 65_000)]
    segments = [segment(0xE1, b"Exif\x00\x00" + part) for part in parts]
    yield "jpeg, exif of 65,535 tags", with_segments(jpeg, *segments), "invalid_image"
    yield "png, exif of 65,535 tags", png(1, 1, chunk(b"eXIf", MANY_ENTRIES), rows=b"\x00\x80"), "ok"
    yield "webp, exif of 65,535 tags", saved(SMALL, "WEBP", exif=MANY_ENTRIES), "ok"
    yield "jpeg, exif of 5,400 tags", with_segments(jpeg, segments[0]), "ok"
    yield "jpeg, exif in a loop", with_segments(jpeg, segment(0xE1, b"Exif\x00\x00" + LOOP)), "ok"
    yield "png, exif in a loop", png(1, 1, chunk(b"eXIf", LOOP), rows=b"\x00\x80"), "ok"
    yield "tiff in a loop", tiff(directory(*page, following=8)), "invalid_image"
    yield "tiff, exif in a loop", tiff(directory(*page, (0x8769, 4, 1, 8), (0x8825, 4, 1, 8))) + bytes(300), "ok"
    yield "tiff of 65,535 tags", tiff(directory(*page, *[(40_000, 4, 1, 0)] * 65_527)) + bytes(300), "ok"
    yield "tiff of five million strips", tiff(directory(*page[:5], (273, 4, 5 * 10**6, 8))), "invalid_image"
    array = tiff(directory(*page[:5], (273, 4, 5 * 10**6, 400), (279, 4, 5 * 10**6, 400))) + bytes(19 * 10**6)
    yield "tiff of five million strips, all there", array, "invalid_image"
    yield "tiff, tile of a gigapixel", tiff(directory(*page, (322, 4, 1, GIGA), (323, 4, 1, GIGA))), "invalid_image"
    wide = [entry for entry in page if entry[0] != 258]
    yield (
        "tiff, nine million depths",
        tiff(directory(*wide, (258, 3, 9 * 10**6, 8))) + bytes(18 * 10**6),
        "invalid_image",
    )


def _structures() -> Iterator[tuple[str, bytes, str]]:
    jpeg = saved(SMALL, "JPEG")
    yield "jpeg of 3 million segments", with_segments(jpeg, segment(0xFE, b"") * 3_000_000), "invalid_image"
    yield "jpeg behind 19 MB of junk", with_segments(jpeg, segment(0xFE, b""), bytes(19 * 10**6)), "invalid_image"
    progressive = saved(SMALL, "JPEG", progressive=True)
    scan = segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + b"\x00"
    yield "jpeg of a million scans", progressive[:-2] + scan * 10**6 + progressive[-2:], "image_too_costly"
    yield "png of a million chunks", png(1, 1, chunk(b"teSt", b"") * 10**6, rows=b"\x00\x80"), "invalid_image"
    yield "gif of 9 million blocks", b"GIF89a" + bytes(7) + b"!\xfe" + b"\x01a" * 9 * 10**6, "invalid_image"
    yield (
        "bmp, one run-length coded row",
        bmp(100_000_000, 1, bits=8, packing=1, pixels=b"\x01\x00" * 2),
        "image_too_costly",
    )
    yield "avif of a million boxes", box(b"ftyp", b"avif") + box(b"free") * 10**6, "invalid_image"
    yield "png, profile of stages", saved(SMALL, "PNG", icc_profile=b"mpet" * 9000), "ok"


def _programs() -> Iterator[tuple[str, bytes, str]]:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (number, b"&e%d;" % (number - 1) * 10) for number in range(1, 20))
    for name, data in {
        "svg of entities": b"<?xml version='1.0'?><!DOCTYPE svg [" + entities + b"]><svg>&e19;</svg>",
        "svg with a link": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n{ } loop\n",
        "mvg": b"push graphic-context\nimage over 0,0 0,0 'ephemeral:/etc/passwd'\npop graphic-context\n",
        "xbm": b"#define a_width 99999\n#define a_height 99999\n",
    }.items():
        yield name, data, "unsupported_image_format"


def _second_page(entries: list[tuple[int, int, int, int]]) -> bytes:
    first = directory(*page_tags(1, 1), following=8 + len(directory(*page_tags(1, 1))))
    return tiff(first, directory(*entries))


def _resized_jpeg(side: int) -> bytes:
    data = saved(SMALL, "JPEG")
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", side, side) + data[place + 4 :]


def _answer(data: bytes) -> str:
    try:
        count_pages(data, path="bomb", limits=LIMITS)
        decode_pages(data, path="bomb", limits=LIMITS, budget=BUDGET, numbers=[1])
    except PageglassError as refusal:
        return refusal.code
    except MemoryError:
        return "MemoryError"
    return "ok"


def _peak_kib() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _main() -> None:
    prepare()
    everything = list(bombs())
    for kind in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "GIF", "BMP"):
        _answer(saved(SMALL, kind))
    mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MOST_BYTES, resource.RLIM_INFINITY))
    for name, data, wanted in everything:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before, start = _peak_kib(), time.perf_counter()
        answer = _answer(data)
        taken = round((time.perf_counter() - start) * 1000)
        line = {"name": name, "wanted": wanted, "answer": answer, "ms": taken, "MiB": (_peak_kib() - before) // 1024}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    _main()
