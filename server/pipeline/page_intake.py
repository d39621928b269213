"""A request's pages, held with the memory that they were admitted to: what every service begins with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from server.media.loader import PageLoader
from server.media.opening import OpenDocuments
from server.media.types import DetailBudgets, ImageSource, Page
from server.pipeline.admission import Admission


class Documents:
    """The documents of one request, opened; `load` decodes them."""

    def __init__(self, opened: OpenDocuments, loader: PageLoader, admission: Admission, held: AsyncExitStack) -> None:
        self._opened: OpenDocuments | None = opened
        self._loader = loader
        self._admission = admission
        self._held = held
        self.digest = tuple((document.sha256, document.numbers, str(document.budget)) for document in opened.documents)
        """What tells the bytes, the chosen pages and their size apart from all others."""

    async def load(self) -> tuple[Page, ...]:
        """Decode the pages; once, as the bytes are let go."""
        opened, self._opened = self._opened, None
        if opened is None:
            raise AssertionError("documents are loaded once")
        share = await self._held.enter_async_context(self._admission.pixels(opened.pixels, path=opened.path))
        pages = await self._loader.load(opened)
        share.keep(sum(page.width * page.height for page in pages))
        return pages


class PageIntake:
    """Admission and loading, in the order that `Admission` wants."""

    def __init__(self, loader: PageLoader, admission: Admission) -> None:
        self._loader = loader
        self._admission = admission

    @asynccontextmanager
    async def documents(self, images: Sequence[ImageSource], budgets: DetailBudgets) -> AsyncIterator[Documents]:
        """Hold a turn, the bytes of `images`, and what their pages are admitted to once they are loaded.

        What stands at addresses is fetched before the turn: a slow server elsewhere is no work of ours.
        """
        async with AsyncExitStack() as held, AsyncExitStack() as bytes_held:
            await bytes_held.enter_async_context(self._admission.fetched(self._loader.bytes_to_fetch(images)))
            fetched = await self._loader.fetch(images)
            await held.enter_async_context(self._admission.permit())
            opened = await self._loader.open(images, fetched, budgets)
            del fetched
            yield Documents(opened, self._loader, self._admission, held)

    @asynccontextmanager
    async def pages(self, images: Sequence[ImageSource], budgets: DetailBudgets) -> AsyncIterator[tuple[Page, ...]]:
        """Hold a turn, and the pages of `images` with the memory they were admitted to."""
        async with AsyncExitStack() as held:
            async with self._admission.fetched(self._loader.bytes_to_fetch(images)):
                fetched = await self._loader.fetch(images)
                await held.enter_async_context(self._admission.permit())
                opened = await self._loader.open(images, fetched, budgets)
                documents = Documents(opened, self._loader, self._admission, held)
                del fetched, opened  # the bytes are not needed while the pages are read
                pages = await documents.load()
            yield pages

    def start(self) -> None:
        """Start the workers, so that no request has to wait for them."""
        self._loader.start()

    async def close(self) -> None:
        """Give the workers back."""
        await self._loader.close()
