"""Magic numbers: detects the format of bytes, and what to send instead of an unsupported one.

Names and MIME types that a client gives are never believed, and a file that is two things at once is the one its first
bytes say. SVG, PostScript and the like are programs for a renderer: they are named here and never parsed.
"""

import codecs
from typing import Final, Literal

Kind = Literal["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF", "PDF"]

KINDS_WITH_PAGES: Final[frozenset[Kind]] = frozenset({"PDF", "TIFF"})
FORMATS_TAKEN: Final = "PNG, JPEG, WebP, HEIC, AVIF, GIF, BMP, TIFF or PDF"
_CONVERT: Final = "Convert it to PNG or JPEG and send that."
_RENDER: Final = "Save it as PDF, or render its pages to PNG, and send that."
_DRAW: Final = "Render it to PNG and send that."
_UNPACK: Final = "Unpack it and send the picture itself."
_HEAD: Final = 1024  # bytes looked at; PDF readers look for their header in as many (PDF Reference 1.7, H.3, note 13)
_MOST_BOXES: Final = 100  # at the top of an ISO media file; there are four or five

_OURS: Final[tuple[tuple[bytes, Kind], ...]] = (
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
    (b"%!PS", "PostScript", _RENDER),
    (b"\xc5\xd0\xd3\xc6", "PostScript", _RENDER),
    (b"PK\x03\x04", "a ZIP archive or an Office document", "Unpack it, or save the document as PDF, and send that."),
    (b"\xd0\xcf\x11\xe0", "an old Office document", _RENDER),
    (b"{\\rtf", "a rich text document", _RENDER),
    (b"\x1f\x8b", "gzip data", _UNPACK),
    (b"BZh", "bzip2 data", _UNPACK),
    (b"\xfd7zXZ\x00", "xz data", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"8BPS", "a Photoshop document", _CONVERT),
    (b"\x00\x00\x01\x00", "a Windows icon", _CONVERT),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000", _CONVERT),
    (b"\xff\x4f\xff\x51", "JPEG 2000", _CONVERT),
    (b"\xff\x0a", "JPEG XL", _CONVERT),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL", _CONVERT),
    (b"\x8aMNG", "an MNG animation", _CONVERT),
    (b"v/1\x01", "OpenEXR", _CONVERT),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile", _DRAW),
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
    (b"<svg", "SVG", _DRAW),
    (b"<", "XML", f"Send {FORMATS_TAKEN}."),
    ((b"push graphic-context", b"viewbox "), "an MVG drawing", _DRAW),
    ((b"#define", b"/* xpm */"), "an XBM or XPM picture", _CONVERT),
    (
        (b"data:", b"ivborw0kggo", b"/9j/", b"jvberi0"),
        "base64 text",
        "Its bytes were encoded once too often; send what the text decodes to.",
    ),
    ((b"{", b"["), "JSON", "Send the bytes of the picture itself."),
)

_END_MARKERS: Final[dict[Kind, tuple[bytes, int]]] = {  # and how many bytes at the end to look for it in
    "PNG": (b"IEND", 64),
    "JPEG": (b"\xff\xd9", 64),
    "GIF": (b"\x3b", 8),
}

_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIF_BRANDS: Final = frozenset({b"mif1", b"msf1", b"mif2"})  # the container only, whatever codes the picture


def known_format(data: bytes) -> Kind | None:
    """Name the format of ours that `data` begins like, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for signature, name in _OURS:
        if data.startswith(signature):
            return name
    if data[4:8] == b"ftyp":
        return _iso_picture(data)
    return "PDF" if _is_pdf(data[:_HEAD]) else None


def describe(data: bytes) -> tuple[str, str]:
    """Say what `data`, which is none of our formats, looks like, and what to send instead."""
    if data[4:8] == b"ftyp":
        if _brands(data) & _HEIF_BRANDS:
            return "a HEIF picture coded otherwise than as HEIC or AVIF", _CONVERT
        return "a video", "Send single pictures as PNG or JPEG."
    for signature, name, cure in _OTHERS:
        if data.startswith(signature):
            return name, cure
    if data[:1] == b"P" and data[1:2] in b"1234567" and data[2:3].isspace():
        return "a Netpbm picture", _CONVERT
    return _describe_text(data[:_HEAD])


def is_cut_short(data: bytes, kind: Kind) -> bool:
    """Tell whether `data`, in the format `kind`, ends before its end marker or its stated length."""
    if kind in _END_MARKERS:
        marker, within = _END_MARKERS[kind]
        return marker not in data[-within:]
    return _stated_length(data, kind) > len(data)


def _iso_picture(data: bytes) -> Kind | None:
    """Tell HEIC from AVIF: by the first brand, and where that names the container only, by the others."""
    major = frozenset({data[8:12]})
    for brands in (major, _brands(data) if major <= _HEIF_BRANDS else major):
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIC_BRANDS:
            return "HEIF"
    return None


def _brands(data: bytes) -> frozenset[bytes]:
    """The brands of the ``ftyp`` box: major, then (after a version) the compatible ones (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    return frozenset({data[8:12], *(data[place : place + 4] for place in range(16, end, 4))})


def _stated_length(data: bytes, kind: Kind) -> int:
    """The length in bytes that a file of `kind` states; 0 where the format states none."""
    match kind:
        case "WEBP":
            return int.from_bytes(data[4:8], "little") + 8
        case "BMP":
            return int.from_bytes(data[2:6], "little")
        case "HEIF" | "AVIF":
            return _iso_length(data)
        case _:
            return 0


def _iso_length(data: bytes) -> int:
    """The length that the boxes at the top of an ISO media file state; after a hundred the rest is taken as whole."""
    place = 0
    for _ in range(_MOST_BOXES):
        if place > len(data) - 8:
            return place
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size < 8:
            break  # 0: to the end of the file
        place += size
    return 0


def _is_pdf(head: bytes) -> bool:
    """Tell whether a PDF begins in `head`: at once, or after what is nothing else that is known."""
    place = head.find(b"%PDF-")
    if place <= 0:
        return place == 0
    return not any(head.startswith(signature) for signature, _, _ in _OTHERS) and _opening(head) is None


def _describe_text(head: bytes) -> tuple[str, str]:
    if opening := _opening(head):
        return opening
    if _is_text(head):
        return "text", "Send the bytes of the picture itself, not its name or its text."
    return "no picture format known here", f"Send {FORMATS_TAKEN}."


def _opening(head: bytes) -> tuple[str, str] | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for opening, name, cure in _TEXTS:
        if start.startswith(opening):
            return ("SVG", _DRAW) if b"<svg" in start else (name, cure)
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # which lets a character be cut at the end
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
