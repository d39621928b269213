"""Whether a box or circle is ticked: by the pieces of ink inside its outline."""

from typing import Final

import cv2
import numpy as np

from server.reading.marks.places import Image

_RIM: Final = 0.09  # of a side, within the outline: ink there may be the outline's own
_THICKEST: Final = 0.25  # of a side, of an outline
_STROKE: Final = 0.3  # of a side: a piece of ink so long is a mark
_SPECK: Final = 0.14  # shorter is dust
_MARKED: Final = 0.035  # share of ink
_BARE: Final = 0.012  # share of ink; a box with less is empty
_FILLED: Final = 0.15  # of a side, that the outline of a box filled to its edge may take


def is_ticked(box: Image, *, ring: bool) -> bool | None:
    """Whether there is a mark in a box, `box` being its ink (0 or 255) with its outline; None where that is unclear."""
    height, width = box.shape
    side = (width + height) / 2
    inside = _within(box, ring=ring)
    if inside is None:
        return None
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8, ltype=cv2.CV_32S)
    pieces = stats[1:]
    lengths = np.maximum(pieces[:, 2], pieces[:, 3]) / side
    real = pieces[lengths >= _SPECK, 4].sum() / (side * side)
    if real < _BARE:
        return False
    return True if lengths.max(initial=0) >= _STROKE and real >= _MARKED else None


def _within(box: Image, *, ring: bool) -> Image | None:
    """The ink inside the outline; None where the outline is so thick that nothing is."""
    height, width = box.shape
    side = (width + height) / 2
    edge = _outline(box)
    if edge > _THICKEST * side:
        edge = round(_FILLED * side)  # a box that is filled to its edge: its outline cannot be seen
    rim = round(edge + max(1.0, _RIM * side))
    if ring:
        inner = np.zeros_like(box)
        cv2.ellipse(inner, (width // 2, height // 2), (width // 2 - rim, height // 2 - rim), 0, 0, 360, 255, -1)
        return cv2.bitwise_and(box, inner)  # type: ignore[return-value]
    inside = box[rim : height - rim, rim : width - rim]
    return inside if inside.size else None


def _outline(box: Image) -> float:
    """How thick an outline is, in pixels: the median length of the ink from the edge inwards, on all sides."""
    height, width = box.shape
    quarter = slice(width // 4, width - width // 4), slice(height // 4, height - height // 4)
    strips = (box[:, quarter[0]].T, box[::-1, quarter[0]].T, box[quarter[1]], box[quarter[1], ::-1])
    depths = []
    for strip in strips:
        for line in strip > 0:
            start = int(line.argmax())
            run = line[start:]
            depths.append(start + (int((~run).argmax()) if not run.all() else len(run)))
    return float(np.median(depths)) if depths else 0.0
