"""What each mode and kind of picture file is turned into, against arithmetic on what was drawn; a table, and a verdict.

    python benchmarks/renderings.py

A page is drawn once and written in every kind (`rendered/`). Each file goes through the decoder as
in the server, at full size. The wanted levels come from numpy, not from Pillow and not from our code; the difference
is counted in levels of 255, and each row says by how much it may be missed and why. Exit code 1 where a row fails.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image
from rendered.colour_rows import ink_rows, profile_rows
from rendered.drawn import Row, draw
from rendered.other_rows import mode_rows, photo_rows, screen_rows
from rendered.png_rows import png_colour_rows, png_gray_rows
from rendered.tiff_rows import tiff_packing_rows, tiff_rows
from rich.console import Console
from rich.table import Table

from server.errors import PageglassError
from server.media.pixels.decode import decode_pages, prepare
from server.media.pixels.normalize import normalize
from server.values.pages import DecodeLimits, PixelBudget, Pixels

LIMITS = DecodeLimits(max_pixels=10**6, max_frames=10, max_pdf_object_bytes=2**20)
PARTS = (
    *(png_gray_rows, png_colour_rows, tiff_rows, tiff_packing_rows),
    *(photo_rows, screen_rows, mode_rows, ink_rows, profile_rows),
)
BUDGET = PixelBudget(longest_side=1000, max_pixels=10**6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How far a row is missed, in levels of 255; `fault` where it was not read at all."""

    row: Row
    mean: float = 0.0
    greatest: float = 0.0
    fault: str = ""

    @property
    def passes(self) -> bool:
        """Whether the file shows what it must."""
        most_mean, most, _ = self.row.allowed
        return not self.fault and self.mean <= most_mean and self.greatest <= most


def all_rows() -> Iterator[Row]:
    """Every row, in the order of the table."""
    drawn = draw()
    for rows in PARTS:
        yield from rows(*drawn)


def read(row: Row) -> Pixels:
    """Decode a file, or normalise a picture."""
    if isinstance(row.source, Image.Image):
        return normalize(row.source, target=row.source.size)
    (page,) = decode_pages(row.source, path=row.name, limits=LIMITS, budget=BUDGET, numbers=[1])
    return page.pixels


def measure(row: Row) -> Result:
    """Decode one file and compare it."""
    try:
        pixels = read(row)
    except PageglassError as fault:
        return Result(row=row, fault=fault.message)
    if pixels.shape != row.wanted.shape:
        return Result(row=row, fault=f"{pixels.shape} in place of {row.wanted.shape}")
    missed = np.abs(pixels.astype(float) - np.rint(row.wanted))
    return Result(row=row, mean=float(missed.mean()), greatest=float(missed.max()))


def report(results: Iterable[Result]) -> int:
    """Print the table; the number of rows that fail."""
    table = Table("file", "mean", "most", "allowed", "because", "")
    failed = 0
    for result in results:
        most_mean, most, because = result.row.allowed
        failed += not result.passes
        table.add_row(
            result.row.name,
            f"{result.mean:.2f}",
            f"{result.greatest:.0f}",
            f"{most_mean:g} / {most}",
            result.fault or because,
            "pass" if result.passes else "FAIL",
        )
    Console(width=120).print(table)
    print(f"{table.row_count} files, {failed} wrong")
    return failed


if __name__ == "__main__":
    prepare()
    sys.exit(report(map(measure, all_rows())) > 0)
