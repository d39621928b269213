"""Page loader: from the pictures and documents of a request to decoded pages, in order.

In three steps, so that work and memory can be admitted between them: `opener.fetch` gets the bytes at addresses,
`opener.open` gets all others and counts pages, `load` decodes them.
Nothing heavy runs on the event loop: base64 and hashing are done in threads, decoding in processes.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from server.config import Settings
from server.errors import ImageTooLarge
from server.media.formats.signatures import KINDS_WITH_PAGES
from server.media.in_order import in_order
from server.media.opening import DocumentOpener, OpenDocument, cpu_budget, decode_limits
from server.media.page_cache import PageCache, PageKey
from server.media.shared_work import SharedWork
from server.media.worker.pool import DecodeWorkers
from server.media.worker.wire import DecodeJob
from server.observability.metrics import Metrics
from server.values.pages import DecodedPage, Page, PixelBudget

_MOST_IN_A_JOB: Final = 4  # pages of one document that one worker decodes in a row


class PageLoader:
    """Loads pictures and documents within the limits of `Settings`; one a process."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._limits = decode_limits(settings)
        self._workers = DecodeWorkers(
            settings.intake_workers_here,
            memory_bytes=settings.decode_memory_bytes,
            on_replaced=metrics.decode_worker_replaced,
        )
        self._cache = PageCache(max_bytes=settings.page_cache_bytes, max_age_s=settings.page_cache_s, metrics=metrics)
        self.opener = DocumentOpener(settings, workers=self._workers, cache=self._cache, metrics=metrics)
        self._shared: SharedWork[tuple[str, str, PixelBudget, tuple[int, ...]], list[DecodedPage]] = SharedWork()
        metrics.set_decode_workers(self._workers.size)

    def start(self) -> None:
        """Start the workers now, so that no request has to wait for them."""
        self._workers.start()

    async def close(self) -> None:
        """Give everything back; what is being decoded is abandoned."""
        self._cache.clear()
        await self._workers.close()
        await self.opener.close()

    async def load(self, opened: Sequence[OpenDocument]) -> tuple[Page, ...]:
        """Decode the pages of `opened`, in their order; the first that fails, in order, ends it.

        Raises:
            InvalidImage: damaged, cut short, encrypted, empty. ImageTooLarge: too many pixels, too costly to decode.
        """
        tally = _Tally(self._settings.max_pixels_per_request)
        turns = asyncio.Semaphore(self._workers.size)  # a request of many pages does not fill the line of jobs
        loads = []
        for document in opened:  # a few pages to a job, so that every worker has some
            size = max(1, min(_MOST_IN_A_JOB, -(-len(document.numbers) // self._workers.size)))
            jobs = [document.numbers[start : start + size] for start in range(0, len(document.numbers), size)]
            loads += [self._load(document, numbers, turns, tally) for numbers in jobs]
        return tuple([page for batch in await in_order(loads) for page in batch])

    async def _load(
        self, document: OpenDocument, numbers: tuple[int, ...], turns: asyncio.Semaphore, tally: "_Tally"
    ) -> list[Page]:
        path = document.source.path
        async with turns:
            tally.add(0, path)
            keys = [PageKey(sha256=document.sha256, number=number, budget=document.budget) for number in numbers]
            found = {key.number: page for key in keys if (page := self._cache.get(key)) is not None}
            missing = tuple(number for number in numbers if number not in found)
            if missing:
                key = (document.sha256, path, document.budget, missing)
                decoded = await self._shared.do(key, partial(self._decode, document, missing))
                found |= zip(missing, decoded, strict=True)
        pages = [(number, found[number]) for number in numbers]
        tally.add(sum(page.source_width * page.source_height for _, page in pages), path)
        return [
            Page(
                pixels=page.pixels,
                source_width=page.source_width,
                source_height=page.source_height,
                path=path,
                sha256=document.sha256,
                number=number,
                dpi=page.dpi,
                notes=page.notes,
                widgets=page.widgets,
            )
            for number, page in pages
        ]

    async def _decode(self, document: OpenDocument, numbers: tuple[int, ...]) -> list[DecodedPage]:
        started = time.monotonic()
        job = DecodeJob(
            task="decode",
            path=document.source.path,
            limits=self._limits,
            budget=document.budget,
            numbers=numbers,
            seconds=self._settings.decode_timeout_s * len(numbers),
            cpu_seconds=cpu_budget(self._settings, pages=len(numbers), size=len(document.data)),
            sha256=document.sha256 if document.kind in KINDS_WITH_PAGES else None,
            checked=True,  # an open document was counted, and its bytes are those of its digest
        )
        pages: list[DecodedPage] = []
        try:
            pages = cast(list[DecodedPage], await self._workers.submit(job, document.data))
        finally:
            pixels = sum(page.source_width * page.source_height for page in pages)
            seconds = time.monotonic() - started
            self._metrics.decode_ended(document.kind, seconds=seconds, pages=len(pages), pixels=pixels)
        for number, page in zip(numbers, pages, strict=True):
            self._cache.put(PageKey(sha256=document.sha256, number=number, budget=document.budget), page)
        return pages


@dataclass(slots=True)
class _Tally:
    """The pixels that a request's pages have so far, before they are resized."""

    most: int
    pixels: int = 0

    def add(self, pixels: int, path: str) -> None:
        """Add `pixels`; raises `ImageTooLarge` if the request has too many by now."""
        self.pixels += pixels
        if self.pixels > self.most:
            raise ImageTooLarge(
                f"The pictures of the request have more than {self.most:,} pixels in all, which is the limit. Send "
                f"them smaller or in several requests. The operator can raise PAGEGLASS_MAX_PIXELS_PER_REQUEST.",
                param=path,
                code="too_many_pixels",
            )
