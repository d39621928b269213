"""Files of every kind, drawn on the spot, and seeded damage to them: bits, bytes, pieces, splices, cuts and headers."""

import random
import struct
import sys
import zlib
from collections.abc import Callable

from PIL import Image, ImageDraw
from scripted_server import ROOT

sys.path.insert(0, str(ROOT / "tests" / "support"))  # where files are drawn

from hostile_pdfs import forms, image, lzw, page_tree_loop, pattern
from hostile_pictures import animated_webp, apng, exif_loop, gif, jpeg, png_with_packed, segment, tiff_chain
from pdfs import drawn_pdf, form_pdf, image_pdf, locked_pdf, packed_pdf, pages_pdf
from picture_files import saved

MOST_CHANGES = 8
LONGEST_PIECE = 64
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
PLACES = (
    b"IDAT",
    b"IHDR",
    b"\xff\xc0",
    b"\xff\xda",
    b"VP8",
    b"ANMF",
    b"ispe",
    b"iloc",
    b"meta",
    b"stream",
    b"obj",
    b"R",
)


def drawn_files() -> list[bytes]:
    """One ordinary file of every kind, mode and packing that the decoders tell apart, and some odd ones."""
    page = Image.new("RGB", (160, 120), "white")
    pen = ImageDraw.Draw(page)
    pen.text((10, 10), "INVOICE 42", fill="black")
    pen.ellipse((60, 40, 140, 110), fill="red")
    files = [
        saved(page.convert(mode), kind, **options)
        for kind, modes, choices in (
            ("PNG", ("1", "L", "P", "RGB", "RGBA", "I;16"), ({},)),
            ("JPEG", ("L", "RGB", "CMYK"), ({}, {"progressive": True}, {"restart_marker_blocks": 2})),
            ("WEBP", ("RGB", "RGBA"), ({}, {"lossless": True})),
            ("BMP", ("1", "L", "P", "RGB"), ({},)),
            ("GIF", ("L", "P"), ({}, {"interlace": 0})),
            ("TIFF", ("L", "RGB", "CMYK"), ({}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate"})),
            ("HEIF", ("RGB", "RGBA"), ({},)),
            ("AVIF", ("RGB", "RGBA"), ({"speed": 10},)),
        )
        for mode in modes
        for options in choices
    ]
    bilevel = page.convert("1")
    files += [saved(bilevel, "TIFF", compression=name) for name in ("group3", "group4", "packbits")]
    files += [saved(page, kind, save_all=True, append_images=[page, page]) for kind in ("TIFF", "GIF", "WEBP", "PNG")]
    exif = Image.Exif()
    exif[0x0112] = 6
    files += [saved(page, kind, exif=exif) for kind in ("JPEG", "WEBP", "PNG", "TIFF", "HEIF")]
    return files + _odd_files() + _pdfs(page)


def _odd_files() -> list[bytes]:
    return [
        gif(9, 9, frame=(5, 5), frames=5),
        apng(5),
        animated_webp(5),
        tiff_chain(5),
        png_with_packed(b"iCCP", 5_000),
        png_with_packed(b"iTXt", 5_000),
        jpeg(64, 64, segments=segment(0xE1, exif_loop(entries=5))),
    ]


def _pdfs(page: Image.Image) -> list[bytes]:
    size = b"/Width 160 /Height 120 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
    scan = image_pdf(zlib.compress(page.tobytes()), size + b"/Filter /FlateDecode")
    photo = image_pdf(saved(page, "JPEG"), size + b"/Filter /DCTDecode")
    old = image_pdf(lzw(160 * 120 * 3), size + b"/Filter /LZWDecode")
    text = drawn_pdf(["INVOICE 42", "TOTAL 19.90"])
    made = [scan, photo, old, text, packed_pdf(text), locked_pdf(text), form_pdf("VALUE"), pages_pdf(20)]
    return [*made, forms(3, 3), pattern(10, 5), page_tree_loop(), image(30, 30)]


def damaged(files: list[bytes], seed: int) -> bytes:
    """One of `files` with one to eight changes; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    data = bytearray(chance.choice(files))
    for _ in range(chance.randint(1, MOST_CHANGES)):
        if not data:
            break
        chance.choice(_CHANGES)(data, chance, files)
    return bytes(data)


def _flip_bits(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    for _flip in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set_number(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    """Write a number that is often a border over what stands somewhere, more often near the head."""
    form = chance.choice((">H", "<H", ">I", "<I", "B"))
    value = chance.choice(INTERESTING) & (256 ** struct.calcsize(form) - 1)
    place = chance.randrange(min(len(data), chance.choice((64, 512, len(data)))))
    data[place : place + struct.calcsize(form)] = struct.pack(form, value)


def _edit_at_mark(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    """Change a byte close to one of the words that formats are built of."""
    mark = chance.choice(PLACES)
    places = [place for place in range(len(data)) if data.startswith(mark, place)]
    if places:
        place = min(len(data) - 1, max(0, chance.choice(places) + chance.randint(-8, 24)))
        data[place] = chance.randrange(256)


def _edit_digits(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    """Change a number that is written out, as those of PDF are."""
    places = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
    if places:
        place = chance.choice(places)
        data[place : place + 1] = chance.choice((b"0", b"9", b"-1", b"99999", b"4294967296", b".", b"1 0 R", b"null"))


def _delete(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    place = chance.randrange(len(data))
    del data[place : place + chance.randint(1, LONGEST_PIECE)]


def _repeat(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    place = chance.randrange(len(data))
    data[place:place] = data[place : place + chance.randint(1, LONGEST_PIECE)] * chance.choice((1, 2, 100))


def _insert_noise(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    place = chance.randrange(len(data))
    data[place:place] = chance.randbytes(chance.randint(1, LONGEST_PIECE))


def _swap(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    """Let two pieces change places, as chunks out of order do."""
    first, second = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    length = min(chance.randint(1, LONGEST_PIECE), second - first)
    piece = data[first : first + length]
    data[first : first + length] = data[second : second + length]
    data[second : second + length] = piece


def _splice(data: bytearray, chance: random.Random, files: list[bytes]) -> None:
    """Go on as another file does."""
    other = chance.choice(files)
    data[chance.randrange(len(data)) :] = other[chance.randrange(len(other)) :]


def _cut(data: bytearray, chance: random.Random, _: list[bytes]) -> None:
    del data[chance.randrange(len(data)) :]


def _new_header(data: bytearray, chance: random.Random, files: list[bytes]) -> None:
    """Begin as another file does."""
    length = chance.randint(4, 40)
    data[:length] = chance.choice(files)[:length]


_CHANGES: tuple[Callable[[bytearray, random.Random, list[bytes]], None], ...] = (
    _flip_bits,
    _flip_bits,
    _set_number,
    _set_number,
    _edit_at_mark,
    _edit_at_mark,
    _edit_digits,
    _delete,
    _repeat,
    _insert_noise,
    _swap,
    _splice,
    _cut,
    _new_header,
)
