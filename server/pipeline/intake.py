"""Intake: admits and loads the pages of a request, for every service."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from itertools import groupby

from server.media.loader import PageLoader
from server.media.opening import OpenDocument
from server.media.pixels.page_sizes import most_pixels
from server.pipeline.admission.admission import Admission
from server.pipeline.request_context import RequestContext
from server.pipeline.stored_sources import StoredSources
from server.values.pages import DetailBudgets, ImageSource, Page, PixelBudget

Larger = Callable[[Page], PixelBudget | None]
"""Returns the larger budget in which a page is loaded again, or None if it is large enough."""


class Documents:
    """The documents of one request, opened, in batches of pages."""

    def __init__(
        self, opened: Sequence[OpenDocument], fetched: AsyncExitStack, intake: "PageIntake", context: RequestContext
    ) -> None:
        self._left = deque(replace(one, numbers=(number,)) for one in opened for number in one.numbers)
        self._fetched = fetched
        self._intake = intake
        self._context = context
        self.digest = tuple((document.sha256, document.numbers, str(document.budget)) for document in opened)
        """A digest of the bytes, the selected pages and their size."""
        self.page_count = len(self._left)

    async def batches(self, size: int, larger: Larger | None = None) -> AsyncGenerator[tuple[Page, ...], None]:
        """Yield up to `size` pages at a time, in order; each batch releases its memory before the next.

        A page for which `larger` returns a budget is loaded again, into that one, and yielded alone; room is reserved
        for it and for the copy that its tiles take. Once the last page is loaded, the bytes are released.
        """
        while self._left:
            singles = [self._left.popleft() for _ in range(min(size, len(self._left)))]
            async with AsyncExitStack() as held:
                pages = await self._load(singles, held)
                budgets = [larger(page) if larger else None for page in pages]
                if not any(budgets):
                    await self._let_go(singles)
                    yield pages
                    del pages  # or this frame would hold them while the next ones are decoded
                    continue
                del pages
            for budget in budgets:  # the small pages were released before a large one waits for room: see `Admission`
                one = singles.pop(0)
                async with AsyncExitStack() as held:
                    one = replace(one, budget=budget or one.budget)
                    pages = await self._load([one], held, copies=2 if budget else 1)
                    del one
                    if not singles:
                        await self._let_go(singles)
                    yield pages
                    del pages

    async def _load(
        self, singles: Sequence[OpenDocument], held: AsyncExitStack, *, copies: int = 1
    ) -> tuple[Page, ...]:
        """Decode pages, reserving room in `held` for `copies` of each.

        Consecutive pages of one document are merged, so that a worker decodes several in one job.
        """
        runs = (list(run) for _, run in groupby(singles, key=lambda single: (id(single.data), single.source.path)))
        opened = [replace(run[0], numbers=tuple(single.numbers[0] for single in run)) for run in runs]
        units, path = copies * sum(most_pixels(single.budget) for single in singles), singles[0].source.path
        with self._context.stages.timed("queue"):
            reservation = await held.enter_async_context(
                self._intake.admission.hold("pixels", units, path=path, caller=self._context.caller)
            )
        with self._context.stages.timed("decode"):
            pages = await self._intake.loader.load(opened)
        reservation.keep(copies * sum(page.width * page.height for page in pages))
        return pages

    async def _let_go(self, singles: list[OpenDocument]) -> None:
        """Release the bytes once no page is left to load: they are not needed while pages are read."""
        singles.clear()
        if not self._left:
            await self._fetched.aclose()


class PageIntake:
    """Admission and loading, in the order that `Admission` requires."""

    def __init__(self, loader: PageLoader, admission: Admission, stored: StoredSources) -> None:
        self.loader = loader
        self.admission = admission
        self._stored = stored

    @asynccontextmanager
    async def documents(
        self,
        images: Sequence[ImageSource],
        budgets: DetailBudgets,
        *,
        most_pages: int | None = None,
        context: RequestContext,
    ) -> AsyncIterator[Documents]:
        """Hold a permit and the bytes of `images`, opened, with their pages charged.

        Addresses are fetched before the permit is acquired, so that a slow server elsewhere does not hold one.
        """
        opener, timed, hold = self.loader.opener, context.stages.timed, self.admission.hold
        async with AsyncExitStack() as turn, AsyncExitStack() as held:
            fetched: list[bytes | None] = [None] * len(images)
            opener.refuse_too_many(images)
            records = await self._stored.find(images, context.caller)
            at_addresses = [image for index, image in enumerate(images) if index not in records]
            size = opener.bytes_to_fetch(at_addresses) + sum(record.bytes for record in records.values())
            if size:
                with timed("queue"):
                    await held.enter_async_context(hold("fetched", size, caller=context.caller))
                with timed("fetch"):
                    images = await self._stored.read(images, records)
                    fetched = await opener.fetch(images)
            del records, at_addresses
            with timed("queue"):
                await turn.enter_async_context(hold("permit", caller=context.caller))
            with timed("decode"):
                opened = await opener.open(images, fetched, budgets, most_pages=most_pages)
            if context.meter:  # as soon as the number of pages is known, before any is decoded
                await context.meter.count_pages(sum(len(document.numbers) for document in opened))
            documents = Documents(opened, held, self, context)
            del fetched, opened
            yield documents

    @asynccontextmanager
    async def pages(
        self, images: Sequence[ImageSource], budgets: DetailBudgets, *, context: RequestContext
    ) -> AsyncIterator[tuple[Page, ...]]:
        """Hold a permit, and all pages of `images` at once, charged, with the memory reserved for them."""
        async with (
            self.documents(images, budgets, context=context) as documents,
            aclosing(documents.batches(max(1, documents.page_count))) as batches,
        ):
            pages: tuple[Page, ...] | None = await anext(batches, None)
            yield pages or ()

    def start(self) -> None:
        """Start the decode workers, so that no request has to wait for them."""
        self.loader.start()

    async def close(self) -> None:
        """Stop the decode workers."""
        await self.loader.close()
