"""Test page of the doctor: one word, drawn large, on any number of lines."""

import base64
import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

WORD: Final = "PAGEGLASS"
_SIZE: Final = 40
_MARGIN: Final = 30


def page_of(lines: int = 1) -> str:
    """Draw the word on `lines` lines and return the page as base64 of a PNG."""
    page = Image.new("RGB", (420, 2 * _MARGIN + lines * 2 * _SIZE), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_SIZE)
    for row in range(lines):
        pen.text((_MARGIN, _MARGIN + row * 2 * _SIZE), WORD, fill="black", font=font)
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def shows_word(text: str) -> bool:
    """Whether an answer contains the word, ignoring spaces and case."""
    return WORD in "".join(text.split()).upper()
