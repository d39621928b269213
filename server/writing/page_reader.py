"""Reads pages with a language model: a text per page, and fields over all pages."""

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from server.engines.base import Generator, Recognizer
from server.reading.page_geometry import PageGeometry
from server.reading.page_reading import whole_pages
from server.reading.read import Read, describe_page
from server.values.chat import JSON, JSONSchemaFormat
from server.values.lines import Line, Lines
from server.values.ocr import Task
from server.values.pages import Page, PixelBudget
from server.writing.page_writing import PageWriting, Written

_LINE = re.compile(
    r"(?P<text>[^\n]+?)\s*\(\s*(?P<x1>\d{1,5})\s*,\s*(?P<y1>\d{1,5})\s*\)\s*,\s*\(\s*(?P<x2>\d{1,5})\s*,\s*(?P<y2>\d{1,5})\s*\)"
)
Coordinates = Literal["none", "thousandths", "pixels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingOrder:
    """What a language model is to write: a text of each page, unless `task` is `extract_fields`; then fields in `form`.

    `prompt` is the caller's wording for the fields, in place of the family's own. With `grounded` the embedded engine
    reads the pages for evidence.
    """

    task: Task
    form: JSONSchemaFormat | None = None
    prompt: str | None = None
    coordinates: Coordinates = "none"
    grounded: bool = True


class WritingReader:
    """Reads pages, which were loaded into `loaded`, with a language model; `grounder` finds in print what it wrote."""

    def __init__(
        self,
        engine: Generator,
        writing: PageWriting,
        order: WritingOrder,
        *,
        loaded: PixelBudget,
        grounder: Callable[[], Awaitable[Recognizer]],
    ) -> None:
        self._engine = engine
        self._writing = writing
        self._order = order
        self._loaded = loaded
        self._grounder = grounder

    async def read(self, pages: Sequence[Page]) -> AsyncGenerator[Read, None]:
        """Yield what is written of each of `pages`, in order, and at last the fields of all of them."""
        for page in pages:
            if self._order.task == "extract_fields":
                yield Read(pages=(describe_page(page, "", None, self._geometry(page, 0)),))
            else:
                yield self._page(page, await self._writing.page(self._engine, page))
        if self._order.form:
            yield await self._fields(pages, self._order.form)

    def _page(self, page: Page, written: Written) -> Read:
        text, lines = written.text, None
        if self._order.task == "lines":
            lines = self._spotted(page, written)
            text = "\n".join(line.text for line in lines.lines)
        shown = describe_page(page, text, lines, self._geometry(page, written.quarter_turns if lines else 0))
        return Read(pages=(replace(shown, tiles=written.tiles, attempts=written.attempts),), usage=written.usage)

    def _spotted(self, page: Page, written: Written) -> Lines:
        turns = written.quarter_turns
        width, height = (page.width, page.height) if turns % 2 == 0 else (page.height, page.width)
        found = _spotted_lines(written.text, width=width, height=height, coordinates=self._order.coordinates)
        return Lines(page=0, width=width, height=height, lines=found, quarter_turns=turns)

    async def _fields(self, pages: Sequence[Page], form: JSONSchemaFormat) -> Read:
        tried = await self._writing.answer(self._engine, pages, self._order.prompt, schema=form)
        (choice,) = tried.answer.choices
        if choice.finish_reason != "stop":
            return Read(usage=tried.usage, attempts=tried.notes)
        fields: dict[str, JSON] = json.loads(choice.text or "{}")
        if not self._order.grounded:
            return Read(usage=tried.usage, fields=fields, attempts=tried.notes)
        grounder = await self._grounder()
        async with aclosing(whole_pages(grounder.recognise(pages))) as read:
            lines = tuple([one async for one in read])
        geometry = tuple(self._geometry(page, one.quarter_turns) for page, one in zip(pages, lines, strict=True))
        return Read(lines=lines, geometry=geometry, usage=tried.usage, fields=fields, attempts=tried.notes)

    def _geometry(self, page: Page, quarter_turns: int) -> PageGeometry:
        return PageGeometry(page, self._loaded, quarter_turns)


def _spotted_lines(written: str, *, width: int, height: int, coordinates: Coordinates) -> tuple[Line, ...]:
    """Read the lines out of a model's answer; boxes in pixels of a page of `width` x `height`.

    Such models write `text(x1,y1),(x2,y2)`, and no score: it is 1.
    """
    lines = []
    across, down = (width / 1000, height / 1000) if coordinates == "thousandths" else (1.0, 1.0)
    for row, found in enumerate(_LINE.finditer(written)):
        left, right = sorted(min(int(found[name]) * across, float(width)) for name in ("x1", "x2"))
        top, bottom = sorted(min(int(found[name]) * down, float(height)) for name in ("y1", "y2"))
        box = ((left, top), (right, top), (right, bottom), (left, bottom))
        lines.append(Line(text=found["text"].strip(), score=1.0, box=box, row=row))
    return tuple(lines)
