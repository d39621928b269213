"""A page with boxes to tick, drawn small, and its lines."""

import cv2
import numpy as np

from server.values.lines import Line

SIDE = 20


def sheet() -> np.ndarray:
    """Four rows of print."""
    page = np.full((300, 600), 255, np.uint8)
    for row in range(4):
        cv2.putText(page, "handed over in person", (40, 60 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    return page


def draw_box(page: np.ndarray, left: int, top: int, mark: str = "", shade: int = 0) -> None:
    """Draw a box, and what it is ticked with."""
    cv2.rectangle(page, (left, top), (left + SIDE, top + SIDE), shade, 1)
    if mark == "cross":
        cv2.line(page, (left + 4, top + 4), (left + 16, top + 16), 0, 2)
        cv2.line(page, (left + 16, top + 4), (left + 4, top + 16), 0, 2)
    if mark == "over":
        cv2.polylines(page, [np.array([(left + 2, top + 12), (left + 8, top + 18), (left + 27, top - 8)])], False, 0, 2)
    if mark == "full":
        page[top : top + SIDE + 1, left : left + SIDE + 1] = 0


def line(text: str, left: float, top: float, right: float) -> Line:
    """A level line, 30 px high."""
    return Line(text=text, score=1.0, box=((left, top), (right, top), (right, top + 30), (left, top + 30)))
