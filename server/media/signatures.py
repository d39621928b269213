"""What bytes look like: which of our formats, or what else, and what to send instead.

Names and MIME types that a client gives are never believed; only the first bytes count. Pillow has the last word on
whether they decode.
"""

import codecs
from typing import Final, Literal

ImageFormat = Literal["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]

FORMATS_TAKEN: Final = "PNG, JPEG, WebP, BMP, GIF or TIFF"
_CONVERT: Final = "Convert it to PNG or JPEG and send that."
_RENDER: Final = "Render its pages to PNG or JPEG and send one picture per page."
_HEAD: Final = 512  # bytes looked at

_OURS: Final[tuple[tuple[bytes, ImageFormat], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"BM", "BMP"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
)

_OTHERS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF-", "a PDF", _RENDER),
    (b"%!PS", "PostScript", _RENDER),
    (b"PK\x03\x04", "a ZIP archive or an Office document", "Unpack it, or render its pages to PNG or JPEG."),
    (b"\xd0\xcf\x11\xe0", "an old Office document", _RENDER),
    (b"\x1f\x8b", "gzip data", "Unpack it and send the picture itself."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and send the picture itself."),
    (b"Rar!", "a RAR archive", "Unpack it and send the picture itself."),
    (b"8BPS", "a Photoshop document", _CONVERT),
    (b"\x00\x00\x01\x00", "a Windows icon", _CONVERT),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000", _CONVERT),
    (b"\xff\x4f\xff\x51", "JPEG 2000", _CONVERT),
    (b"\xff\x0a", "JPEG XL", _CONVERT),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL", _CONVERT),
    (b"DDS ", "a DDS texture", _CONVERT),
    (b"MZ", "a Windows program", "Send a picture."),
    (b"\x7fELF", "a program", "Send a picture."),
    (b"AT&TFORM", "DjVu", _RENDER),
)

_TEXTS: Final[tuple[tuple[bytes | tuple[bytes, ...], str, str], ...]] = (
    (
        (b"<!doctype html", b"<html"),
        "an HTML page",
        "Send the picture; a download that wants a login gives such a page.",
    ),
    (b"<svg", "SVG", ""),
    (b"<", "XML", f"Send {FORMATS_TAKEN}."),
    ((b"data:", b"ivborw0kggo", b"/9j/"), "base64 text", "It was encoded twice; encode the picture's bytes once."),
    ((b"{", b"["), "JSON", "Send the bytes of the picture file, encoded in base64."),
)

_HEIF_BRANDS: Final = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


def known_format(data: bytes) -> ImageFormat | None:
    """Name the format of ours that `data` begins like, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for signature, name in _OURS if data.startswith(signature)), None)


def describe(data: bytes) -> tuple[str, str]:
    """Say what `data`, which is none of our formats, looks like, and what to send instead."""
    if data[4:8] == b"ftyp":
        return _describe_iso_media(data[8:12])
    for signature, name, cure in _OTHERS:
        if data.startswith(signature):
            return name, cure
    if data[:1] == b"P" and data[1:2] in b"1234567" and data[2:3].isspace():
        return "a Netpbm picture", _CONVERT
    return _describe_text(data[:_HEAD])


def is_cut_short(data: bytes, kind: ImageFormat) -> bool:
    """Tell whether `data`, in the format `kind`, ends before its end marker or its stated length."""
    match kind:
        case "PNG":
            return b"IEND" not in data[-64:]
        case "JPEG":
            return b"\xff\xd9" not in data[-64:]
        case "GIF":
            return b"\x3b" not in data[-8:]
        case "WEBP":
            return int.from_bytes(data[4:8], "little") + 8 > len(data)
        case "BMP":
            return int.from_bytes(data[2:6], "little") > len(data)
        case "TIFF":
            return False  # a TIFF states no length and may keep its directory anywhere


def _describe_iso_media(brand: bytes) -> tuple[str, str]:
    if brand in _HEIF_BRANDS:
        return (
            "HEIC",
            "Convert it to JPEG and send that (an iPhone takes JPEG with Camera > Formats > Most Compatible).",
        )
    if brand in {b"avif", b"avis"}:
        return "AVIF", _CONVERT
    return "a video", "Send single pictures as PNG or JPEG."


def _describe_text(head: bytes) -> tuple[str, str]:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for opening, name, cure in _TEXTS:
        if start.startswith(opening):
            return ("SVG", "Render it to PNG and send that.") if b"<svg" in start else (name, cure)
    if _is_text(head):
        return "text", "Send the bytes of the picture file, encoded in base64, not its name or its text."
    return "no picture format known here", f"Send {FORMATS_TAKEN}."


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # which lets a character be cut at the end
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
