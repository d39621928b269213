"""A request's pages, held with the memory that they were admitted to: what every service begins with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from server.media.loader import PageLoader
from server.media.types import DetailBudgets, ImageSource, Page
from server.pipeline.admission import Admission


class PageIntake:
    """Admission and loading, in the order that `Admission` wants."""

    def __init__(self, loader: PageLoader, admission: Admission) -> None:
        self._loader = loader
        self._admission = admission

    @asynccontextmanager
    async def pages(self, images: Sequence[ImageSource], budgets: DetailBudgets) -> AsyncIterator[tuple[Page, ...]]:
        """Hold a turn, and the pages of `images` with the memory they were admitted to.

        What stands at addresses is fetched before the turn: a slow server elsewhere is no work of ours.
        """
        async with AsyncExitStack() as held:
            async with self._admission.fetched(self._loader.bytes_to_fetch(images)):
                fetched = await self._loader.fetch(images)
                await held.enter_async_context(self._admission.permit())
                opened = await self._loader.open(images, fetched, budgets)
                share = await held.enter_async_context(self._admission.pixels(opened.pixels, path=opened.path))
                pages = await self._loader.load(opened)
                share.keep(sum(page.width * page.height for page in pages))
                del fetched, opened  # the bytes are not needed while the pages are read
            yield pages

    def start(self) -> None:
        """Start the workers, so that no request has to wait for them."""
        self._loader.start()

    async def close(self) -> None:
        """Give the workers back."""
        await self._loader.close()
