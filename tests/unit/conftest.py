"""Builds pages of lines from a sketch: rows by line breaks, cells by bars, `@x` for a cell's left edge in pixels."""

from collections.abc import Callable

import pytest

from server.engines.reading_order import arrange
from server.fields.print.folding import is_cjk
from server.values.lines import Line, Lines

HEIGHT = 30
PITCH = 45


@pytest.fixture(scope="session")
def printed_page() -> Callable[..., Lines]:
    return _printed_page


def _printed_page(sketch: str, *, page: int = 0) -> Lines:
    lines = []
    for number, row in enumerate(sketch.strip("\n").split("\n")):
        left = 50.0
        for cell in row.split("|"):
            text = cell.strip()
            if text.startswith("@"):
                place, text = text[1:].split(" ", 1)
                left = float(place)
            if text:
                lines.append(_line(text, left, 40 + number * PITCH))
                left = lines[-1].right + 60
    return Lines(page=page, width=1700, height=2400, lines=arrange(lines))


def _line(text: str, left: float, top: float) -> Line:
    right = left + sum(HEIGHT if is_cjk(char) else HEIGHT * 0.55 for char in text)
    return Line(text=text, score=0.99, box=((left, top), (right, top), (right, top + HEIGHT), (left, top + HEIGHT)))
