"""Values of the intake: where a picture comes from, and the clean page it becomes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Detail = Literal["auto", "low", "high", "original"]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource:
    """One picture as the request names it: a data URI, raw base64 or an address.

    `path` is its place in the request (``messages[0].content[1].image_url.url``), so that any error can name it.
    """

    url: str
    path: str
    detail: Detail = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBudget:
    """How large a page may be when it reaches the engine, in pixels."""

    longest_side: int
    max_pixels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A clean page: upright by its EXIF orientation, RGB, 8 bits, opaque, inside the pixel budget.

    `pixels` has shape (height, width, 3) and is read-only. `source_width` and `source_height` are the size in pixels
    of the picture as a viewer shows it (EXIF orientation applied), before our own resizing.
    """

    pixels: Pixels
    source_width: int
    source_height: int
    path: str
    sha256: str

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])
