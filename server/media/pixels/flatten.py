"""Alpha compositing on white, and conversion of decoder modes to 8 bits: gray (L), RGB or CMYK.

Deep samples are scaled, never clipped (Pillow's own conversion makes a 16-bit scan all white).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.values.pages import Pixels

_WHITE: Final = 255
_MEASURED: Final = frozenset({"I", "F"})
_ROWS_PIXELS: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What the numbers of a picture mean, where its mode does not say.

    `white` is the greatest value of 16-bit gray. `low` and `high` are the ends of 32-bit and floating-point pictures,
    which have no agreed white: the picture itself is the measure. `inverted`: zero is white.
    """

    white: int = 65535
    low: float = 0.0
    high: float = 0.0
    inverted: bool = False


def measured(image: Image.Image, samples: Samples) -> Samples:
    """Return `samples` with the ends of `image`, where it needs them: its least and its greatest finite value."""
    if image.mode not in _MEASURED:
        return samples
    low, high = np.inf, -np.inf
    for rows in _rows(image):
        values = rows[np.isfinite(rows)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    return replace(samples, low=low, high=high) if low <= high else samples


def flatten(image: Image.Image, samples: Samples) -> Image.Image:
    """Return `image` in L, RGB or CMYK, of 8 bits, opaque: what is clear becomes white."""
    if image.mode in _FLATTENERS:
        return _FLATTENERS[image.mode](image, samples)
    if "transparency" in image.info:
        return _on_white(image.convert("RGBA"))
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")  # YCbCr, LAB, HSV


def _on_white(layer: Image.Image) -> Image.Image:
    """Lay a picture with alpha (RGBA or LA) on white paper."""
    bare = "L" if layer.mode == "LA" else "RGB"
    page = Image.new(bare, layer.size, (_WHITE,) * len(bare))
    page.paste(layer, mask=layer)
    return page


def _flatten_palette(image: Image.Image, _: Samples) -> Image.Image:
    """Look colours up in a palette that is laid on white first."""
    palette = np.zeros((256, 4), dtype=np.float32)
    entries = np.frombuffer(bytes(image.getpalette("RGBA") or ()), dtype=np.uint8).reshape(-1, 4)[:256]
    palette[: len(entries)] = entries
    clear = image.info.get("transparency", b"")
    if isinstance(clear, int):
        palette[clear, 3] = 0
    else:
        alphas = np.frombuffer(clear, dtype=np.uint8)[: len(entries)]
        palette[: len(alphas), 3] = alphas
    alpha = palette[:, 3:] / 255
    on_white = np.rint(palette[:, :3] * alpha + _WHITE * (1 - alpha)).astype(np.uint8)
    image = image.copy()
    image.info.pop("transparency", None)
    image.putpalette(on_white.tobytes(), "RGB")
    return image.convert("RGB")


def _flatten_sixteen(image: Image.Image, samples: Samples) -> Image.Image:
    """Scale 16-bit gray; a value that stands for clear (PNG's tRNS) becomes white."""
    levels = np.minimum(np.rint(np.arange(65536) * (255 / samples.white)), 255).astype(np.uint8)
    levels = _WHITE - levels if samples.inverted else levels
    clear = image.info.get("transparency")
    if isinstance(clear, int) and 0 <= clear <= 65535:
        levels[clear] = _WHITE
    return Image.fromarray(levels[np.asarray(image)])


def _flatten_measured(image: Image.Image, samples: Samples) -> Image.Image:
    """Spread values from the least to the greatest over 0 to 255; what is no number, and a flat picture, is white."""
    low, span = samples.low, samples.high - samples.low
    if not span > 0:
        return Image.new("L", image.size, _WHITE)
    page = Image.new("L", image.size)
    top = 0
    for rows in _rows(image):
        page.paste(Image.fromarray(_spread(rows, low, span, samples.inverted)), (0, top))
        top += len(rows)
    return page


def _spread(values: NDArray[Any], low: float, span: float, inverted: bool) -> Pixels:
    with np.errstate(all="ignore"):  # values at the ends of what a float holds
        wide = (values.astype(np.float64) - low) * (255.0 / span)
        wide = _WHITE - wide if inverted else wide
        return np.clip(np.rint(np.nan_to_num(wide, copy=False, nan=_WHITE)), 0, _WHITE).astype(np.uint8)


def _rows(image: Image.Image) -> Iterator[NDArray[Any]]:
    """Yield the values of `image` a few rows at a time, for each array is a copy."""
    step = max(1, _ROWS_PIXELS // image.width)
    for top in range(0, image.height, step):
        yield np.asarray(image.crop((0, top, image.width, min(image.height, top + step))))


_FLATTENERS: Final[Mapping[str, Callable[[Image.Image, Samples], Image.Image]]] = MappingProxyType(
    {
        "P": _flatten_palette,
        "I;16": _flatten_sixteen,
        "I;16B": _flatten_sixteen,
        "I;16L": _flatten_sixteen,
        "I;16N": _flatten_sixteen,
        "I": _flatten_measured,
        "F": _flatten_measured,
        "RGBA": lambda image, _: _on_white(image),
        "LA": lambda image, _: _on_white(image),
        "RGBa": lambda image, _: _on_white(image.convert("RGBA")),
        "La": lambda image, _: _on_white(image.convert("LA")),
        "PA": lambda image, _: _on_white(image.convert("RGBA")),
    }
)
