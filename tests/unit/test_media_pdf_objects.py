"""PDF bombs are refused before pdfium draws them, and heavy but honest PDFs are not."""

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hostile_pdfs import PDF_BOMBS, content_pdf, flate_of_flate, forms, image, lzw, many_streams, pattern
from hostile_pictures import jpeg, segment, zeros
from pdfs import FLATE, drawn_pdf, flate, image_pdf, locked_pdf, packed_pdf, page_pdf, plain_pdf, stream

from server.errors import ImageTooLarge
from server.media.pdf.bombs import check_objects
from server.media.pdf.filters import measure, pieces
from server.media.pdf.rendering import count_pages, render_pages
from server.media.pdf.streams import find_streams
from server.values.pages import DecodeLimits, PixelBudget

pytestmark = pytest.mark.system

PATH = "messages[0].content[0].file.file_data"
MEGABYTE = 2**20
LIMITS = DecodeLimits(max_pixels=100_000_000, max_frames=500, max_pdf_object_bytes=128 * MEGABYTE)
BUDGET = PixelBudget(longest_side=1600, max_pixels=1_500_000)
QUICK = [bomb for bomb in PDF_BOMBS if bomb.quick]
ROOT = Path(__file__).parents[2]
GRAY = b"/ColorSpace /DeviceGray /BitsPerComponent 8 "
RGB = b"/ColorSpace /DeviceRGB /BitsPerComponent 8 "
A4_SCAN = b"/Width 2480 /Height 3508 " + RGB

# A process that may use 64 MiB over what it has at rest, where the system can bound that.
JUDGE = """
import json, sys
from hostile_pdfs import PDF_BOMBS
from server.errors import PageglassError
from server.media.pdf.rendering import count_pages, render_pages
from server.values.pages import DecodeLimits, PixelBudget
limits = DecodeLimits(max_pixels=100_000_000, max_frames=500, max_pdf_object_bytes=2**27)
budget = PixelBudget(longest_side=1600, max_pixels=1_500_000)
bombs = {bomb.name: bomb.make() for bomb in PDF_BOMBS if bomb.quick}
if sys.platform == "linux":
    import resource
    mapped = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + 2**26, resource.getrlimit(resource.RLIMIT_AS)[1]))
def answer(data):
    try:
        count = count_pages(data, path="a", limits=limits)
        if count > 32:
            return "too_many_pages"
        render_pages(data, path="a", limits=limits, budget=budget, numbers=range(1, count + 1))
    except PageglassError as error:
        return error.code
    return "read"
print(json.dumps({name: answer(data) for name, data in bombs.items()}))
"""


@pytest.fixture(scope="module")
def answers():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])}
    command = [sys.executable, "-c", JUDGE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("bomb", QUICK, ids=lambda bomb: bomb.name)
def test_bombs_are_answered_in_64_mib(bomb, answers):
    assert answers[bomb.name] in bomb.answers


def passes(data, limits=LIMITS):
    check_objects(data, path=PATH, limits=limits)
    return True


def refusal(data, limits=LIMITS):
    with pytest.raises(ImageTooLarge) as caught:
        check_objects(data, path=PATH, limits=limits)
    assert caught.value.param == PATH
    assert caught.value.message.startswith(f"{PATH} is a PDF with ")
    return caught.value


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"\xff" * 60_000,  # padding
        b"\0" * 60_000,  # junk, which libjpeg passes over
        segment(0xE2, bytes(60_000)) * 255,
        segment(0xC0, b"\x08\0\x08\0\x08\x01\x01\x11\0"),  # a smaller frame
    ],
)
def test_a_large_jpeg_is_found_whatever_stands_before_its_size(before):
    picture = jpeg(65_500, 65_500, segments=before)
    small = image(8, 8, data=picture, more=b"/Filter /DCTDecode")
    assert refusal(small).code == "image_too_many_pixels"


def scans(count, packed, entries=A4_SCAN + FLATE):
    """A PDF of `count` pages, each a scan of its own."""
    first = 3 + count
    kids = b" ".join(b"%d 0 R" % number for number in range(3, first))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I %d 0 R >> >> >>"
    return plain_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            *(page % (first + number) for number in range(count)),
            *[stream(packed, b"/Subtype /Image " + entries)] * count,
        ]
    )


def noise(count):
    return zlib.compress(np.random.default_rng(1).integers(240, 256, count, dtype=np.uint8).tobytes(), 1)


def lines(count):
    return b"".join(b"%d %d m %d %d l S\n" % (i % 600, i % 790, i % 500, i % 300) for i in range(count))


