"""Pages taller than a language model sees at once: cut into pages one below the other, and their texts joined again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from statistics import mean
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from server.media.page_sizes import fit, padded
from server.media.tiling import fits, ink, reduced, tiles
from server.media.types import Page, PixelBudget, Pixels, Size

_OVERLAP: Final = 1 / 16  # of the page's width: two to three lines of a receipt or a letter
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


def tiles_of(page: Page, within: PixelBudget) -> tuple[Page, ...]:
    """Cut `page` into pages of its full width, top to bottom, that fit `within`; itself alone where it fits already.

    They overlap by two to three lines. Each has a digest of its own, as no two of them are the same picture. A page of
    several columns is cut across them, so it wants a model that sees it whole, or a `Recognizer`.
    """
    if fits(page, within):
        return (page,)
    overlap = round(min(max(page.width * _OVERLAP, _LEAST_OVERLAP), _MOST_OVERLAP))
    small = reduced(page.pixels, within)
    # A width beyond what one tile may have is left to the resizing of each, so that no line is cut.
    wide = replace(within, longest_side=max(within.longest_side, page.width), max_pixels=_area(page, within))
    cut = tiles((page.width, page.height), ink(small), wide, overlap=overlap, columns=1)
    return tuple(_page(page, tile.of(page.pixels), within, tile.box) for tile in cut)


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


def _area(page: Page, within: PixelBudget) -> int:
    """The pixels of a tile as wide as `page` that is reduced, if at all, to the budget's longest side."""
    shrunk = max(1.0, page.width / within.longest_side)
    return round(within.max_pixels * shrunk**2)


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
    digest = sha256(f"{page.sha256} {page.number} {box}".encode()).hexdigest()
    return replace(page, pixels=laid, source_width=box[2] - box[0], source_height=box[3] - box[1], sha256=digest)
