"""JPEG, WebP, HEIC, AVIF, BMP and GIF, and modes that no file gives."""

from collections.abc import Iterator

import numpy as np
import pillow_heif
from PIL import Image
from rendered.drawn import COARSE, DIVIDED, LOSSY, ROUNDED, SIZE, Levels, Row, of_hue, over, row, saved, second_frame
from rendered.files import bmp, bmp_runs


def photo_rows(colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """JPEG, WebP, HEIC and AVIF."""
    image, plain, layered = (Image.fromarray(part) for part in (colour, gray, np.dstack([colour, alpha])))
    yield row("JPEG L", saved(plain, "JPEG", quality=95), gray, LOSSY)
    yield row("JPEG RGB", saved(image, "JPEG", quality=95, subsampling=0), colour, LOSSY)
    yield row("JPEG RGB, progressive, 4:2:0", saved(image, "JPEG", quality=95, progressive=True), colour, COARSE)
    yield row("JPEG as MPO of two", saved(image, "MPO", quality=95, subsampling=0, **second_frame()), colour, LOSSY)
    yield row("WebP, lossless", saved(image, "WEBP", lossless=True), colour)
    yield row("WebP, lossless, alpha", saved(layered, "WEBP", lossless=True, exact=True), over(colour, alpha), ROUNDED)
    yield row("WebP, lossy", saved(image, "WEBP", quality=95), colour, COARSE)
    yield row("WebP, first of two frames", saved(image, "WEBP", lossless=True, **second_frame()), colour)
    pillow_heif.register_heif_opener()
    yield row("HEIC", saved(image, "HEIF", quality=95, chroma=444), colour, LOSSY)
    yield row("HEIC, 4:2:0, in tiles", saved(image, "HEIF", quality=95, tile_size=64), colour, COARSE)
    yield row("HEIC, alpha", saved(layered, "HEIF", quality=95, chroma=444), over(colour, alpha), LOSSY)
    yield row("AVIF", saved(image, "AVIF", quality=95, subsampling="4:4:4"), colour, LOSSY)
    yield row("AVIF, alpha", saved(layered, "AVIF", quality=95, subsampling="4:4:4"), over(colour, alpha), LOSSY)
    sequence = saved(image, "AVIF", quality=95, subsampling="4:4:4", **second_frame())
    yield row("AVIF, first of two frames", sequence, colour, LOSSY)


def screen_rows(colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """BMP and GIF."""
    image, plain, layered = (Image.fromarray(part) for part in (colour, gray, np.dstack([colour, alpha])))
    yield row("BMP 1", saved(Image.fromarray(gray > 127), "BMP"), gray // 128 * 255)
    yield row("BMP L", saved(plain, "BMP"), gray)
    indexed = image.quantize(64)
    yield row("BMP P", saved(indexed, "BMP"), np.asarray(indexed.convert("RGB")))
    yield row("BMP RGB", saved(image, "BMP"), colour)
    yield row("BMP, 32 bits", saved(layered, "BMP"), colour)
    red, green, blue = (colour[..., number].astype(np.uint16) for number in range(3))
    high = bmp(red >> 3 << 11 | green >> 2 << 5 | blue >> 3, masks=(0xF800, 0x7E0, 0x1F, 0))
    coarse = np.dstack([(red >> 3) * (255 / 31), (green >> 2) * (255 / 63), (blue >> 3) * (255 / 31)])
    yield row("BMP, 16 bits, 5:6:5", high, coarse, ROUNDED)
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    words = red.astype(np.uint32) << 16 | green.astype(np.uint32) << 8 | blue
    yield row("BMP, alpha", bmp(words | alpha.astype(np.uint32) << 24, masks=masks), over(colour, alpha), ROUNDED)
    yield row("BMP, alpha never filled in", bmp(words, masks=masks), colour)
    runs = bmp_runs(np.asarray(indexed), np.reshape(indexed.getpalette(), (-1, 3)))
    yield row("BMP P, run-length coded", runs, np.asarray(indexed.convert("RGB")))
    yield row("GIF", saved(indexed, "GIF"), np.asarray(indexed.convert("RGB")))
    keyed = np.where(np.asarray(indexed)[..., np.newaxis] == 3, 255, np.asarray(indexed.convert("RGB")))
    yield row("GIF, clear colour", saved(indexed, "GIF", transparency=3), keyed)
    yield row("GIF, first of two frames", saved(plain, "GIF", **second_frame()), gray)


def mode_rows(colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """Modes that Pillow has and no file of ours gives."""
    deep = gray.astype(np.uint16) * 257
    share = alpha[..., np.newaxis] / 255
    shaded = np.rint(colour * share).astype(np.uint8)
    yield row("mode RGBX", Image.frombytes("RGBX", SIZE, np.dstack([colour, alpha]).tobytes()), colour)
    yield row(
        "mode RGBa", Image.frombytes("RGBa", SIZE, np.dstack([shaded, alpha]).tobytes()), over(colour, alpha), DIVIDED
    )
    yield row("mode I;16L", Image.frombytes("I;16L", SIZE, deep.astype("<u2").tobytes()), gray)
    yield row("mode I;16B", Image.frombytes("I;16B", SIZE, deep.astype(">u2").tobytes()), gray)
    yield row("mode I;16N", Image.frombytes("I;16N", SIZE, deep.tobytes()), gray)
    image = Image.fromarray(colour)
    yield row("mode YCbCr", image.convert("YCbCr"), colour, (1.0, 3, "YCbCr of 8 bits, and back"))
    hue = np.linspace(0, 255, gray.size).reshape(gray.shape).astype(np.uint8)
    hsv = Image.frombytes("HSV", SIZE, np.dstack([hue, alpha, gray]).tobytes())
    yield row("mode HSV", hsv, of_hue(hue / 255, alpha / 255, gray / 255), (1.0, 3, "HSV of 8 bits"))
