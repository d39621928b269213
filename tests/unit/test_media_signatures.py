"""What bytes look like, whatever they are called."""

import io

import pytest
from PIL import Image

from server.media.signatures import describe, is_cut_short, known_format

FORMATS = ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]


def saved(format_: str) -> bytes:
    file = io.BytesIO()
    Image.radial_gradient("L").save(file, format_)
    return file.getvalue()


@pytest.mark.parametrize("format_", FORMATS)
def test_formats_taken_are_known_and_whole(format_):
    data = saved(format_)
    assert known_format(data) == format_
    assert not is_cut_short(data, format_)


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "TIFF"])
def test_a_cut_file_is_seen_as_such(format_):
    data = saved(format_)
    assert is_cut_short(data[: len(data) * 2 // 3], format_)


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00", "AVIF"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00", "a video"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or an Office document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "SVG"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\n<!DOCTYPE html><html>", "an HTML page"),
        (b'{"error": "expired"}', "JSON"),
        (b"data:image/png;base64,iVBORw0KGgo", "base64 text"),
        (b"iVBORw0KGgoAAAA", "base64 text"),
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
