"""The marks of a page: found in its pixels, chosen by its lines, and shown in them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import cv2
import numpy as np

from server.media.pixels.tiling import upright
from server.reading.marks.boxes import Drawn, find_boxes
from server.reading.marks.chosen import chosen
from server.reading.marks.signs import places_of, with_signs
from server.values.lines import Line, Lines
from server.values.pages import Pixels


def drawn_on(pixels: Pixels, quarter_turns: int) -> tuple[Drawn, ...]:
    """Return what may be boxes on a page, (height, width, 3) in RGB, that is upright after so many quarter turns."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return find_boxes(np.ascontiguousarray(upright(gray, quarter_turns)))  # type: ignore[arg-type]


def marked(lines: Lines, drawn: Sequence[Drawn]) -> Lines:
    """Return a whole page with those of `drawn` that are boxes as its marks, and their signs in its lines."""
    kept = chosen(drawn, lines.lines)
    if not kept:
        return lines
    places = places_of(kept, lines.lines)
    texts: list[Line] = []
    for _, row in groupby(lines.lines, key=lambda line: (line.block, line.row)):
        own = tuple(row)
        texts += with_signs(own, [one for line in own for one in places.get(id(line), ())])
    return replace(lines, lines=tuple(texts), marks=tuple(one.mark for one in kept))
