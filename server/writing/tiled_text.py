"""Tiling for language models: cuts tall pages into overlapping bands, and joins their texts.

Tiles are for a page far taller than wide, which the model's budget would downscale: it is loaded larger
(`tile_budget`), and no tile is larger than that budget. Pieces are for a page whose whole was too much for one answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from statistics import mean
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from server.media.pixels.page_sizes import fit, most_height, padded
from server.media.pixels.tiling import fits, ink, reduced, tiles
from server.values.pages import Page, PixelBudget, Pixels, Size

_TALL: Final = 3  # heights to a width, from which a page is a till receipt rather than a letter
_TALLEST: Final = 40  # a roll of 3 m by 80 mm; more would be tiles without end, each of them all overlap
_WORTH_IT: Final = 1.2  # times as large as the model's own budget shows it
_MOST_TIMES: Final = 16  # the pixels of that budget, so some 30 tiles at most
_FLATTEST: Final = 2  # widths to a height of a tile; flatter ones would be mostly overlap
_MOST_PIXELS: Final = 24_000_000
_LONGEST_SIDE: Final = 2**15
_PDF_DPI: Final = 300  # that a PDF is drawn at where there is room
_OVERLAP: Final = 1 / 8  # of the page's width: at a cut between lines of a receipt, one whole line above and below
_LEAST_OVERLAP: Final = 48  # px
_MOST_OVERLAP: Final = 240
_SEAM_LINES: Final = 8  # looked at on either side of a seam
_USUAL: Final = 3  # lines that two tiles share; decides among seams that match equally well
_ALIKE: Final = 80.0  # per cent, from which two readings are of one line
_ALIKE_ALONE: Final = 90.0  # where one line is all that the texts share
_MOST_CUT: Final = 1  # lines at the very end of a text that may be cut in two
_WHITE: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seam:
    """How two texts overlap: the last `cut_above` and the first `cut_below` lines are torn, `shared` are the same."""

    cut_above: int
    cut_below: int
    shared: int
    likeness: float

    @property
    def rank(self) -> tuple[int, int, float]:
        """The better, the greater: as many shared as usual, nothing torn, alike."""
        return -abs(self.shared - _USUAL), -self.cut_above - self.cut_below, self.likeness


def tile_budget(page: Page, within: PixelBudget, *, most_pixels: int) -> PixelBudget | None:
    """Return what to load `page` into for `tiles_of`; None where it is not tall, or tiles would hardly show it larger.

    `page` is as it was loaded into `within`, the model's own budget; `most_pixels` is how many there is room for.
    """
    width, height = _full_size(page)
    if not _TALL * width <= height <= _TALLEST * width:
        return None
    times = min(_MOST_TIMES, _FLATTEST * height / width)
    most = min(int(times * within.max_pixels), _MOST_PIXELS, most_pixels)
    larger = PixelBudget(longest_side=_LONGEST_SIDE, max_pixels=most)
    _, seen = _shown(page, within)
    return larger if fit((width, height), larger)[1] > _WORTH_IT * seen else None


def is_larger(page: Page, within: PixelBudget) -> bool:
    """Whether `page` was loaded into more than `within`."""
    return page.height > padded(_shown(page, within), within)[1]


def tiles_of(page: Page, within: PixelBudget) -> tuple[Page, ...]:
    """Cut `page` into pages of its full width, top to bottom, that fit `within`; itself alone where it fits already.

    They overlap by about two lines. Each has a digest of its own, as no two of them are the same picture. A page of
    several columns is cut across them, so it wants a model that sees it whole, or a `Recognizer`.
    """
    if fits(page, within):
        return (page,)
    small = reduced(page.pixels, within)
    # A width beyond what one tile may have is left to the resizing of each, so that no line is cut.
    wide = replace(within, longest_side=max(within.longest_side, page.width), max_pixels=_area(page, within))
    cut = tiles((page.width, page.height), ink(small), wide, overlap=_overlap(page.width), columns=1)
    return tuple(_page(page, tile.of(page.pixels), within, tile.box) for tile in cut)


def most_pieces(page: Page, within: PixelBudget) -> int:
    """How many pieces `pieces_of` may be asked for: those that are not mostly overlap; 1 of a low page."""
    width, height = _shown(page, within)
    return max(1, height // (2 * _overlap(width)))


def pieces_of(page: Page, within: PixelBudget, count: int) -> tuple[Page, ...]:
    """Cut `page`, as it was loaded into `within`, into `count` bands, its padding left out.

    They overlap, and have digests, as tiles do; none is larger than `within`, nor smaller than the model takes.
    """
    width, height = _shown(page, within)
    pixels = page.pixels[:height, :width]
    cut = tiles((width, height), ink(pixels), within, overlap=_overlap(width), columns=1, bands=count)
    return tuple(_page(page, tile.of(pixels), within, tile.box) for tile in cut)


def merge_texts(texts: Sequence[str]) -> str:
    """Join the texts of tiles that stand one below the other; lines that two of them read are in it once.

    The last lines of one text are matched with the first of the next, torn ones at the very edge left out. Where
    nothing matches, nothing is dropped.
    """
    lines: list[str] = []
    for text in texts:
        lines = _joined(lines, text.strip("\n").split("\n") if text.strip() else [])
    return "\n".join(lines)


def _joined(above: list[str], below: list[str]) -> list[str]:
    """Join two texts at their best seam; blank lines there are not compared."""
    last = [index for index, line in enumerate(above) if line.strip()][-_SEAM_LINES:]
    first = [index for index, line in enumerate(below) if line.strip()][:_SEAM_LINES]
    found = _seam([_plain(above[index]) for index in last], [_plain(below[index]) for index in first])
    if found is None:
        return [*above, *below]
    end = last[-found.cut_above] if found.cut_above else len(above)
    taken = found.cut_below + found.shared
    return [*above[:end], *below[first[taken - 1] + 1 :]]


def _seam(above: Sequence[str], below: Sequence[str]) -> _Seam | None:
    seams = []
    for cut_above in range(_MOST_CUT + 1):
        kept = above[: len(above) - cut_above]
        for cut_below in range(_MOST_CUT + 1):
            rest = below[cut_below:]
            for shared in range(1, min(len(kept), len(rest)) + 1):
                ratios = [fuzz.ratio(one, other) for one, other in zip(kept[-shared:], rest[:shared], strict=True)]
                if min(ratios) >= (_ALIKE if shared > 1 else _ALIKE_ALONE):
                    seams.append(_Seam(cut_above=cut_above, cut_below=cut_below, shared=shared, likeness=mean(ratios)))
    return max(seams, key=lambda seam: seam.rank, default=None)


def _plain(line: str) -> str:
    return " ".join(line.split()).casefold()


def _full_size(page: Page) -> Size:
    """The size that `page` has where nothing limits it."""
    times = _PDF_DPI / page.dpi if page.dpi else 1.0
    return round(times * page.source_width), round(times * page.source_height)


def _shown(page: Page, within: PixelBudget) -> Size:
    """The size in which `within` shows `page`, padding left out."""
    return fit((page.source_width, page.source_height), within)


def _overlap(width: int) -> int:
    return round(min(max(width * _OVERLAP, _LEAST_OVERLAP), _MOST_OVERLAP))


def _area(page: Page, within: PixelBudget) -> int:
    """The pixels of a tile as wide as `page` that is reduced, if at all, to the budget's longest side."""
    shrunk = max(1.0, page.width / within.longest_side)
    height = max(1, most_height(int(page.width / shrunk), within))
    return int(page.width * height * shrunk)


def _size(pixels: Pixels) -> Size:
    return pixels.shape[1], pixels.shape[0]


def _page(page: Page, pixels: Pixels, within: PixelBudget, box: tuple[int, int, int, int]) -> Page:
    """A tile as a page of its own, at a size that the model takes."""
    if fit(_size(pixels), within) != _size(pixels):
        pixels = reduced(pixels, within)
    width, height = padded(_size(pixels), within)
    laid = np.full((height, width, 3), _WHITE, dtype=np.uint8)
    laid[: pixels.shape[0], : pixels.shape[1]] = pixels
    laid.setflags(write=False)
    digest = sha256(f"{page.sha256} {page.number} {page.width}x{page.height} {box}".encode()).hexdigest()
    return replace(page, pixels=laid, source_width=box[2] - box[0], source_height=box[3] - box[1], sha256=digest)
