"""Pages as a scanner or a telephone leaves them: a little turned, shaded, blurred, noisy, compressed; a third clean."""

import io
import random

import numpy as np
from PIL import Image, ImageFilter

MOST_DEGREES = 0.7


def _turned(page: Image.Image, rng: random.Random) -> Image.Image:
    angle = rng.uniform(-MOST_DEGREES, MOST_DEGREES)
    paper = page.getpixel((page.width // 2, page.height - 3))
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper)


def _shaded(page: Image.Image, rng: random.Random) -> Image.Image:
    """Darker towards one side, as beneath a lid that does not close or a lamp."""
    grey = np.asarray(page, dtype=np.float32)
    height, width = grey.shape[:2]
    across = np.linspace(-1, 1, width)[None, :, None] * rng.uniform(-1, 1)
    down = np.linspace(-1, 1, height)[:, None, None] * rng.uniform(-1, 1)
    light = 1 - rng.uniform(0.02, 0.12) * (1 + (across + down) / 2)
    tint = np.array([1.0, rng.uniform(0.97, 1.0), rng.uniform(0.92, 1.0)], dtype=np.float32)
    return Image.fromarray(np.clip(grey * light * tint, 0, 255).astype(np.uint8))


def _noisy(page: Image.Image, rng: random.Random) -> Image.Image:
    chance = np.random.default_rng(rng.getrandbits(32))
    grain = chance.normal(0, rng.uniform(2, 8), (page.height, page.width, 1))
    return Image.fromarray(np.clip(np.asarray(page, dtype=np.float32) + grain, 0, 255).astype(np.uint8))


def _compressed(page: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    page.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def worn(pages: list[Image.Image], rng: random.Random) -> list[Image.Image]:
    """Return all pages of a document, worn alike; one document in three stays as drawn."""
    if rng.random() < 1 / 3:
        return pages
    blur, quality, grey = rng.uniform(0.2, 0.75), rng.randint(55, 85), rng.random() < 0.4
    result = []
    for page in pages:
        sheet = page.convert("L").convert("RGB") if grey else page
        sheet = _shaded(_turned(sheet, rng), rng).filter(ImageFilter.GaussianBlur(blur))
        result.append(_compressed(_noisy(sheet, rng), quality))
    return result
