"""The drawn page, a row of the table, how far a row may be missed, and the arithmetic of what it must show."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Levels = NDArray[Any]
SIZE = (160, 112)
EXACT = (0.0, 0, "lossless")
ROUNDED = (0.51, 1, "rounded twice")
HALVED = (0.51, 1, "Pillow keeps the upper byte")
DIVIDED = (0.1, 1, "premultiplied: divided and multiplied again")
LOSSY = (0.8, 40, "lossy")
COARSE = (2.5, 130, "lossy, colour at half the resolution")
MANAGED = (0.5, 3, "LittleCMS interpolates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A file, or a picture in a mode that no file gives; and the levels it must show, of shape (height, width, 3).

    `allowed` says by how much these may be missed: in the mean, at most, and why.
    """

    name: str
    source: bytes | Image.Image
    wanted: Levels
    allowed: tuple[float, int, str] = EXACT


def row(name: str, source: bytes | Image.Image, wanted: Levels, allowed: tuple[float, int, str] = EXACT) -> Row:
    """Make a row; `wanted` may be gray (height, width)."""
    return Row(name=name, source=source, wanted=wanted if wanted.ndim == 3 else three(wanted), allowed=allowed)


def draw() -> tuple[Levels, Levels, Levels]:
    """Draw ramps of gray and of colour, blocks of pure colours and small print; give colour, gray and an alpha."""
    width, height = SIZE
    across = np.linspace(0, 255, width)
    page = np.full((height, width, 3), 255, dtype=np.uint8)
    page[:16] = np.rint(across)[np.newaxis, :, np.newaxis]
    page[16:40] = np.stack([across, across[::-1], np.abs(across - 128) * 2], axis=-1)[np.newaxis]
    for number, pure in enumerate(((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 200, 200), (128, 128, 128))):
        page[44:64, number * 26 : number * 26 + 20] = pure
    image = Image.fromarray(page)
    ImageDraw.Draw(image).text((6, 70), "TOTAL 19.90\nVAT 7 % 1.30", fill=(20, 30, 60), font=ImageFont.load_default(14))
    alpha = np.clip(np.add.outer(np.arange(height), np.arange(width)) * 2 - 100, 0, 255).astype(np.uint8)
    return np.asarray(image), np.asarray(image.convert("L")), alpha


def of_hue(hue: Levels, saturation: Levels, value: Levels) -> Levels:
    """RGB levels of hue, saturation and value, 0 to 1: full colour by hue, mixed with white, darkened."""
    full = [np.clip(2 - np.abs((hue * 6 - 2 * place + 3) % 6 - 3), 0, 1) for place in range(3)]
    return 255 * (1 - saturation[..., np.newaxis] * (1 - np.dstack(full))) * value[..., np.newaxis]


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Write `image` as Pillow does."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def second_frame() -> dict[str, Any]:
    """Options of Pillow that add a black frame."""
    return {"save_all": True, "append_images": [Image.new("RGB", SIZE)]}


def three(gray: Levels) -> Levels:
    """Gray as colour."""
    return np.repeat(np.asarray(gray)[..., np.newaxis], 3, axis=2)


def over(levels: Levels, alpha: Levels) -> Levels:
    """Lay `levels` on white."""
    share = alpha[..., np.newaxis] / 255
    return (levels if levels.ndim == 3 else three(levels)) * share + 255 * (1 - share)


def without_red(colour: Levels) -> Levels:
    """Colour with pure red taken for clear."""
    return np.where((colour == (255, 0, 0)).all(axis=-1, keepdims=True), 255, colour)


def luminance(lightness: Levels) -> Levels:
    """Y of CIE L*, 0 to 1 (CIE 15)."""
    return np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)


def srgb_curve(linear: Levels) -> Levels:
    """Encode linear light, 0 to 1, as IEC 61966-2-1 does."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
