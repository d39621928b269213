"""Page cache: decoded pages by content and budget, so that a page sent twice is decoded once.

Pictures are private, so they are kept in memory only, bounded in bytes and in age; a page is found by nobody who does
not send the very same file.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from cachetools import TTLCache

from server.observability.metrics import Metrics
from server.values.pages import DecodedPage, PixelBudget

_MOST_COUNTS: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKey:
    """What a decoded page depends on: the digest of the document, the page's number (from 1) and the budget."""

    sha256: str
    number: int
    budget: PixelBudget


class PageCache:
    """At most `max_bytes` of pixels, each found for `max_age_s` seconds and let go within a tenth more of it.

    Used on the event loop only.
    """

    def __init__(self, *, max_bytes: int, max_age_s: float, metrics: Metrics) -> None:
        self._pages: TTLCache[PageKey, DecodedPage] = TTLCache(
            max_bytes, max_age_s, timer=time.monotonic, getsizeof=lambda page: page.pixels.nbytes
        )
        self._counts: TTLCache[str, int] = TTLCache(_MOST_COUNTS, max_age_s, timer=time.monotonic)
        self._sweep: asyncio.TimerHandle | None = None
        self._sweep_s = max(1.0, max_age_s / 10)
        self._metrics = metrics

    def get(self, key: PageKey) -> DecodedPage | None:
        """Find a page."""
        page = self._pages.get(key)
        self._metrics.page_cache_asked(hit=page is not None)
        return page

    def put(self, key: PageKey, page: DecodedPage) -> None:
        """Keep a page, unless it is larger than the whole cache; older ones make room."""
        if page.pixels.nbytes > self._pages.maxsize or key in self._pages:
            return
        before = len(self._pages)
        self._pages[key] = page
        self._metrics.show_page_cache(self._pages.currsize, evicted=before + 1 - len(self._pages))
        self._sweep_later()

    def count_of(self, sha256: str) -> int | None:
        """The number of pages of a document that was counted before."""
        return self._counts.get(sha256)

    def keep_count(self, sha256: str, count: int) -> None:
        """Keep a document's number of pages."""
        self._counts[sha256] = count
        self._sweep_later()

    def clear(self) -> None:
        """Let everything go."""
        self._pages.clear()
        self._counts.clear()
        self._metrics.show_page_cache(0)
        if self._sweep is not None:
            self._sweep.cancel()

    def _sweep_later(self) -> None:
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._sweep_s, self._drop_expired)

    def _drop_expired(self) -> None:
        """Let go what is over: without a sweep it would stay until the next page comes."""
        self._sweep = None
        self._pages.expire()
        self._counts.expire()
        self._metrics.show_page_cache(self._pages.currsize)
        if self._pages or self._counts:
            self._sweep_later()
