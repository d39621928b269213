"""A blank page that remembers what is printed on it, and the ways a page gets worse on its way into a file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).parent
FACES = {
    "sans": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),  # 2 is Simplified Chinese
    "bold": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    "serif": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    "mono": ("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", 0),
}


def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """Load a face of `FACES` at `size` pixels."""
    file, index = FACES[face]
    return ImageFont.truetype(file, size, index=index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to write, and the truth about it."""

    name: str
    image: Image.Image
    lines: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


class Sheet:
    """A white page of (width, height) pixels; `lines` is what it says, in reading order."""

    def __init__(self, width: int, height: int, *, mode: str = "RGB", paper: Any = "white", ink: Any = "black") -> None:
        self.image = Image.new(mode, (width, height), paper)
        self.lines: list[str] = []
        self._draw = ImageDraw.Draw(self.image)
        self._ink = ink

    def print(  # noqa: PLR0913 - three of them are style
        self, x: float, y: float, text: str, *, size: int = 22, face: str = "sans", at: str = "ls"
    ) -> None:
        """Print `text` at (x, y) on its baseline; `at` is Pillow's anchor."""
        self._draw.text((x, y), text, fill=self._ink, font=font(face, size), anchor=at)
        self.lines.append(text)

    def row(self, y: float, *cells: tuple[float, str, str], size: int = 22, face: str = "sans") -> None:
        """Print cells of (x, anchor, text) on one baseline."""
        for x, at, text in cells:
            self.print(x, y, text, size=size, face=face, at=at)

    def column(self, x: float, y: float, text: str, *, size: int = 22, face: str = "sans") -> None:
        """Print `text` down from (x, y), a character below the other."""
        for number, char in enumerate(text):
            self._draw.text((x, y + 1.15 * size * number), char, fill=self._ink, font=font(face, size), anchor="la")
        self.lines.append(text)

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, width: int = 2) -> None:
        """Draw a straight line."""
        self._draw.line((x0, y0, x1, y1), fill=self._ink, width=width)

    def frame(self, x0: float, y0: float, x1: float, y1: float, *, width: int = 2) -> None:
        """Draw a rectangle's outline."""
        self._draw.rectangle((x0, y0, x1, y1), outline=self._ink, width=width)

    def fill(self, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        """Paint a rectangle."""
        self._draw.rectangle((x0, y0, x1, y1), fill=colour)


def photograph(page: Image.Image, *, seed: int, degrees: float) -> Image.Image:
    """Return `page` as if photographed on a table: askew, unevenly lit, a little soft, with grain."""
    margin = 70
    table = Image.new("RGB", (page.width + 2 * margin, page.height + 2 * margin), (92, 76, 62))
    table.paste(page.convert("RGB"), (margin, margin))
    table = table.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(92, 76, 62))
    table = table.filter(ImageFilter.GaussianBlur(0.7))
    pixels = np.asarray(table).astype(np.float32)
    height, width = pixels.shape[:2]
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 0.72 + 0.28 * (across / width * 0.6 + down / height * 0.4)
    grain = np.random.default_rng(seed).normal(0.0, 5.0, (height, width, 1)).astype(np.float32)
    return Image.fromarray(np.clip(pixels * light[..., None] + grain, 0, 255).astype(np.uint8))
