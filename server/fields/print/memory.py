"""Memory of what was worked out about the texts of one document; nothing of it is kept for the next.

Threat: a cache of the process would keep what callers sent. So what is remembered is forgotten with the document.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

_P = ParamSpec("_P")
_R = TypeVar("_R")
_CACHES: list[Any] = []


def remembered(maxsize: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Remember up to `maxsize` results of a pure function of texts, until the end of `one_document`."""

    def wrap(function: Callable[_P, _R]) -> Callable[_P, _R]:
        cached = lru_cache(maxsize)(function)
        _CACHES.append(cached)
        return cast(Callable[_P, _R], cached)

    return wrap


@contextmanager
def one_document() -> Iterator[None]:
    """Forget at the end all that is remembered; another thread at work only has to work it out again."""
    try:
        yield
    finally:
        for cached in _CACHES:
            cached.cache_clear()
