"""From a decoded picture to clean pixels: upright, RGB, 8 bits, opaque on white, inside the pixel budget.

Deep gray is scaled, never clipped (Pillow's own conversion makes a 16-bit scan all white).
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.media.types import Detail, PixelBudget, Pixels

Size = tuple[int, int]

_WHITE: Final = (255, 255, 255)
_SIXTEEN_BIT: Final = ("I;16", "I;16B", "I;16L", "I;16N")
_RESIZED_AS_THEY_ARE: Final = ("L", "RGB", "RGBA", "LA", "CMYK", "YCbCr")
_SIXTEEN_TO_EIGHT: Final = np.rint(np.arange(65536) / 257).astype(np.uint8)
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


def budget_for(detail: Detail, budget: PixelBudget) -> PixelBudget:
    """Narrow `budget` by the request's `detail`: ``low`` halves the sides; the others take all of it.

    ``high`` and ``original`` are no larger than ``auto``, since a model reads no better beyond its budget.
    """
    if detail == "low":
        return PixelBudget(longest_side=max(1, budget.longest_side // 2), max_pixels=max(1, budget.max_pixels // 4))
    return budget


def fit(size: Size, budget: PixelBudget) -> Size:
    """Return `size` (width, height in pixels) shrunk into `budget` with its shape kept; never enlarged."""
    width, height = size
    scale = min(1.0, budget.longest_side / max(size), math.sqrt(budget.max_pixels / (width * height)))
    if scale == 1.0:
        return size
    return max(1, int(width * scale)), max(1, int(height * scale))


def upright_size(size: Size, orientation: int) -> Size:
    """Return the size (width, height) that a viewer shows for a stored `size` and EXIF `orientation`."""
    return (size[1], size[0]) if orientation in _SIDEWAYS else size


def normalize(image: Image.Image, *, target: Size, orientation: int) -> Pixels:
    """Turn a loaded `image` into read-only pixels of shape (height, width, 3).

    `target` is the size to shrink to as the picture is stored, before it is turned by `orientation` (EXIF, 1 to 8).
    """
    keyed = "transparency" in image.info  # one colour stands for clear, which resizing would smear
    if image.mode in _RESIZED_AS_THEY_ARE and not keyed:
        image = flatten(shrink(image, target))
    else:
        image = shrink(flatten(image), target)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    pixels = np.array(image.convert("RGB"), dtype=np.uint8)
    pixels.setflags(write=False)
    return pixels


def shrink(image: Image.Image, target: Size) -> Image.Image:
    """Resize `image` to `target` (width, height) where that is smaller."""
    if image.size == target:
        return image
    return image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)


def flatten(image: Image.Image) -> Image.Image:
    """Return `image` as opaque RGB or gray (L) of 8 bits: what is clear becomes white."""
    if image.mode in _SIXTEEN_BIT:
        return Image.fromarray(_SIXTEEN_TO_EIGHT[np.asarray(image)])
    if image.mode in {"I", "F"}:
        return Image.fromarray(_stretch(np.asarray(image)))
    if image.mode in {"RGBa", "La"}:
        image = image.convert("RGBA" if image.mode == "RGBa" else "LA")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        page = Image.new("RGB", image.size, _WHITE)
        page.paste(layer, mask=layer.getchannel("A"))
        return page
    if image.mode in {"1", "L"}:
        return image.convert("L")
    return image.convert("RGB")


def _stretch(values: NDArray[np.int32] | NDArray[np.float32]) -> Pixels:
    """Spread `values`, of shape (height, width), from their least to their greatest over 0 to 255; a flat one is white.

    32-bit and floating-point pictures have no agreed white, so the picture itself is the measure.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if high == low:
        return np.full(values.shape, 255, dtype=np.uint8)
    with np.errstate(all="ignore"):  # per thread; values at the ends of what a float holds
        wide = np.subtract(values, low, dtype=np.float32)
        wide *= 255.0 / (high - low)
        np.nan_to_num(wide, copy=False, nan=255.0)
        np.clip(np.rint(wide, out=wide), 0.0, 255.0, out=wide)
        return wide.astype(np.uint8)
