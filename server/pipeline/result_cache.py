"""Result cache: answers to the same question about the same bytes, in memory or in a folder that outlives the process.

The key is a digest of the caller, the document's bytes, the model with its revision, and the whole request, so that no
tenant gets another's answer. Only reproducible answers are cached, never errors. Values are JSON, never pickles: a
folder that others can write to must not execute code here. A store that fails (full disk, damaged file) costs the
answers that it holds, never the one that is being given.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

import diskcache
from cachetools import TTLCache

from server import __version__
from server.config import Settings
from server.observability.metrics import Metrics
from server.values.chat import Usage
from server.values.lines import DocumentNotes, Evidence, Line
from server.values.ocr import OcrPage, OcrResult

_LOG = logging.getLogger(__name__)


class Store(Protocol):
    """A cache of texts by key, bounded in bytes and age."""

    def get(self, key: str) -> str | None:
        """Return the text of `key`, or None."""
        ...

    def put(self, key: str, value: str) -> None:
        """Store `value`, evicting older ones if needed."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class MemoryStore:
    """A cache in this process."""

    def __init__(self, *, max_bytes: int, max_age_s: float) -> None:
        self._kept: TTLCache[str, str] = TTLCache(max_bytes, max_age_s, getsizeof=_size)
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """Return the text of `key`, or None."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: str, value: str) -> None:
        """Store `value`, unless it is larger than the whole cache."""
        with self._lock:
            if _size(value) <= self._kept.maxsize:
                self._kept[key] = value

    def close(self) -> None:
        """Drop all entries."""
        with self._lock:
            self._kept.clear()


class DiskStore:
    """A cache in a folder that only its owner can enter; several processes may share it."""

    def __init__(self, folder: Path, *, max_bytes: int, max_age_s: float) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._cache = diskcache.Cache(str(folder), disk=diskcache.JSONDisk, size_limit=max_bytes, cull_limit=20)
        self._max_age_s = max_age_s

    def get(self, key: str) -> str | None:
        """Return the text of `key`, or None."""
        value = self._cache.get(key)
        return value if isinstance(value, str) else None

    def put(self, key: str, value: str) -> None:
        """Store `value`; if the folder is over its size, the oldest entries are evicted."""
        self._cache.set(key, value, expire=self._max_age_s)

    def close(self) -> None:
        """Close the folder and keep its entries."""
        self._cache.close()


class ResultCache:
    """Answers of the OCR service by the digest of their question."""

    def __init__(self, store: Store | None, *, metrics: Metrics | None = None) -> None:
        self._store = store
        self._metrics = metrics

    @property
    def on(self) -> bool:
        """Whether the cache is on."""
        return self._store is not None

    def get(self, key: str) -> OcrResult | None:
        """Return the answer of `key`, marked as cached; reads from disk, so not for the event loop."""
        kept = self._kept(key)
        if self._metrics:
            self._metrics.result_cache_asked(hit=kept is not None)
        return replace(kept, cached=True) if kept else None

    def put(self, key: str, result: OcrResult) -> None:
        """Store `result` under `key`, if the store can."""
        if not self._store:
            return
        try:
            self._store.put(key, write_result(result))
        except Exception as error:  # noqa: BLE001 - of any store, and the answer is ready
            _LOG.warning("the result cache could not store an answer: %r", error)

    def _kept(self, key: str) -> OcrResult | None:
        try:
            written = self._store.get(key) if self._store else None
            return read_result(written) if written else None
        except Exception as error:  # noqa: BLE001 - of any store, and the pages can be read instead
            _LOG.warning("the result cache could not read an answer: %r", error)
            return None

    def close(self) -> None:
        """Release all resources."""
        if self._store:
            self._store.close()


def build_result_cache(settings: Settings, metrics: Metrics) -> ResultCache:
    """Build the cache that `settings` configure."""
    most, age = settings.result_cache_bytes, settings.result_cache_s
    if not most or not age:
        return ResultCache(None)
    if settings.result_cache_folder:
        return ResultCache(DiskStore(settings.result_cache_folder, max_bytes=most, max_age_s=age), metrics=metrics)
    return ResultCache(MemoryStore(max_bytes=most, max_age_s=age), metrics=metrics)


def write_result(result: OcrResult) -> str:
    """Serialise an answer as JSON."""
    return json.dumps(asdict(result), ensure_ascii=False)


def read_result(written: str) -> OcrResult:
    """Parse the output of `write_result`."""
    members = json.loads(written)
    members["pages"] = tuple(map(_page, members["pages"]))
    members["usage"] = Usage(**members["usage"])
    members["evidence"] = {path: _evidence(one) for path, one in members["evidence"].items()}
    about = members["about"]
    members["about"] = DocumentNotes(language=about["language"], notes=tuple(about["notes"]))
    return OcrResult(**members | {name: tuple(members[name]) for name in ("missing", "attempts")})


def _page(members: dict[str, Any]) -> OcrPage:
    lines = members["lines"]
    members["lines"] = None if lines is None else tuple(Line(**_boxed(line)) for line in lines)
    return OcrPage(**members | {name: tuple(members[name]) for name in ("notes", "attempts")})


def _evidence(members: dict[str, Any]) -> Evidence:
    return Evidence(**_boxed(members) | {"checked": tuple(members["checked"])})


def _boxed(members: dict[str, Any]) -> dict[str, Any]:
    box = members["box"]
    return members | {"box": None if box is None else tuple(map(tuple, box))}


def cache_key(question: Mapping[str, Any]) -> str:
    """The digest of everything that an answer depends on; values are JSON."""
    return hashlib.sha256(json.dumps(question, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def reader_key(settings: Settings) -> tuple[str, str, str]:
    """What an answer depends on whatever the question: version, embedded engine, and a digest of the other settings.

    A folder may outlive an upgrade, and a chat template may change in its file, which is read here.
    """
    template = settings.vllm.chat_template
    others = {
        "groups": [
            one.model_dump(mode="json")
            for one in (settings.vllm, settings.repetition, settings.fake, settings.tesseract)
        ],
        "template": template.read_text(errors="replace") if template and template.is_file() else None,
        "retries": settings.ocr_retries,
        "room": settings.max_pixels_in_flight,  # tiles are as large as it allows
    }
    digest = hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()
    return __version__, settings.rapidocr.model_dump_json(), digest


def _size(value: str) -> int:
    return 4 * len(value)  # at most