BLANK = 2480 * 3508 * 3
SYMBOL = b"<< /Subtype /Form /BBox [0 0 9 9] /Length 12 >>\nstream\n0 0 1 1 re f\nendstream"
NAMES = b"/XObject << /F 5 0 R /I 9 0 R >>"
HONEST = {
    "30 blank scans": lambda: scans(30, zeros(BLANK)),
    "30 blank scans, their lengths elsewhere": lambda: scans(30, zeros(BLANK)).replace(b"/Length ", b"/Length 9 0 R %"),
    "30 blank scans of unknown colours": lambda: scans(
        30, zeros(BLANK), b"/Width 2480 /Height 3508 /BitsPerComponent 8 /ColorSpace 9 0 R " + FLATE
    ),
    "noisy scans": lambda: scans(2, noise(BLANK)),
    "a scan at 600 dpi": lambda: scans(1, zeros(4 * BLANK), b"/Width 4960 /Height 7016 " + RGB + FLATE),
    "a gray plan of an unknown colour space": lambda: image(
        9_900,
        9_900,
        colours=b"/ColorSpace 9 0 R /BitsPerComponent 8 ",
        data=zlib.compress(noise(150_000) + bytes(97 * 10**6)),
    ),
    "a plan of one bit a pixel": lambda: image(9_900, 10_000, colours=b"/ImageMask true /BitsPerComponent 1 "),
    "a drawing of 400,000 lines": lambda: page_pdf(lines(400_000), packed=True),
    "text": lambda: drawn_pdf(["text"] * 40),
    "objects in streams": lambda: packed_pdf(drawn_pdf(["text"] * 40)),
    "encrypted": lambda: locked_pdf(drawn_pdf(["text"])),
    "a symbol drawn 20,000 times": lambda: page_pdf(b"/F Do " * 20_000, SYMBOL, resources=b"/XObject << /F 5 0 R >>"),
    "a symbol without resources": lambda: page_pdf(
        b"/F Do " * 99, SYMBOL.replace(b"Length 12", b"Length 6").replace(b"0 0 1 1 re f", b"/I Do "), resources=NAMES
    ),
    "forms three deep": lambda: forms(3, 20),
    "tiles that overlap a little": lambda: pattern(10, 4),
    "15 megabytes of padding": lambda: content_pdf(zeros(15 * MEGABYTE)),
}


@pytest.mark.parametrize("name", HONEST)
def test_heavy_but_honest_pdfs_pass(name):
    assert passes(HONEST[name]())


def test_packed_zeros_are_what_they_say():
    for count in (0, 1, MEGABYTE, 3 * MEGABYTE + 5):
        assert zlib.decompress(zeros(count)) == bytes(count)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (image(10_001, 10_000), "image_too_many_pixels", "10001 x 10000 pixels in it (object 5), and the limit is 100"),
        (image(9_000, 9_000, data=zeros(129 * MEGABYTE)), "pdf_object_too_large", "PAGEGLASS_MAX_PDF_OBJECT_BYTES"),
        (content_pdf(zeros(17 * MEGABYTE)), "pdf_object_too_large", "more than 16,777,216 bytes"),
        (many_streams(9, 2 * MEGABYTE), "pdf_object_too_large", "shrink more than 100 times"),
        (content_pdf(noise(2) + noise(9), b"/Columns 99999999"), "image_too_costly", "rows of more than"),
        (plain_pdf([b"<< >>\nstream\n>>\nstream\n" * 25_001]), "image_too_costly", "more than 50,000 streams"),
    ],
)
def test_a_refusal_says_what_was_too_much(data, code, words):
    refused = refusal(data)
    assert refused.code == code
    assert words in refused.message


def test_the_limit_is_the_setting():
    tight = DecodeLimits(max_pixels=100_000_000, max_frames=1, max_pdf_object_bytes=MEGABYTE)
    packed = zlib.compress(np.random.default_rng(1).bytes(2 * MEGABYTE))
    assert passes(content_pdf(packed))
    assert "more than 1,048,576 bytes" in refusal(content_pdf(packed), tight).message
    assert refusal(image(1_000, 1_001), DecodeLimits(max_pixels=10**6, max_frames=1, max_pdf_object_bytes=2**27))


def test_objects_of_unknown_length_are_counted_together_and_a_large_file_may_hold_more():
    tight = DecodeLimits(max_pixels=100_000_000, max_frames=1, max_pdf_object_bytes=4 * MEGABYTE)
    elsewhere = b"<< /Length 9 0 R >>\nstream\n%s\nendstream"
    assert passes(plain_pdf([elsewhere % zeros(3 * MEGABYTE)]), tight)
    assert passes(plain_pdf([elsewhere % noise(3 * MEGABYTE)] * 3), tight)
    assert "together" in refusal(plain_pdf([elsewhere % zeros(3 * MEGABYTE)] * 2), tight).message


