"""Tesseract's hOCR as lines: their boxes along the slope of the print, parted where a wide gap makes cells of them.

hOCR is XHTML in which every line has its box, upright, and the slope of its base line; every word has its box and how
sure the program is of it. See the specification, https://kba.github.io/hocr-spec/1.2/.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree as ET

from server.values.lines import Line, Quad

_GAP: Final = 1.5  # heights of the print between two words; wider, they are cells of a table or of a form
_NUMBER: Final = r"(-?\d+(?:\.\d+)?)"
_BOX: Final = re.compile(rf"bbox {_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER}")
_BASE_LINE: Final = re.compile(rf"baseline {_NUMBER} ")
_PRINT_HEIGHT: Final = re.compile(rf"x_size {_NUMBER}")
_SURENESS: Final = re.compile(rf"x_wconf {_NUMBER}")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


def lines_of(hocr: str) -> Iterator[Line]:
    """Yield the lines of one page; a line's score is the mean of its words', each weighed by its length.

    Raises:
        ValueError: the text is no hOCR.
    """
    try:
        root = ET.fromstring(hocr)  # noqa: S314 - written by our own program, which escapes what it read
    except ET.ParseError as error:
        raise ValueError(f"no hOCR: {error}") from error
    for element in root.iter():
        words = [word for child in element if child.get("class") == "ocrx_word" for word in _word(child)]
        if words:
            title = element.get("title", "")
            slope, height = _first(_BASE_LINE, title, 0.0), _first(_PRINT_HEIGHT, title, words[0].bottom - words[0].top)
            yield from (_line(cell, slope) for cell in _cells(words, _GAP * height))


def _word(element: ET.Element) -> Iterator[_Word]:
    text, title = " ".join("".join(element.itertext()).split()), element.get("title", "")
    box = _BOX.search(title)
    if text and box:
        left, top, right, bottom = map(float, box.groups())
        yield _Word(text, _first(_SURENESS, title, 0.0) / 100, left, top, right, bottom)


def _first(pattern: re.Pattern[str], title: str, default: float) -> float:
    match = pattern.search(title)
    return float(match[1]) if match else default


def _cells(words: Sequence[_Word], gap: float) -> list[list[_Word]]:
    cells = [[words[0]]]
    for before, word in pairwise(words):
        if word.left - before.right > gap:
            cells.append([])
        cells[-1].append(word)
    return cells


def _line(words: Sequence[_Word], slope: float) -> Line:
    letters = sum(len(word.text) for word in words)
    return Line(
        text=" ".join(word.text for word in words),
        score=min(1.0, sum(word.score * len(word.text) for word in words) / letters),
        box=_box(words, slope),
    )


def _box(words: Sequence[_Word], slope: float) -> Quad:
    """The box of words along their slope, from the upright box around them."""
    left, right = min(word.left for word in words), max(word.right for word in words)
    top, bottom = min(word.top for word in words), max(word.bottom for word in words)
    rise = slope * (right - left)
    if abs(rise) >= bottom - top:  # a base line that a short word cannot have
        rise = 0.0
    falls, climbs = max(rise, 0.0), max(-rise, 0.0)
    return (left, top + climbs), (right, top + falls), (right, bottom - climbs), (left, bottom - falls)
