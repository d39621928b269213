"""Answers kept for the same question about the same bytes: in memory, or in a folder that outlives the process.

Kept under a digest of the caller, the document's bytes, the model with its revision, and all that the request asks for,
so that nobody is given another's answer. Only what would come out the same again is kept, and never an error. Values
are JSON, never pickles: a folder that somebody else may write must not run code here.
"""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

import diskcache
from cachetools import TTLCache

from server.config import Settings
from server.observability.metrics import Metrics
from server.values.chat import Usage
from server.values.lines import Evidence, Line
from server.values.ocr import OcrPage, OcrResult


class Store(Protocol):
    """Texts by key, bounded in bytes and age."""

    def get(self, key: str) -> str | None:
        """Give what is kept under `key`, if it is still there."""
        ...

    def put(self, key: str, value: str) -> None:
        """Keep `value`, letting older ones go where room is short."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class MemoryStore:
    """Texts in this process."""

    def __init__(self, *, max_bytes: int, max_age_s: float) -> None:
        self._kept: TTLCache[str, str] = TTLCache(max_bytes, max_age_s, getsizeof=_size)
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """Give what is kept under `key`, if it is still there."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: str, value: str) -> None:
        """Keep `value`, unless it is larger than all the room there is."""
        with self._lock:
            if _size(value) <= self._kept.maxsize:
                self._kept[key] = value

    def close(self) -> None:
        """Let everything go."""
        with self._lock:
            self._kept.clear()


class DiskStore:
    """Texts in a folder that only its owner can enter; several processes may share it."""

    def __init__(self, folder: Path, *, max_bytes: int, max_age_s: float) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._cache = diskcache.Cache(str(folder), disk=diskcache.JSONDisk, size_limit=max_bytes, cull_limit=20)
        self._max_age_s = max_age_s

    def get(self, key: str) -> str | None:
        """Give what is kept under `key`, if it is still there."""
        value = self._cache.get(key)
        return value if isinstance(value, str) else None

    def put(self, key: str, value: str) -> None:
        """Keep `value`; where the folder is over its size, the oldest ones go."""
        self._cache.set(key, value, expire=self._max_age_s)

    def close(self) -> None:
        """Close the folder; what is in it stays."""
        self._cache.close()


class ResultCache:
    """Answers of the OCR service by what was asked."""

    def __init__(self, store: Store | None, *, metrics: Metrics | None = None) -> None:
        self._store = store
        self._metrics = metrics

    @property
    def on(self) -> bool:
        """Whether anything is kept at all."""
        return self._store is not None

    def get(self, key: str) -> OcrResult | None:
        """Give the answer that is kept under `key`, marked as such; reads from disk, so not for the event loop."""
        kept = self._store.get(key) if self._store else None
        if self._metrics:
            self._metrics.result_cache_asked(hit=kept is not None)
        return replace(read_result(kept), cached=True) if kept else None

    def put(self, key: str, result: OcrResult) -> None:
        """Keep `result` under `key`."""
        if self._store:
            self._store.put(key, write_result(result))

    def close(self) -> None:
        """Give everything back."""
        if self._store:
            self._store.close()


def build_result_cache(settings: Settings, metrics: Metrics) -> ResultCache:
    """Make the cache that `settings` ask for."""
    most, age = settings.result_cache_bytes, settings.result_cache_s
    if not most or not age:
        return ResultCache(None)
    if settings.result_cache_folder:
        return ResultCache(DiskStore(settings.result_cache_folder, max_bytes=most, max_age_s=age), metrics=metrics)
    return ResultCache(MemoryStore(max_bytes=most, max_age_s=age), metrics=metrics)


def write_result(result: OcrResult) -> str:
    """Write an answer as JSON."""
    return json.dumps(asdict(result), ensure_ascii=False)


def read_result(written: str) -> OcrResult:
    """Read what `write_result` wrote."""
    members = json.loads(written)
    members["pages"] = tuple(map(_page, members["pages"]))
    members["usage"] = Usage(**members["usage"])
    members["evidence"] = {path: Evidence(**_boxed(one)) for path, one in members["evidence"].items()}
    return OcrResult(**members | {name: tuple(members[name]) for name in ("missing", "attempts")})


def _page(members: dict[str, Any]) -> OcrPage:
    lines = members["lines"]
    members["lines"] = None if lines is None else tuple(Line(**_boxed(line)) for line in lines)
    return OcrPage(**members | {name: tuple(members[name]) for name in ("notes", "attempts")})


def _boxed(members: dict[str, Any]) -> dict[str, Any]:
    box = members["box"]
    return members | {"box": None if box is None else tuple(map(tuple, box))}


def cache_key(question: Mapping[str, Any]) -> str:
    """The digest of all that an answer depends on; values are JSON."""
    return hashlib.sha256(json.dumps(question, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _size(value: str) -> int:
    return 4 * len(value)  # at most
