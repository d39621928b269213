"""What bytes look like, whatever they are called."""

import struct

import pytest
from picture_files import box, saved
from PIL import Image

from server.media.formats.signatures import describe, is_cut_short, known_format

FORMATS = ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF", "PDF"]


def written(format_: str) -> bytes:
    return saved(Image.radial_gradient("L"), format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_formats_taken_are_known_and_whole(format_):
    data = written(format_)
    assert known_format(data) == format_
    assert not is_cut_short(data, format_)


@pytest.mark.parametrize("format_", [name for name in FORMATS if name not in {"TIFF", "PDF"}])
def test_a_cut_file_is_seen_as_such(format_):
    data = written(format_)
    assert is_cut_short(data[: len(data) * 2 // 3], format_)


@pytest.mark.parametrize(
    ("major", "others", "kind"),
    [
        (b"heic", [b"mif1"], "HEIF"),
        (b"heix", [], "HEIF"),
        (b"mif1", [b"mif1", b"heic"], "HEIF"),
        (b"msf1", [b"hevc", b"mif1"], "HEIF"),
        (b"avif", [b"mif1", b"miaf"], "AVIF"),
        (b"mif1", [b"avif", b"miaf"], "AVIF"),
        (b"avis", [b"heic"], "AVIF"),
        (b"mif1", [b"jpeg"], None),
        (b"isom", [b"avif", b"heic"], None),
        (b"qt  ", [], None),
    ],
)
def test_heic_and_avif_are_told_apart_by_their_brands(major, others, kind):
    assert known_format(box(b"ftyp", major, bytes(4), *others) + b"heicavif") == kind


@pytest.mark.parametrize("before", [b"", b"\n\n", b"\xef\xbb\xbf", b"\x1b%-12345X@PJL JOB\r\n", bytes(1019)])
def test_a_pdf_may_begin_within_its_first_kilobyte(before):
    assert known_format(before + b"%PDF-1.7\n" + bytes(2000)) == "PDF"


@pytest.mark.parametrize(
    ("head", "kind", "looks"),
    [
        (b"GIF89a", "GIF", None),
        (b"\xff\xd8\xff", "JPEG", None),
        (b"BM", "BMP", None),
        (b"RIFF\x00\x00\x00\x00WEBP", "WEBP", None),
        (b"%!PS-Adobe-3.0\n", None, "PostScript"),
        (b"<svg>", None, "SVG"),
        (b"<html>", None, "an HTML page"),
        (b"PK\x03\x04", None, "a ZIP archive or an Office document"),
        (b"MZ", None, "a Windows program"),
        (box(b"ftyp", b"isom"), None, "a video"),
        (b" " * 1020, None, "text"),
    ],
)
def test_a_file_of_two_kinds_is_what_its_first_bytes_say(head, kind, looks):
    data = head + b"%PDF-1.7\n"
    assert known_format(data) == kind
    if looks:
        assert describe(data)[0] == looks


def test_a_length_that_boxes_state_in_64_bits():
    whole = box(b"ftyp", b"heic") + struct.pack(">I4sQ", 1, b"mdat", 116) + bytes(100)
    assert not is_cut_short(whole, "HEIF")
    assert is_cut_short(whole[:-1], "HEIF")
    assert not is_cut_short(box(b"ftyp", b"heic") + struct.pack(">I4s", 0, b"mdat"), "HEIF")


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
        (b"\xc5\xd0\xd3\xc6\x20\x00\x00\x00", "PostScript"),
        (b"push graphic-context\nimage over 0,0 0,0 'https://example.com/a'\n", "an MVG drawing"),
        (b"#define a_width 16\n", "an XBM or XPM picture"),
        (b"/* XPM */\nstatic char *a[]", "an XBM or XPM picture"),
        (b"\xd7\xcd\xc6\x9a\x00\x00", "a Windows metafile"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00jpeg", "a HEIF picture coded otherwise than as HEIC or AVIF"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00", "a video"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or an Office document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "SVG"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\n<!DOCTYPE html><html>", "an HTML page"),
        (b'{"error": "expired"}', "JSON"),
        (b"data:image/png;base64,iVBORw0KGgo", "base64 text"),
        (b"iVBORw0KGgoAAAA", "base64 text"),
        (b"JVBERi0xLjcK", "base64 text"),
        (b"receipt.png", "text"),
        ("发票".encode() * 3 + "发".encode()[:2], "text"),
        (b"P6\n1 1\n255\n\x00\x00\x00", "a Netpbm picture"),
        (b"\xff\x4f\xff\x51\x00", "JPEG 2000"),
        (b"\x00\x01\x02\x03\xfe\xff", "no picture format known here"),
        (b"\xe9\xe8 caf\xe9", "no picture format known here"),
    ],
)
def test_other_bytes_are_described_with_a_cure(data, looks):
    assert known_format(data) is None
    name, cure = describe(data)
    assert name == looks
    assert cure.endswith((".", ")."))
