"""Decodes picture files to pages, and translates every decoder error to one of ours.

The threat is the file: what its headers say is checked before anything is decoded, it is tried as the one format that
its first bytes say, and whatever a decoder raises is answered as a fault of the picture, not of the service. It runs
in worker processes only, so settings of Pillow are set for all of the process.
"""

import io
import logging
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from server.errors import InvalidImage
from server.media.formats.faults import check_fed, check_frames, check_size, picture_faults, unsupported
from server.media.formats.headers import Outline, read_outline
from server.media.formats.signatures import Kind, is_cut_short, known_format
from server.media.formats.tiff import TiffPage, page_alone, read_pages
from server.media.pixels.flatten import Samples, flatten
from server.media.pixels.normalize import normalize, upright_size
from server.media.pixels.page_sizes import fit, padded
from server.values.pages import DecodedPage, DecodeLimits, PixelBudget

# What `Image.open` may try; PIL registers each at its import, and JPEG and HEIF are registered in `prepare`.
_PLUGINS: Final = (AvifImagePlugin, BmpImagePlugin, GifImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
_FORMATS: Final = frozenset({"PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF"})
_ORIENTATION: Final = 0x0112  # EXIF's tag
_MOST_ENTRIES: Final = 1_000  # real blocks have some twenty; nothing they point to is followed
_PNG_END: Final = b"\0\0\0\0IEND\xaeB`\x82"
_MOST_TEXT: Final = 2**24  # bytes of text that a PNG may unpack to, all chunks together; one chunk 2**20


def prepare() -> None:
    """Set Pillow up for all of this process; to be called before the first picture."""
    Image.MAX_IMAGE_PIXELS = None  # ours is checked on every header
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_MEMORY = _MOST_TEXT
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # there is a process for every core
    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    Image.register_open("JPEG", JpegImagePlugin.JpegImageFile)  # Pillow's own factory reads MPO's directories as well
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"PIL\.")


def count_pages(data: bytes, *, path: str, limits: DecodeLimits) -> int:
    """Count the pages of the picture file `data`: of a TIFF all, else 1. Headers are checked, nothing is decoded.

    Raises:
        UnsupportedImage: the bytes are none of the formats taken.
        InvalidImage: they are, but are damaged or cut short.
        ImageTooLarge: a header states more than `limits` allow, of pixels or of frames.
    """
    kind = _kind_of(data, path)
    if kind == "TIFF":
        return len(_tiff_pages(data, path, limits))
    _outline_of(data, kind, path, limits)
    return 1


