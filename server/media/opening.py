"""Opens documents: gets their bytes from any source, counts and selects their pages."""

import asyncio
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

from server.config import Settings
from server.errors import ImageTooLarge, ImageUrlRefused, ImageUrlUnreachable, PageglassError
from server.media.data_uri import address_of, read_source
from server.media.fetching.fetch import Fetcher
from server.media.formats.faults import unsupported
from server.media.formats.signatures import KINDS_WITH_PAGES, Kind, known_format
from server.media.in_order import in_order
from server.media.page_cache import PageCache
from server.media.page_selection import select_pages
from server.media.worker.pool import DecodeWorkers
from server.media.worker.wire import DecodeJob
from server.observability.metrics import FetchOutcome, Metrics
from server.values.pages import DecodeLimits, DetailBudgets, FileId, ImageSource, PixelBudget

_READ_ON_THE_LOOP: Final = 2**16  # bytes, or characters of base64, which take less time than the way to a thread
_CPU_S_A_MEGABYTE: Final = 0.15  # what JPEG 2000 takes, the dearest of what documents hold
_OUTCOMES: Final[dict[type[PageglassError], FetchOutcome]] = {
    ImageUrlRefused: "refused",
    ImageUrlUnreachable: "unreachable",
    ImageTooLarge: "too_large",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument:
    """A document whose bytes are here: the numbers (from 1) of the pages that are wanted, and at what budget.

    `sha256` is the digest of `data`, taken here. Where the kind has pages, a worker has counted them and found no bomb
    in these bytes, so the jobs that decode them do not look for one again.
    """

    source: ImageSource
    data: bytes = field(repr=False)
    sha256: str
    kind: Kind
    numbers: tuple[int, ...]
    budget: PixelBudget


class DocumentOpener:
    """Opens documents within the limits of `Settings`: base64 and hashes in threads, pages counted by `workers`."""

    def __init__(self, settings: Settings, *, workers: DecodeWorkers, cache: PageCache, metrics: Metrics) -> None:
        self._settings = settings
        self._limits = decode_limits(settings)
        self._limit = _PageLimit(settings.max_pages_per_request, "MAX_PAGES_PER_REQUEST")
        self._workers = workers
        self._cache = cache
        self._metrics = metrics
        self._fetcher = Fetcher(settings)
        self._threads = ThreadPoolExecutor(workers.size, thread_name_prefix="pageglass-intake")

    async def close(self) -> None:
        """Give the threads back."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def refuse_too_many(self, sources: Sequence[ImageSource]) -> None:
        """Check how many `sources` a request has, before anything is looked up for any.

        Raises:
            ImageTooLarge: there are too many of them.
        """
        most = self._settings.max_images_per_request
        if len(sources) > most:
            raise ImageTooLarge(
                f"The request has {len(sources)} pictures, and the limit is {most}. "
                f"Send them in several requests. The operator can raise PAGEGLASS_MAX_IMAGES_PER_REQUEST.",
                param=sources[most].path,
                code="too_many_images",
            )

    def bytes_to_fetch(self, sources: Sequence[ImageSource]) -> int:
        """How many bytes fetching `sources` may bring at most, all together; 0 where none is an address."""
        addresses = sum(address_of(source) is not None for source in sources)
        return min(addresses * self._settings.max_image_bytes, self._settings.max_body_bytes)

    async def fetch(self, sources: Sequence[ImageSource]) -> list[bytes | None]:
        """Get what stands at addresses: for each of `sources` its bytes, or None where it carries them itself.

        Raises:
            ImageTooLarge: too many bytes.
            ImageUrlRefused: an address that may not be fetched. ImageUrlUnreachable: no picture came from it.
        """
        addresses = [address_of(source) for source in sources]
        wanted = [(url, source.path) for url, source in zip(addresses, sources, strict=True) if url]
        bodies = iter(await self._fetch(wanted) if wanted else ())
        return [next(bodies) if url else None for url in addresses]

    async def open(
        self,
        sources: Sequence[ImageSource],
        fetched: Sequence[bytes | None],
        budgets: DetailBudgets,
        *,
        most_pages: int | None = None,
    ) -> tuple[OpenDocument, ...]:
        """Open `sources`, of which `fetched` are the bytes from addresses, and choose their pages.

        `most_pages`, in place of the setting, is for requests that read a few pages at a time. The first that fails, in
        order, ends it.

        Raises:
            InvalidImage: missing, not base64, or of a format not taken; a document that cannot be opened.
            ImageTooLarge: too many bytes, pages or frames.
            InvalidRequest: the pages asked for are not there.
        """
        pairs = zip(sources, fetched, strict=True)
        limit = _PageLimit(most_pages, "MAX_OCR_PAGES") if most_pages else self._limit
        opened = await in_order([self._open(source, body, budgets, limit) for source, body in pairs])
        count = 0
        for document in opened:
            count += len(document.numbers)
            if count > limit.pages:
                raise limit.passed("The request has more pages in all", document.source.path)
        return tuple(opened)

    async def _fetch(self, addresses: Sequence[tuple[str, str]]) -> list[bytes]:
        try:
            bodies = await self._fetcher.fetch_all(addresses)
        except (ImageUrlRefused, ImageUrlUnreachable, ImageTooLarge) as error:
            self._metrics.picture_fetched(_OUTCOMES[type(error)])
            raise
        for _ in bodies:
            self._metrics.picture_fetched("ok")
        return bodies

    async def _open(
        self, source: ImageSource, fetched: bytes | None, budgets: DetailBudgets, limit: "_PageLimit"
    ) -> OpenDocument:
        read = partial(_read, source, fetched, self._settings.max_image_bytes)
        content = source.content if fetched is None else fetched
        size = 0 if isinstance(content, FileId) else len(content)
        if size <= _READ_ON_THE_LOOP:
            data, sha256 = read()
        else:
            data, sha256 = await asyncio.get_running_loop().run_in_executor(self._threads, read)
        kind = known_format(data)
        if kind is None:
            raise unsupported(data, source.path)
        budget = budgets.of(source.detail)
        count = await self._count(source, data, sha256, budget) if kind in KINDS_WITH_PAGES else 1
        if source.pages is not None:
            numbers = select_pages(source.pages, count, most=limit.pages, path=source.pages_path)
        elif count > limit.pages:
            raise limit.passed(f"{source.path} is a document of {count:,} pages", source.path)
        else:
            numbers = tuple(range(1, count + 1))
        return OpenDocument(source=source, data=data, sha256=sha256, kind=kind, numbers=numbers, budget=budget)

    async def _count(self, source: ImageSource, data: bytes, sha256: str, budget: PixelBudget) -> int:
        count = self._cache.count_of(sha256)
        if count is None:
            job = DecodeJob(
                task="count",
                path=source.path,
                limits=self._limits,
                budget=budget,
                seconds=self._settings.decode_timeout_s,
                cpu_seconds=cpu_budget(self._settings, pages=1, size=len(data)),
                sha256=sha256,
            )
            count = cast(int, await self._workers.submit(job, data))
            self._cache.keep_count(sha256, count)
        return count


@dataclass(frozen=True, slots=True)
class _PageLimit:
    """How many pages a request may have, and the setting that says so."""

    pages: int
    setting: str

    def passed(self, what: str, path: str) -> ImageTooLarge:
        """The error of a request that has more."""
        return ImageTooLarge(
            f"{what}, and the limit is {self.pages} pages a request. Choose pages of a document with "
            f'"pages": "1-{self.pages}" beside its data, or send several requests. The operator can raise '
            f"PAGEGLASS_{self.setting}.",
            param=path,
            code="too_many_pages",
        )


def decode_limits(settings: Settings) -> DecodeLimits:
    """What `settings` let one file ask of a decoder."""
    return DecodeLimits(
        max_pixels=settings.max_image_pixels,
        max_frames=settings.max_frames,
        max_pdf_object_bytes=settings.max_pdf_object_bytes,
    )


def cpu_budget(settings: Settings, *, pages: int, size: int) -> float:
    """CPU seconds that decoding `pages` of a file of `size` bytes may take: those that cost much have to bring much."""
    return round(settings.decode_cpu_s * pages + _CPU_S_A_MEGABYTE * size / 1e6, 2)


def _read(source: ImageSource, fetched: bytes | None, max_bytes: int) -> tuple[bytes, str]:
    data = read_source(source, max_bytes=max_bytes) if fetched is None else fetched
    return data, hashlib.sha256(data).hexdigest()
