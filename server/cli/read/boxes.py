"""Draws bounding boxes on pages: around the evidence of every value, or around every line.

Files are opened by the decode workers, as for reading: decompression bombs are refused, and pages of a PDF are rendered
in a separate process.
"""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from PIL import Image, ImageDraw, ImageFont

from server.cli.read.in_process import ReadingError, has_pages
from server.cli.read.labels import margin_width, place_labels
from server.cli.read.sources import BOXES_SUFFIX
from server.config import Settings
from server.errors import ConfigurationError, PageglassError
from server.media.loader import PageLoader
from server.observability.metrics import Metrics
from server.protocol.pageglass.ocr import Corner, OcrAnswer, OcrPageBody
from server.values.pages import DetailBudgets, ImageSource, PixelBudget, Pixels

_MOST_PIXELS: Final = 16_000_000  # of a drawn page; a larger one is downscaled
_SURE: Final = 0.8
_BETWEEN_DOTS: Final = 6  # px
_GREEN, _AMBER = (0, 120, 60), (200, 80, 0)
# Pillow's built-in font has Latin letters only; keys and values may be Chinese. Pillow searches for these names.
_FONTS: Final = (
    *("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc"),
    *("wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "PingFang.ttc", "msyh.ttc", "simsun.ttc"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledBox:
    """A bounding box in pixels of the page, labelled with its name, or its number when no font has the glyphs."""

    corners: tuple[Corner, Corner, Corner, Corner]
    number: int
    name: str
    score: float


class BoxDrawer:
    """Draws pages, at most two at a time; a context manager that owns the decode workers."""

    def __init__(self, settings: Settings) -> None:
        self._loader = PageLoader(settings, Metrics())
        self._turns = asyncio.Semaphore(2)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._loader.close()

    async def draw(self, name: str, data: bytes, answer: OcrAnswer) -> dict[str, bytes]:
        """Draw every page of `answer`, which was read from `data`; returns PNG files by file name suffix.

        Raises:
            ReadingError: a page can no longer be opened.
            ConfigurationError: the model gives no bounding boxes for this task.
        """
        if answer.fields is None and all(page.lines is None for page in answer.pages):
            raise ConfigurationError(
                f"--annotate: the model {answer.model!r} gives no boxes for the task {answer.task!r}. Leave it out, "
                f"or choose a task that has boxes: lines, or one that extracts fields."
            )
        several = has_pages(data)
        drawn = {}
        for page in answer.pages:
            async with self._turns:
                pixels = await self._open(name, data, page, several=several)
                picture = await asyncio.to_thread(draw_boxes, pixels, page, list(boxes_of(answer, page)))
            drawn[f".page-{page.page}{BOXES_SUFFIX}" if several else BOXES_SUFFIX] = picture
        return drawn

    async def _open(self, name: str, data: bytes, page: OcrPageBody, *, several: bool) -> Pixels:
        """One page, upright as a viewer shows it, at the size that its boxes refer to, or smaller."""
        wide, high = max(1, page.width), max(1, page.height)
        budget = PixelBudget(longest_side=max(wide, high), max_pixels=min(wide * high, _MOST_PIXELS))
        budgets = DetailBudgets(low=budget, auto=budget, high=budget, original=budget)
        source = ImageSource(content=data, path=name, pages=str(page.page) if several else None, pages_path="--pages")
        try:
            (opened,) = await self._loader.load(await self._loader.opener.open((source,), (None,), budgets))
        except PageglassError as error:
            raise ReadingError(error.message) from error
        return opened.pixels


def boxes_of(answer: OcrAnswer, page: OcrPageBody) -> Iterator[LabelledBox]:
    """The boxes on `page`: of fields if there are any, named by their paths, else of lines in reading order."""
    if answer.fields is None:
        for number, line in enumerate(page.lines or (), start=1):
            yield LabelledBox(corners=line.box, number=number, name=str(number), score=line.score)
        return
    for number, (path, evidence) in enumerate(answer.evidence.items(), start=1):
        if evidence.page == page.page and evidence.box is not None:
            yield LabelledBox(corners=evidence.box, number=number, name=path, score=evidence.confidence)


def draw_boxes(pixels: Pixels, page: OcrPageBody, boxes: list[LabelledBox]) -> bytes:
    """Draw `boxes`, which are in pixels of `page`, on its picture; returns a PNG file.

    It is wider than the page where labels find no blank place beside their boxes.
    """
    height, width = pixels.shape[:2]
    font, knows_all = _font(max(12, max(width, height) // 90))
    across, down = width / page.width, height / page.height
    corners = [[(x * across, y * down) for x, y in box.corners] for box in boxes]
    labels = [_label(box, knows_all=knows_all) for box in boxes]
    sizes = [_size(label, font) for label in labels]
    bounds = [(min(x), min(y), max(x), max(y)) for x, y in (zip(*points, strict=True) for points in corners)]
    places = place_labels(pixels, bounds, sizes)
    picture = Image.new("RGB", (width + margin_width(places, sizes, width), height), "white")
    picture.paste(Image.fromarray(pixels))
    pen = ImageDraw.Draw(picture)
    for box, points, bound, label, place, size in zip(boxes, corners, bounds, labels, places, sizes, strict=True):
        colour = _GREEN if box.score >= _SURE else _AMBER
        pen.polygon(points, outline=colour, width=max(2, max(width, height) // 600))
        pen.text((place.x, place.y), label, font=font, fill=colour, anchor="lt")
        if place.is_far:
            left, _, right, _ = bound
            from_right = place.x > right
            start = (right if from_right else left), sum(y for _, y in points) / 4
            _dots(pen, start, (place.x + (0 if from_right else size[0]), place.y + size[1] / 2), colour)
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _label(box: LabelledBox, *, knows_all: bool) -> str:
    name = box.name if knows_all or box.name.isascii() else str(box.number)
    return f"{name} ({box.score:.2f})"


def _size(label: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> tuple[float, float]:
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).textbbox((0, 0), label, font=font, anchor="lt")
    return right - left, bottom - top


def _dots(pen: ImageDraw.ImageDraw, start: Corner, end: Corner, colour: tuple[int, int, int]) -> None:
    """Draw a line of single dots, through which print can be read."""
    steps = max(1, int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / _BETWEEN_DOTS))
    for step in range(steps):
        share = step / steps
        pen.point((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])), fill=colour)


def _font(size: int) -> tuple[ImageFont.ImageFont | ImageFont.FreeTypeFont, bool]:
    """A font, and whether it covers more than Latin letters."""
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size), True
        except OSError:
            continue
    return ImageFont.load_default(size), False
