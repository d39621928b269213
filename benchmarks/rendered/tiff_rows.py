"""TIFF of every kind that Pillow opens."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from rendered.drawn import COARSE, DIVIDED, MANAGED, ROUNDED, Levels, Row, luminance, over, row, saved, srgb_curve
from rendered.files import tiff


def tiff_rows(colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """TIFF in the modes that Pillow opens, both byte orders, white or black as zero."""
    deep, small = gray.astype(np.uint16) * 257, gray.astype(np.float32) / 300
    for order, name in (("<", "little-endian"), (">", "big-endian")):
        yield row(f"TIFF I;16, {name}", tiff(deep, photometric=1, order=order), gray)
        yield row(f"TIFF I;16, white is zero, {name}", tiff(65535 - deep, photometric=0, order=order), gray)
        yield row(f"TIFF I, {name}", tiff(gray.astype(np.int32) * 9999 - 900, photometric=1, order=order), gray)
        yield row(f"TIFF F, {name}", tiff(small, photometric=1, order=order), gray)
        yield row(f"TIFF F, white is zero, {name}", tiff(1 - small, photometric=0, order=order), gray)
        yield row(
            f"TIFF RGB, 16 bits, {name}", tiff(colour.astype(np.uint16) * 257, photometric=2, order=order), colour
        )
    yield row("TIFF I, 16 bits with a sign", tiff(gray.astype(np.int16) * 40 - 5000, photometric=1), gray)
    yield row("TIFF L", tiff(gray, photometric=1), gray)
    yield row("TIFF L, white is zero", tiff(255 - gray, photometric=0), gray)
    yield row("TIFF LA", tiff(np.dstack([gray, alpha]), photometric=1, tags={338: [2]}), over(gray, alpha), ROUNDED)
    yield row(
        "TIFF RGBA", tiff(np.dstack([colour, alpha]), photometric=2, tags={338: [2]}), over(colour, alpha), ROUNDED
    )
    shaded = np.rint(colour * (alpha[..., np.newaxis] / 255)).astype(np.uint8)
    together = tiff(np.dstack([shaded, alpha]), photometric=2, tags={338: [1]})
    yield row("TIFF RGBa", together, over(colour, alpha), DIVIDED)
    together = tiff(np.dstack([shaded[..., 0], alpha]), photometric=1, tags={338: [1]})
    yield row("TIFF La", together, over(colour[..., 0], alpha), DIVIDED)
    colours = np.stack([np.arange(256), 255 - np.arange(256), np.arange(256) // 2]).astype(np.uint8)
    mapped = {320: (colours.astype(int) * 257).ravel().tolist()}
    yield row("TIFF P", tiff(gray, photometric=3, tags=mapped), colours.T[gray])
    indexed = tiff(np.dstack([gray, alpha]), photometric=3, tags=mapped | {338: [2]})
    yield row("TIFF PA", indexed, over(colours.T[gray], alpha), ROUNDED)
    lightness = np.dstack([gray, np.zeros_like(gray), np.zeros_like(gray)])
    yield row("TIFF LAB", tiff(lightness, photometric=8), 255 * srgb_curve(luminance(gray / 2.55)), MANAGED)


def tiff_packing_rows(colour: Levels, gray: Levels, _alpha: Levels) -> Iterator[Row]:
    """The usual packings, tiles, and colour stored as light and difference."""
    image = Image.fromarray(colour)
    yield row("TIFF 1", saved(Image.fromarray(gray > 127), "TIFF"), gray // 128 * 255)
    yield row("TIFF 1, G4", saved(Image.fromarray(gray > 127), "TIFF", compression="group4"), gray // 128 * 255)
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "lzma"):
        yield row(f"TIFF RGB, {packing}", saved(image, "TIFF", compression=packing), colour)
    yield row("BigTIFF RGB", saved(image, "TIFF", big_tiff=True), colour)
    tiles = saved(image, "TIFF", compression="tiff_lzw", tiffinfo={322: 64, 323: 64})
    yield row("TIFF RGB, tiled", tiles, colour)
    inside = saved(image, "TIFF", compression="jpeg", quality=95)
    yield row("TIFF YCbCr, JPEG inside", inside, colour, COARSE)
    yield row("TIFF YCbCr", saved(image.convert("YCbCr"), "TIFF"), colour, (1.0, 3, "YCbCr of 8 bits, and back"))
