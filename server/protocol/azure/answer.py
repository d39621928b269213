"""Codec of answers in the form of Azure Document Intelligence: content, pages with lines and words, paragraphs."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from server.errors import PageglassError
from server.protocol.azure.request import AzureCall, Index
from server.values.lines import Line, Quad, part_of
from server.values.ocr import OcrPage, OcrResult

_BEYOND_16_BITS: Final = 0x10000
_ANGLES: Final = (0, -90, 180, 90)
"""Degrees clockwise in which print stands that is upright after so many quarter turns clockwise."""
_JOINERS: Final = "\u200d\ufe0e\ufe0f"
_CODES: Final = {
    400: "InvalidRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "Timeout",
    413: "InvalidContentLength",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    501: "NotImplemented",
    503: "ServiceUnavailable",
}


def encode_analysis(result: OcrResult, call: AzureCall) -> dict[str, Any]:
    """Write the `analyzeResult` of a document."""
    written = _Content(call.index)
    pages, paragraphs = [], []
    for page in result.pages:
        encoded, runs = _encode_page(page, written)
        pages.append(encoded)
        paragraphs += runs
    analysis: dict[str, Any] = {
        "apiVersion": call.version,
        "modelId": call.model,
        "stringIndexType": call.index,
        "contentFormat": "markdown" if call.markdown else "text",
        "content": written.text,
        "pages": pages,
        "paragraphs": paragraphs,
        "styles": [],
    }
    if call.model == "prebuilt-layout":
        said = "Tables and figures are not found here: their print is among the lines."
        analysis |= {"tables": [], "sections": [], "figures": []}
        analysis["warnings"] = [{"code": "TablesNotRecognized", "message": said}]
    return analysis


def encode_azure_error(error: PageglassError) -> dict[str, Any]:
    """Write an error in Azure's form; `innererror` has our own code."""
    inner = {"code": error.code, "message": error.message}
    outer = {"code": _CODES.get(error.status, "InternalServerError"), "message": error.message, "innererror": inner}
    if error.param:
        outer["target"] = error.param
    return {"error": outer}


class _Content:
    """The content of an answer as it grows, and spans in it."""

    def __init__(self, index: Index) -> None:
        self._measure = _MEASURES[index]
        self._pieces: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, text: str) -> dict[str, int]:
        """Add a text; returns its span."""
        begun = self._length
        self._pieces.append(text)
        self._length += self._measure(text)
        return {"offset": begun, "length": self._length - begun}

    def within(self, span: dict[str, int], text: str, start: int, end: int) -> dict[str, int]:
        """The span of the part from `start` to `end` of a `text` that stands at `span`."""
        return {
            "offset": span["offset"] + self._measure(text[:start]),
            "length": self._measure(text[start:end]),
        }


def _encode_page(page: OcrPage, written: _Content) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A page, and its paragraphs: runs of lines that stand together."""
    scale = 1 / page.dpi if page.dpi else 1
    encoded: dict[str, Any] = {
        "pageNumber": page.number,
        "angle": _ANGLES[page.quarter_turns % 4],
        "width": round(page.width * scale, 4),
        "height": round(page.height * scale, 4),
        "unit": "inch" if page.dpi else "pixel",
        "words": [],
        "lines": [],
    }
    before = written.add("\n") if written.text else written.add("")
    begun = before["offset"] + before["length"]
    paragraphs: list[dict[str, Any]] = []
    if page.lines is None:
        encoded["spans"] = [written.add(page.text)]
        return encoded, paragraphs
    end = begun
    for _, group in groupby(page.lines, key=lambda line: line.block):
        lines = tuple(group)
        spans = []
        for number, line in enumerate(lines):
            if number or end > begun:
                written.add("\n")
            span = written.add(line.text)
            end = span["offset"] + span["length"]
            spans.append(span)
            encoded["lines"].append({"content": line.text, "polygon": _polygon(line.box, scale), "spans": [span]})
            encoded["words"] += [
                {
                    "content": word.text,
                    "polygon": _polygon(word.box, scale),
                    "confidence": round(line.score, 3),
                    "span": written.within(span, line.text, word.start, word.start + len(word.text)),
                }
                for word in words_of(line)
            ]
        whole = {"offset": spans[0]["offset"], "length": end - spans[0]["offset"]}
        region = {"pageNumber": page.number, "polygon": _polygon(_around(lines), scale)}
        content = "\n".join(line.text for line in lines)
        paragraphs.append({"content": content, "spans": [whole], "boundingRegions": [region]})
    encoded["spans"] = [{"offset": begun, "length": end - begun}]
    return encoded, paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a line: where it starts in its text, and its box."""

    text: str
    start: int
    box: Quad


def words_of(line: Line) -> list[Word]:
    """Return the words of a line between spaces, each with its part of the box.

    By the middles of the characters where the engine says them, else by their share of the characters.
    """
    words, start, seen = [], 0, 0
    printed = len(line.text.replace(" ", ""))
    for text in line.text.split(" "):
        if text:
            left, right = _edges(line, seen, seen + len(text), printed, start)
            words.append(Word(text=text, start=start, box=part_of(line.box, left, right)))
            seen += len(text)
        start += len(text) + 1
    return words


def _edges(line: Line, first: int, end: int, printed: int, start: int) -> tuple[float, float]:
    """The left and right edge of the printed characters from `first` to `end`, in pixels."""
    if len(line.middles) == printed:
        middles = line.middles
        half = (middles[end - 1] - middles[first]) / (2 * max(1, end - 1 - first)) if end - first > 1 else 0.01
        left, right = middles[first] - half, middles[end - 1] + half
    else:
        length = len(line.text)
        left, right = start / length, (start + end - first) / length
    width = line.right - line.left
    return line.left + max(0.0, left) * width, line.left + min(1.0, right) * width


def _around(lines: Sequence[Line]) -> Quad:
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    top, bottom = min(line.top for line in lines), max(line.bottom for line in lines)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _polygon(box: Quad, scale: float) -> list[float]:
    return [round(value * scale, 4) for point in box for value in point]


def _text_elements(text: str) -> int:
    """About the characters that a reader sees (grapheme clusters): marks and joiners belong to what they stand on."""
    return sum(unicodedata.category(char) not in {"Mn", "Me"} and char not in _JOINERS for char in text)


def _utf16_units(text: str) -> int:
    return sum(2 if ord(char) >= _BEYOND_16_BITS else 1 for char in text)


_MEASURES: Final[dict[Index, Callable[[str], int]]] = {
    "textElements": _text_elements,
    "unicodeCodePoint": len,
    "utf16CodeUnit": _utf16_units,
}