def test_a_bomb_in_an_encrypted_file_is_found():
    bomb = locked_pdf(content_pdf(zeros(200 * MEGABYTE)))
    assert passes(bomb)  # by its bytes alone nothing can be told
    with pytest.raises(ImageTooLarge):
        count_pages(bomb, path=PATH, limits=LIMITS)


def sizes(data, *filters):
    told = {}

    def meter(level, size):
        told[level] = told.get(level, 0) + size

    measure(pieces(data, 0, len(data)), filters, meter)
    return told


def test_headers_of_pictures_are_read_in_plain_alone():
    """Ciphertext may look like any header; a file that only names an encryption is checked as it is."""
    data = image(8, 8, data=jpeg(65_500, 65_500), more=b"/Filter /DCTDecode")
    check_objects(data, path=PATH, limits=LIMITS, in_plain=False)
    for named in (data, data + b"% /Encrypt"):
        with pytest.raises(ImageTooLarge) as caught:
            count_pages(named, path=PATH, limits=LIMITS)
        assert caught.value.code == "image_too_many_pixels"


def test_what_comes_out_of_filters_is_counted_to_the_byte():
    plain = np.random.default_rng(2).bytes(300_000)
    once = zlib.compress(plain)
    assert sizes(once, b"FlateDecode") == {0: 300_000}
    assert sizes(once) == {0: 300_000}  # known by its header
    assert sizes(zlib.compress(once)) == {0: len(once), 1: 300_000}
    assert sizes(zlib.compress(once + bytes(50_000))) == {0: len(once) + 50_000, 1: 300_000}
    assert sizes(once.hex(" ").encode() + b">", b"ASCIIHexDecode") == {0: 300_000}
    assert sizes(plain) == {}
    assert sizes(b"") == {}
    assert 0 < sizes(once[:150_000])[0] < 300_000
    assert sizes(lzw(5050), b"LZWDecode") == {0: 5050}
    assert sizes(lzw(20_000_000), b"LZWDecode")[0] >= 20_000_000


def test_ascii85_is_undone_across_its_pieces():
    plain = np.random.default_rng(3).bytes(400_003)
    packed = zlib.compress(plain)
    words = packed + bytes(-len(packed) % 4)
    spelt = []
    for place in range(0, len(words), 4):
        word = int.from_bytes(words[place : place + 4], "big")
        spelt.append(bytes(33 + word // 85**power % 85 for power in (4, 3, 2, 1, 0)) if word else b"z")
    lines = b"".join(b"".join(spelt[place : place + 15]) + b"\n" for place in range(0, len(spelt), 15))
    assert sizes(lines + b"~>", b"ASCII85Decode", b"FlateDecode") == {0: 400_003}


def test_our_lzw_is_that_of_pdf():
    """pdfium draws the picture in the gray that went in, so what is counted is what it would make of it."""
    picture = image_pdf(lzw(100 * 100, value=128), b"/Width 100 /Height 100 /Filter /LZWDecode " + GRAY)
    (page,) = render_pages(picture, path=PATH, limits=LIMITS, budget=BUDGET, numbers=[1])
    assert (page.pixels == 128).all()


@pytest.mark.parametrize(
    ("written", "stored", "exact"),
    [
        (stream(b"abc"), 3, True),
        (stream(b"abc", length=b"3"), 3, True),
        (stream(b"abc", length=b"2000"), 4, True),
        (stream(b"endstream in the data", length=b"21"), 21, True),
        (stream(b"abc", length=b"7 0 R"), None, False),
        (stream(b"abc").replace(b"/Length 3", b""), 4, True),
        (stream(b"abc").replace(b"stream\nabc", b"stream\r\nabc"), 3, True),
        (stream(b"abc").replace(b"stream\nabc", b"stream\rabc"), 3, True),
        (stream(b"abc").replace(b"stream\nabc", b"stream  \nabc"), 3, True),
        (stream(b"abc").replace(b"/Length", b"/#4Cength"), 3, True),
    ],
)
def test_streams_are_found_where_pdfium_finds_them(written, stored, exact):
    data = plain_pdf([b"<< >>", written])
    (found,) = find_streams(data)
    assert found.number == 2
    assert found.exact is exact
    assert found.stored == (len(data) - found.start if stored is None else stored)
    assert data[found.start : found.start + 3] in {b"abc", b"end"}


def test_filters_are_read_in_their_order_and_by_their_short_names():
    data = flate_of_flate(9).replace(b"[/FlateDecode /FlateDecode ]", b"[ /A85/Fl\n/DCTDecode ]")
    assert next(find_streams(data)).filters == (b"ASCII85Decode", b"FlateDecode", b"DCTDecode")
    assert next(find_streams(content_pdf(b"", b"/Filter 9 0 R"))).filters is None
    assert next(find_streams(content_pdf(b"", b""))).filters == ()
    assert next(find_streams(plain_pdf([flate(b"x")]))).filters == (b"FlateDecode",)
