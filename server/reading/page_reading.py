"""Pages to lines with a recogniser, shared by every API: in runs as they arrive, or in tiles."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from server.engines.base import PageReader
from server.media.pixels.page_sizes import most_pixels
from server.media.pixels.tiling import fits
from server.reading.dense_pages import dense_budgets, read_whole
from server.reading.page_geometry import PageGeometry
from server.reading.page_text import TextBuilder, merge_runs
from server.reading.read import Read, describe_page
from server.reading.tokens import TextLimiter, count_image_tokens
from server.values.chat import Usage
from server.values.lines import Lines, Mark
from server.values.pages import Detail, DetailBudgets, Page, PixelBudget

BudgetOf = Callable[[Page], PixelBudget]
"""The budget in which the engine sees a page."""


def reading_budgets(engine: PageReader, own: DetailBudgets, detail: Detail, *, room: int) -> DetailBudgets:
    """Return the budgets for loading pages at `detail`: large enough to tile if `room` (pixels) allows, else `own`."""
    dense = dense_budgets(own)
    return dense if engine.tiled and most_pixels(dense.of(detail)) <= room else own


async def read_pages(
    engine: PageReader, pages: Sequence[Page], within: BudgetOf, *, at_full_size: Callable[[Page], bool]
) -> AsyncGenerator[Lines, None]:
    """Yield the lines of `pages` in order, `page` counted from 0, boxes in pixels of the page turned upright.

    Pages that fit their budget come in runs, as the engine yields them; if one is larger, each page comes whole, and so
    does a page on which there may be boxes to tick.

    Raises:
        PageglassError: what `engine` raises.
    """
    if all(fits(page, within(page)) for page in pages):
        runs = engine.recognise(pages)
    else:
        runs = _whole_one_by_one(engine, pages, within, at_full_size)
    async with aclosing(_with_marks(runs, pages)) as marked:
        async for run in marked:
            yield run


async def _whole_one_by_one(
    engine: PageReader, pages: Sequence[Page], within: BudgetOf, at_full_size: Callable[[Page], bool]
) -> AsyncGenerator[Lines, None]:
    tasks = [
        asyncio.ensure_future(read_whole(page, engine, within=within(page), at_full_size=at_full_size(page)))
        for page in pages
    ]
    try:
        for number, task in enumerate(tasks):
            yield replace(await task, page=number)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _with_marks(runs: AsyncGenerator[Lines, None], pages: Sequence[Page]) -> AsyncGenerator[Lines, None]:
    """Yield `runs` as they come, but what may have marks with the rest of its page, its marks in its lines."""
    from server.reading.marks.page_marks import drawn_on, marked, may_be_marked  # noqa: PLC0415 - OpenCV

    held: list[Lines] = []
    drawn: tuple[Mark, ...] = ()
    page = -1
    async with aclosing(runs):
        async for run in runs:
            if run.page != page:
                page, held = run.page, []
                drawn = await asyncio.to_thread(drawn_on, pages[page].pixels, run, pages[page].widgets)
            if not drawn and not held and not may_be_marked(run):
                yield _without_middles(run)
                continue
            held.append(run)
            if run.last:
                (whole,) = merge_runs(held)
                yield _without_middles(await asyncio.to_thread(marked, whole, drawn, pages[page].pixels))


def _without_middles(lines: Lines) -> Lines:
    """Lines without the places of their characters, which nothing but the search for marks asks for."""
    return replace(lines, lines=tuple(replace(line, middles=()) if line.middles else line for line in lines.lines))


async def whole_pages(runs: AsyncGenerator[Lines, None]) -> AsyncGenerator[Lines, None]:
    """Join the runs of each page to one."""
    held: list[Lines] = []
    async with aclosing(runs):
        async for run in runs:
            held.append(run)
            if run.last:
                (whole,) = merge_runs(held)
                held = []
                yield whole


class PrintReader:
    """Reads pages with a recogniser; pages are loaded into `loaded`, and the engine sees them in `within`.

    `max_tokens` limits the text of each page; its lines, and fields from them, stay whole.
    """

    def __init__(
        self,
        engine: PageReader,
        *,
        loaded: PixelBudget,
        within: PixelBudget,
        at_full_size: bool = False,
        max_tokens: int | None = None,
    ) -> None:
        self._engine = engine
        self._loaded = loaded
        self._within = within
        self._at_full_size = at_full_size
        self._max_tokens = max_tokens

    async def read(self, pages: Sequence[Page]) -> AsyncGenerator[Read, None]:
        """Yield the reading of each of `pages`, in order."""
        runs = read_pages(self._engine, pages, lambda _: self._within, at_full_size=lambda _: self._at_full_size)
        async with aclosing(whole_pages(runs)) as read:
            async for lines in read:
                yield self._page(pages[lines.page], lines)

    def _page(self, page: Page, lines: Lines) -> Read:
        geometry = PageGeometry(page, self._loaded, lines.quarter_turns)
        limiter = TextLimiter(max_tokens=self._max_tokens)
        text = limiter.feed(TextBuilder().add(lines))
        usage = Usage(prompt_tokens=count_image_tokens(page.width, page.height), completion_tokens=limiter.tokens)
        shown = describe_page(page, text, lines, geometry)
        if limiter.finished:
            shown = replace(shown, attempts=("as asked: the text was cut off at the token limit",))
        return Read(pages=(shown,), lines=(lines,), geometry=(geometry,), usage=usage)
