"""How a page comes out of a scanner: slightly turned, soft, grey, grainy, packed as JPEG."""

import io
import random

import numpy as np
from PIL import Image, ImageFilter

MOST_DEGREES = 0.7


def scanned(page: Image.Image, rng: random.Random) -> Image.Image:
    """Return `page` as scanned; how worn it is comes from `rng`."""
    grey = rng.randint(228, 250)
    pixels = np.asarray(page.convert("RGB"), dtype=np.float32) * (grey / 255)
    worn = Image.fromarray(pixels.astype(np.uint8))
    degrees = rng.uniform(-MOST_DEGREES, MOST_DEGREES)
    worn = worn.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(grey, grey, grey))
    worn = worn.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.9)))
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0.0, rng.uniform(2, 7), (worn.height, worn.width, 1))
    noisy = np.clip(np.asarray(worn, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, "JPEG", quality=rng.randint(45, 85))
    return Image.open(file).convert("RGB")
