"""Intake: admits and loads the pages of a request, for every service."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import groupby

from server.media.loader import PageLoader
from server.media.opening import OpenDocument, OpenDocuments
from server.pipeline.admission.admission import Admission
from server.pipeline.request_context import RequestContext
from server.values.pages import DetailBudgets, ImageSource, Page, PixelBudget

Larger = Callable[[Page], PixelBudget | None]
"""Returns the larger budget in which a page is loaded again, or None if it is large enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """The steps of one request; each is timed, and acquires its part of `admission` in `held`."""

    loader: PageLoader
    admission: Admission
    context: RequestContext

    async def fetch(self, images: Sequence[ImageSource], held: AsyncExitStack) -> list[bytes | None]:
        size, timed = self.loader.opener.bytes_to_fetch(images), self.context.stages.timed
        if not size:
            return await self.loader.opener.fetch(images)  # nothing to fetch; it checks the number of pictures
        with timed("queue"):
            await held.enter_async_context(self.admission.hold("fetched", size, caller=self.context.caller))
        with timed("fetch"):
            return await self.loader.opener.fetch(images)

    async def open(
        self,
        images: Sequence[ImageSource],
        fetched: Sequence[bytes | None],
        budgets: DetailBudgets,
        most_pages: int | None = None,
    ) -> OpenDocuments:
        """Open documents, and charge their pages as soon as their number is known, before any is decoded."""
        with self.context.stages.timed("decode"):
            opened = await self.loader.opener.open(images, fetched, budgets, most_pages=most_pages)
        if self.context.meter:
            await self.context.meter.count_pages(sum(len(document.numbers) for document in opened.documents))
        return opened

    async def load(
        self, documents: tuple[OpenDocument, ...], held: AsyncExitStack, *, copies: int = 1
    ) -> tuple[Page, ...]:
        """Decode the pages of one document or more, reserving room for `copies` of each."""
        opened, path = OpenDocuments(documents=documents), documents[0].source.path
        pixels = self.admission.hold("pixels", copies * opened.pixels, path=path, caller=self.context.caller)
        with self.context.stages.timed("queue"):
            reservation = await held.enter_async_context(pixels)
        with self.context.stages.timed("decode"):
            pages = await self.loader.load(opened)
        reservation.keep(copies * sum(page.width * page.height for page in pages))
        return pages


class Documents:
    """The documents of one request, opened, in batches of pages."""

    def __init__(self, opened: OpenDocuments, steps: _Steps, fetched: AsyncExitStack) -> None:
        self._left = deque(replace(one, numbers=(number,)) for one in opened.documents for number in one.numbers)
        self._steps = steps
        self._fetched = fetched
        self.digest = tuple((document.sha256, document.numbers, str(document.budget)) for document in opened.documents)
        """A digest of the bytes, the selected pages and their size."""
        self.page_count = len(self._left)

    async def batches(self, size: int, larger: Larger | None = None) -> AsyncGenerator[tuple[Page, ...], None]:
        """Yield up to `size` pages at a time, in order; each batch releases its memory before the next.

        A page for which `larger` returns a budget is loaded again, into that one, and yielded alone; room is reserved
        for it and for the copy that its tiles take. Once the last page is loaded, the bytes are released.
        """
        while self._left:
            batch = self._batch([self._left.popleft() for _ in range(min(size, len(self._left)))], larger)
            async with aclosing(batch):
                async for pages in batch:
                    yield pages
                    del pages  # or this frame would hold them while the next ones are decoded

    async def _batch(
        self, singles: list[OpenDocument], larger: Larger | None
    ) -> AsyncGenerator[tuple[Page, ...], None]:
        """Yield the pages of `singles` at once, or one by one if any of them must be larger.

        The small pages release their memory before a large one waits for room: see `Admission`.
        """
        async with AsyncExitStack() as held:
            pages = await self._steps.load(_joined(singles), held)
            budgets = [larger(page) if larger else None for page in pages]
            if not any(budgets):
                await self._let_go(singles)
                yield pages
                return
            del pages
        for budget in budgets:
            one = singles.pop(0)
            one = replace(one, budget=budget or one.budget)
            async with AsyncExitStack() as held:
                pages = await self._steps.load((one,), held, copies=2 if budget else 1)
                del one
                if not singles:
                    await self._let_go(singles)
                yield pages
                del pages

    async def _let_go(self, singles: list[OpenDocument]) -> None:
        """Release the bytes once no page is left to load: they are not needed while pages are read."""
        singles.clear()
        if not self._left:
            await self._fetched.aclose()


class PageIntake:
    """Admission and loading, in the order that `Admission` requires."""

    def __init__(self, loader: PageLoader, admission: Admission) -> None:
        self._loader = loader
        self._admission = admission

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
        steps = _Steps(loader=self._loader, admission=self._admission, context=context)
        async with AsyncExitStack() as turn, AsyncExitStack() as fetched_bytes:
            fetched = await steps.fetch(images, fetched_bytes)
            with context.stages.timed("queue"):
                await turn.enter_async_context(self._admission.hold("permit", caller=context.caller))
            opened = await steps.open(images, fetched, budgets, most_pages)
            documents = Documents(opened, steps, fetched_bytes)
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
        self._loader.start()

    async def close(self) -> None:
        """Stop the decode workers."""
        await self._loader.close()


def _joined(singles: Sequence[OpenDocument]) -> tuple[OpenDocument, ...]:
    """Merge consecutive pages of one document, so that a worker decodes several in one job."""
    runs = (list(run) for _, run in groupby(singles, key=lambda single: (id(single.data), single.source.path)))
    return tuple(replace(run[0], numbers=tuple(single.numbers[0] for single in run)) for run in runs)
