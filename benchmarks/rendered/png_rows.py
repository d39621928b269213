"""PNG of every kind."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from rendered.drawn import HALVED, ROUNDED, Levels, Row, over, row, saved, second_frame, without_red
from rendered.files import png


def png_gray_rows(_colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """Gray PNG (third edition, table 9): every depth, with and without a clear level."""
    deep = gray.astype(np.uint16) * 256 + np.arange(gray.size, dtype=np.uint16).reshape(gray.shape) % 256
    two, quarters = gray // 128, gray // 64
    yield row("PNG 1", png(two, colour=0, depth=1), two * 255)
    yield row("PNG L, 2 bits", png(quarters, colour=0, depth=2), quarters * 85)
    keyed = png(quarters, colour=0, depth=2, tRNS=b"\x00\x01")
    yield row("PNG L, 2 bits, clear level", keyed, np.where(quarters == 1, 255, quarters * 85))
    yield row("PNG L, 4 bits", png(gray // 16, colour=0, depth=4), gray // 16 * 17)
    yield row("PNG L", png(gray, colour=0, depth=8), gray)
    keyed = png(gray, colour=0, depth=8, tRNS=b"\x00\x80")
    yield row("PNG L, clear level", keyed, np.where(gray == 128, 255, gray))
    yield row("PNG I;16", png(deep, colour=0, depth=16), np.rint(deep / 257))
    hidden = np.where(gray == 128, 4660, np.where(deep == 4660, 4661, deep))
    keyed = png(hidden, colour=0, depth=16, tRNS=b"\x12\x34")
    yield row("PNG I;16, clear level", keyed, np.where(gray == 128, 255, np.rint(hidden / 257)))
    yield row("PNG LA", png(np.dstack([gray, alpha]), colour=4, depth=8), over(gray, alpha), ROUNDED)
    both = png(np.dstack([gray, alpha]).astype(np.uint16) * 257, colour=4, depth=16)
    yield row("PNG LA, 16 bits", both, over(gray, alpha), ROUNDED)


def png_colour_rows(colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """PNG in colour and with a palette, with and without a clear colour."""
    wide = colour.astype(np.uint16) * 257
    fine = colour.astype(np.uint16) * 256 + np.arange(colour.size, dtype=np.uint16).reshape(colour.shape) % 256
    index, palette = gray // 16, (np.arange(48).reshape(16, 3) * 5 % 256).astype(np.uint8)
    yield row("PNG RGB", png(colour, colour=2, depth=8), colour)
    keyed = png(colour, colour=2, depth=8, tRNS=b"\x00\xff\x00\x00\x00\x00")
    yield row("PNG RGB, clear colour", keyed, without_red(colour))
    yield row("PNG RGB, 16 bits", png(fine, colour=2, depth=16), np.rint(fine / 257), HALVED)
    marked = np.where((colour == (255, 0, 0)).all(axis=-1, keepdims=True), (0xFF80, 0, 0), wide)
    keyed = png(marked, colour=2, depth=16, tRNS=b"\xff\x80\x00\x00\x00\x00")
    yield row("PNG RGB, 16 bits, clear colour", keyed, without_red(colour))
    yield row("PNG RGBA", png(np.dstack([colour, alpha]), colour=6, depth=8), over(colour, alpha), ROUNDED)
    both = png(np.dstack([colour, alpha]).astype(np.uint16) * 257, colour=6, depth=16)
    yield row("PNG RGBA, 16 bits", both, over(colour, alpha), ROUNDED)
    yield row("PNG P, 4 bits", png(index, colour=3, depth=4, PLTE=palette.tobytes()), palette[index])
    levels = (np.arange(16) * 17).astype(np.uint8)
    keyed = png(index, colour=3, depth=8, PLTE=palette.tobytes(), tRNS=levels.tobytes())
    yield row("PNG P, clear by degrees", keyed, over(palette[index], levels[index]), ROUNDED)
    keyed = png(index, colour=3, depth=4, PLTE=palette.tobytes(), tRNS=b"\xff\xff\x00")
    yield row("PNG P, one clear entry", keyed, np.where(index[..., np.newaxis] == 2, 255, palette[index]))
    yield row("PNG RGB, interlaced", png(colour, colour=2, depth=8, interlaced=True), colour)
    yield row(
        "PNG P, 4 bits, interlaced",
        png(index, colour=3, depth=4, interlaced=True, PLTE=palette.tobytes()),
        palette[index],
    )
    yield row("PNG, first of two frames", saved(Image.fromarray(colour), "PNG", **second_frame()), colour)
