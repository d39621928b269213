"""A request's pages, held with the memory that they were admitted to: what every service begins with."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from server.access.meter import Meter
from server.media.loader import PageLoader
from server.media.opening import OpenDocuments
from server.media.types import DetailBudgets, ImageSource, Page
from server.pipeline.admission import Admission


class Documents:
    """The documents of one request, opened; `load` decodes them all, `batches` a few pages at a time."""

    def __init__(self, opened: OpenDocuments, loader: PageLoader, admission: Admission) -> None:
        self._opened = opened
        self._loader = loader
        self._admission = admission
        self.digest = tuple((document.sha256, document.numbers, str(document.budget)) for document in opened.documents)
        """What tells the bytes, the chosen pages and their size apart from all others."""

    async def load(self, held: AsyncExitStack) -> tuple[Page, ...]:
        """Decode all pages; the memory that they are admitted to is given back with `held`."""
        return await self._load(self._opened, held)

    async def batches(self, size: int) -> AsyncGenerator[tuple[Page, ...], None]:
        """Yield `size` pages of a document at a time; each batch gives its memory back before the next."""
        for document in self._opened.documents:
            for start in range(0, len(document.numbers), size):
                part = replace(document, numbers=document.numbers[start : start + size])
                async with AsyncExitStack() as held:
                    yield await self._load(OpenDocuments(documents=(part,)), held)

    async def _load(self, opened: OpenDocuments, held: AsyncExitStack) -> tuple[Page, ...]:
        share = await held.enter_async_context(self._admission.pixels(opened.pixels, path=opened.path))
        pages = await self._loader.load(opened)
        share.keep(sum(page.width * page.height for page in pages))
        return pages


class PageIntake:
    """Admission and loading, in the order that `Admission` wants."""

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
        meter: Meter | None = None,
    ) -> AsyncIterator[Documents]:
        """Hold a turn and the bytes of `images`, opened, their pages counted on `meter`.

        What stands at addresses is fetched before the turn: a slow server elsewhere is no work of ours.
        """
        async with AsyncExitStack() as held, self._admission.fetched(self._loader.bytes_to_fetch(images)):
            fetched = await self._loader.fetch(images)
            await held.enter_async_context(self._admission.permit())
            opened = await self._loader.open(images, fetched, budgets, most_pages=most_pages)
            await _count(opened, meter)
            yield Documents(opened, self._loader, self._admission)

    @asynccontextmanager
    async def pages(
        self, images: Sequence[ImageSource], budgets: DetailBudgets, *, meter: Meter | None = None
    ) -> AsyncIterator[tuple[Page, ...]]:
        """Hold a turn, and the pages of `images` with the memory they were admitted to, counted on `meter`."""
        async with AsyncExitStack() as held:
            async with self._admission.fetched(self._loader.bytes_to_fetch(images)):
                fetched = await self._loader.fetch(images)
                await held.enter_async_context(self._admission.permit())
                opened = await self._loader.open(images, fetched, budgets)
                await _count(opened, meter)
                pages = await Documents(opened, self._loader, self._admission).load(held)
                del fetched, opened  # the bytes are not needed while the pages are read
            yield pages

    def start(self) -> None:
        """Start the workers, so that no request has to wait for them."""
        self._loader.start()

    async def close(self) -> None:
        """Give the workers back."""
        await self._loader.close()


async def _count(opened: OpenDocuments, meter: Meter | None) -> None:
    """Count pages as soon as their number is known, before any is decoded."""
    if meter:
        await meter.count_pages(sum(len(document.numbers) for document in opened.documents))
