"""The intake's one door: from the pictures that a request names to clean pages, in order."""

from collections.abc import Sequence
from functools import partial

from server.config import Settings
from server.errors import ImageTooLarge
from server.media.data_uri import read_source
from server.media.decode import allow_pixels, decode_page
from server.media.normalize import budget_for
from server.media.types import ImageSource, Page, PixelBudget
from server.media.workers import WorkerPool


class PageLoader:
    """Loads pictures in a pool of its own; nothing is decoded on the event loop, base64 included."""

    def __init__(self, settings: Settings) -> None:
        self._max_bytes = settings.max_image_bytes
        self._max_pixels = settings.max_image_pixels
        self._max_pages = settings.max_pages_per_request
        self._pool = WorkerPool(settings.intake_workers)
        allow_pixels(settings.max_image_pixels)

    async def load(self, sources: Sequence[ImageSource], budget: PixelBudget) -> tuple[Page, ...]:
        """Load `sources` into pages inside `budget`, in their order; the first that fails ends it.

        Raises:
            InvalidImage: a picture is missing, not base64, damaged or cut short; or its subclasses:
                `UnsupportedImage` (another format), `ImageTooLarge` (bytes, pixels, or the number of pictures).
            ImageUrlRefused: a picture is given as an address.
        """
        if len(sources) > self._max_pages:
            raise ImageTooLarge(
                f"The request has {len(sources)} pictures, and the limit is {self._max_pages}. "
                f"Send them in several requests, or raise PAGEGLASS_MAX_PAGES_PER_REQUEST.",
                param=sources[self._max_pages].path,
                code="too_many_pages",
            )
        jobs = [self._pool.submit(partial(self._load, source, budget)) for source in sources]
        try:
            return tuple([await job for job in jobs])
        finally:
            for job in jobs:
                job.cancel()

    async def close(self) -> None:
        """Wait for the pictures in hand and let the pool go."""
        await self._pool.close()

    def _load(self, source: ImageSource, budget: PixelBudget) -> Page:
        return decode_page(
            read_source(source, max_bytes=self._max_bytes),
            path=source.path,
            max_pixels=self._max_pixels,
            budget=budget_for(source.detail, budget),
        )
