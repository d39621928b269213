"""A request's pages, held with the memory that they were admitted to: what every service begins with."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from server.access.meter import Meter
from server.media.loader import PageLoader
from server.media.opening import OpenDocument, OpenDocuments
from server.observability.stages import Stages
from server.pipeline.admission.admission import Admission
from server.values.pages import DetailBudgets, ImageSource, Page, PixelBudget


@dataclass(frozen=True, slots=True, kw_only=True)
class Behalf:
    """For whom pages are taken in: whose turn it is, what their pages are counted on, and what times the steps."""

    caller: str = ""
    meter: Meter | None = None
    stages: Stages = field(default_factory=Stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """The steps of one request; each is timed, and takes what it needs of `admission` into `held`."""

    loader: PageLoader
    admission: Admission
    behalf: Behalf

    async def fetch(self, images: Sequence[ImageSource], held: AsyncExitStack) -> list[bytes | None]:
        size, timed = self.loader.bytes_to_fetch(images), self.behalf.stages.timed
        if not size:
            return await self.loader.fetch(images)
        with timed("queue"):
            await held.enter_async_context(self.admission.fetched(size, caller=self.behalf.caller))
        with timed("fetch"):
            return await self.loader.fetch(images)

    async def take_turn(self, held: AsyncExitStack) -> None:
        with self.behalf.stages.timed("queue"):
            await held.enter_async_context(self.admission.permit(caller=self.behalf.caller))

    async def open(
        self,
        images: Sequence[ImageSource],
        fetched: Sequence[bytes | None],
        budgets: DetailBudgets,
        most_pages: int | None = None,
    ) -> OpenDocuments:
        """Open documents, and count their pages as soon as their number is known, before any is decoded."""
        with self.behalf.stages.timed("decode"):
            opened = await self.loader.open(images, fetched, budgets, most_pages=most_pages)
        if self.behalf.meter:
            await self.behalf.meter.count_pages(sum(len(document.numbers) for document in opened.documents))
        return opened

    async def load(self, opened: OpenDocuments, held: AsyncExitStack, *, copies: int = 1) -> tuple[Page, ...]:
        """Decode pages, with room for as many `copies` of each."""
        pixels = self.admission.pixels(copies * opened.pixels, path=opened.path, caller=self.behalf.caller)
        with self.behalf.stages.timed("queue"):
            share = await held.enter_async_context(pixels)
        with self.behalf.stages.timed("decode"):
            pages = await self.loader.load(opened)
        share.keep(copies * sum(page.width * page.height for page in pages))
        return pages


class Documents:
    """The documents of one request, opened; `load` decodes them all, `batches` a few pages at a time."""

    def __init__(self, opened: OpenDocuments, way: _Way) -> None:
        self._opened = opened
        self._way = way
        self.digest = tuple((document.sha256, document.numbers, str(document.budget)) for document in opened.documents)
        """What tells the bytes, the chosen pages and their size apart from all others."""

    async def load(self, held: AsyncExitStack) -> tuple[Page, ...]:
        """Decode all pages; the memory that they are admitted to is given back with `held`."""
        return await self._way.load(self._opened, held)

    async def batches(
        self, size: int, larger: Callable[[Page], PixelBudget | None] | None = None
    ) -> AsyncGenerator[tuple[Page, ...], None]:
        """Yield `size` pages of a document at a time; each batch gives its memory back before the next.

        A page for which `larger` names a budget is loaded again, into that one, and yielded alone; room is taken for it
        and for a copy of it, which its tiles are.
        """
        for document in self._opened.documents:
            for start in range(0, len(document.numbers), size):
                part = replace(document, numbers=document.numbers[start : start + size])
                async with aclosing(self._batch(part, larger)) as batch:
                    async for pages in batch:
                        yield pages

    async def _batch(
        self, part: OpenDocument, larger: Callable[[Page], PixelBudget | None] | None
    ) -> AsyncGenerator[tuple[Page, ...], None]:
        """Yield the pages of `part` at once; one by one where any of them is to be larger.

        What the small ones hold is given back before a large one waits for its room: see `Admission`.
        """
        async with AsyncExitStack() as held:
            pages = await self._way.load(OpenDocuments(documents=(part,)), held)
            budgets = [larger(page) if larger else None for page in pages]
            if not any(budgets):
                yield pages
                return
            del pages
        for number, budget in zip(part.numbers, budgets, strict=True):
            one = replace(part, numbers=(number,), budget=budget or part.budget)
            async with AsyncExitStack() as held:
                yield await self._way.load(OpenDocuments(documents=(one,)), held, copies=2 if budget else 1)


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
        behalf: Behalf | None = None,
    ) -> AsyncIterator[Documents]:
        """Hold a turn and the bytes of `images`, opened, their pages counted.

        What stands at addresses is fetched before the turn: a slow server elsewhere is no work of ours.
        """
        way = self._way(behalf)
        async with AsyncExitStack() as turn, AsyncExitStack() as fetched_bytes:
            fetched = await way.fetch(images, fetched_bytes)
            await way.take_turn(turn)
            yield Documents(await way.open(images, fetched, budgets, most_pages), way)

    @asynccontextmanager
    async def pages(
        self, images: Sequence[ImageSource], budgets: DetailBudgets, *, behalf: Behalf | None = None
    ) -> AsyncIterator[tuple[Page, ...]]:
        """Hold a turn, and the pages of `images`, counted, with the memory they were admitted to."""
        way = self._way(behalf)
        async with AsyncExitStack() as held:
            async with AsyncExitStack() as fetched_bytes:
                fetched = await way.fetch(images, fetched_bytes)
                await way.take_turn(held)
                opened = await way.open(images, fetched, budgets)
                pages = await way.load(opened, held)
                del fetched, opened  # the bytes are not needed while the pages are read
            yield pages

    def start(self) -> None:
        """Start the workers, so that no request has to wait for them."""
        self._loader.start()

    async def close(self) -> None:
        """Give the workers back."""
        await self._loader.close()

    def _way(self, behalf: Behalf | None) -> _Way:
        return _Way(loader=self._loader, admission=self._admission, behalf=behalf or Behalf())
