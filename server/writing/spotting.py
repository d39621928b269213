"""Parses lines with bounding boxes in a model's answer: `text(x1,y1),(x2,y2)`, in thousandths or in pixels."""

import re
from collections.abc import Iterator
from typing import Literal

from server.values.lines import Line

_LINE = re.compile(
    r"(?P<text>[^\n]+?)\s*\(\s*(?P<x1>\d{1,5})\s*,\s*(?P<y1>\d{1,5})\s*\)\s*,\s*\(\s*(?P<x2>\d{1,5})\s*,\s*(?P<y2>\d{1,5})\s*\)"
)
Coordinates = Literal["none", "thousandths", "pixels"]


def spotted_lines(written: str, *, width: int, height: int, coordinates: Coordinates) -> tuple[Line, ...]:
    """Read the lines out of a model's answer; boxes in pixels of a page of `width` x `height`.

    The score is 1: such models tell none.
    """
    return tuple(_lines(written, width, height, coordinates))


def _lines(written: str, width: int, height: int, coordinates: str) -> Iterator[Line]:
    across, down = (width / 1000, height / 1000) if coordinates == "thousandths" else (1.0, 1.0)
    for row, found in enumerate(_LINE.finditer(written)):
        left, right = sorted(min(int(found[name]) * across, float(width)) for name in ("x1", "x2"))
        top, bottom = sorted(min(int(found[name]) * down, float(height)) for name in ("y1", "y2"))
        box = ((left, top), (right, top), (right, bottom), (left, bottom))
        yield Line(text=found["text"].strip(), score=1.0, box=box, row=row)
