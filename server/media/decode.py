"""From the bytes of a picture file to clean pixels; every fault of Pillow becomes one of our errors here.

The threat is the file: sizes are checked in its header before anything is decoded, only six formats are tried, and
whatever a decoder raises is answered as a fault of the picture, not of the service.
"""

import hashlib
import io
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image

from server.errors import ImageTooLarge, InvalidImage, UnsupportedImage
from server.media.normalize import Size, fit, normalize, upright_size
from server.media.signatures import FORMATS_TAKEN, describe, is_cut_short, known_format
from server.media.types import Page, PixelBudget

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")  # Pillow reads MPO, a JPEG with more behind, as JPEG
_ORIENTATION: Final = 0x0112
_PILLOW: Final = r"PIL\."
_FILTERS: Final = threading.Lock()


def decode_page(data: bytes, *, path: str, max_pixels: int, budget: PixelBudget) -> Page:
    """Decode the first frame of the picture file `data` into a page inside `budget`.

    Raises:
        UnsupportedImage: the bytes are none of the formats taken.
        InvalidImage: they are, but are damaged or cut short.
        ImageTooLarge: the header states more than `max_pixels` pixels.
    """
    hush_pillow()
    kind = known_format(data)
    if kind is None:
        looks, cure = describe(data)
        raise UnsupportedImage(
            f"{path} is not a picture that can be read: it looks like {looks}, and {FORMATS_TAKEN} are taken. {cure}",
            param=path,
        )
    with pillow_errors(data, path=path, max_pixels=max_pixels):
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        stored = image.size
    _check_size(stored, path=path, max_pixels=max_pixels)
    with pillow_errors(data, path=path, max_pixels=max_pixels), image:
        target = fit(stored, budget)
        if target != stored:
            image.draft(None, target)  # JPEG: decodes at a half, a quarter or an eighth, never below the target
        image.load()
        orientation = read_orientation(image)
        pixels = normalize(image, target=target, orientation=orientation)
    width, height = upright_size(stored, orientation)
    return Page(
        pixels=pixels, source_width=width, source_height=height, path=path, sha256=hashlib.sha256(data).hexdigest()
    )


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none or the EXIF block is broken.

    To be asked after loading: Pillow turns TIFF pictures itself and then drops the tag.
    """
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - a broken side block says nothing about the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


@contextmanager
def pillow_errors(data: bytes, *, path: str, max_pixels: int) -> Iterator[None]:
    """Raise whatever Pillow raises over `data` as an error of ours about the picture at `path`."""
    try:
        yield
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(path, max_pixels) from error
    except MemoryError as error:
        raise ImageTooLarge(
            f"{path} needs more memory to decode than there is. Send it smaller.", param=path, code="image_too_large"
        ) from error
    except Exception as error:  # its decoders raise OSError, SyntaxError, struct.error, IndexError, zlib.error, ...
        raise _damaged(data, path) from error


def hush_pillow() -> None:
    """Silence what Pillow warns and logs about odd files: the caller is told, and the log is not the caller's to fill.

    Set process-wide and looked for before each picture: `warnings.catch_warnings` is not safe among threads.
    """
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    with _FILTERS:
        if not any(rule[0] == "ignore" and getattr(rule[3], "pattern", None) == _PILLOW for rule in warnings.filters):
            warnings.filterwarnings("ignore", module=_PILLOW)


def allow_pixels(max_pixels: int) -> None:
    """Lift Pillow's process-wide limit where ours is wider; ours is checked on each picture's header."""
    if Image.MAX_IMAGE_PIXELS is not None and max_pixels > 2 * Image.MAX_IMAGE_PIXELS:
        Image.MAX_IMAGE_PIXELS = (max_pixels + 1) // 2  # Pillow refuses above twice its limit


def _check_size(size: Size, *, path: str, max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise InvalidImage(f"{path} is a picture of {width} x {height} pixels, so it shows nothing.", param=path)
    if width * height > max_pixels:
        raise _too_many_pixels(path, max_pixels, size)


def _too_many_pixels(path: str, max_pixels: int, size: Size | None = None) -> ImageTooLarge:
    shape = f"{size[0]} x {size[1]}, in all {size[0] * size[1]:,}" if size else "far too many"
    return ImageTooLarge(
        f"{path} has too many pixels: {shape}, and the limit is {max_pixels:,}. "
        f"Send it smaller, or raise PAGEGLASS_MAX_IMAGE_PIXELS.",
        param=path,
        code="image_too_many_pixels",
    )


def _damaged(data: bytes, path: str) -> InvalidImage:
    kind = known_format(data)
    if kind and is_cut_short(data, kind):
        fault = f"is a {kind} picture that is truncated: its end is missing after {len(data):,} bytes"
    else:
        fault = f"begins like a {kind} picture, but cannot be decoded: it is damaged, truncated or of an unusual kind"
    return InvalidImage(
        f"{path} {fault}. Check that the whole file is sent, or open it and save it again as PNG or JPEG.", param=path
    )
