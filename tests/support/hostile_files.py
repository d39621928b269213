"""Every hostile file of ours: bombs, lies, programs, files that are two things at once, and broken ones."""

import struct
import zlib
from collections.abc import Callable
from functools import partial

import hostile_pictures as pic
from hostile_file import ALIEN, BROKEN, COSTLY, FRAMES, GIGABYTE, MEGABYTE, PIXELS, READ, hostile
from hostile_pdfs import PDF_BOMBS, content_pdf
from hostile_pictures import blank, chunk, png, segment, tiff, tiff_entries, zeros
from pdfs import drawn_pdf


def _bytes(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _half(make: Callable[[], bytes]) -> Callable[[], bytes]:
    def cut() -> bytes:
        data = make()
        return data[: len(data) // 2]

    return cut


def _joined(*makes: Callable[[], bytes]) -> Callable[[], bytes]:
    return lambda: b"".join(make() for make in makes)


GIGAPIXELS = (
    hostile("PNG of 60000 x 60000", partial(png, 60_000, 60_000, pixels=zlib.compress(bytes(60_001))), PIXELS),
    hostile("PNG of 2^31 x 2^31", partial(png, 2**31 - 1, 2**31 - 1, pixels=b""), PIXELS),
    hostile("BMP of 60000 x 60000", partial(pic.bmp, 60_000, 60_000), PIXELS),
    hostile("BMP upside down, of 30000 x -30000", partial(pic.bmp, 30_000, -30_000), PIXELS),
    hostile(
        "BMP of run lengths, 9000 x 9000",
        partial(pic.bmp, 9_000, 9_000, bits=8, compression=1, data=b"\xff\0" * 9),
        COSTLY,
        BROKEN,
    ),
    hostile("GIF of 65535 x 65535", partial(pic.gif, 65_535, 65_535), PIXELS),
    hostile("GIF of one pixel with a frame of 65535 x 65535", partial(pic.gif, 1, 1, frame=(65_535, 65_535)), PIXELS),
    hostile(
        "WebP of 2^24 x 256",
        lambda: pic.riff(pic.webp_header(2**24, 256), (pic.webp_pixel()[:4], pic.webp_pixel()[8:])),
        PIXELS,
        BROKEN,
    ),
    hostile("JPEG of 65500 x 65500", partial(pic.jpeg, 65_500, 65_500), PIXELS),
    hostile("JPEG of 5000 x 5000 in a kilobyte", partial(pic.jpeg, 5_000, 5_000), BROKEN),
    hostile("TIFF of 60000 x 60000", lambda: tiff(tiff_entries(60_000, 60_000)), PIXELS),
    hostile("HEIC of 60000 x 60000", partial(pic.with_box_size, "HEIF", 60_000, 60_000), PIXELS, BROKEN),
    hostile("AVIF of 60000 x 60000", partial(pic.with_box_size, "AVIF", 60_000, 60_000), PIXELS, BROKEN),
)

FRAME_BOMBS = (
    hostile("GIF of 20,000 frames", partial(pic.gif, 1, 1, frames=20_000), FRAMES),
    hostile("APNG of 20,000 frames", partial(pic.apng, 20_000), FRAMES),
    hostile("WebP of 20,000 frames", partial(pic.animated_webp, 20_000), FRAMES),
    hostile("TIFF of 100,000 directories", partial(pic.tiff_chain, 100_000), FRAMES),
    hostile(
        "TIFF directory that is its own next",
        lambda: tiff(tiff_entries(1, 1), following=8, after=b"\0"),
        BROKEN,
        FRAMES,
        READ,
    ),
)

METADATA_BOMBS = (
    hostile("PNG with 1 GB in zTXt", partial(pic.png_with_packed, b"zTXt", GIGABYTE), BROKEN, READ),
    hostile("PNG with 1 GB in iTXt", partial(pic.png_with_packed, b"iTXt", GIGABYTE), BROKEN, READ),
    hostile("PNG with 1 GB in iCCP", partial(pic.png_with_packed, b"iCCP", GIGABYTE), BROKEN, READ),
    hostile("PNG with 1,000 texts of 1 MB", partial(pic.many_texts_png, 1_000), BROKEN, READ),
    hostile(
        "PNG with 500,000 empty chunks", lambda: png(8, 8, before=chunk(b"prVt", b"") * 500_000), COSTLY, BROKEN, READ
    ),
    hostile(
        "JPEG with a profile in 255 parts",
        lambda: pic.jpeg(
            64,
            64,
            segments=b"".join(
                segment(0xE2, b"ICC_PROFILE\0" + bytes([part, 255]) + bytes(65_000)) for part in range(1, 256)
            ),
        ),
        READ,
        BROKEN,
    ),
    hostile(
        "JPEG with 100,000 comments",
        lambda: pic.jpeg(64, 64, segments=segment(0xFE, b"x") * 100_000),
        COSTLY,
        BROKEN,
        READ,
    ),
    hostile(
        "JPEG with EXIF in a circle",
        lambda: pic.jpeg(64, 64, segments=segment(0xE1, pic.exif_loop(entries=5_000))),
        READ,
    ),
    hostile(
        "WebP with EXIF in a circle",
        lambda: pic.riff(
            pic.webp_header(1, 1, 0x08),
            (pic.webp_pixel()[:4], pic.webp_pixel()[8:]),
            (b"EXIF", pic.exif_loop(entries=5_000)[6:]),
        ),
        READ,
        BROKEN,
    ),
    hostile(
        "WebP with a profile of 8 MB",
        lambda: pic.riff(
            pic.webp_header(1, 1, 0x20), (b"ICCP", bytes(8 * MEGABYTE)), (pic.webp_pixel()[:4], pic.webp_pixel()[8:])
        ),
        READ,
        BROKEN,
    ),
    hostile(
        "TIFF with a text of 4 GB",
        lambda: tiff([*tiff_entries(2, 2), (270, 2, 2**32 - 1, 8)], after=bytes(4)),
        BROKEN,
        READ,
    ),
    hostile("TIFF with 2^32 strips", lambda: tiff(tiff_entries(2, 2, count=2**32 - 1), after=bytes(4)), BROKEN),
    hostile(
        "TIFF with 65535 entries",
        lambda: tiff([*tiff_entries(2, 2), *[(700, 1, 2**31, 8)] * 65_000], after=bytes(4)),
        BROKEN,
        COSTLY,
        READ,
    ),
)

DECOMPRESSION_BOMBS = (
    hostile("PNG of 9000 x 9000 from 80 kB", lambda: png(9_000, 9_000, pixels=zeros(9_001 * 9_000)), READ, quick=False),
    hostile("PNG of 8 x 8 with 1 GB of pixels", lambda: png(8, 8, pixels=zeros(GIGABYTE)), READ, BROKEN),
    hostile("JPEG of 20,000 scans", partial(pic.scan_bomb_jpeg, 20_000), COSTLY),
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (level + 1, b"&l%d;" % level * 10) for level in range(9))

PROGRAMS = (
    hostile(
        "SVG with an external entity",
        _bytes(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SVG % b"<text>&e;</text>"),
        ALIEN,
    ),
    hostile(
        "SVG of a billion laughs",
        _bytes(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">' + LAUGHS + b"]>" + SVG % b"<text>&l9;</text>"),
        ALIEN,
    ),
    hostile(
        "SVG that fetches",
        _bytes(SVG % b'<image xlink:href="http://169.254.169.254/"/><script>fetch("/")</script>'),
        ALIEN,
    ),
    hostile(
        "EPS that runs a command",
        _bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n"),
        ALIEN,
    ),
    hostile(
        "EPS of 2^31 pixels", _bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 46341 46341\nshowpage\n"), ALIEN
    ),
    hostile(
        "EPS in a DOS wrapper",
        _bytes(b"\xc5\xd0\xd3\xc6" + struct.pack("<6I", 30, 20, 0, 0, 0, 0) + b"\xff\xff%!PS-Adobe-3.0\n"),
        ALIEN,
    ),
    hostile(
        "MVG that runs a command",
        _bytes(b"push graphic-context\nfill 'url(https://x/\"|id\")'\npop graphic-context\n"),
        ALIEN,
    ),
    hostile(
        "MSL that writes a file",
        _bytes(b'<?xml version="1.0"?><image><read filename="x.png"/><write filename="/tmp/x"/></image>'),
        ALIEN,
    ),
    hostile(
        "XBM of 60000 x 60000",
        _bytes(b"#define x_width 60000\n#define x_height 60000\nstatic char x_bits[] = { 0x00 };\n"),
        ALIEN,
    ),
    hostile("XPM", _bytes(b'/* XPM */\nstatic char *x[] = {"60000 60000 1 1", "a c #000000", "a"};\n'), ALIEN),
    hostile("HTML page", _bytes(b"<!doctype html><script>alert(1)</script>"), ALIEN),
    hostile("ZIP bomb", _bytes(b"PK\x03\x04" + bytes(26) + zeros(100 * MEGABYTE)), ALIEN),
)

POLYGLOTS = (
    hostile("GIF that is a script", lambda: pic.gif(0x2A2F, 1) + b"*/=1;alert(1)//", READ),
    hostile(
        "JPEG with a web page in it",
        lambda: pic.jpeg(64, 64, segments=segment(0xFE, b"--><script>alert(1)</script>")),
        READ,
    ),
    hostile("PNG with a PDF behind it", _joined(partial(png, 8, 8), partial(drawn_pdf, ["x"])), READ),
    hostile(
        "PDF with a ZIP behind it",
        _joined(partial(drawn_pdf, ["x"]), _bytes(b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18))),
        READ,
    ),
    hostile(
        "PNG with a bomb of a PDF behind it",
        _joined(partial(png, 8, 8), lambda: content_pdf(zeros(GIGABYTE))),
        READ,
    ),
    hostile("SVG with a PDF behind it", _joined(_bytes(SVG % b""), partial(drawn_pdf, ["x"])), ALIEN),
)

BROKEN_FILES = (
    *(
        hostile(f"half a {kind}", _half(partial(blank, kind, (300, 200))), BROKEN)
        for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF")
    ),
    hostile("half a PDF", _half(partial(drawn_pdf, ["x"])), "invalid_pdf"),
    *(
        hostile(f"first twelve bytes of a {kind}", lambda kind=kind: blank(kind)[:12], BROKEN, ALIEN)
        for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF")
    ),
    hostile("PDF of a header", _bytes(b"%PDF-1.7\n"), "invalid_pdf"),
    hostile("PNG of 0 x 0", partial(png, 0, 0, pixels=b""), BROKEN),
    hostile("TIFF of 0 x 0", lambda: tiff(tiff_entries(0, 0)), BROKEN),
    hostile("PNG whose header states too much", partial(png, 3_000, 3_000, pixels=zlib.compress(bytes(100))), BROKEN),
    hostile("TIFF whose strip lies elsewhere", lambda: tiff(tiff_entries(1_000, 1_000)), BROKEN),
    hostile("BMP without pixels", partial(pic.bmp, 1_000, 1_000), BROKEN),
    hostile("PNG of noise", _bytes(pic.PNG + bytes(range(256)) * 40), BROKEN),
)

HOSTILE_FILES = (
    *GIGAPIXELS,
    *FRAME_BOMBS,
    *METADATA_BOMBS,
    *DECOMPRESSION_BOMBS,
    *PDF_BOMBS,
    *PROGRAMS,
    *POLYGLOTS,
    *BROKEN_FILES,
)
