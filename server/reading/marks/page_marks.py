"""The marks of a page: found in its pixels, chosen by its lines, and shown in them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import cv2
import numpy as np

from server.media.pixels.tiling import upright
from server.reading.marks.boxes import find_boxes
from server.reading.marks.chosen import chosen
from server.reading.marks.levels import Levels, lines_with_marks
from server.reading.marks.signs import with_signs
from server.reading.marks.straight import straightened
from server.values.lines import Line, Lines, Mark
from server.values.pages import Pixels


def drawn_on(pixels: Pixels, lines: Lines) -> tuple[Mark, ...]:
    """Return what may be boxes on a page, (height, width, 3) in RGB, with `lines` or some of them."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    turned = np.ascontiguousarray(upright(gray, lines.quarter_turns))  # type: ignore[arg-type]
    straight, back = straightened(turned, lines.slope or 0.0)
    return tuple(back(mark) for mark in find_boxes(straight))


def marked(lines: Lines, drawn: Sequence[Mark]) -> Lines:
    """Return a whole page with those of `drawn` that are boxes in its lines."""
    levels = Levels(lines)
    places = lines_with_marks(chosen(drawn, levels), levels)
    if not places:
        return lines
    texts: list[Line] = []
    for _, row in groupby(lines.lines, key=lambda line: (line.block, line.row)):
        own = tuple(row)
        texts += with_signs(own, [one for line in own for one in places.get(id(line), ())])
    return replace(lines, lines=tuple(texts))