def decode_pages(
    data: bytes, *, path: str, limits: DecodeLimits, budget: PixelBudget, numbers: Sequence[int]
) -> list[DecodedPage]:
    """Decode the pages of the picture file `data` with these `numbers`, counted from 1, into `budget`.

    Raises:
        UnsupportedImage, InvalidImage, ImageTooLarge: as `count_pages`, or a page is damaged or does not exist.
        MemoryError: there is not enough memory in this process.
    """
    kind = _kind_of(data, path)
    order = _Order(data=data, kind=kind, path=path, limits=limits, budget=budget)
    if kind == "TIFF":
        pages = _tiff_pages(data, path, limits)
        _check_numbers(numbers, len(pages), path)
        return [_decode_tiff_page(order, pages, number) for number in numbers]
    outline = _outline_of(data, kind, path, limits)
    _check_numbers(numbers, 1, path)
    if outline.cut_at is not None:
        order = replace(order, data=data[: outline.cut_at] + _PNG_END)
    with picture_faults(data, kind, path=path):
        return [_decode(order, outline)] * len(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A file to decode, and how."""

    data: bytes
    kind: Kind
    path: str
    limits: DecodeLimits
    budget: PixelBudget


def _kind_of(data: bytes, path: str) -> Kind:
    kind = known_format(data)
    if kind is None or kind not in _FORMATS:
        raise unsupported(data, path)
    return kind


def _outline_of(data: bytes, kind: Kind, path: str, limits: DecodeLimits) -> Outline:
    with picture_faults(data, kind, path=path):
        outline = read_outline(data, kind, most_frames=limits.max_frames)
    check_frames(outline.frames, kind=kind, path=path, limits=limits)
    check_size(outline.size, path=path, limits=limits)
    check_fed(outline.starved, data, kind, path=path)
    return outline


def _tiff_pages(data: bytes, path: str, limits: DecodeLimits) -> tuple[TiffPage, ...]:
    with picture_faults(data, "TIFF", path=path):
        pages = read_pages(data, most_pages=limits.max_frames)
    check_frames(len(pages), kind="TIFF", path=path, limits=limits)
    for number, page in enumerate(pages, 1):
        check_size(page.size, path=path, limits=limits, page=number if len(pages) > 1 else None)
        check_fed(page.starved, data, "TIFF", path=path)
    return pages


def _check_numbers(numbers: Sequence[int], count: int, path: str) -> None:
    if absent := [number for number in numbers if not 1 <= number <= count]:
        raise InvalidImage(f"{path} has {count} page{'s' * (count != 1)}, so there is no page {absent[0]}.", param=path)


def _decode_tiff_page(order: _Order, pages: Sequence[TiffPage], number: int) -> DecodedPage:
    page = pages[number - 1]
    samples = Samples(white=page.white, inverted=page.inverted)
    with picture_faults(order.data, "TIFF", path=order.path, page=number if len(pages) > 1 else None):
        alone = replace(order, data=page_alone(order.data, page))
        return _decode(alone, Outline(size=page.size), orientation=page.orientation, samples=samples)


def _decode(
    order: _Order, outline: Outline, *, orientation: int | None = None, samples: Samples | None = None
) -> DecodedPage:
    _reserve(outline)
    with Image.open(io.BytesIO(order.data), formats=(order.kind,)) as image:
        stored = image.size
        check_size(stored, path=order.path, limits=order.limits)
        target = fit(stored, order.budget)
        if order.kind == "JPEG" and target != stored:
            image.draft(None, target)  # decodes at a half, a quarter or an eighth, never below the target
        drawn = image.tile[0].extents if order.kind == "GIF" else None
        image.load()
        notes = _notes(image, order.kind, outline, order.data)
        settled = _settled(image, order) if drawn in {None, (0, 0, *stored)} else _on_canvas(image, drawn)
        orientation = orientation or _orientation_of(image, order.kind)
        page = padded(upright_size(target, orientation), order.budget)
        pixels = normalize(settled, target=target, orientation=orientation, page=page, samples=samples)
    width, height = upright_size(stored, orientation)
    return DecodedPage(pixels=pixels, source_width=width, source_height=height, notes=notes)


def _reserve(outline: Outline) -> None:
    """Ask for the memory that decoding takes, untouched, and give it back: some decoders call a shortage damage.

    Raises:
        MemoryError: it is not there.
    """
    np.empty(int(outline.size[0] * outline.size[1] * outline.decoder_bytes), dtype=np.uint8)


def _notes(image: Image.Image, kind: Kind, outline: Outline, data: bytes) -> tuple[str, ...]:
    """Say which pictures of the file were left out, and that the file ends early."""
    cut = kind == "PNG" and (outline.cut_at is not None or is_cut_short(data, kind))
    early = ("The file ends early, behind the last of its pixels; all of them were read.",) if cut else ()
    return (*early, *_left_out(image, kind, outline.frames))


def _left_out(image: Image.Image, kind: Kind, frames: int) -> tuple[str, ...]:
    if kind == "HEIF" and (pictures := getattr(image, "n_frames", 1)) > 1:
        return (f"The file holds {pictures} pictures: the main one was read, the others were not.",)
    if frames > 1:
        return (f"The picture is an animation: the first of its {frames} frames was read, the others were not.",)
    return ()


def _orientation_of(image: Image.Image, kind: Kind) -> int:
    """Read how to turn `image`; to be asked after loading, since PNG may say it behind the pixels."""
    block = image.info.get("exif")
    if kind == "HEIF" or not isinstance(block, bytes):
        return 1  # libheif turns pictures itself, by what HEIF says in place of EXIF (ISO/IEC 23008-12, 6.5.10)
    return read_orientation(block)


def _settled(image: Image.Image, order: _Order) -> Image.Image:
    """Return `image` with its transparency put right, where Pillow leaves it as the file says it.

    The clear colour of a PNG is given in the file's own depth, of which Pillow keeps 8 bits (PNG, third edition,
    11.3.2.1). An alpha of a BMP that is zero everywhere was never filled in, and browsers take it as opaque.
    """
    if order.kind == "BMP" and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        return image.convert("RGB")
    clear = image.info.get("transparency")
    if order.kind == "PNG" and clear is not None:
        depth = order.data[24]
        if image.mode == "L" and depth <= 8:
            image.info["transparency"] = (clear & (1 << depth) - 1) * 255 // ((1 << depth) - 1)
        elif image.mode == "RGB":
            image.info["transparency"] = tuple(value >> (8 if depth == 16 else 0) & 255 for value in clear)
    return image


def _on_canvas(image: Image.Image, drawn: tuple[int, int, int, int]) -> Image.Image:
    """Return a GIF whose first frame is only the box `drawn` on white, for what no frame covers is clear."""
    page = Image.new("RGB", image.size, "white")
    page.paste(flatten(image.crop(drawn), Samples()), drawn[:2])
    return page


def read_orientation(block: bytes) -> int:
    """Return the orientation in an EXIF `block`, 1 to 8 (CIPA DC-008, 4.6.5.1); 1 where it is missing or broken."""
    while block.startswith(b"Exif\x00\x00"):
        block = block[6:]
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    try:
        (place,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, place)
        for entry in range(place + 2, place + 2 + 12 * min(count, _MOST_ENTRIES), 12):
            tag, _type, _count, value = struct.unpack_from(f"{order}HHIH", block, entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
