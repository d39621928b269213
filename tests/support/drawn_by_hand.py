"""A page that is printed and drawn on by hand, which knows its own lines."""

import cv2
import numpy as np

from server.fields.extraction import answer_fields
from server.fields.schema.shapes import compile_schema
from server.reading.marks.page_marks import marked
from server.values.lines import Line, Lines

BOOLEAN = {"type": ["boolean", "null"]}
FONT = cv2.FONT_HERSHEY_SIMPLEX


def width(text: str) -> int:
    return cv2.getTextSize(text, FONT, 0.9, 1)[0][0]


class Sheet:
    """A page that is printed and drawn on; it knows its own lines."""

    def __init__(self) -> None:
        self.page = np.full((500, 900), 255, np.uint8)
        self.lines: list[Line] = []

    def write(self, row: int, left: int, text: str) -> tuple[int, int, int]:
        """Write a cell; return its left and right edge and the middle of its print."""
        base = 60 + 60 * row
        cv2.putText(self.page, text, (left, base), FONT, 0.9, 0, 1)
        right = left + width(text)
        box = ((left, base - 24), (right, base - 24), (right, base + 8), (left, base + 8))
        self.lines.append(Line(text=text, score=1.0, box=box, row=row))
        return left, right, base - 8

    def ring(self, left: int, right: int, middle: int) -> None:
        cv2.ellipse(self.page, ((left + right) // 2, middle), ((right - left) // 2 + 12, 24), 4, 10, 350, 0, 2)

    def strike(self, left: int, right: int, middle: int) -> None:
        cv2.line(self.page, (left - 4, middle + 2), (right + 4, middle - 2), 0, 3)

    def cross_out(self, left: int, right: int, middle: int) -> None:
        cv2.line(self.page, (left - 4, middle - 16), (right + 4, middle + 14), 0, 2)
        cv2.line(self.page, (left - 4, middle + 14), (right + 4, middle - 16), 0, 2)

    def cross(self, x: int, row: int) -> None:
        y = 52 + 60 * row
        cv2.line(self.page, (x - 12, y - 12), (x + 12, y + 12), 0, 2)
        cv2.line(self.page, (x + 12, y - 12), (x - 12, y + 12), 0, 2)

    def read(self) -> Lines:
        lines = Lines(
            page=0,
            width=900,
            height=500,
            slope=0.0,
            lines=tuple(sorted(self.lines, key=lambda line: (line.row, line.left))),
        )
        return marked(lines, (), np.dstack([self.page] * 3))

    def answer(self, **properties: dict) -> dict:
        schema = {"type": "object", "properties": properties, "required": list(properties)}
        return answer_fields([self.read()], compile_schema(schema, path="schema")).value
