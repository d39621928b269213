"""Normalises a decoded picture: EXIF orientation, one resize, 8-bit RGB on white, white padding.

A picture of 100 million pixels is never held twice: whatever cannot be resized as it stands is turned into 8 bits band
by band, and colours are managed after resizing.
"""

import math
from typing import Final

import numpy as np
from PIL import Image

from server.media.pixels.colour import to_srgb
from server.media.pixels.flatten import Samples, flatten, measured
from server.values.pages import Pixels, Size

_WHITE: Final = 255
_RESIZED_AS_THEY_ARE: Final = frozenset({"L", "RGB", "CMYK"})
_BAND_PIXELS: Final = 5 * 2**19  # a letter page at 150 dpi goes in one
_GAP: Final = 1.4  # whole-number averaging down to this many times the target first, as Pillow's `reducing_gap`
_FILTER: Final = Image.Resampling.BICUBIC  # reads as well as Lanczos at a fifth less time, better than box and Hamming
_SUPPORT: Final = 2  # of that filter, in pixels of the target
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})


def upright_size(size: Size, orientation: int) -> Size:
    """Return the size (width, height) that a viewer shows for a stored `size` and EXIF `orientation`."""
    return (size[1], size[0]) if orientation in _SIDEWAYS else size


def normalize(
    image: Image.Image,
    *,
    target: Size,
    orientation: int = 1,
    page: Size | None = None,
    samples: Samples | None = None,
) -> Pixels:
    """Turn a loaded `image` into read-only pixels of shape (height, width, 3).

    `target` is the size to resize to as the picture is stored, before it is turned by `orientation` (EXIF, 1 to 8);
    `page` is the size after that, padded with white at the right and at the bottom, where it is to be larger. `samples`
    says what the numbers mean where the mode does not.
    """
    profile = image.info.get("icc_profile")
    image = to_srgb(resize(image, target, samples or Samples()), profile)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    image = _padded(image, page or image.size)
    pixels = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    pixels.setflags(write=False)
    return pixels


def resize(image: Image.Image, target: Size, samples: Samples) -> Image.Image:
    """Return `image` at the size `target` in one of L, RGB and CMYK."""
    samples = measured(image, samples)
    if image.size == target:
        return flatten(image, samples)
    if image.mode in _RESIZED_AS_THEY_ARE and "transparency" not in image.info:
        return image.resize(target, _FILTER, reducing_gap=_GAP)
    return _resize_in_bands(image, target, samples)


def _resize_in_bands(image: Image.Image, target: Size, samples: Samples) -> Image.Image:
    """Resize as `Image.resize` does, flattening as many rows at a time as a band of the target is made of.

    A band is cut with the rows that the filter reaches on either side, so no seam shows.
    """
    (width, height), (wide, high) = image.size, target
    across, down = (max(1, int(source / side / _GAP)) for source, side in ((width, wide), (height, high)))
    scale = height / down / high  # averaged rows for each row of the target
    reach = math.ceil(_SUPPORT * max(1.0, scale)) + 1
    step = max(1, int(_BAND_PIXELS / width / down / scale))
    page: Image.Image | None = None
    for top in range(0, high, step):
        bottom = min(high, top + step)
        first = max(0, int(top * scale) - reach)
        last = math.ceil(bottom * scale) + reach
        rows = image.crop((0, first * down, width, min(height, last * down)))
        band = flatten(rows, samples)
        band = band if across == down == 1 else band.reduce((across, down))  # which would copy it
        box = (0.0, top * scale - first, width / across, min(bottom * scale - first, band.height))
        part = band.resize((wide, bottom - top), _FILTER, box=box)
        page = page or Image.new(part.mode, target)
        page.paste(part, (0, top))
    return page or Image.new("L", target, _WHITE)


def _padded(image: Image.Image, size: Size) -> Image.Image:
    if size == image.size:
        return image
    page = Image.new(image.mode, size, (_WHITE,) * len(image.getbands()))
    page.paste(image, (0, 0))
    return page
